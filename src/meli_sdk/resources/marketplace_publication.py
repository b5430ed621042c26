"""Answers to a publication, read row by row: what was published is live, so one bad row hides no other."""

from collections.abc import Iterable
from typing import TypeVar, cast

from meli_sdk.codec import Codec
from meli_sdk.errors import CallInfo, DecodeError, MeliError, NotApplicableError
from meli_sdk.models.marketplace import GlobalListing, Listing, RowError, SiteItem
from meli_sdk.models.marketplace_publishing import FamilyListing
from meli_sdk.resources.marketplace_errors import PUBLISH_RULES
from meli_sdk.resources.marketplace_results import PublishResult
from meli_sdk.wire.endpoint import parse_body
from meli_sdk.wire.message import Response
from meli_sdk.wire.response import read_part_error

T = TypeVar("T", bound=GlobalListing)
RowErrors = tuple[RowError | str, ...] | RowError | str | None
Unreadable = tuple[DecodeError, ...]
Refusals = tuple[MeliError, ...]


def read_publication(response: Response, codec: Codec) -> tuple[GlobalListing, Unreadable, Refusals]:
    """The global item with the rows that can be decoded, the others, and why sites refused."""
    return _publication(parse_body(response, codec), response, codec, GlobalListing)


def read_family(response: Response, codec: Codec) -> tuple[PublishResult, ...]:
    """One result for each member of a new family, in the order of the answer."""
    return tuple(_member(row, response, codec) for row in _rows(response, codec))


def read_listings(response: Response, codec: Codec) -> tuple[tuple[Listing, ...], Unreadable, Refusals]:
    """The rows of the marketplace page's answer that can be decoded, the others, and why sites refused."""
    rows, unreadable = codec.rows(_rows(response, codec), Listing)
    return rows, unreadable, _refusals(rows, response, codec)


def published(
    parent: str,
    listed: GlobalListing,
    unreadable: Unreadable,
    refusals: Refusals,
    error: MeliError | None = None,
) -> PublishResult:
    """What the answer means for each site."""
    return PublishResult(
        cbt_item_id=parent,
        listings=tuple(row.as_listing(parent) for row in listed.site_items),
        unreadable=unreadable,
        refusals=refusals,
        error=error,
        user_product_id=listed.siteless_user_product_id,
        parent_user_product_id=listed.parent_user_product_id,
        family_id=listed.siteless_family_id,
    )


def _rows(response: Response, codec: Codec) -> list[object]:
    body: object = parse_body(response, codec)
    if isinstance(body, list):
        return cast("list[object]", body)
    message = f"expected an array of listings, got {type(body).__name__}"
    raise DecodeError(message, expected="array", got=type(body).__name__, raw=body)


def _publication(body: object, response: Response, codec: Codec, model: type[T]) -> tuple[T, Unreadable, Refusals]:
    if not isinstance(body, dict):
        return codec.structure(body, model), (), ()
    fields = cast("dict[str, object]", body)
    found = fields.get("site_items")
    if not isinstance(found, list):
        return codec.structure(fields, model), (), ()
    rows, unreadable = codec.rows(cast("list[object]", found), SiteItem)
    listed = codec.structure({**fields, "site_items": []}, model)
    listed.site_items, listed.raw = rows, fields
    return listed, unreadable, _refusals((row.as_listing("") for row in rows), response, codec)


def _member(row: object, response: Response, codec: Codec) -> PublishResult:
    try:
        listed, unreadable, refusals = _publication(row, response, codec, FamilyListing)
    except DecodeError as wrong:
        return PublishResult(cbt_item_id="", listings=(), unreadable=(wrong,))
    error = None if listed.refusal is None else _refusal(listed.refusal, response, codec)
    return published(listed.item_id or "", listed, unreadable, refusals, error)


def _refusals(rows: Iterable[Listing], response: Response, codec: Codec) -> Refusals:
    found: list[MeliError] = []
    for row in rows:
        if row.errors:
            refusal = _refusal(row.errors, response, codec)
            refusal.add_note(f"{row.site_id} {row.logistic_type}")
            found.append(refusal)
    return tuple(found)


def _refusal(errors: RowErrors, response: Response, codec: Codec) -> MeliError:
    """The exception that an answer with this error alone would have been."""
    first = errors[0] if isinstance(errors, tuple) else errors
    if not isinstance(first, RowError):
        return NotApplicableError(str(first))
    call = CallInfo(response.request.method, response.request.template, 1, response.request_id)
    return read_part_error(response, first.status or 400, first, PUBLISH_RULES, codec, call)
