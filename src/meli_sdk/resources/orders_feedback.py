"""What is said of a sale: https://developers.mercadolibre.com.ar/es_ar/feedback-de-una-venta"""

from typing import Final

from meli_sdk.errors import Check, InputError, shown
from meli_sdk.models.base import UNSET, Unset
from meli_sdk.models.orders_feedback import Feedback, FeedbackInput, Rating, SaleFeedback, SellerReason
from meli_sdk.resources import arguments
from meli_sdk.resources.json_shapes import fields_of
from meli_sdk.resources.orders_errors import FEEDBACK_PAGE, FEEDBACK_RULES
from meli_sdk.wire.endpoint import Endpoint, Safety, SentCall, json, nothing
from meli_sdk.wire.ids import whole_number
from meli_sdk.wire.message import render_path
from meli_sdk.wire.pipeline import Caller

MAX_MESSAGE: Final = 159


def _given(sent: SentCall) -> Check:
    """The seller's word on the order shows whether a feedback was given."""
    fulfilled = fields_of(sent.json).get("fulfilled")
    return Check(path=render_path(sent.template, sent.path), sought=({"sale": {"fulfilled": fulfilled}},))


GET_SALE_FEEDBACK: Final = Endpoint(
    method="GET",
    template="/orders/{order_id}/feedback",
    reader=json(SaleFeedback),
    safety=Safety.SAFE,
    errors=FEEDBACK_RULES,
    doc=FEEDBACK_PAGE,
)
GET_FEEDBACK: Final = Endpoint(
    method="GET",
    template="/feedback/{feedback_id}",
    reader=json(Feedback),
    safety=Safety.SAFE,
    errors=FEEDBACK_RULES,
    doc=FEEDBACK_PAGE,
)
GIVE_FEEDBACK: Final = Endpoint(
    method="POST",
    template="/orders/{order_id}/feedback",
    reader=nothing,
    safety=Safety.UNSAFE,
    errors=FEEDBACK_RULES,
    check=_given,
    doc=FEEDBACK_PAGE,
)
CHANGE_FEEDBACK: Final = Endpoint(
    method="PUT",
    template="/feedback/{feedback_id}",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=FEEDBACK_RULES,
    doc=FEEDBACK_PAGE,
)
REPLY_TO_FEEDBACK: Final = Endpoint(
    method="POST",
    template="/feedback/{feedback_id}/reply",
    reader=nothing,
    safety=Safety.UNSAFE,
    errors=FEEDBACK_RULES,
    doc=FEEDBACK_PAGE,
)


def checked_feedback(
    *,
    fulfilled: bool,
    message: str,
    rating: str | None,
    reason: str | None,
    restock_item: bool | None,
) -> FeedbackInput:
    """The body of a feedback.

    Raises:
        InputError: something is missing, or does not go together.
    """
    if not isinstance(fulfilled, bool):
        text = f"fulfilled is True or False, got {shown(fulfilled)}"
        raise InputError(text)
    said = arguments.text("message", message, MAX_MESSAGE)
    if fulfilled and rating is None:
        text = "rating is needed where fulfilled is True: positive, neutral or negative"
        raise InputError(text)
    if not fulfilled and reason is None:
        text = "reason is needed where fulfilled is False: one of models.SellerReason, such as OUT_OF_STOCK"
        raise InputError(text)
    ratings, reasons = frozenset(Rating), frozenset(SellerReason)
    stars: str | Unset = UNSET if rating is None else arguments.one_of("rating", rating, ratings, {})[0]
    why: str | Unset = UNSET if reason is None else arguments.one_of("reason", reason, reasons, {})[0]
    return FeedbackInput(
        fulfilled=fulfilled,
        message=said,
        rating=stars,
        reason=why,
        restock_item=UNSET if restock_item is None else restock_item,
    )


class OrderFeedback:
    """The part of `Orders` that speaks of feedback."""

    _caller: Caller

    async def feedback(self, order_id: int) -> SaleFeedback:
        """What both sides say of a sale; up to five years back.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            OrderNotFoundError: there is no such order.
            NotOwnedOrderError: it belongs to another seller.

        Documented at https://developers.mercadolibre.com.ar/es_ar/feedback-de-una-venta
        """
        return await self._caller.call(GET_SALE_FEEDBACK, path={"order_id": order_id})

    async def feedback_by_id(self, feedback_id: int) -> Feedback:
        """One feedback of the seller's side.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/feedback-de-una-venta
        """
        return await self._caller.call(GET_FEEDBACK, path={"feedback_id": feedback_id})

    async def give_feedback(
        self,
        order_id: int,
        *,
        fulfilled: bool,
        message: str,
        rating: str | None = None,
        reason: str | None = None,
        restock_item: bool | None = None,
    ) -> None:
        """Says whether a sale was completed.

        `fulfilled=True` marks a custom or me1 shipment as delivered and closes a sale without Mercado Envíos; the money
        is released once the buyer agrees. `fulfilled=False` declares the sale not completed: the way to cancel it.

        Args:
            order_id: the order.
            fulfilled: whether the goods reached the buyer.
            message: fewer than 160 characters.
            rating: one of `Rating`; needed where fulfilled.
            reason: one of `SellerReason`; needed where not fulfilled.
            restock_item: puts the goods back on sale; the item must not be closed.

        Raises:
            InputError: something is missing or too long.
            FeedbackClosedError: it is too late, or this side has given its feedback: change it instead.
            OutcomeUnknownError: no answer came; `session.check(error)` tells whether the feedback is there.

        Documented at https://developers.mercadolibre.com.ar/es_ar/feedback-de-una-venta
        """
        path = {"order_id": whole_number("order_id", order_id)}
        body = checked_feedback(
            fulfilled=fulfilled, message=message, rating=rating, reason=reason, restock_item=restock_item
        )
        await self._caller.call(GIVE_FEEDBACK, path=path, json=body)

    async def change_feedback(
        self,
        feedback_id: int,
        *,
        fulfilled: bool,
        message: str,
        rating: str | None = None,
        reason: str | None = None,
        restock_item: bool | None = None,
    ) -> None:
        """Says something else of a sale than before. The arguments are those of `give_feedback`.

        Raises:
            InputError: something is missing or too long.
            FeedbackClosedError: it is too late.

        Documented at https://developers.mercadolibre.com.ar/es_ar/feedback-de-una-venta
        """
        path = {"feedback_id": whole_number("feedback_id", feedback_id)}
        body = checked_feedback(
            fulfilled=fulfilled, message=message, rating=rating, reason=reason, restock_item=restock_item
        )
        await self._caller.call(CHANGE_FEEDBACK, path=path, json=body)

    async def reply_to_feedback(self, feedback_id: int, reply: str) -> None:
        """Answers what the buyer said; within 14 days, once.

        Raises:
            InputError: no text.
            FeedbackClosedError: it is too late, or there is a reply.
            OutcomeUnknownError: no answer came.

        Documented at https://developers.mercadolibre.com.ar/es_ar/feedback-de-una-venta
        """
        body = {"reply": arguments.text("reply", reply)}
        await self._caller.call(REPLY_TO_FEEDBACK, path={"feedback_id": feedback_id}, json=body)
