"""What hangs on an order: its pack and its shipment."""

import asyncio
from typing import TYPE_CHECKING, Final

from attrs import evolve

from meli_sdk.channel.failures import is_about_one
from meli_sdk.channel.orders_handover import Prepared
from meli_sdk.channel.orders_sources import OrderSource
from meli_sdk.errors import MeliError, NotFoundError

if TYPE_CHECKING:
    from meli_sdk.models.shipments import Shipment

AT_ONCE: Final = 16
"""Orders whose details are read at the same time."""


class Details:
    """Reads packs and shipments.

    Args:
        source: where they come from.
        shipments: False leaves the shipments out: one call each.
    """

    def __init__(self, source: OrderSource, *, shipments: bool) -> None:
        self._source = source
        self._shipments = shipments
        self._room = asyncio.Semaphore(AT_ONCE)

    async def add(self, one: Prepared) -> Prepared:
        """The order with them; where Mercado Libre does not have them yet, or fails for them, it is not complete.

        A pack that it brings along is not read again.
        """
        order, complete = one.order, one.complete
        pack = one.pack
        shipment: Shipment | None = None
        trouble: MeliError | None = None
        async with self._room:
            try:
                if order.pack_id is not None and pack is None:
                    try:
                        pack = await self._source.pack(order.pack_id)
                    except NotFoundError:
                        complete = False
                if self._shipments and order.shipping is not None and order.shipping.id is not None:
                    try:
                        shipment = await self._source.shipment(order.shipping.id)
                    except NotFoundError:
                        complete = False
            except MeliError as error:
                if not is_about_one(error):
                    raise
                trouble, complete = error, False
        return evolve(one, pack=pack, shipment=shipment, complete=complete, trouble=trouble)
