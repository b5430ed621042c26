"""The same names without `await`: for scripts, Celery, Django, and notebooks whose users prefer plain calls.

    from meli_sdk.sync import MeliApp

    with MeliApp.from_env() as app:
        for order in app.session(471826944).orders.search(status="paid"):
            print(order)

Every call runs on one event loop in a background thread, so connections, limiter and token refreshes are shared between
calls and threads, and it works where a loop is running already. Signatures and documentation are those of the async
classes; `sync.pyi`, generated from them, tells type checkers.
"""

import asyncio
import atexit
import inspect
import os
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import wraps
from typing import Any, Final, Self, TypeVar, cast

from meli_sdk import app as _app
from meli_sdk import session as _session
from meli_sdk.errors import SessionStateError
from meli_sdk.wire.paging import Cursor, Page
from meli_sdk.wire.paging import Paginator as AsyncPaginator

T = TypeVar("T")

__all__ = ["MeliApp", "MeliSession", "Paginator"]

_END: Final = object()


class _BackgroundLoop:
    """One event loop in a daemon thread; a forked child gets its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._pid = 0

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._pid != os.getpid():
                self._loop, self._pid = asyncio.new_event_loop(), os.getpid()
                self._thread = threading.Thread(target=self._loop.run_forever, name="meli-sync", daemon=True)
                self._thread.start()
            return self._loop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine; an interrupt of the waiting thread cancels it."""
        loop = self._started()
        if threading.current_thread() is self._thread:
            work.close()
            message = (
                "a blocking call inside the loop of meli_sdk.sync would wait for itself: await the async class there"
            )
            raise SessionStateError(message)
        future = asyncio.run_coroutine_threadsafe(work, loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def stop(self) -> None:
        """Ends the thread at exit."""
        if self._loop is not None and self._pid == os.getpid():
            self._loop.call_soon_threadsafe(self._loop.stop)


_LOOP: Final = _BackgroundLoop()
atexit.register(_LOOP.stop)


def _iterate(stream: AsyncIterator[Any]) -> Iterator[Any]:
    async def following() -> Any:  # noqa: ANN401  a row, or the end
        return await anext(stream, _END)

    try:
        while (value := _LOOP.run(following())) is not _END:
            yield _wrapped(value)
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            _LOOP.run(close())


class Paginator:
    """Rows of a search, in pages: `for row in paginator` gives every row, `first()` the first page."""

    def __init__(self, inner: AsyncPaginator[Any]) -> None:
        self._pages = inner

    def __class_getitem__(cls, item: object) -> type["Paginator"]:
        return cls

    @property
    def failed(self) -> Any:  # noqa: ANN401  see sync.pyi
        """Rows that could not be decoded so far."""
        return self._pages.failed

    def first(self) -> Page[Any]:
        """The first page; what awaiting the async paginator gives."""

        async def page() -> Page[Any]:
            return await self._pages

        return _LOOP.run(page())

    def __iter__(self) -> Iterator[Any]:
        return _iterate(aiter(self._pages))

    def pages(self, *, resume: Cursor | None = None) -> Iterator[Page[Any]]:
        """Every page, from `resume` on."""
        return _iterate(self._pages.pages(resume=resume))

    def collect(self, *, limit: int) -> list[Any]:
        """The first rows, at most `limit`."""
        return _LOOP.run(self._pages.collect(limit=limit))


class _Face:
    """The blocking twin of one async object."""

    async_object: Any
    """What it stands for."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the async object has
        return _wrapped(getattr(self.async_object, name))

    def __repr__(self) -> str:
        return repr(self.async_object)

    def __enter__(self) -> Self:
        _LOOP.run(self.async_object.__aenter__())
        return self

    def __exit__(self, *problem: object) -> None:
        _LOOP.run(self.async_object.__aexit__(*problem))

    def close(self) -> None:
        """What `aclose()` does."""
        _LOOP.run(self.async_object.aclose())


_FACES: Final[dict[type, type[_Face]]] = {}


def _wrapped(value: Any) -> Any:  # noqa: ANN401
    """The blocking twin where there is one; anything else as it is."""
    if isinstance(value, AsyncPaginator):
        return Paginator(cast("AsyncPaginator[Any]", value))
    if hasattr(value, "__anext__"):
        return _iterate(cast("AsyncIterator[Any]", value))
    kind = cast("type[Any]", type(value))
    if not is_async(kind):
        return value
    face = object.__new__(_face(kind))
    face.async_object = value
    return face


def is_async(kind: type[Any]) -> bool:
    """Whether a class of this package has methods to await, and so a blocking twin."""
    if not kind.__module__.startswith("meli_sdk.") or issubclass(kind, _Face | Paginator | AsyncPaginator):
        return False
    return any(inspect.iscoroutinefunction(member) or inspect.isasyncgenfunction(member) for _, member in _public(kind))


def _public(kind: type[Any]) -> list[tuple[str, Any]]:
    return [(name, member) for name, member in inspect.getmembers_static(kind) if not name.startswith("_")]


def _face(kind: type[Any]) -> type[_Face]:
    """The class of the blocking twins of an async class."""
    if kind in _FACES:
        return _FACES[kind]
    namespace: dict[str, Any] = {"__doc__": kind.__doc__, "__module__": __name__}
    for name, member in _public(kind):
        if isinstance(member, classmethod):
            namespace[name] = classmethod(_made(getattr(kind, name)))
        elif inspect.isfunction(member):
            namespace[name] = _blocking(member)
    face = _FACES[kind] = cast("type[_Face]", type(kind.__name__, (_Face,), namespace))
    return face


def _blocking(function: Callable[..., Any]) -> Callable[..., Any]:
    waits = inspect.iscoroutinefunction(function)

    @wraps(function)
    def call(self: _Face, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        found = function(self.async_object, *args, **kwargs)
        return _wrapped(_LOOP.run(found) if waits else found)

    return call


def _made(factory: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(factory)
    def make(_: type, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        return _wrapped(factory(*args, **kwargs))

    return make


def _constructed(kind: type[Any]) -> type[_Face]:
    """A twin that users make themselves."""
    face = _face(kind)

    def make(self: _Face, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        given = {name: _unwrapped(value) for name, value in kwargs.items()}
        self.async_object = kind(*map(_unwrapped, args), **given)

    make.__doc__ = kind.__init__.__doc__
    face.__init__ = make  # type: ignore[method-assign]
    return face


def _unwrapped(value: Any) -> Any:  # noqa: ANN401
    """The async object of a twin; anything else as it is."""
    return value.async_object if isinstance(value, _Face) else value


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """`SalesChannel`, made when it is asked for: it needs the extra `sql`."""
    if name != "SalesChannel":
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from meli_sdk.channel.channel import SalesChannel  # noqa: PLC0415  the extra may be missing

    made = globals()[name] = _constructed(SalesChannel)
    return made


MeliApp: Any = _constructed(_app.MeliApp)
MeliSession: Any = _constructed(_session.MeliSession)
