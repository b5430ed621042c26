"""Descriptions, questions and moderations of items.

Pages: https://developers.mercadolibre.com.ar/es_ar/descripcion-de-articulos,
https://developers.mercadolibre.com.ar/es_ar/gestiona-preguntas,
https://global-selling.mercadolibre.com/devsite/moderations-gs
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum, StrEnum
from typing import ClassVar

from attrs import define

from meli_sdk.models.base import Entity, IntId, JsonValue, Model, StrId


@define(kw_only=True)
class DescriptionSnapshot(Model):
    """A picture of the description; its fields are seen, not documented."""

    url: str | None = None
    width: int | None = None
    height: int | None = None
    status: str | None = None


@define(kw_only=True)
class ItemDescription(Entity):
    """The description of an item; `plain_text` is what counts, `text` is the old HTML form."""

    text: str | None = None
    plain_text: str | None = None
    last_updated: datetime | None = None
    date_created: datetime | None = None
    snapshot: DescriptionSnapshot | None = None


class QuestionStatus(StrEnum):
    """The documented values of `Question.status`."""

    UNANSWERED = "UNANSWERED"
    ANSWERED = "ANSWERED"
    CLOSED_UNANSWERED = "CLOSED_UNANSWERED"
    UNDER_REVIEW = "UNDER_REVIEW"
    BANNED = "BANNED"
    DELETED = "DELETED"
    DISABLED = "DISABLED"


class AnswerStatus(StrEnum):
    """The documented values of `Answer.status`. The text of a banned one is empty."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"
    BANNED = "BANNED"


@define(kw_only=True)
class AskerPhone(Model):
    """The phone of a lead."""

    number: str | None = None
    area_code: str | None = None


@define(kw_only=True)
class Asker(Model):
    """Who asked. Only leads of classified ads show more than the id."""

    id: IntId | None = None
    answered_questions: int | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: AskerPhone | None = None
    email: str | None = None


@define(kw_only=True)
class Answer(Model):
    """The seller's answer."""

    VOCABULARIES: ClassVar[Mapping[str, type[Enum]]] = {"status": AnswerStatus}

    text: str | None = None
    text_translated: str | None = None
    status: str | None = None
    date_created: datetime | None = None


@define(kw_only=True)
class Question(Entity):
    """A question on an item. Moments come with nanoseconds; what is beyond microseconds stays in `raw`."""

    WIRE_NAMES: ClassVar[Mapping[str, str]] = {"from_": "from"}
    VOCABULARIES: ClassVar[Mapping[str, type[Enum]]] = {"status": QuestionStatus}

    id: IntId
    seller_id: IntId | None = None
    buyer_id: IntId | None = None
    item_id: str | None = None
    text: str | None = None
    text_translated: str | None = None
    status: str | None = None
    answer: Answer | None = None
    from_: Asker | None = None
    app_id: IntId | None = None
    hold: bool | None = None
    deleted_from_listing: bool | None = None
    suspected_spam: bool | None = None
    tags: tuple[str, ...] = ()
    date_created: datetime | None = None
    last_updated: datetime | None = None

    def __str__(self) -> str:
        return f"Question {self.id} {self.status} on {self.item_id}"


@define(kw_only=True)
class ResponseTimePart(Model):
    """The minutes until an answer in one part of the week."""

    response_time: int | None = None
    sales_percent_increase: JsonValue | None = None
    """How many per cent more would be sold with faster answers."""


@define(kw_only=True)
class ResponseTime(Entity):
    """How fast a seller answers questions, in minutes."""

    user_id: IntId | None = None
    total: ResponseTimePart | None = None
    weekend: ResponseTimePart | None = None
    weekdays_working_hours: ResponseTimePart | None = None
    weekdays_extra_hours: ResponseTimePart | None = None


@define(kw_only=True)
class ModerationEvidence(Model):
    """What in which part of the listing was objected to."""

    section_name: str | None = None
    text_matched: str | None = None


@define(kw_only=True)
class ModerationWording(Model):
    """The words for the seller: the reason, or the remedy."""

    type: str | None = None
    """`REASON` or `REMEDY`."""
    value: str | None = None


@define(kw_only=True)
class Moderation(Entity):
    """Why a listing or question was moderated, and what helps."""

    id: StrId | None = None
    name: str | None = None
    date_created: datetime | None = None
    evidences: tuple[ModerationEvidence, ...] = ()
    wordings: tuple[ModerationWording, ...] = ()

    @property
    def reason(self) -> str | None:
        """What was wrong."""
        return self._wording("REASON")

    @property
    def remedy(self) -> str | None:
        """What to do about it."""
        return self._wording("REMEDY")

    def _wording(self, kind: str) -> str | None:
        return next((wording.value for wording in self.wordings if wording.type == kind), None)


@define(kw_only=True)
class Infraction(Entity):
    """One moderation in a seller's history."""

    id: StrId | None = None
    date_created: datetime | None = None
    user_id: IntId | None = None
    related_item_id: str | None = None
    element_id: str | None = None
    element_type: str | None = None
    """`ITM` for an item, `QUES` for a question."""
    site_id: str | None = None
    filter_subgroup: str | None = None
    reason: str | None = None
    remedy: str | None = None
