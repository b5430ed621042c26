"""What stands between a channel and its work, found out by reading the account and before anything is written to it.

`read_account` asks; the rest is pure: settings and account in, problems out.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from meli_sdk.channel.limitations import account_limitations
from meli_sdk.channel.mappings import SELLING_ADDRESS, near, unmatched
from meli_sdk.channel.settings import ChannelSettings, Job
from meli_sdk.errors import MappingError, ResponseError
from meli_sdk.models.shipments_tracking import ME1_SERVICES
from meli_sdk.sites import GLOBAL_SELLING

if TYPE_CHECKING:
    from meli_sdk.models.marketplace import MarketplaceTarget
    from meli_sdk.models.shipments_carriers import SellerShippingPreferences
    from meli_sdk.models.stock import Store
    from meli_sdk.models.users import User
    from meli_sdk.session import MeliSession

SEVERAL_ORIGINS: Final = "warehouse_management"
SEVERAL_AT_ONCE: Final = "multiwarehouse"
HELD_BY_MERCADO_LIBRE: Final = "fulfillment"


@frozen(kw_only=True)
class CheckedAccount:
    """A seller's account as a check of the channel read it."""

    user: "User"
    stores: tuple["Store", ...] = ()
    """The stores that hold stock, of an account with several origins."""
    preferences: "SellerShippingPreferences | None" = None
    """How a local account ships; None where it could not be read."""
    marketplaces: tuple["MarketplaceTarget", ...] = ()
    """Where a Global Selling account sells."""

    @property
    def site_id(self) -> str | None:
        """The account's site; `CBT` for Global Selling."""
        return self.user.site_id

    @property
    def is_global(self) -> bool:
        """Whether it is a Global Selling account."""
        return self.site_id == GLOBAL_SELLING

    @property
    def has_stores(self) -> bool:
        """Whether its stock lies in stores, each with an id, and not at one address."""
        return SEVERAL_ORIGINS in self.user.tags

    @property
    def locations(self) -> tuple[str, ...]:
        """The words that a warehouse can be mapped to: ids of stores and of network nodes, or `selling_address`."""
        if not self.has_stores:
            return (SELLING_ADDRESS,)
        words = (word for store in self.stores for word in (store.id, store.network_node_id))
        return tuple(dict.fromkeys(word for word in words if word))

    def stores_at(self, location: str) -> tuple["Store", ...]:
        """The stores that a location names, by the store's own id or by its network node."""
        return tuple(store for store in self.stores if location in {store.id, store.network_node_id})


@frozen(kw_only=True)
class CheckProblem:
    """Something that has to be put right before a job can do its work."""

    setting: str
    """Which setting it is about, such as `warehouses`."""
    word: str | None = None
    """Your word in that setting, such as a warehouse."""
    job: Job | None = None
    """The job that it stands in the way of; None: every job."""
    sentence: str
    """What is wrong, the words near it, and the remedy."""

    def __str__(self) -> str:
        return self.sentence


@frozen(kw_only=True)
class ChannelCheck:
    """What a check of a channel found."""

    name: str
    user_id: int
    account: str | None = None
    vendor: str | None = None
    jobs: frozenset[Job]
    """What the channel is to do by itself."""
    checked_at: datetime
    seller: CheckedAccount = field(repr=False)
    """The account as it was read."""
    problems: tuple[CheckProblem, ...]
    limitations: Mapping[str, str]
    """What this account cannot do, by the keys of `LIMITATIONS`."""

    @property
    def ok(self) -> bool:
        """Whether nothing stands in the way of the channel's jobs."""
        return not any(self.problems_of(job) for job in self.jobs)

    def problems_of(self, job: Job) -> tuple[CheckProblem, ...]:
        """What stands in the way of one job."""
        return tuple(problem for problem in self.problems if problem.job in {None, job})

    @property
    def inventory_problems(self) -> tuple[str, ...]:
        """What stands in the way of sending stock; empty: it may start."""
        return tuple(problem.sentence for problem in self.problems_of(Job.INVENTORY))

    def require(self, job: Job) -> None:
        """Refuses to start a job that has a problem.

        Raises:
            MappingError: each problem of the job, in one message.
        """
        found = self.problems_of(job)
        if found:
            message = f"channel {self.name!r} cannot do its job {job}: " + "; ".join(map(str, found))
            raise MappingError(message)

    def to_json(self) -> str:
        """The whole check."""
        return json.dumps(
            {
                "channel": self.name,
                "user_id": self.user_id,
                "account": self.account,
                "vendor": self.vendor,
                "checked_at": self.checked_at.isoformat(),
                "site_id": self.seller.site_id,
                "locations": list(self.seller.locations),
                "ok": self.ok,
                "problems": [
                    {
                        "setting": problem.setting,
                        "word": problem.word,
                        "job": None if problem.job is None else str(problem.job),
                        "sentence": problem.sentence,
                    }
                    for problem in self.problems
                ],
                "limitations": dict(self.limitations),
            },
            ensure_ascii=False,
        )


