"""Notifications that were missed, and what a notification speaks of.

https://developers.mercadolibre.com.ar/es_ar/productos-recibe-notificaciones
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from meli_sdk.errors import NotApplicableError, shown
from meli_sdk.models.notifications import MissedNotification, Notification
from meli_sdk.resources import arguments
from meli_sdk.resources.items_endpoints import GET_ITEM
from meli_sdk.resources.marketplace_endpoints import GET_MARKETPLACE_ITEM
from meli_sdk.resources.marketplace_orders import GET_MARKETPLACE_ORDER
from meli_sdk.resources.orders import GET_ORDER
from meli_sdk.resources.shipments_push import GET_SHIPMENT
from meli_sdk.resources.stock import GET_STOCK
from meli_sdk.wire.endpoint import Endpoint, Safety, tree
from meli_sdk.wire.ids import whole_number, word
from meli_sdk.wire.paging import Page, Paginator, by_offset, rows
from meli_sdk.wire.pipeline import Caller

NOTIFICATIONS_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/productos-recibe-notificaciones"
PAGE_SIZE: Final = 10
MAX_PAGE: Final = 100

MISSED_FEEDS: Final[Endpoint[Page[MissedNotification]]] = Endpoint(
    method="GET",
    template="/missed_feeds",
    reader=rows(MissedNotification, "messages", by_offset(PAGE_SIZE)),
    safety=Safety.SAFE,
    doc=NOTIFICATIONS_PAGE,
)

_READS: Final = (GET_ORDER, GET_ITEM, GET_SHIPMENT, GET_STOCK, GET_MARKETPLACE_ITEM, GET_MARKETPLACE_ORDER)
FETCHED_BY: Final[Mapping[str, Endpoint[Any]]] = MappingProxyType({read.template: read for read in _READS})
"""The endpoint that reads each documented resource, by its path; the others are read as plain objects."""


class Notifications:
    """What Mercado Libre tried to tell."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def missed(
        self, app_id: int, topic: str | None = None, *, page_size: int = PAGE_SIZE
    ) -> Paginator[MissedNotification]:
        """Notifications that were not delivered in the last two days, eight attempts each; older ones are gone.

        Nothing marks them as read: each search gives all of them again, so keep their `key`. Where a topic was disabled,
        what happened in that time is not among them.

        Args:
            app_id: the application.
            topic: only this topic.
            page_size: rows a call, 1 to 100; Mercado Libre gives 10 unless asked.

        Raises:
            InputError: the application's id is no whole number, or the topic no word.
            ForbiddenError: the token is none of this application.

        Documented at https://developers.mercadolibre.com.ar/es_ar/productos-recibe-notificaciones
        """
        params: dict[str, object] = {
            "app_id": whole_number("app_id", app_id),
            "topic": None if topic is None else word("topic", topic),
            "limit": arguments.page_size(page_size, MAX_PAGE),
        }
        return self._caller.paginate(MISSED_FEEDS, params=params)

    async def fetch(self, notification: Notification) -> Any:  # noqa: ANN401  an Order, an Item, ... or plain objects
        """What a notification speaks of, read by a path of our own: an `Order`, an `Item`, a `Shipment`, ...

        Resources that the SDK has no model for come as plain objects.

        Raises:
            NotApplicableError: its resource has no documented shape. Nothing was sent.
            ResponseError: as the resource's own method.

        Documented at https://developers.mercadolibre.com.ar/es_ar/productos-recibe-notificaciones
        """
        shape = notification.shape
        if shape is None:
            message = (
                f"the resource {shown(notification.resource)} of topic {shown(notification.topic)} has no documented "
                "shape; it is not called"
            )
            raise NotApplicableError(message)
        endpoint = FETCHED_BY.get(shape.template)
        if endpoint is None:
            endpoint = Endpoint(
                method="GET", template=shape.template, reader=tree, safety=Safety.SAFE, doc=NOTIFICATIONS_PAGE
            )
        return await self._caller.call(endpoint, path=notification.path_values)
