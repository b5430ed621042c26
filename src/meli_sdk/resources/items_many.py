"""Many items by their ids, twenty a call: rows are matched to ids, and what is missing has a row too."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Collection, Iterable, Mapping, Sequence
from typing import Final, cast

from attrs import frozen

from meli_sdk.codec import Codec
from meli_sdk.errors import (
    Answer,
    CallInfo,
    DecodeError,
    InputError,
    ItemNotFoundError,
    MeliError,
    ResponseError,
    shown,
)
from meli_sdk.models.items import Item
from meli_sdk.resources import items_pages as pages
from meli_sdk.resources.json_shapes import Fields, fields_of
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint, Safety, parse_body
from meli_sdk.wire.message import Response
from meli_sdk.wire.pipeline import Caller
from meli_sdk.wire.read_ahead import call_off
from meli_sdk.wire.response import read_part_error

BATCH: Final = 20
"""More ids in one call are refused, or cut off in silence."""
_OK: Final = 200
_NOT_FOUND: Final = 404
_ROUTE_GONE: Final = frozenset({404, 405, 410})


@frozen(kw_only=True)
class ItemResult:
    """What one id of many led to: an item, or why there is none."""

    item_id: str
    item: Item | None = None
    error: MeliError | None = None
    """`ItemNotFoundError`, `ForbiddenError`, another class of the row's status, or a `DecodeError` with the raw row."""

    @property
    def found(self) -> bool:
        """Whether there is an item."""
        return self.item is not None


@frozen(kw_only=True)
class ItemRow:
    """One row as it was answered; both forms of the answer leave out ids in places."""

    item_id: str | None
    item: Item | None
    error: MeliError | None


def _read_rows(response: Response, codec: Codec) -> tuple[ItemRow, ...]:
    body = parse_body(response, codec)
    if not isinstance(body, list):
        got = type(body).__name__
        message = f"expected an array of rows, got {got}"
        raise DecodeError(message, expected="array", got=got, raw=body)
    return tuple(_row(row, response, codec) for row in cast("list[object]", body))


def _row(row: object, response: Response, codec: Codec) -> ItemRow:
    fields = fields_of(row)
    inner = fields_of(fields.get("body"))
    named = fields.get("id") or inner.get("id")
    item_id = named if isinstance(named, str) else None
    status = fields.get("status_code", fields.get("code", _OK if inner else _NOT_FOUND))
    if status == _OK and inner:
        try:
            return ItemRow(item_id=item_id, item=codec.structure(inner, Item), error=None)
        except DecodeError as wrong:
            return ItemRow(item_id=item_id, item=None, error=wrong)
    if not isinstance(status, int) or status == _OK:
        neither = DecodeError("a row has neither an item nor a status", expected="status_code", got="nothing", raw=row)
        return ItemRow(item_id=item_id, item=None, error=neither)
    return ItemRow(item_id=item_id, item=None, error=_refused(status, item_id, inner, response, codec))


def _refused(status: int, item_id: str | None, body: Fields, response: Response, codec: Codec) -> ResponseError:
    """The exception that a read of this item alone would have raised."""
    call = CallInfo("GET", response.request.template, 1, response.request_id)
    if status == _NOT_FOUND:
        said = body.get("message")
        answer = Answer(status=status, message=said if isinstance(said, str) else None, raw=body or None)
        return ItemNotFoundError(answer, values={"item_id": item_id}, call=call)
    return read_part_error(response, status, body, (), codec, call)


GET_ITEMS_IN_BULK: Final = Endpoint(
    method="GET", template="/items/bulk", reader=_read_rows, safety=Safety.SAFE, doc=pages.SEARCH
)
GET_ITEMS_BY_IDS: Final = Endpoint(
    method="GET", template="/items", reader=_read_rows, safety=Safety.SAFE, doc=pages.SEARCH
)
"""The older form, announced to end on 2026-10-25."""