async def read_account(session: "MeliSession") -> CheckedAccount:
    """Reads what a check compares: two calls, and one more for each fifty stores.

    How the account ships matters to carriers alone, so the rest is compared without it where it cannot be read.
    """
    user = await session.users.me()
    if user.site_id == GLOBAL_SELLING:
        return CheckedAccount(user=user, marketplaces=(await session.marketplace.user()).marketplaces)
    stores = tuple([store async for store in session.stock.stores()]) if SEVERAL_ORIGINS in user.tags else ()
    try:
        preferences = await session.shipments.preferences()
    except ResponseError:
        preferences = None
    return CheckedAccount(user=user, stores=stores, preferences=preferences)


def check_channel(settings: ChannelSettings, account: CheckedAccount, *, now: datetime) -> ChannelCheck:
    """Compares the settings of a channel with the account."""
    return ChannelCheck(
        name=settings.name,
        user_id=settings.user_id,
        account=settings.account,
        vendor=settings.vendor,
        jobs=settings.jobs,
        checked_at=now,
        seller=account,
        problems=tuple(problem for check in _CHECKS for problem in check(settings, account)),
        limitations=account_limitations(
            settings,
            locations=account.locations,
            has_stores=account.has_stores,
            is_global=account.is_global,
            modes=None if account.preferences is None else account.preferences.modes,
        ),
    )


def _seller(settings: ChannelSettings, account: CheckedAccount) -> Iterator[CheckProblem]:
    user = account.user
    if user.id != settings.user_id:
        yield CheckProblem(
            setting="user_id",
            word=str(settings.user_id),
            sentence=(
                f"user_id {settings.user_id}: its token belongs to account {user.id}; connect the seller again with "
                f"app.connect(..., user_id={settings.user_id}), or correct user_id"
            ),
        )
    if user.status is None:
        return
    if user.status.site_status not in {None, "active"}:
        yield CheckProblem(
            setting="user_id",
            word=str(settings.user_id),
            sentence=(
                f"user_id {settings.user_id}: Mercado Libre calls this account {user.status.site_status!r}; the seller "
                "has to settle that with Mercado Libre"
            ),
        )
    selling = user.status.sell  # not `list`: no job of a channel lists anything
    if selling is not None and selling.allow is False:
        codes = ", ".join(selling.codes) or "no reason given"
        yield CheckProblem(
            setting="user_id",
            word=str(settings.user_id),
            sentence=(
                f"user_id {settings.user_id}: this account may not sell ({codes}); the seller has to settle that with "
                "Mercado Libre"
            ),
        )


def _webhooks(settings: ChannelSettings, account: CheckedAccount) -> Iterator[CheckProblem]:  # noqa: ARG001  as all checks
    if settings.mode.listens and Job.NOTIFICATIONS in settings.jobs and settings.webhook_client_id is None:
        yield CheckProblem(
            setting="webhook_client_id",
            job=Job.NOTIFICATIONS,
            sentence=(
                f"webhook_client_id is empty, and the mode is {settings.mode}: put the channel's User Id, "
                f"{settings.user_id}, there (not the application's Client ID), or set mode to poll"
            ),
        )
    if not settings.mode.polls and Job.NOTIFICATIONS not in settings.jobs and Job.ORDERS in settings.jobs:
        yield CheckProblem(
            setting="mode",
            word=str(settings.mode),
            job=Job.ORDERS,
            sentence=(
                "mode is webhook, but jobs leaves out notifications, so no order would ever arrive: add notifications to "
                "jobs, or set mode to both or poll"
            ),
        )


def _warehouses(settings: ChannelSettings, account: CheckedAccount) -> Iterator[CheckProblem]:
    def problem(warehouse: str | None, sentence: str) -> CheckProblem:
        return CheckProblem(setting="warehouses", word=warehouse, job=Job.INVENTORY, sentence=sentence)

    known = account.locations
    if not settings.warehouses:
        example = known[0] if known else SELLING_ADDRESS
        yield problem(
            None,
            "warehouses is empty: stock is sent only for a mapped warehouse; add one, such as "
            f"warehouses={{'MAIN': {example!r}}}",
        )
        return
    if account.has_stores and not known:
        yield problem(
            None,
            f"warehouses: account {settings.user_id} keeps its stock in stores but has none that holds stock; they are "
            "made in the seller's panel only",
        )
        return
    held = [row.site_id for row in account.marketplaces if row.logistic_type == HELD_BY_MERCADO_LIBRE]
    if account.is_global and len(held) == len(account.marketplaces):
        sites = ", ".join(str(site) for site in held)
        reason = f"Mercado Libre's warehouse holds the stock of each ({sites})" if held else "it has none"
        yield problem(
            None,
            f"warehouses: no marketplace of account {settings.user_id} takes stock: {reason}; "
            "configure one with logistic type remote",
        )
    for warehouse, mapping in settings.warehouses.items():
        wrong = _location(warehouse, mapping.location, account)
        if wrong is not None:
            yield problem(warehouse, wrong)
    for sentence in _together(settings, account):
        yield problem(None, sentence)


