"""What the levels of one SKU ask for: which of them count, and how many units go where. Pure."""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from meli_sdk.channel.check import CheckedAccount
from meli_sdk.channel.inventory_levels import KnownLevel, Result
from meli_sdk.channel.inventory_report import StockOutcome
from meli_sdk.channel.settings import ChannelSettings
from meli_sdk.models.stock import StoreQuantity
from meli_sdk.resources.arguments import MAX_QUANTITY
from meli_sdk.resources.stock_routes import StockResource, StockRoute


@frozen(kw_only=True)
class Wanted:
    """What a SKU's stock shall be."""

    stock: int | tuple[StoreQuantity, ...]
    """Units, or a row for each store."""
    levels: Sequence[KnownLevel]
    """What it was computed from."""

    @property
    def sent(self) -> bool:
        """Whether one of the levels was about to be sent before."""
        return any(level.sent for level in self.levels)

    def results(
        self,
        outcome: StockOutcome,
        *,
        reason: str | None = None,
        item_id: str | None = None,
        again_in: float | None = None,
    ) -> list[Result]:
        """The same for each of the levels."""
        return [
            Result(
                sku=level.sku,
                warehouse=level.warehouse,
                sequence=level.sequence,
                outcome=outcome,
                reason=reason,
                item_id=item_id,
                again_in=again_in,
            )
            for level in self.levels
        ]


def mapped(settings: ChannelSettings, levels: Sequence[KnownLevel]) -> tuple[list[KnownLevel], list[Result]]:
    """The levels of mapped warehouses; a warehouse without mapping is skipped, and counts for nothing."""
    taken: list[KnownLevel] = []
    skipped: list[Result] = []
    for level in levels:
        if level.warehouse in settings.warehouses:
            taken.append(level)
            continue
        one = Wanted(stock=0, levels=[level])
        reason = f"warehouse {level.warehouse!r} has no mapping: add it to the settings' warehouses to send its stock"
        skipped += one.results(StockOutcome.SKIPPED, reason=reason)
    return taken, skipped


_TOO_MANY: Final = f"units together, and Mercado Libre takes {MAX_QUANTITY:,} at most"


def wanted(
    settings: ChannelSettings, account: CheckedAccount, route: StockRoute, levels: Sequence[KnownLevel]
) -> Wanted | str:
    """How many units go where; text: why nothing can be sent."""
    if route.resource is not StockResource.STORES:
        units = sum(level.quantity for level in levels)
        return Wanted(stock=units, levels=levels) if units <= MAX_QUANTITY else f"{units} {_TOO_MANY}"
    stores: dict[str, StoreQuantity] = {}
    for level in levels:
        (store,) = account.stores_at(settings.warehouses[level.warehouse].location)
        assert store.id is not None  # noqa: S101  the check found it by its id
        before = stores.get(store.id)
        units = level.quantity + (0 if before is None else before.quantity)
        if units > MAX_QUANTITY:
            return f"{units} {_TOO_MANY}"
        row = StoreQuantity(store_id=store.id, quantity=units)
        if store.network_node_id:
            row = StoreQuantity(store_id=store.id, quantity=units, network_node_id=store.network_node_id)
        stores[store.id] = row
    return Wanted(stock=tuple(stores.values()), levels=levels)
