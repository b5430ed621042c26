"""Many orders by their ids. Mercado Libre has no call for several, so each is one call, some of them at a time."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from typing import Final

from attrs import frozen

from meli_sdk.errors import AuthError, DecodeError, MeliError, ResponseError, TransportError, UnauthorizedError
from meli_sdk.models.orders import Order
from meli_sdk.wire.endpoint import Endpoint
from meli_sdk.wire.ids import whole_number
from meli_sdk.wire.pipeline import Caller

AT_A_TIME: Final = 8


@frozen(kw_only=True)
class OrderResult:
    """What became of one id."""

    order_id: int
    order: Order | None = None
    error: MeliError | None = None
    """Why there is no order: it is not there, it is somebody else's, it cannot be read, or no answer came."""


async def many_orders(caller: Caller, endpoint: Endpoint[Order], ids: Iterable[int]) -> AsyncIterator[OrderResult]:
    """The orders in the sequence of their ids, each id once."""
    wanted = dict.fromkeys(int(whole_number("order_id", one)) for one in ids)
    patient = caller.patient()

    async def one(order_id: int) -> OrderResult:
        try:
            order = await patient.call(endpoint, path={"order_id": order_id})
            return OrderResult(order_id=order_id, order=order)
        except (UnauthorizedError, AuthError):
            raise
        except (ResponseError, DecodeError, TransportError) as error:
            return OrderResult(order_id=order_id, error=error)

    under_way: deque[asyncio.Task[OrderResult]] = deque()
    left = iter(wanted)
    try:
        while True:
            while len(under_way) < AT_A_TIME and (order_id := next(left, None)) is not None:
                under_way.append(asyncio.create_task(one(order_id)))
            if not under_way:
                return
            yield await under_way[0]
            under_way.popleft()
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
