"""What an answer means for the levels it was for: at rest, tried again, or given up. Pure."""

from typing import Final

from attrs import frozen

from meli_sdk import errors
from meli_sdk.channel.failures import PASSES_BY
from meli_sdk.channel.inventory_items import Located, carries
from meli_sdk.channel.inventory_levels import Result
from meli_sdk.channel.inventory_report import StockOutcome
from meli_sdk.channel.inventory_turns import Urgency
from meli_sdk.channel.inventory_units import Wanted
from meli_sdk.models.items import Item
from meli_sdk.resources.stock_writes import StockState, item_quantity

PATIENCE: Final = 5
"""So often is a level tried before a call reports it as it is; a running channel goes on."""
_LONGEST_PAUSE: Final = 300.0
_NOT_EDITABLE: Final = (errors.NotApplicableError, errors.StockNotEditableError)


@frozen(kw_only=True)
class Unit:
    """One SKU of a batch on its way."""

    sku: str
    located: Located
    urgency: Urgency
    seen: int | None
    """Units that the item showed when it was read; None: it was not read."""

    @property
    def item_id(self) -> str:
        """The item that carries the SKU."""
        return self.located.place.item_id


@frozen(kw_only=True)
class Written:
    """A write to an item that is not read back yet."""

    unit: Unit
    their_sku: str
    """Mercado Libre's."""
    wanted: Wanted
    at: float
    problem: errors.MeliError | None
    """What was met in the place of an answer."""


def pause(amount: Wanted) -> float:
    """Seconds until a SKU is tried again."""
    tried = max((level.attempts for level in amount.levels), default=0)
    return 0.0 if tried == 0 else min(_LONGEST_PAUSE, 2.0 ** (tried - 1))


def met(
    failure: errors.MeliError | None,
    amount: Wanted,
    *,
    sent: bool,
    reason: str | None = None,
    item_id: str | None = None,
) -> list[Result]:
    """What a failure means for a SKU.

    Args:
        failure: what was met; None: a reason alone.
        amount: what was wanted.
        sent: whether the outcome of an earlier write is unknown.
        reason: what is said in the place of the failure's own words.
        item_id: the item.

    Raises:
        AuthError: it means the same for all.
    """
    if isinstance(failure, errors.AuthError):
        raise failure
    said = reason or str(failure)
    passes_by = isinstance(failure, PASSES_BY)
    if failure is not None and (failure.may_have_been_applied or (sent and passes_by)):
        return amount.results(StockOutcome.UNKNOWN, reason=said, item_id=item_id, again_in=pause(amount))
    if isinstance(failure, _NOT_EDITABLE):
        return amount.results(StockOutcome.SKIPPED, reason=said, item_id=item_id)
    again_in = pause(amount) if passes_by else None
    return amount.results(StockOutcome.FAILED, reason=said, item_id=item_id, again_in=again_in)


def refused(failure: errors.MeliError, unit: Unit, amount: Wanted, *, sent: bool) -> list[Result]:
    """What it means that a write was not taken."""
    results = met(failure, amount, sent=sent, item_id=unit.item_id)
    if unit.located.item is None and any(result.again_in is None for result in results):
        # The item was not read for up to an hour: the SKU may be another one's by now.
        return amount.results(StockOutcome.UNKNOWN, reason=str(failure), item_id=unit.item_id, again_in=0.0)
    return results


def judged(amount: Wanted, state: StockState, seen: str, item_id: str) -> list[Result]:
    """What a read after a versioned write means."""
    if state == "applied" or (state == "unchanged" and amount.sent):
        return amount.results(StockOutcome.APPLIED, item_id=item_id)
    if state == "unchanged":
        return amount.results(StockOutcome.UNCHANGED, item_id=item_id)
    if state == "pending":
        reason = "Mercado Libre took it and does not show it yet; it is looked at again"
        return amount.results(StockOutcome.UNKNOWN, reason=reason, item_id=item_id, again_in=pause(amount))
    return _without_effect(amount, seen, item_id)


def confirmed(one: Written, item: Item | errors.MeliError) -> list[Result]:
    """What an item that is read back says of a write."""
    amount, item_id, place = one.wanted, one.unit.item_id, one.unit.located.place
    if isinstance(item, errors.MeliError):
        return amount.results(StockOutcome.UNKNOWN, reason=str(item), item_id=item_id, again_in=pause(amount))
    if not carries(item, one.their_sku, place):
        reason = f"{place} does not carry the SKU any more; it is looked for anew"
        return amount.results(StockOutcome.UNKNOWN, reason=reason, item_id=item_id, again_in=0.0)
    units, seen = amount.stock, item_quantity(item, place.variation_id)
    if seen == units:
        return amount.results(StockOutcome.APPLIED, item_id=item_id)
    if one.problem is not None:
        return amount.results(StockOutcome.UNKNOWN, reason=str(one.problem), item_id=item_id, again_in=pause(amount))
    if seen is not None and isinstance(units, int) and seen < units and seen != one.unit.seen:
        # Taken, and sold or changed elsewhere since: to write it again would bring back what was sold.
        reason = f"Mercado Libre took it and shows {seen} now"
        return amount.results(StockOutcome.APPLIED, reason=reason, item_id=item_id)
    return _without_effect(amount, str(seen), item_id)


def _without_effect(amount: Wanted, seen: str, item_id: str) -> list[Result]:
    """Mercado Libre answered that it was done, and shows something else."""
    tried = max((level.attempts for level in amount.levels), default=0)
    reason = f"Mercado Libre took the write and shows {seen}"
    if tried + 1 < PATIENCE:
        return amount.results(StockOutcome.UNKNOWN, reason=reason, item_id=item_id, again_in=pause(amount))
    return amount.results(StockOutcome.FAILED, reason=reason, item_id=item_id)
