"""The identifiers of Mercado Libre, matched in full before they enter a path, a query or a body."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from meli_sdk.errors import InputError, shown
from meli_sdk.sites import GLOBAL_SELLING, SITES

_MAX_LENGTH: Final = 200
_MAX_DIGITS: Final = 20
_TOO_LARGE: Final = 10**_MAX_DIGITS
_SITE = "|".join(SITES)
_ITEM = re.compile(rf"(?:{_SITE})\d{{1,15}}", re.ASCII)
_CATEGORY = re.compile(rf"(?:{_SITE})\d{{1,15}}", re.ASCII)
_USER_PRODUCT = re.compile(rf"(?:{_SITE})?U\d{{1,15}}", re.ASCII)
_DOMAIN = re.compile(rf"(?:{_SITE})-[A-Z0-9_]{{1,100}}", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", re.ASCII)

IdCheck = Callable[[object], str]


def _url_hint(value: str) -> str:
    if "://" not in value:
        return ""
    found = re.search(rf"(?:{_SITE})-?\d{{1,15}}", value[:_MAX_LENGTH])
    meant = f" (did you mean {found[0].replace('-', '')}?)" if found else ""
    return f"; give the id, not a URL{meant}"


def _matched(name: str, pattern: re.Pattern[str], looks: str, value: object) -> str:
    if isinstance(value, str) and len(value) <= _MAX_LENGTH and pattern.fullmatch(value):
        return str(value)
    hint = _url_hint(value) if isinstance(value, str) else ""
    message = f"{name} must look like {looks}, got {shown(value)}{hint}"
    raise InputError(message)


def whole_number(name: str, value: object) -> str:
    """A positive whole number of at most 20 digits, given as int or as digits."""
    if isinstance(value, str) and len(value) <= _MAX_DIGITS and value.isascii() and value.isdigit() and int(value):
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _TOO_LARGE:
        return str(value)
    hint = _url_hint(value) if isinstance(value, str) else ""
    message = f"{name} must be a whole number of at most {_MAX_DIGITS} digits, got {shown(value)}{hint}"
    raise InputError(message)


def item_id(value: object) -> str:
    """Any item, local or global."""
    return _matched("item_id", _ITEM, "MLB123456789", value)


def local_item_id(value: object) -> str:
    """An item of one site; a CBT parent is refused."""
    found = _matched("item_id", _ITEM, "MLB123456789", value)
    if found.startswith(GLOBAL_SELLING):
        message = f"item_id must be the id of one site, such as MLM123456789, got the CBT parent id {found}"
        raise InputError(message)
    return found


def cbt_item_id(value: object) -> str:
    """A Global Selling parent; the item of a site is refused."""
    found = _matched("cbt_item_id", _ITEM, "CBT123456789", value)
    if not found.startswith(GLOBAL_SELLING):
        message = f"this needs the CBT parent id, such as CBT123456789, got the local id {found}"
        raise InputError(message)
    return found


def category_id(value: object) -> str:
    return _matched("category_id", _CATEGORY, "MLA1055 or CBT5849", value)


def user_product_id(value: object) -> str:
    """A user product, of one site or of Global Selling."""
    return _matched("user_product_id", _USER_PRODUCT, "MLAU123456789", value)


def site_id(value: object) -> str:
    """One of the sites of `meli_sdk.sites`, in upper case."""
    if isinstance(value, str) and value in SITES:
        return str(value)
    message = f"site_id must be one of {', '.join(SITES)}, got {shown(value)}"
    raise InputError(message)


def word(name: str, value: object) -> str:
    """A plain word: letters, digits, `_` and `-`."""
    return _matched(name, _WORD, "a word of letters, digits, _ and -", value)


def domain_id(value: object) -> str:
    """A domain of the catalogue, such as `MLA-CELLPHONES`."""
    return _matched("domain_id", _DOMAIN, "MLA-CELLPHONES", value)


PATH_PARAMETERS: Final[Mapping[str, IdCheck]] = {
    "order_id": lambda value: whole_number("order_id", value),
    "shipment_id": lambda value: whole_number("shipment_id", value),
    "pack_id": lambda value: whole_number("pack_id", value),
    "feedback_id": lambda value: whole_number("feedback_id", value),
    "note_id": lambda value: word("note_id", value),
    "billing_info_id": lambda value: word("billing_info_id", value),
    "document_id": lambda value: word("document_id", value),
    "payment_method_id": lambda value: word("payment_method_id", value),
    "node_id": lambda value: word("node_id", value),
    "logistic_type": lambda value: word("logistic_type", value),
    "user_id": lambda value: whole_number("user_id", value),
    "app_id": lambda value: whole_number("app_id", value),
    "item_id": item_id,
    "cbt_item_id": cbt_item_id,
    "local_item_id": local_item_id,
    "category_id": category_id,
    "site_id": site_id,
    "domain_id": domain_id,
    "attribute_id": lambda value: word("attribute_id", value),
    "currency_id": lambda value: word("currency_id", value),
    "exposure_id": lambda value: word("exposure_id", value),
    "listing_type_id": lambda value: word("listing_type_id", value),
    "moderation_id": lambda value: word("moderation_id", value),
    "picture_id": lambda value: word("picture_id", value),
    "task_id": lambda value: word("task_id", value),
    "family_id": lambda value: whole_number("family_id", value),
    "variation_id": lambda value: whole_number("variation_id", value),
    "user_product_id": user_product_id,
    "inventory_id": lambda value: word("inventory_id", value),
    "operation_id": lambda value: whole_number("operation_id", value),
    "question_id": lambda value: whole_number("question_id", value),
    "payment_id": lambda value: whole_number("payment_id", value),
    "claim_id": lambda value: whole_number("claim_id", value),
    "message_id": lambda value: word("message_id", value),
    "suggestion_id": lambda value: word("suggestion_id", value),
    "offer_id": lambda value: word("offer_id", value),
    "candidate_id": lambda value: word("candidate_id", value),
    "lead_id": lambda value: word("lead_id", value),
    "invoice_id": lambda value: word("invoice_id", value),
    "loan_id": lambda value: word("loan_id", value),
    "process_id": lambda value: word("process_id", value),
}
"""What each `{parameter}` of a path template accepts. A template with another name is refused when it is defined."""
