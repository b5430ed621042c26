"""Which SKUs of yours and of Mercado Libre's belong together, and which do not. Every item is read."""

import json
from collections.abc import Sequence

from attrs import frozen

from meli_sdk.channel.inventory_items import ItemPlace, SkuIndex, one_stock, places_of
from meli_sdk.channel.settings import ChannelSettings
from meli_sdk.models.items import Item, ItemStatus


@frozen(kw_only=True)
class SkuMatch:
    """A SKU and where it was found."""

    sku: str | None
    """Yours; None: the table of SKUs does not name it."""
    mercado_libre_sku: str
    places: tuple[ItemPlace, ...] = ()


@frozen(kw_only=True)
class SkuReview:
    """What a review of SKUs found. A SKU stands in one of the four."""

    mapped: tuple[SkuMatch, ...]
    """Yours and Mercado Libre's belong together, and the stock goes to one place."""
    unmapped: tuple[SkuMatch, ...]
    """Of items, and the settings' `skus` does not name them: their orders are reported, their stock is not sent."""
    ambiguous: tuple[SkuMatch, ...]
    """Several items have it, and their stock is not one: no stock is sent."""
    unknown: tuple[SkuMatch, ...]
    """Yours, and no item that could be read has it."""
    without_sku: tuple[str, ...]
    """Items, or variations, without a SELLER_SKU attribute."""
    unread: tuple[str, ...] = ()
    """Items that could not be read; they count as what they were known to be."""

    def to_json(self) -> str:
        """The whole review."""

        def rows(matches: Sequence[SkuMatch]) -> list[dict[str, object]]:
            return [
                {
                    "sku": match.sku,
                    "mercado_libre_sku": match.mercado_libre_sku,
                    "items": [{"item_id": place.item_id, "variation_id": place.variation_id} for place in match.places],
                }
                for match in matches
            ]

        return json.dumps(
            {
                "mapped": rows(self.mapped),
                "unmapped": rows(self.unmapped),
                "ambiguous": rows(self.ambiguous),
                "unknown": rows(self.unknown),
                "without_sku": list(self.without_sku),
                "unread": list(self.unread),
            },
            ensure_ascii=False,
        )


async def review(settings: ChannelSettings, index: SkuIndex, wanted: Sequence[str]) -> SkuReview:
    """Reads every item and compares.

    Args:
        settings: the channel's.
        index: reads the items, and keeps what it finds.
        wanted: SKUs of yours whose stock is handed in.
    """
    found: dict[str, list[ItemPlace]] = {}
    without: list[str] = []
    async for item in index.scan():
        for sku, place in places_of(item):
            found.setdefault(sku, []).append(place)
        without += _without_sku(item)
    for sku, place in await index.known_of(index.unread):
        found.setdefault(sku, []).append(place)
    mapped: list[SkuMatch] = []
    unmapped: list[SkuMatch] = []
    ambiguous: list[SkuMatch] = []
    for sku, places in sorted(found.items()):
        ours = settings.our_sku(sku)
        match = SkuMatch(sku=ours, mercado_libre_sku=sku, places=tuple(places))
        group = unmapped if ours is None else mapped if one_stock(places) else ambiguous
        group.append(match)
    known = settings.skus or {sku: sku for sku in wanted}
    unknown = [
        SkuMatch(sku=ours, mercado_libre_sku=theirs) for ours, theirs in sorted(known.items()) if theirs not in found
    ]
    return SkuReview(
        mapped=tuple(mapped),
        unmapped=tuple(unmapped),
        ambiguous=tuple(ambiguous),
        unknown=tuple(unknown),
        without_sku=tuple(without),
        unread=tuple(sorted(index.unread)),
    )


def _without_sku(item: Item) -> list[str]:
    """What of an item has no SKU: itself, or some of its variations."""
    if item.status == ItemStatus.CLOSED or item.id is None:
        return []
    if not item.variations:
        return [] if item.sku else [item.id]
    bare = [str(ItemPlace(item_id=item.id, variation_id=one.id)) for one in item.variations if not one.sku]
    return [] if len(bare) == len(item.variations) and item.sku else bare
