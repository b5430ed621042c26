"""Telling where a parcel is: the part of `Shipments` that writes tracking.

https://developers.mercadolivre.com.br/pt_br/status-de-pedidos-rastreamento
"""

from typing import Final

from meli_sdk.errors import InputError, NotApplicableError, shown
from meli_sdk.models.orders_details import ShipmentDirection
from meli_sdk.models.shipments import Shipment
from meli_sdk.models.shipments_tracking import (
    CustomShipmentUpdate,
    MarketplaceTracking,
    MarketplaceTrackingStatus,
    NotificationAnswer,
    SellerNotification,
    Tracking,
)
from meli_sdk.resources import shipments_bodies, shipments_push
from meli_sdk.resources.marketplace_orders import GET_MARKETPLACE_ORDER
from meli_sdk.resources.marketplace_shipments import GET_MARKETPLACE_SHIPMENT
from meli_sdk.resources.orders import LIST_SHIPMENTS
from meli_sdk.resources.shipments_push import GET_SHIPMENT, PushOutcome, PushResult
from meli_sdk.resources.users_endpoints import GET_USER
from meli_sdk.sites import GLOBAL_SELLING
from meli_sdk.wire.endpoint import Endpoint
from meli_sdk.wire.ids import whole_number
from meli_sdk.wire.pipeline import Caller

CONFIRM_WITHIN: Final = 5.0
"""Seconds that a push waits until the shipment shows it."""


