"""What a change of an item may hold, told before it is sent. Pure; only what needs no category."""

import re
from collections.abc import Sequence
from decimal import Decimal  # noqa: TC003  a set of prices is made at run time
from typing import Final

from meli_sdk.errors import InputError, NotApplicableError, shown
from meli_sdk.models.items import Item
from meli_sdk.resources import arguments
from meli_sdk.resources.json_shapes import Fields, rows_of

STATUSES: Final = ("active", "paused", "closed")
MAX_MANUFACTURING_DAYS: Final = 60
FROZEN_AFTER_SALES: Final = ("title", "buying_mode", "condition", "non_mercado_pago_payment_methods")
"""Fields that stay as they are once something was sold."""
_WITHOUT_BEING_ACTIVE: Final = frozenset({"status", "available_quantity", "variations", "deleted"})
_MARKUP: Final = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>|<!--|&(?:nbsp|amp|lt|gt|#\d+);", re.ASCII)
_PICTOGRAM: Final = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U000e0020-\U000e007f]")
_DAYS: Final = re.compile(r"\s*(\d{1,6})\s*\D*")


def plain_text_fault(text: str) -> tuple[int, str] | None:
    """Where a description stops being plain text, and why: markup or a pictogram."""
    found = min(
        (match for match in (_MARKUP.search(text), _PICTOGRAM.search(text)) if match),
        key=lambda match: match.start(),
        default=None,
    )
    if found is None:
        return None
    return found.start(), f"{'markup' if found[0][0] in '<&' else 'a pictogram'} {shown(found[0])}"


def description_text(text: object) -> str:
    """A description as it may be sent.

    Raises:
        InputError: it is no text, or no plain text; the message names the first character that is refused.
    """
    if not isinstance(text, str):
        message = f"description must be text, got {shown(text)}"
        raise InputError(message)
    fault = plain_text_fault(text)
    if fault is not None:
        message = f"description must be plain text: {fault[1]} at character {fault[0]}; line breaks are the only form"
        raise InputError(message)
    return text


def manufacturing_days(sale_terms: object) -> int | None:
    """The days of MANUFACTURING_TIME among sale terms, as the text says them."""
    for term in rows_of(sale_terms):
        value = term.get("value_name")
        if term.get("id") == "MANUFACTURING_TIME" and isinstance(value, str) and (found := _DAYS.fullmatch(value)):
            return int(found[1])
    return None


def check_change(body: Fields) -> None:
    """Refuses a change that Mercado Libre would refuse, drop or misunderstand whatever the item is.

    Raises:
        InputError: nothing to change, or a value that cannot be.
    """
    if not body:
        message = "an empty change: set at least one field; a field that is UNSET is not sent"
        raise InputError(message)
    if "deleted" in body:
        message = "deleted is set by items.delete(item_id), which looks first whether the item may be deleted"
        raise InputError(message)
    if "status" in body and body["status"] not in STATUSES:
        message = f"status must be one of {', '.join(STATUSES)}, in lower case, got {shown(body['status'])}"
        raise InputError(message)
    _check_numbers("", body)
    for place, picture in enumerate(rows_of(body.get("pictures"))):
        if ("id" in picture) == ("source" in picture):
            message = f"pictures[{place}] needs either the id of an uploaded picture or a source address, and only one"
            raise InputError(message)
    days = manufacturing_days(body.get("sale_terms"))
    if days is not None and days > MAX_MANUFACTURING_DAYS:
        message = f"MANUFACTURING_TIME is at most {MAX_MANUFACTURING_DAYS} days, got {days}: more is dropped in silence"
        raise InputError(message)
    _check_variations(rows_of(body.get("variations")))


def _check_numbers(where: str, fields: Fields) -> None:
    if fields.get("price") is not None:
        arguments.amount(f"{where}price", fields["price"])
    if fields.get("available_quantity") is not None:
        arguments.quantity(f"{where}available_quantity", fields["available_quantity"])


def _check_variations(variations: Sequence[Fields]) -> None:
    prices: set[Decimal] = set()
    for place, variation in enumerate(variations):
        if "id" not in variation and not variation.get("attribute_combinations"):
            message = f"variations[{place}] has neither the id of an existing variation nor attribute_combinations"
            raise InputError(message)
        _check_numbers(f"variations[{place}].", variation)
        if variation.get("price") is not None:
            prices.add(arguments.amount("price", variation["price"]))
    if len(prices) > 1:
        listed = ", ".join(str(price) for price in sorted(prices))
        message = f"all variations have the same price, since only the highest is charged; got {listed}"
        raise InputError(message)


def check_against(item: Item, body: Fields) -> None:
    """Refuses a change that the item, as it was read, does not take.

    Raises:
        NotApplicableError: the item is closed, not active, sold, or its stock is not the seller's to change.
        InputError: variations would be deleted by being left out.
    """
    if item.status == "closed":
        message = f"{item.id} is closed, and that is final: items.relist makes a new item of it"
        raise NotApplicableError(message)
    others = sorted(body.keys() - _WITHOUT_BEING_ACTIVE)
    if item.status not in (None, "active") and others:
        message = f"{item.id} is {item.status}: only an active item takes {', '.join(others)}; activate it first"
        raise NotApplicableError(message)
    kept = [name for name in FROZEN_AFTER_SALES if name in body]
    if item.sold_quantity and kept:
        message = f"{item.id} has sold {item.sold_quantity}: {', '.join(kept)} cannot change any more"
        raise NotApplicableError(message)
    counted = "available_quantity" in body or any(
        "available_quantity" in row for row in rows_of(body.get("variations"))
    )
    if counted and item.shipping is not None and item.shipping.logistic_type == "fulfillment":
        message = f"{item.id} is stored by Mercado Libre: its stock cannot be set; stock.get tells what is there"
        raise NotApplicableError(message)
    if "variations" in body:
        named = {str(row.get("id")) for row in rows_of(body["variations"])}
        lost = [str(row.id) for row in item.variations if str(row.id) not in named]
        if lost:
            message = (
                f"variations {', '.join(lost)} are left out and would be deleted: items.update_variations keeps them, "
                "items.delete_variation deletes one"
            )
            raise InputError(message)
