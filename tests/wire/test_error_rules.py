"""The error tables as data: each row with the words it stands for, and what it must not catch."""

import re

import pytest

from meli_sdk import errors
from meli_sdk.wire import error_rules as rules
from meli_sdk.wire.error_rules import ErrorRule, floor_of, normal_code

EVERY_RULE = {name: rule for name, rule in vars(rules).items() if isinstance(rule, ErrorRule)}
SAYINGS = {
    "NOT_CONFIGURED": (
        "Current user 900100 is not configured to publish in site MLB and logistic remote.",
        {"user_id": "900100", "site_id": "MLB", "logistic_type": "remote"},
    ),
    "NO_CHILD": (
        "parent user 900100 does not have any child for site MLC and logistic fulfillment",
        {"user_id": "900100", "site_id": "MLC", "logistic_type": "fulfillment"},
    ),
    "COUNTRY_NOT_ALLOWED": ("You cannot offer this product in Costa Rica.", {"country": "Costa Rica"}),
    "SHIPPING_NOT_ALLOWED": ("You cant send the product in this kind of shipment in Chile", {"country": "Chile"}),
    "LISTING_QUOTA": ("Active listings quota reached. Close some listings.", {}),
    "LOCKED_FOR_MAPPING": ("parent_id CBT1234 is locked for mapping.", {"parent_id": "CBT1234"}),
    "INVALID_CALLER": ("Invalid caller.id", {}),
    "UNIDENTIFIED_USER": ("Can not identify the user.", {}),
    "POLICY": ("At least one policy returned UNAUTHORIZED.", {}),
    "MALFORMED_TOKEN": ("Malformed access_token: x", {}),
    "INVALID_PARAMETER": ("Invalid parameter", {}),
    "INVALID_TOKEN": ("expired_token", {}),
    "EXPIRED_TOKEN": ("invalid token", {}),
    "NOT_THE_USERS": ("user not authorized", {}),
    "BLOCKED_APPLICATION": (None, {}),
    "TOKEN_NOT_SENT": (None, {}),
    "ACCESS_DENIED": (None, {}),
    "OPERATOR": ("invalid_operator_user_id", {}),
    "INVALID_CALLER_400": ("invalid callerID", {}),
    "UNKNOWN_ERROR": ("unknown_error", {}),
    "INVALID_TOKEN_BY_CODE": (None, {}),
    "ITEM_NOT_FOUND": ("Item with id MLM17 was not found", {"item_id": "MLM17"}),
    "RESOURCE_NOT_FOUND": ("Si quieres conocer los recursos de la API que se encuentran disponibles visita ...", {}),
    "ORDER_NOT_FOUND": ("Order do not exists", {}),
    "NOT_OWNED_ORDER": ("The user has not access to the order.", {}),
    "NOT_OWNED_ORDER_BY_CODE": (None, {}),
    "SHIPMENT_NOT_FOUND": ("Not found shipping with id: 40000000001", {"shipment_id": "40000000001"}),
    "OLD_RESOURCE_CLOSED": ("Cannot modify CBT item from this resource.", {}),
    "VALIDATION_FAILED": ("anything", {}),
    "ITEM_REFUSED": ("anything", {}),
    "NOT_STORED_YET": ("The file could not be retrieved from storage", {}),
    "ANOTHER_REQUEST": ("There is another request locking this operation", {}),
    "VERSION_CONFLICT": ("Version mismatch", {}),
}


def code_of(rule: ErrorRule) -> str | None:
    """A code that the rule fits."""
    return rule.code if rule.code_like is None else "item_price_invalid"


def test_every_rule_is_in_the_table_of_sayings():
    assert SAYINGS.keys() == EVERY_RULE.keys()


@pytest.mark.parametrize("name", EVERY_RULE)
def test_a_rule_fits_its_words_and_reads_their_values(name):
    rule, (words, values) = EVERY_RULE[name], SAYINGS[name]
    assert rule.values(rule.status, code_of(rule), words) == values
    assert set(values) <= set(rule.raises.VALUES)