def _location(warehouse: str, location: str, account: CheckedAccount) -> str | None:
    """What is wrong with one location."""
    what = f"warehouse {warehouse!r}: the location"
    stores = account.stores_at(location)
    if stores:
        return _store(what, location, stores)
    known = account.locations
    if location in known:
        return None
    if account.has_stores and location == SELLING_ADDRESS:
        ids = ", ".join(f"{store.id} ({store.description})" for store in account.stores)
        return f"{what} {location!r} is for an account with one location, and this one has stores; use one of {ids}"
    if not account.has_stores and not near(location, known):
        kind = "Global Selling account" if account.is_global else "account"
        return (
            f"{what} {location!r} has no exact match: this {kind} has one location, without an id; map the warehouse to "
            f"{SELLING_ADDRESS!r}"
        )
    return str(unmatched(what, location, known, "correct it: locations are compared exactly"))


def _store(what: str, location: str, stores: tuple["Store", ...]) -> str | None:
    """What is wrong with the stores that a location names."""
    store, *others = stores
    if others:
        ids = ", ".join(f"{store.id} ({store.description})" for store in stores)
        return f"{what} {location!r} names several stores: {ids}; use a store id that no other store's node has"
    if store.status in {None, "active"}:
        return None
    return (
        f"{what} {location!r} is the store {store.description!r}, which is {store.status}: activate it in the seller's "
        "panel, or map the warehouse elsewhere"
    )


def _together(settings: ChannelSettings, account: CheckedAccount) -> Iterator[str]:
    """What is wrong with the locations side by side."""
    mapped: dict[str, list[str]] = {}
    for warehouse, mapping in settings.warehouses.items():
        stores = account.stores_at(mapping.location)
        if len(stores) == 1 and stores[0].id is not None:
            mapped.setdefault(stores[0].id, []).append(warehouse)
    for store_id, sharing in mapped.items():
        if any(settings.warehouses[warehouse].combine is None for warehouse in sharing) and len(sharing) > 1:
            names = " and ".join(map(repr, sharing))
            yield (
                f"warehouses {names} are mapped to one store, {store_id}, by its id and by its network node: give each "
                'combine="sum" if their stock shall be added up, or map them apart'
            )
    if len(mapped) > 1 and SEVERAL_AT_ONCE not in account.user.tags:
        yield (
            f"warehouses are mapped to the stores {', '.join(mapped)}, but the account may stock one only (it lacks the "
            f"tag {SEVERAL_AT_ONCE}): map one, or ask Mercado Libre for several"
        )


def _carriers(settings: ChannelSettings, account: CheckedAccount) -> Iterator[CheckProblem]:
    if account.is_global:
        known: tuple[str, ...] = ()
    else:
        own = account.preferences.services if account.preferences else ()
        documented = ME1_SERVICES.get(account.site_id or "")
        known = tuple(map(str, dict.fromkeys([*([] if documented is None else [documented]), *own])))
    for carrier, mapping in settings.carriers.items():
        if mapping.service_id is None:
            continue
        what = f"carrier {carrier!r}: the service_id"
        if account.is_global:
            sentence = (
                f"{what} {mapping.service_id} is for me1 of a local site, and this is a Global Selling account: leave "
                "service_id out"
            )
        elif str(mapping.service_id) in known:
            continue
        elif account.preferences is None:
            sentence = (
                f"{what} {mapping.service_id} cannot be compared: how account {account.user.id} ships could not be read; "
                f"check again, or leave it out to use the one of {account.site_id}"
            )
        else:
            remedy = f"leave it out to use the one of {account.site_id}, or correct it"
            sentence = str(unmatched(what, str(mapping.service_id), known, remedy))
        yield CheckProblem(setting="carriers", word=carrier, job=Job.FULFILLMENT, sentence=sentence)


_CHECKS: Final[tuple[Callable[[ChannelSettings, CheckedAccount], Iterator[CheckProblem]], ...]] = (
    _seller,
    _webhooks,
    _warehouses,
    _carriers,
)
