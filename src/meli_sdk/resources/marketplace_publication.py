"""Answers to a publication, read row by row: what was published is live, so one bad row hides no other."""

from typing import TypeVar, cast

from meli_sdk.codec import Codec
from meli_sdk.errors import DecodeError
from meli_sdk.models.marketplace import GlobalListing, Listing, RowError, SiteItem
from meli_sdk.models.marketplace_publishing import FamilyListing
from meli_sdk.resources.marketplace_results import PublishResult
from meli_sdk.wire.endpoint import parse_body
from meli_sdk.wire.message import Response

T = TypeVar("T", bound=GlobalListing)
Unreadable = tuple[DecodeError, ...]


def read_publication(response: Response, codec: Codec) -> tuple[GlobalListing, Unreadable]:
    """The global item with the rows that can be decoded, and the others."""
    return _publication(parse_body(response, codec), codec, GlobalListing)


def read_family(response: Response, codec: Codec) -> tuple[PublishResult, ...]:
    """One result for each member of a new family, in the order of the answer."""
    return tuple(_member(row, codec) for row in _rows(response, codec))


def read_listings(response: Response, codec: Codec) -> tuple[tuple[Listing, ...], Unreadable]:
    """The rows of the marketplace page's answer that can be decoded, and the others."""
    return codec.rows(_rows(response, codec), Listing)


def published(
    parent: str, listed: GlobalListing, unreadable: Unreadable, error: RowError | None = None
) -> PublishResult:
    """What the answer means for each site."""
    return PublishResult(
        cbt_item_id=parent,
        listings=tuple(row.as_listing(parent) for row in listed.site_items),
        unreadable=unreadable,
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


def _publication(body: object, codec: Codec, model: type[T]) -> tuple[T, Unreadable]:
    if not isinstance(body, dict):
        return codec.structure(body, model), ()
    fields = cast("dict[str, object]", body)
    found = fields.get("site_items")
    if not isinstance(found, list):
        return codec.structure(fields, model), ()
    rows, unreadable = codec.rows(cast("list[object]", found), SiteItem)
    listed = codec.structure({**fields, "site_items": []}, model)
    listed.site_items, listed.raw = rows, fields
    return listed, unreadable


def _member(row: object, codec: Codec) -> PublishResult:
    try:
        listed, unreadable = _publication(row, codec, FamilyListing)
    except DecodeError as wrong:
        return PublishResult(cbt_item_id="", listings=(), unreadable=(wrong,))
    return published(listed.item_id or "", listed, unreadable, listed.refusal)
