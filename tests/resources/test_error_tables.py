"""The 29 rows of the marketplace page's three error tables, over a real socket, each as its class.

The table that is headed only "Errors" holds for every resource of the page: its seven rows are provoked on each call.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from meli_sdk import MeliSession, errors
from meli_sdk.models import ItemChanges, SiteConfig
from meli_sdk.sandbox import DOCUMENTED_ERRORS, GLOBAL_SELLER_ID, DocumentedError

PARENT, CHILD = "CBT1234", "MLM1487703748"
CONFIG = [SiteConfig("MLB", "remote")]

Call = Callable[[MeliSession], Awaitable[Any]]
CALLS: dict[str, tuple[str, Call]] = {
    "user": ("GET /marketplace/users/{id}", lambda me: me.marketplace.user()),
    "create_items": ("POST /marketplace/items/{id}", lambda me: me.marketplace.create_items(PARENT, CONFIG)),
    "get": ("GET /marketplace/items/{id}", lambda me: me.marketplace.get(CHILD)),
    "modify_marketplace_items": (
        "PUT /marketplace/items/{id}",
        lambda me: me.marketplace.modify(CHILD, ItemChanges(title="Lights")),
    ),
    "modify_items": ("PUT /items/{id}", lambda me: me.marketplace.modify(CHILD, ItemChanges(condition="new"))),
    "update": ("PUT /global/items/{id}", lambda me: me.marketplace.update(CHILD, ItemChanges(title="Lights"))),
    "delete": (
        "PUT /global/items/{id}",
        lambda me: me.marketplace.delete("CBT946690995", "MLM", "remote", check=False),
    ),
    "attributes": ("GET /categories/{id}/attributes", lambda me: me.categories.attributes("CBT5849")),
    "sale_terms": ("GET /categories/{id}/sale_terms", lambda me: me.categories.sale_terms("CBT5849")),
}
OF_TABLE = {
    "creating": ["create_items"],
    "modifying": ["modify_marketplace_items", "modify_items", "update", "delete"],
    "reading": list(CALLS),
}
CLASSES: dict[str, list[type[errors.ResponseError]]] = {
    "creating": [
        errors.CountryNotAllowedError,
        errors.ShippingNotAllowedError,
        errors.ListingQuotaError,
        errors.InvalidCallerError,
        errors.UnidentifiedUserError,
        errors.ResourceNotFoundError,
        errors.ServerError,
        errors.InvalidTokenError,
        errors.MalformedTokenError,
        errors.InvalidParameterError,
        errors.ItemNotFoundError,
        errors.NotConfiguredForSiteError,
        errors.LockedError,
    ],
    "modifying": [
        errors.InvalidCallerError,
        errors.UnidentifiedUserError,
        errors.ResourceNotFoundError,
        errors.ServerError,
        errors.InvalidTokenError,
        errors.MalformedTokenError,
        errors.InvalidParameterError,
        errors.ItemNotFoundError,
        errors.NoChildForSiteError,
    ],
    "reading": [
        errors.InvalidCallerError,
        errors.ResourceNotFoundError,
        errors.ServerError,
        errors.InvalidTokenError,
        errors.MalformedTokenError,
        errors.InvalidParameterError,
        errors.ItemNotFoundError,
    ],
}
MESSAGES = {
    "You cannot offer this product in $COUNTRY.": "You cannot offer this product in Brazil.",
    "You can't send the product in this kind of shipment in $COUNTRY.": (
        "You can't send the product in this kind of shipment in Brazil."
    ),
    "current user $user_id is not configured to publish in site $site and logistic $logistic": (
        f"current user {GLOBAL_SELLER_ID} is not configured to publish in site MLB and logistic remote"
    ),
    "parent_id CBTXXX is locked for mapping.": "parent_id CBT1234 is locked for mapping.",
}
ATTEMPTS = {500: {"GET": 4, "PUT": 2, "POST": 1}, 423: {"POST": 4}}
CASES = [
    pytest.param(row, call, id=f"{row.table}-row{row.number:02}-{call}")
    for row in DOCUMENTED_ERRORS
    for call in OF_TABLE[row.table]
]


def said(row: DocumentedError, error: errors.ResponseError) -> str | None:
    """The words of the row, its placeholders filled as the request had them."""
    if row.message.startswith("{"):
        return "Malformed access_token: TOKEN_NOT_VALID"
    if "$id" in row.message:
        named = getattr(error, "item_id", None) or "$id"
        return row.message.replace("$id", named)
    return MESSAGES.get(row.message, row.message)


def test_there_are_29_rows():
    assert len(DOCUMENTED_ERRORS) == 29
    assert {table: len(classes) for table, classes in CLASSES.items()} == {
        "creating": 13,
        "modifying": 9,
        "reading": 7,
    }


@pytest.mark.parametrize(("row", "call"), CASES)
async def test_every_documented_error_arrives_as_its_class(box, selling, row, call):
    match, make = CALLS[call]
    box.fail_next(match, row, times=10)
    with pytest.raises(errors.ResponseError) as raised:
        await make(selling)
    error = raised.value
    assert type(error) is CLASSES[row.table][row.number - 1]
    assert error.status == row.status
    assert error.code == {"Bad rerquest": "bad_request"}.get(row.error, row.error)
    if not row.message.startswith("parent user"):
        assert error.message == said(row, error)
    assert error.causes == ()
    assert error.request_id
    method = match.split()[0]
    assert error.attempts == ATTEMPTS.get(row.status, {}).get(method, 1)
    assert (error.method, error.may_have_been_applied) == (method, row.status == 500 and method != "GET")
    assert error.remedy
    assert isinstance(error, errors.BadRequestError if row.status == 400 else errors.ResponseError)


def row_of(table: str, number: int) -> DocumentedError:
    return next(row for row in DOCUMENTED_ERRORS if (row.table, row.number) == (table, number))


@pytest.mark.parametrize(
    ("table", "number", "values"),
    [
        ("creating", 1, {"country": "Brazil"}),
        ("creating", 2, {"country": "Brazil"}),
        ("creating", 11, {"item_id": PARENT}),
        ("creating", 12, {"user_id": GLOBAL_SELLER_ID, "site_id": "MLB", "logistic_type": "remote"}),
        ("creating", 13, {"parent_id": PARENT}),
    ],
)
async def test_values_in_a_creating_error_are_attributes(box, selling, table, number, values):
    box.fail_next("POST /marketplace/items/{id}", row_of(table, number), times=10)
    with pytest.raises(errors.ResponseError) as raised:
        await selling.marketplace.create_items(PARENT, CONFIG)
    assert {name: getattr(raised.value, name) for name in values} == values


async def test_values_in_a_modifying_error_are_attributes(box, selling):
    box.fail_next("PUT /global/items/{id}", row_of("modifying", 9))
    with pytest.raises(errors.NoChildForSiteError) as raised:
        await selling.marketplace.update(PARENT, ItemChanges(title="Lights"), site_id="MLC", logistic_type="remote")
    error = raised.value
    assert (error.user_id, error.site_id, error.logistic_type) == (GLOBAL_SELLER_ID, "MLC", "remote")
    assert "create_items" in (error.remedy or "")


async def test_a_token_that_was_refused_is_asked_for_once_only(box, selling):
    """A bare token has no successor: the answer 401 is raised, not sent again."""
    box.fail_next("GET /marketplace/items/{id}", row_of("reading", 4), times=10)
    with pytest.raises(errors.InvalidTokenError):
        await selling.marketplace.get(CHILD)
    assert box.calls == 1
