"""What the guide says does not work, what the channel does about it, and where a user meets it. The docs read this table."""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from meli_sdk.channel.settings import ChannelSettings


@frozen(kw_only=True)
class Limitation:
    """One limitation of the guide."""

    guide: str
    """What the guide says, in short."""
    channel: str
    """What the channel does about it."""
    seen: str
    """The result or the error where a user meets it."""


LIMITATIONS: Final[Mapping[str, Limitation]] = {
    "mercado_envios": Limitation(
        guide="all shipping data of Mercado Envíos is managed by the platform",
        channel="refuses to push such a shipment before anything is sent; prints its label",
        seen="`PushResult.outcome` is `refused`, and `reason` says `shipping data is managed by the platform`",
    ),
    "one_shipment": Limitation(
        guide="only one shipment per order is supported",
        channel="remembers what was told of each order, and refuses other data unless it is meant to correct",
        seen="`PushResult.outcome` is `refused`, and `reason` names the first parcel and `correct=True`",
    ),
    "not_visible": Limitation(
        guide="shipment status and tracking may not be visible on the site, although they are registered",
        channel="reads the shipment again until it shows what was sent, and says whether the pages will show it",
        seen="`PushResult.confirmed` and `PushResult.visible_in_ui`",
    ),
    "products": Limitation(
        guide="product synchronization is not supported; products are created and managed in Mercado Libre",
        channel="has no product job and nothing that creates or changes a product; stock alone is written",
        seen="`SalesChannel.preflight` says what an item lacks and sends nothing; `session.items` is there for those who "
        "call it on purpose",
    ),
    "attributes": Limitation(
        guide="required attributes differ by category and country, and change without notice",
        channel="reads what a category asks for when it is asked, and keeps it for that call only",
        seen="`Finding.rule` and `Finding.message` of `SalesChannel.preflight`",
    ),
    "product_data": Limitation(
        guide="there is not enough product data to fill all mandatory attributes",
        channel="makes up none: what is missing is named",
        seen="one of `PreflightRow.findings` for each attribute that is missing",
    ),
    "default_values": Limitation(
        guide="even with default values most attempts to create a product fail",
        channel="puts in no default values",
        seen="one of `PreflightRow.findings` for each attribute that is missing",
    ),
    "locations": Limitation(
        guide="some accounts have several locations, others do not; this could not be tried with test users",
        channel="reads which kind the account is and which locations it has",
        seen="`ChannelCheck.seller.locations`; a location of the other kind is one of `ChannelCheck.problems`",
    ),
    "exact_match": Limitation(
        guide="a mapped warehouse must exactly match the identifier in Mercado Libre",
        channel="compares exactly before the first write, names near matches and takes none of them",
        seen="one of `ChannelCheck.problems`; sending stock raises `MappingError`",
    ),
    "warehouse_needed": Limitation(
        guide="at least one warehouse mapping is required to synchronize stock",
        channel="sends no stock without one",
        seen="`ChannelCheck.inventory_problems`; sending stock raises `MappingError`",
    ),
    "throughput": Limitation(
        guide="throughput prevents database deadlocks and throttling; by default one call a second",
        channel="one budget for all jobs of a seller, on all machines; what still deadlocks is rolled back and done again",
        seen="`OrderReport.repeated`",
    ),
    "order_groups": Limitation(
        guide="Initialized, Approved, Pending and CanceledRejected are the words of the order management system",
        channel="maps them to documented data; the map can be replaced",
        seen="`ChannelOrder.group`; a status that the map does not name is `OrderRow.unknown_status`",
    ),
    "webhooks": Limitation(
        guide="by default only the creation of orders is received by webhook",
        channel="the order topics lead to a hand-over; other topics are stored and counted",
        seen="`SalesChannel.notifications()` by topic and outcome",
    ),
    "client_id": Limitation(
        guide="the Client ID of the webhook settings is the User ID, not the application's Client ID",
        channel="compares it with the channel's user id",
        seen="`ConfigurationError` that says which number belongs there",
    ),
    "tokens": Limitation(
        guide="tokens are managed by the system and should not be edited by hand",
        channel="there is no setting for them; a settings file that holds one is refused",
        seen="`ConfigurationError`; `SalesChannel.connection()` shows masked ends",
    ),
    "installation": Limitation(
        guide="there is no public app store; a seller installs the application through one address",
        channel="the web doors serve that address for each site",
        seen="`meli_sdk.web`",
    ),
}
"""Each limitation of the guide, by a short name."""


def account_limitations(
    settings: ChannelSettings,
    *,
    locations: Sequence[str],
    has_stores: bool,
    is_global: bool,
    modes: Sequence[str] | None,
) -> Mapping[str, str]:
    """How each limitation of the guide holds for one account, in sentences; `modes` is None where it is not known."""
    own = [mode for mode in ("me1", "custom") if mode in (modes or ())]
    if is_global:
        envios = (
            "Global Selling: only orders that ship by own logistics (me1) take a parcel; all others are managed by the "
            "platform"
        )
        visible = "Global Selling shows carrier and tracking number to the buyer"
    elif own:
        envios = f"orders that ship by {' or '.join(own)} take a parcel; all others are managed by the platform"
        visible = (
            "a custom shipment's number is shown nowhere on the site" if "custom" in own else "me1 shows its number"
        )
    elif modes is None:
        envios, visible = LIMITATIONS["mercado_envios"].channel, LIMITATIONS["not_visible"].channel
    else:
        envios = visible = "this account ships by Mercado Envíos alone, so no order of it takes a parcel"
    if has_stores:
        places = f"this account has several locations ({', '.join(locations) or 'none holds stock'})"
    else:
        places = f"this account has one location, {locations[0]}"
    here = {
        "mercado_envios": envios,
        "not_visible": visible,
        "locations": f"{places}; try it with this account's own data before relying on it",
        "warehouse_needed": f"{len(settings.warehouses)} warehouses are mapped; stock is sent for no other one",
        "throughput": f"{settings.throughput:g} calls a second for all jobs: {3600 * settings.throughput:,.0f} an hour",
        "order_groups": f"orders of {', '.join(sorted(settings.order_groups))} are handed over",
        "client_id": f"webhook_client_id must be {settings.user_id}",
    }
    return {key: here.get(key, limitation.channel) for key, limitation in LIMITATIONS.items()}
