"""A transport that answers from memory: no socket, no patching, and it records what was sent."""

import json
from collections import deque
from collections.abc import Callable, Mapping

from meli_sdk.errors import MeliError
from meli_sdk.wire.message import Request, Response

Answer = Response | MeliError
Router = Callable[[Request], Answer | None]


class FakeTransport:
    """Answers with what was queued, first in, first out, or with what a router function says.

    A request for which there is no answer fails the test. `requests` holds everything that was sent.

    Example:
        ```python
        transport = FakeTransport()
        transport.answer(200, {"id": 1, "status": "paid"})
        session = MeliSession("APP_USR-test", user_id=1, transport=transport)
        ```
    """

    def __init__(self, router: Router | None = None) -> None:
        self.requests: list[Request] = []
        self.closed: bool = False
        self._router = router
        self._queue: deque[Callable[[Request], Answer]] = deque()

    def answer(
        self, status: int = 200, body: object = None, *, headers: Mapping[str, str] | None = None, times: int = 1
    ) -> None:
        """Queues an answer. Bytes and text go as they are, anything else as JSON, None as no body."""
        content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else None
        if content is None:
            content = b"" if body is None else json.dumps(body).encode()
        kind = {"content-type": "application/json"} if content[:1] in (b"{", b"[") else {}

        def respond(request: Request) -> Response:
            return Response(status=status, headers={**kind, **(headers or {})}, body=content, request=request)

        self._queue.extend([respond] * times)

    def fail(self, error: MeliError, *, times: int = 1) -> None:
        """Queues a failure, such as `MeliConnectionError("reset")`."""

        def respond(request: Request) -> MeliError:  # noqa: ARG001  same shape as an answer
            return error

        self._queue.extend([respond] * times)

    async def send(self, request: Request) -> Response:
        self.requests.append(request)
        found = self._router(request) if self._router else None
        if found is None and self._queue:
            found = self._queue.popleft()(request)
        if found is None:
            message = f"no answer for {request.method} {request.url.raw_path}: queue one with transport.answer(...)"
            raise AssertionError(message)
        if isinstance(found, MeliError):
            raise found
        return found

    async def aclose(self) -> None:
        self.closed = True

    def paths(self) -> list[str]:
        """`METHOD /path?query` of everything that was sent."""
        return [f"{request.method} {request.url.raw_path_qs}" for request in self.requests]
