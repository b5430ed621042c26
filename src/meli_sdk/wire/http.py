"""The door to the network: the only client-side module that imports aiohttp."""

import asyncio
from collections.abc import Mapping
from typing import Final

import aiohttp
from yarl import URL

from meli_sdk import errors
from meli_sdk.config import Timeouts
from meli_sdk.errors import MeliError
from meli_sdk.secret import Secret
from meli_sdk.wire.content_coding import ACCEPTED, inflater
from meli_sdk.wire.message import MAX_ERROR_BYTES, Request, Response
from meli_sdk.wire.observe import LOGGER

_CHUNK: Final = 64 * 1024
_REFUSED: Final = 400
_CONTENT_ENCODING: Final = aiohttp.hdrs.CONTENT_ENCODING
_NOT_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.ClientHttpProxyError,  # a proxy refused to open the way
)
_CONNECT_SHARE: Final = 0.75
"""Of an attempt connecting may take so much, so that it fails as what it is, before the attempt as a whole does."""


class AiohttpTransport:
    """Sends requests through one aiohttp session.

    It follows no redirect, keeps no cookie, reads no proxy from the environment unless asked, and sends a request once:
    aiohttp's own second try after a broken connection is off. A session that is passed in stays its owner's to close, and
    keeps its own habits, but for `raise_for_status` and `auto_decompress`, which are never used: make it with
    `cookie_jar=aiohttp.DummyCookieJar()`, so that no cookie of one seller travels with another's call.

    Args:
        session: your own aiohttp session.
        proxy: URL of a proxy for every call.
        trust_env: read proxies from the environment.
        limit: connections open at most; further calls wait, unsent, before they take their slot of the limiter. With a
            session of your own its connector's limit holds.
    """

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession | None = None,
        proxy: str | None = None,
        trust_env: bool = False,
        limit: int = 100,
    ) -> None:
        self._session = session
        self._owns_session = session is None
        self._proxy = proxy
        self._trust_env = trust_env
        self.limit: int | None = limit if session is None or session.connector is None else session.connector.limit
        self._limits: tuple[Timeouts, aiohttp.ClientTimeout] | None = None
        """The limits of the last request, in both spellings: mostly those of the next one too."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        if session is not None and not isinstance(session.cookie_jar, aiohttp.DummyCookieJar):
            LOGGER.warning(
                "this aiohttp session keeps cookies, which would travel from one seller's calls to another's: "
                "make it with cookie_jar=aiohttp.DummyCookieJar()"
            )

    def _open(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._closed:
            message = "the session is closed: make a new one"
            raise errors.SessionStateError(message)
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            message = "the session belongs to another event loop: make one per loop, or use meli_sdk.sync"
            raise errors.SessionStateError(message)
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self.limit or 0, use_dns_cache=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=self._trust_env,
            )
            # A second PUT that nobody sees would pay no limiter, and a versioned one would be refused as a conflict.
            setattr(self._session, "_retry_connection", False)  # noqa: B010  no public switch; a test watches this one
        elif not self._owns_session and self._session.closed:
            message = "the aiohttp session that was passed in is closed: make a new one, and a transport with it"
            raise errors.SessionStateError(message)
        return self._session

    async def send(self, request: Request) -> Response:
        """One request, one whole answer.

        Raises:
            TransportError: no usable answer; `sent` is False where surely nothing left.
            SessionStateError: closed, as may be the session that was passed in, or used from another event loop.
        """
        answer = await _exchange(self._open(), request, self._proxy, self._client_timeout(request.timeouts))
        if isinstance(answer, MeliError):
            raise answer
        return answer

    def _client_timeout(self, timeouts: Timeouts) -> aiohttp.ClientTimeout:
        if self._limits is None or self._limits[0] is not timeouts:
            connect = min(timeouts.connect, timeouts.attempt * _CONNECT_SHARE)
            self._limits = (
                timeouts,
                aiohttp.ClientTimeout(
                    total=timeouts.attempt,
                    connect=connect,  # with the name's resolution; no request waits for a place in the pool
                    sock_connect=connect,
                    # A timer for each piece that is read, needed only where it would end before the attempt does.
                    sock_read=timeouts.read if timeouts.read < timeouts.attempt else None,
                    ceil_threshold=timeouts.attempt + 1,
                ),
            )
        return self._limits[1]

    async def aclose(self) -> None:
        """Closes the connections, unless the session was passed in."""
        self._closed = True
        if self._session is not None and self._owns_session:
            await self._session.close()


def _headers(request: Request) -> dict[str, str]:
    headers = {"accept-encoding": ACCEPTED, **request.headers}  # whatever else is installed beside aiohttp
    if request.token is not None:
        headers["authorization"] = f"Bearer {request.token.reveal()}"
    return headers


def _form(form: Mapping[str, str | Secret]) -> dict[str, str]:
    return {name: value.reveal() if isinstance(value, Secret) else value for name, value in form.items()}


async def _exchange(
    session: aiohttp.ClientSession, request: Request, proxy: str | None, limits: aiohttp.ClientTimeout
) -> Response | MeliError:
    """The answer, or the failure as a value: the frame that holds the revealed token never raises."""
    try:
        answer = await session.request(
            request.method,
            request.url,
            headers=_headers(request),
            data=_form(request.form) if request.form is not None else request.body,
            allow_redirects=False,
            proxy=proxy,
            timeout=limits,
            auto_decompress=False,  # of a gzip that is cut off aiohttp delivers the first part and says nothing
            raise_for_status=False,  # as a session that was passed in may
        )
        try:
            refused = answer.status >= _REFUSED
            body, whole = await _read(answer, MAX_ERROR_BYTES if refused else request.max_bytes)
            if not whole and not refused:
                message = f"the answer is larger than {request.max_bytes} bytes"
                return errors.ResponseTooLargeError(message)
            return Response(status=answer.status, headers=answer.headers, body=body, request=request)
        finally:
            if not answer.closed:  # one that was read to its end is, and its connection is free again
                answer.close()
    except Exception as failure:  # noqa: BLE001  mapped to ours, so that no aiohttp object travels on
        return _mapped(failure, request.url)


async def _read(answer: aiohttp.ClientResponse, limit: int) -> tuple[bytes, bool]:
    """The unpacked body up to `limit` bytes, and whether that is all of it. Of a refusal that breaks off, what had come."""
    content = answer.content
    parts: list[bytes] = []
    size = 0
    try:
        piece = await content.read(_CHUNK)
        coding = answer.headers.get(_CONTENT_ENCODING)
        if coding is None and content.at_eof():
            return piece[:limit], len(piece) <= limit
        unpacking = None if coding is None else inflater(coding, piece)
        while piece:
            parts.append(piece if unpacking is None else unpacking.feed(piece, limit + 1 - size))
            size += len(parts[-1])
            if size > limit:
                return b"".join(parts)[:limit], False
            piece = await content.read(_CHUNK)
        if unpacking is not None:
            unpacking.check_end()
    except Exception:
        if answer.status < _REFUSED:  # else its status is the answer, whatever became of the words
            raise
        return b"".join(parts), False
    return b"".join(parts), True


def _mapped(failure: Exception, url: URL) -> MeliError:
    name = type(failure).__name__
    if isinstance(failure, aiohttp.ClientHttpProxyError):
        name += f", the proxy answered {failure.status}"
    if isinstance(failure, _NOT_SENT):
        kind = errors.MeliTimeoutError if isinstance(failure, TimeoutError) else errors.MeliConnectionError
        return kind(f"no connection to {url.host}:{url.port} ({name})", sent=False)
    if isinstance(failure, TimeoutError):
        return errors.MeliTimeoutError(f"{url.host} did not answer in time ({name})")
    if isinstance(failure, aiohttp.ClientError | OSError):
        return errors.MeliConnectionError(f"the connection to {url.host} broke ({name})")
    return errors.TransportError(f"the answer of {url.host} cannot be read ({name})")