class ParcelTracking:
    """The part of `Shipments` that tells where parcels are."""

    _caller: Caller

    async def push_tracking(
        self,
        *,
        order_id: int | None = None,
        shipment_id: int | None = None,
        tracking: Tracking,
        confirm_within: float = CONFIRM_WITHIN,
        global_selling: bool | None = None,
        replace: bool = True,
        dry_run: bool = False,
    ) -> PushResult:
        """Tells where a parcel is, by the call that its shipping mode takes, and reads the shipment again.

        | mode | call |
        |---|---|
        | me1 | a notification of today's form |
        | custom | a change of the shipment |
        | me1 of Global Selling | its tracking; then, with a final status, the status of its tracking |
        | me2, Flex, Full | refused: Mercado Envíos moves it |
        | none, to be agreed | refused: `orders.give_feedback` closes the sale |

        Makes three to five calls, and more while the shipment does not show it yet. Mercado Libre's OK may come without
        effect: `result.confirmed` tells whether the shipment shows it.

        Args:
            order_id: the order whose forward shipment it is.
            shipment_id: or the shipment itself; exactly one of the two.
            tracking: what to tell.
            confirm_within: seconds to wait until the shipment shows it; 0 reads it once.
            global_selling: whether the seller is a Global Selling account. None asks: one call more.
            replace: False refuses where the shipment has another tracking number already, and sends nothing where it has
                moved on since.
            dry_run: read and check, and return what would be sent.

        Raises:
            InputError: neither or both ids, or something in `tracking` that this mode does not take. Nothing was sent.
            NotApplicableError: Mercado Envíos moves it, there is no shipment, or it has ended. Nothing was sent.
            ShippingModeError: Mercado Libre says that it is no me1 shipment.
            NotAcceptableError: the same of Global Selling.
            OutcomeUnknownError: no answer came; `session.check(error)` tells whether the shipment shows it. Where it showed
                as much before, nothing can tell, and `error.check` is None.

        Documented at https://developers.mercadolivre.com.br/pt_br/status-de-pedidos-rastreamento
        """
        if (order_id is None) == (shipment_id is None):
            message = "give order_id or shipment_id, one of the two"
            raise InputError(message)
        known = shipments_bodies.checked(tracking)
        within = _seconds("confirm_within", confirm_within)
        order = None if order_id is None else int(whole_number("order_id", order_id))
        if shipment_id is not None:
            whole_number("shipment_id", shipment_id)
        if global_selling is None:
            seller = await self._caller.call(GET_USER, path={"user_id": self._caller.seller()})
            global_selling = seller.site_id == GLOBAL_SELLING
        found = shipment_id if order is None else await self.forward(order, global_selling=global_selling)
        return await shipments_push.push(
            self._caller,
            self._reader(found, global_selling=global_selling),
            known,
            order_id=order,
            confirm_within=within,
            global_selling=global_selling,
            replace=replace,
            dry_run=dry_run,
        )

    async def send_tracking(self, would: PushResult, *, confirm_within: float = CONFIRM_WITHIN) -> PushResult:
        """Sends what `push_tracking(dry_run=True)` returned, just as it was shown, and reads the shipment again.

        For who writes down what is about to be told before it is: nothing is read between the two.

        Args:
            would: the result of a dry run whose outcome is `would_be_accepted`.
            confirm_within: seconds to wait until the shipment shows it; 0 reads it once.

        Raises:
            InputError: another result. Nothing was sent.
            ShippingModeError, NotAcceptableError, OutcomeUnknownError: as for `push_tracking`.

        Documented at https://developers.mercadolivre.com.br/pt_br/status-de-pedidos-rastreamento
        """
        if not isinstance(would, PushResult) or would.outcome is not PushOutcome.WOULD_BE_ACCEPTED:
            message = f"would must be the result of a dry run that would be accepted, got {shown(would)}"
            raise InputError(message)
        abroad = isinstance(would.sent, MarketplaceTracking | MarketplaceTrackingStatus)
        read = self._reader(would.shipment_id, global_selling=abroad)
        within = _seconds("confirm_within", confirm_within)
        return await shipments_push.send(self._caller, read, would, confirm_within=within)

    async def confirm_tracking(
        self, result: PushResult, *, within: float = CONFIRM_WITHIN, global_selling: bool = False
    ) -> PushResult:
        """Looks again whether a shipment shows what was pushed: Mercado Libre's OK comes before the effect.

        Args:
            result: of `push_tracking`.
            within: seconds to wait until the shipment shows it; 0 reads it once.
            global_selling: whether the seller is a Global Selling account.

        Returns:
            The result, with what was found; unchanged where nothing was sent, or it is confirmed.

        Raises:
            InputError: no `PushResult`, or seconds below 0.

        Documented at https://developers.mercadolivre.com.br/pt_br/status-de-pedidos-rastreamento
        """
        if not isinstance(result, PushResult):
            message = f"result must be a PushResult, got {shown(result)}"
            raise InputError(message)
        if result.outcome is not PushOutcome.ACCEPTED or result.confirmed:
            return result
        read = self._reader(result.shipment_id, global_selling=global_selling)
        return await shipments_push.confirm(self._caller, read, result, within=_seconds("within", within))

    def _reader(self, shipment_id: object, *, global_selling: bool) -> shipments_push.Read:
        path = {"shipment_id": whole_number("shipment_id", shipment_id)}

        async def read() -> Shipment:
            if global_selling:
                return await self._caller.call(GET_MARKETPLACE_SHIPMENT, path=path)
            return await self._caller.call(GET_SHIPMENT, path=path)

        return read

    async def forward(self, order_id: int, *, global_selling: bool = False) -> int:
        """The id of the shipment that brings an order to its buyer; the orders of a pack share one.

        Args:
            order_id: no pack.
            global_selling: whether the seller is a Global Selling account.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotApplicableError: there is none: its delivery is agreed with the buyer, or it is not there yet.
            OrderNotFoundError: there is no such order.

        Documented at https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-vendas
        """
        path = {"order_id": whole_number("order_id", order_id)}
        if global_selling:
            order = await self._caller.call(GET_MARKETPLACE_ORDER, path=path)
            found = None if order.shipping is None else order.shipping.id
            way_out = ""
        else:
            shipments = await self._caller.call(LIST_SHIPMENTS, path=path, params={"hosted": True})
            forward = (None, ShipmentDirection.FORWARD)
            found = next((shipment.id for shipment in shipments if shipment.type in forward), None)
            way_out = "; orders.give_feedback(order_id, fulfilled=True, ...) closes the sale once it was delivered"
        if found is None:
            message = (
                f"order {order_id} has no shipment: its delivery is agreed with the buyer, or the shipment is not there "
                f"yet{way_out}"
            )
            raise NotApplicableError(message)
        return found

    async def notify(self, shipment_id: int, notice: SellerNotification) -> NotificationAnswer:
        """Sends a notification for a me1 shipment as it is. `push_tracking` makes one and looks whether it took effect.

        Raises:
            InputError: no `SellerNotification`.
            ShippingModeError: the shipment is not me1.
            BadRequestError: the event is older than the shipment, or the body is wrong.
            ForbiddenError: status and substatus do not go together, or the shipment has ended.
            OutcomeUnknownError: no answer came; `session.check(error)` tells whether the shipment shows it.

        Documented at https://developers.mercadolivre.com.br/pt_br/status-de-pedidos-rastreamento
        """
        return await self._notify(shipments_push.NOTIFY, shipment_id, notice)

    async def notify_by_v1(self, shipment_id: int, notice: SellerNotification) -> NotificationAnswer:
        """Sends a notification by the older resource, whose end is announced; no substatus travels as `"null"`.

        Raises:
            InputError: no `SellerNotification`.
            ShippingModeError: the shipment is not me1.
            NotFoundError: the resource has gone.
            OutcomeUnknownError: no answer came; `session.check(error)` tells whether the shipment shows it.

        Documented at https://developers.mercadolibre.com.ar/es_ar/estados-de-ordenes-me1
        """
        return await self._notify(shipments_push.NOTIFY_BY_V1, shipment_id, notice)

    async def _notify(
        self, endpoint: Endpoint[NotificationAnswer], shipment_id: int, notice: SellerNotification
    ) -> NotificationAnswer:
        path = {"shipment_id": whole_number("shipment_id", shipment_id)}
        if not isinstance(notice, SellerNotification):
            message = f"notice must be a models.SellerNotification, got {shown(notice)}"
            raise InputError(message)
        if endpoint is shipments_push.NOTIFY_BY_V1:
            notice = shipments_bodies.as_v1(notice)
        return await self._caller.call(endpoint, path=path, json=notice)

    async def change(self, shipment_id: int, update: CustomShipmentUpdate) -> None:
        """Changes a custom shipment as it is told. `push_tracking` makes the body and looks whether it took effect.

        Raises:
            InputError: no `CustomShipmentUpdate`.
            UnauthorizedError: `receiver_id` is not the buyer.
            BadRequestError: the shipment cannot go to this status.

        Documented at https://developers.mercadolivre.com.br/pt_br/envios-personalizados
        """
        path = {"shipment_id": whole_number("shipment_id", shipment_id)}
        if not isinstance(update, CustomShipmentUpdate):
            message = f"update must be a models.CustomShipmentUpdate, got {shown(update)}"
            raise InputError(message)
        await self._caller.call(shipments_push.CHANGE_SHIPMENT, path=path, json=update)


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        message = f"{name} must be seconds from 0, got {shown(value)}"
        raise InputError(message)
    return float(value)