@pytest.mark.parametrize("name", EVERY_RULE)
def test_a_rule_does_not_fit_another_status_code_or_text(name):
    rule, (words, _) = EVERY_RULE[name], SAYINGS[name]
    assert rule.values(rule.status + 1, code_of(rule), words) is None
    if code_of(rule) is not None:
        assert rule.values(rule.status, f"x_{code_of(rule)}", words) is None
        assert rule.values(rule.status, None, words) is None
    if rule.says is not None:
        assert rule.values(rule.status, rule.code, "Something else altogether") is None
        assert rule.values(rule.status, rule.code, None) is None


@pytest.mark.parametrize("name", EVERY_RULE)
def test_a_rule_raises_a_class_of_its_status_with_remedy_and_page(name):
    rule = EVERY_RULE[name]
    assert issubclass(rule.raises, floor_of(rule.status).raises)
    assert rule.remedy.endswith(".")
    assert rule.doc.startswith("https://")
    assert rule.code is None or rule.code == normal_code(rule.code)


def test_a_rule_without_words_or_code_would_catch_everything_and_there_is_none():
    assert not [name for name, rule in EVERY_RULE.items() if rule.says is None and code_of(rule) is None]


def test_every_rule_belongs_to_a_group():
    grouped = {*rules.PAGE_RULES, *rules.CREATING_RULES, *rules.MODIFYING_RULES, *rules.GLOBAL_RULES}
    assert grouped == set(EVERY_RULE.values())


GROUPS = ["PAGE_RULES", "CREATING_RULES", "MODIFYING_RULES", "GLOBAL_RULES"]


@pytest.mark.parametrize(
    ("group", "name"),
    [(group, name) for group in GROUPS for name, rule in EVERY_RULE.items() if rule in getattr(rules, group)],
)
def test_inside_a_group_no_rule_takes_the_words_of_another(group, name):
    rule, (words, _) = EVERY_RULE[name], SAYINGS[name]
    fitting = [other for other in getattr(rules, group) if other.values(rule.status, code_of(rule), words) is not None]
    assert fitting[0].raises is rule.raises


@pytest.mark.parametrize("name", [name for name, rule in EVERY_RULE.items() if rule.says is not None])
def test_of_a_message_only_the_first_thousand_characters_are_searched(name):
    rule, (words, _) = EVERY_RULE[name], SAYINGS[name]
    assert rule.values(rule.status, rule.code, words + " " * 1_000_000) is not None
    assert rule.values(rule.status, rule.code, " " * 1_000 + words) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("bad_request", "bad_request"),
        ("bad.request", "bad_request"),
        ("  Bad  Request ", "bad_request"),
        ("Bad rerquest", "bad_request"),
        ("BAD-REQUEST!", "bad_request"),
        ("too_many_request", "too_many_requests"),
        ("PA_UNAUTHORIZED_RESULT_FROM_POLICIES", "pa_unauthorized_result_from_policies"),
        ("", ""),
        ("...", ""),
    ],
)
def test_a_code_has_one_spelling(text, code):
    assert normal_code(text) == code
    assert normal_code(code) == code


def test_a_code_is_never_longer_than_a_message_may_be():
    assert re.fullmatch("x{1000}", normal_code("x" * 1_000_000))


def test_every_status_has_a_class():
    kinds = {status: floor_of(status).raises for status in range(100, 1000)}
    assert all(issubclass(kind, errors.ResponseError) for kind in kinds.values())
    assert {status for status, kind in kinds.items() if kind is errors.ServerError} == set(range(500, 1000))


@pytest.mark.parametrize("code", ["item_not_found", "item", "items_x", "body", "normalize_item_x"])
def test_not_every_code_about_an_item_is_a_validation(code):
    assert rules.ITEM_REFUSED.values(400, code, None) is None
