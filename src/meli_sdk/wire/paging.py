"""Pages: rows, how many there are, and the cursor that leads on."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar, cast
from urllib.parse import parse_qsl, urlencode

from attrs import frozen

from meli_sdk.codec import Codec
from meli_sdk.errors import DecodeError, InputError, MeliError, PaginationError, shown
from meli_sdk.models.html import rows_as_html
from meli_sdk.wire.endpoint import Reader, parse_body
from meli_sdk.wire.message import Response
from meli_sdk.wire.read_ahead import call_off

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")

_MAX_CURSOR: Final = 4_000


@frozen
class Cursor:
    """Where a page begins, as the query parameters that lead there. `str(cursor)` and `Cursor.parse` are inverse."""

    params: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, **params: object) -> "Cursor":
        return cls(tuple((name, str(value)) for name, value in params.items()))

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Reads what `str` wrote.

        Raises:
            InputError: this is no cursor.
        """
        pairs: list[tuple[str, str]] = []
        if isinstance(text, str) and len(text) <= _MAX_CURSOR:
            with suppress(ValueError):
                pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
        if not pairs:
            message = f"a cursor is text made by str(cursor), got {shown(text)}"
            raise InputError(message)
        return cls(tuple(pairs))

    def __str__(self) -> str:
        return urlencode(self.params)


@frozen
class Page(Generic[T_co]):
    """One page of rows."""

    items: tuple[T_co, ...]
    total: int | None = None
    """How many rows Mercado Libre says there are; not always right."""
    cursor: Cursor | None = None
    """Where the next page begins; None on the last."""
    failed: tuple[DecodeError, ...] = ()
    """Rows that could not be decoded, each with its raw row."""
    cut: PaginationError | None = None
    """Why Mercado Libre shows no next page although there are more rows; raised when it is asked for."""

    def __iter__(self) -> Iterator[T_co]:
        """Its rows."""
        return iter(self.items)

    def _repr_html_(self) -> str:
        """What a notebook shows: the first rows and how many there are."""
        return rows_as_html(self.items, self.total)


NextCursor = Callable[[Response, Mapping[str, Any], int], Cursor | PaginationError | None]
"""From the answer, its body and the number of rows to where the next page begins, or why it cannot be reached."""


def _whole(value: object, default: int) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:  # noqa: PLR2004
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _object(value: object) -> Mapping[str, Any]:
    """An object as it is, anything else as an empty one."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _paging(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Total and limit: under `paging`, or in the body itself, as questions have them."""
    return _object(body.get("paging")) or body


def by_offset(default_limit: int = 50, max_offset: int | None = None) -> NextCursor:
    """The next page begins `limit` rows further, until the total is reached or, where none is told, a page is empty.

    `max_offset`: beyond it Mercado Libre refuses; the page that reaches it with rows left is cut.
    """

    def following(response: Response, body: Mapping[str, Any], count: int) -> Cursor | PaginationError | None:
        asked = response.request.url.query
        paging = _paging(body)
        limit = _whole(paging.get("limit"), _whole(asked.get("limit"), default_limit))
        offset = _whole(asked.get("offset"), 0) + max(limit, count)
        if not count or offset >= _whole(paging.get("total"), offset + 1):
            return None
        if max_offset is not None and offset + limit > max_offset:
            message = (
                f"Mercado Libre shows no rows beyond offset {max_offset} and says there are {paging.get('total')}: "
                "narrow the search, for instance to a shorter time"
            )
            return PaginationError(message)
        return Cursor.of(offset=offset)

    return following


def by_offset_or_scan(default_limit: int, max_offset: int) -> NextCursor:
    """By offset; in a scan by the newest scroll id, until there is none or a page is empty."""
    offsets = by_offset(default_limit, max_offset)

    def following(response: Response, body: Mapping[str, Any], count: int) -> Cursor | PaginationError | None:
        if response.request.url.query.get("search_type") != "scan":
            return offsets(response, body, count)
        scroll_id: object = body.get("scroll_id")
        return Cursor.of(search_type="scan", scroll_id=scroll_id) if count and scroll_id else None

    return following