def matched(asked: Sequence[str], rows: Sequence[ItemRow]) -> list[ItemResult]:
    """The rows in the order of the ids: by the id a row names, else by its place."""
    named = {row.item_id: row for row in rows if row.item_id}
    nameless = [row for row in rows if row.item_id not in asked]
    in_place = len(rows) == len(asked)
    found: list[ItemResult] = []
    for place, item_id in enumerate(asked):
        row = named.get(item_id)
        if row is None and in_place and rows[place].item_id not in asked:
            row = rows[place]
        elif row is None and nameless:
            row = nameless.pop(0)
        if row is None:
            error: MeliError | None = DecodeError(
                "the answer has no row for this item", expected="a row", got="nothing"
            )
        elif isinstance(row.error, ItemNotFoundError):
            error = ItemNotFoundError(row.error.answer, values={"item_id": item_id}, call=row.error.call)
        else:
            error = row.error
        found.append(ItemResult(item_id=item_id, item=row.item if row else None, error=error))
    return found


class _Batches:
    """Fetches batches; once today's route is gone it keeps to the older one."""

    def __init__(self, caller: Caller, attributes: Sequence[str] | None, *, all_attributes: bool) -> None:
        self._caller = caller
        self._attributes = attributes
        self._more = {"include_attributes": "all"} if all_attributes else {}
        self._older = False

    async def fetch(self, asked: Sequence[str]) -> list[ItemResult]:
        if not self._older:
            try:
                rows = await self._caller.call(GET_ITEMS_IN_BULK, params=self._params(asked, "body."))
            except ResponseError as gone:
                if gone.status not in _ROUTE_GONE:
                    raise
                self._older = True
            else:
                return matched(asked, rows)
        rows = await self._caller.call(GET_ITEMS_BY_IDS, params=self._params(asked, ""))
        return matched(asked, rows)

    def _params(self, asked: Sequence[str], prefix: str) -> Mapping[str, object]:
        """Today's form names fields of the body with a prefix, and drops status and id where they are not asked for."""
        fields = None
        if self._attributes is not None:
            names = dict.fromkeys(["id", *self._attributes])
            fields = ["status_code", *(f"body.{name}" for name in names)] if prefix else list(names)
        return {"ids": list(asked), "attributes": fields, **self._more}


async def get_many(
    caller: Caller,
    item_ids: Iterable[str] | AsyncIterable[str],
    attributes: Sequence[str] | None,
    *,
    all_attributes: bool,
) -> AsyncIterator[ItemResult]:
    """The results in the order of the ids; while one batch is used, the next one is already asked for."""
    batches = _Batches(caller.patient(), attributes, all_attributes=all_attributes)
    ahead: asyncio.Task[list[ItemResult]] | None = None
    try:
        async for batch in _batched(item_ids):
            following = asyncio.ensure_future(batches.fetch(batch))
            last, ahead = ahead, following
            for result in await last if last is not None else ():
                yield result
        for result in await ahead if ahead is not None else ():
            yield result
    finally:
        await call_off([] if ahead is None else [ahead])


async def _batched(item_ids: Iterable[str] | AsyncIterable[str]) -> AsyncIterator[list[str]]:
    """Distinct ids, each checked, twenty at a time."""
    seen: set[str] = set()
    batch: list[str] = []
    async for item_id in _each(item_ids):
        checked = ids.item_id(item_id)
        if checked in seen:
            continue
        seen.add(checked)
        batch.append(checked)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _each(item_ids: Iterable[str] | AsyncIterable[str]) -> AsyncIterator[str]:
    if isinstance(item_ids, AsyncIterable):
        async for item_id in item_ids:
            yield item_id
    else:
        for item_id in item_ids:
            yield item_id


def check_ids(item_ids: object) -> None:
    """Refuses one text in the place of several ids, and a wrong id in a collection before anything is asked for.

    Raises:
        InputError: an id does not look like one.
    """
    if isinstance(item_ids, str) or not isinstance(item_ids, Iterable | AsyncIterable):
        message = f"item_ids must be several ids, such as a list; for one there is items.get: {shown(item_ids)}"
        raise InputError(message)
    if isinstance(item_ids, Collection):
        for item_id in cast("Collection[object]", item_ids):
            ids.item_id(item_id)