def scan_beyond(max_offset: int) -> "Callable[[Page[Any]], Cursor | None]":
    """For `Caller.paginate`: a search with more rows than offsets reach begins again as a scan."""

    def restart(first: Page[Any]) -> Cursor | None:
        return Cursor.of(search_type="scan") if (first.total or 0) > max_offset else None

    return restart


def rows(model: type[T], key: str | None, following: NextCursor) -> Reader[Page[T]]:
    """Reads one page: the rows under `key` (None: the body is the array), each on its own."""

    def read(response: Response, codec: Codec) -> Page[T]:
        body = parse_body(response, codec)
        fields = _object(body)
        found = body if key is None else cast("object", fields.get(key))
        if not isinstance(found, list):
            got = type(found).__name__
            message = f"expected an array{f' under {key!r}' if key else ''}, got {got}"
            raise DecodeError(message, path=key or "", expected="array", got=got, raw=body)
        items, failed = codec.rows(cast("list[object]", found), model)
        total = _paging(fields).get("total")
        next_page = following(response, fields, len(cast("list[object]", found)))
        cut = next_page if isinstance(next_page, PaginationError) else None
        return Page(
            items,
            total if isinstance(total, int) and not isinstance(total, bool) else None,
            None if isinstance(next_page, PaginationError) else next_page,
            failed,
            cut,
        )

    return read


class Paginator(Generic[T]):
    """Rows of a search, in pages.

    `await paginator` gives the first page, `async for row in paginator` every row, `paginator.pages()` every page.
    While one page is used, the next one is already asked for.
    """

    def __init__(self, fetch: "Callable[[Cursor | None], Any]", report: Callable[[DecodeError], None]) -> None:
        self._fetch = fetch
        self._report = report
        self.failed: list[DecodeError] = []
        """Rows that could not be decoded so far, each with its raw row."""

    def __await__(self) -> Generator[Any, Any, Page[T]]:
        return self.page(None).__await__()

    async def page(self, cursor: Cursor | None = None) -> Page[T]:
        """One page: the first, or the one that begins at the cursor.

        Raises:
            MeliError: whatever the call raises, with `.cursor` set to where it stopped.
        """
        try:
            page = cast("Page[T]", await self._fetch(cursor))
        except MeliError as failure:
            failure.cursor = str(cursor) if cursor else None
            raise
        for error in page.failed:
            self.failed.append(error)
            self._report(error)
        return page

    async def pages(self, *, resume: Cursor | None = None) -> AsyncGenerator[Page[T], None]:
        """Every page, from `resume` on.

        Raises:
            PaginationError: the same page came twice, or more rows are left than Mercado Libre shows.
            MeliError: whatever the call raises, with `.cursor` set to where it stopped.
        """
        cursor = resume
        page = await self.page(cursor)
        while True:
            following = page.cursor
            ahead = asyncio.ensure_future(self.page(following)) if following else None
            try:
                yield page
                if page.cut is not None:
                    page.cut.cursor = str(cursor) if cursor else None
                    raise page.cut
                if ahead is None:
                    return
                last, page, cursor = page, await ahead, following
            finally:
                await call_off([] if ahead is None else [ahead])
            if page.items and page.items == last.items:
                message = f"the page at {following} repeats the one before it"
                error = PaginationError(message)
                error.cursor = str(following)
                raise error

    async def __aiter__(self) -> AsyncGenerator[T, None]:
        pages = self.pages()
        try:
            async for page in pages:
                for item in page.items:
                    yield item
        finally:
            await pages.aclose()

    async def collect(self, *, limit: int) -> list[T]:
        """At most `limit` rows as a list.

        Raises:
            InputError: a limit below 1.
        """
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            message = f"limit is a whole number from 1, got {shown(limit)}"
            raise InputError(message)
        found: list[T] = []
        pages = self.pages()
        try:
            async for page in pages:
                found.extend(page.items)
                if len(found) >= limit:
                    break
        finally:
            await pages.aclose()
        return found[:limit]
