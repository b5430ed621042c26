"""Suggestions where to list: https://global-selling.mercadolibre.com/devsite/multi-marketplace-tool"""

from collections.abc import Iterable, Sequence
from typing import Final, cast

from attrs import asdict

from meli_sdk.codec import Codec
from meli_sdk.errors import InputError, shown
from meli_sdk.models.marketplace_suggestions import (
    AcceptedSuggestion,
    AutomaticChoice,
    AutomaticSite,
    BlockedSuggestion,
    ListingSuggestion,
    SuggestionProcess,
)
from meli_sdk.resources import arguments
from meli_sdk.resources import marketplace_pages as pages
from meli_sdk.resources.marketplace_errors import SUGGESTION_RULES
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint, Safety, json, listing, nothing, parse_body
from meli_sdk.wire.message import Response
from meli_sdk.wire.paging import Page, Paginator, by_offset, rows
from meli_sdk.wire.pipeline import Caller

PAGE_SIZE: Final = 25
MAX_PAGE: Final = 100
REMOTE: Final = frozenset({"remote"})


def _read_processes(response: Response, codec: Codec) -> tuple[SuggestionProcess, ...]:
    """One process, or an array of them."""
    body = parse_body(response, codec)
    found: list[object] = cast("list[object]", body) if isinstance(body, list) else [body]
    return codec.structure(found, tuple[SuggestionProcess, ...])


SEARCH_SUGGESTIONS: Final[Endpoint[Page[ListingSuggestion]]] = Endpoint(
    method="GET",
    template="/multi-marketplace-tool/suggestions",
    reader=rows(ListingSuggestion, None, by_offset(PAGE_SIZE)),
    safety=Safety.SAFE,
    errors=SUGGESTION_RULES,
    doc=pages.SUGGESTIONS,
)
PUBLISH_SUGGESTIONS: Final = Endpoint(
    method="POST",
    template="/multi-marketplace-tool/suggestions",
    reader=json(SuggestionProcess),
    safety=Safety.UNSAFE,
    errors=SUGGESTION_RULES,
    doc=pages.SUGGESTIONS,
)
LIST_SUGGESTION_PROCESSES: Final = Endpoint(
    method="GET",
    template="/multi-marketplace-tool/suggestions/status",
    reader=_read_processes,
    safety=Safety.SAFE,
    errors=SUGGESTION_RULES,
    doc=pages.SUGGESTIONS,
)
GET_SUGGESTION_PROCESS: Final = Endpoint(
    method="GET",
    template="/multi-marketplace-tool/suggestions/status/{process_id}",
    reader=json(SuggestionProcess),
    safety=Safety.SAFE,
    errors=SUGGESTION_RULES,
    doc=pages.SUGGESTIONS,
)
LIST_BLOCKED_SUGGESTIONS: Final = Endpoint(
    method="GET",
    template="/multi-marketplace-tool/suggestions/validate",
    reader=listing(BlockedSuggestion),
    safety=Safety.SAFE,
    errors=SUGGESTION_RULES,
    doc=pages.SUGGESTIONS,
)
LIST_AUTOMATIC_SITES: Final = Endpoint(
    method="GET",
    template="/multi-marketplace-tool/config/automatic",
    reader=listing(AutomaticSite),
    safety=Safety.SAFE,
    errors=SUGGESTION_RULES,
    doc=pages.SUGGESTIONS,
)
SET_AUTOMATIC_SITES: Final = Endpoint(
    method="PUT",
    template="/multi-marketplace-tool/config/automatic",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=SUGGESTION_RULES,
    doc=pages.SUGGESTIONS,
)


class MarketplaceSuggestions:
    """In which further marketplaces Mercado Libre would list the items of a Global Selling account; remote only."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def search(
        self,
        *,
        origin: str | Iterable[str] | None = None,
        destination: str | Iterable[str] | None = None,
        page_size: int = PAGE_SIZE,
    ) -> Paginator[ListingSuggestion]:
        """Items that could be listed in further marketplaces, with a price for each.

        Args:
            origin: only items that are listed in this site, or in one of several.
            destination: only suggestions for this site, or for several.
            page_size: rows a call, 1 to 100.

        Raises:
            InputError: there is no such site.
            NotConfiguredToListError: the account has no such site.

        Documented at https://global-selling.mercadolibre.com/devsite/multi-marketplace-tool
        """
        params = {
            "origin": _sites(origin),
            "destination": _sites(destination),
            "limit": arguments.page_size(page_size, MAX_PAGE),
        }
        return self._caller.paginate(SEARCH_SUGGESTIONS, params=params)

    async def publish(self, suggestions: Sequence[AcceptedSuggestion]) -> SuggestionProcess:
        """Lists suggestions; it goes on after the answer, see `process`. What is listed is live.

        Args:
            suggestions: one row for each global item.

        Raises:
            InputError: no row, a price that is no amount, an item without a site.
            OutcomeUnknownError: the answer was lost; look at `processes` before sending it again.

        Documented at https://global-selling.mercadolibre.com/devsite/multi-marketplace-tool
        """
        if not suggestions:
            message = f"suggestions must hold at least one item, got {shown(suggestions)}"
            raise InputError(message)
        return await self._caller.call(PUBLISH_SUGGESTIONS, json=[_accepted(one) for one in suggestions])

    async def processes(self) -> tuple[SuggestionProcess, ...]:
        """The listings of suggestions that are under way.

        Raises:
            NotFoundError: there are none.

        Documented at https://global-selling.mercadolibre.com/devsite/multi-marketplace-tool
        """
        return await self._caller.call(LIST_SUGGESTION_PROCESSES)

    async def process(self, process_id: str) -> SuggestionProcess:
        """What became of suggestions that were published.

        Raises:
            InputError: this is no process id.
            NotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/multi-marketplace-tool
        """
        return await self._caller.call(GET_SUGGESTION_PROCESS, path={"process_id": process_id})

    async def blocked(self) -> tuple[BlockedSuggestion, ...]:
        """Suggestions that could not be listed, and why.

        Documented at https://global-selling.mercadolibre.com/devsite/multi-marketplace-tool
        """
        return await self._caller.call(LIST_BLOCKED_SUGGESTIONS)

    async def automatic(self) -> tuple[AutomaticSite, ...]:
        """In which marketplaces suggestions are listed without asking.

        Documented at https://global-selling.mercadolibre.com/devsite/multi-marketplace-tool
        """
        return await self._caller.call(LIST_AUTOMATIC_SITES)

    async def set_automatic(self, choices: Sequence[AutomaticChoice]) -> None:
        """Switches in which marketplaces suggestions are listed without asking.

        Args:
            choices: one row for each marketplace.

        Raises:
            InputError: no row, or no such site.

        Documented at https://global-selling.mercadolibre.com/devsite/multi-marketplace-tool
        """
        if not choices:
            message = f"choices must hold at least one marketplace, got {shown(choices)}"
            raise InputError(message)
        for choice in choices:
            ids.site_id(choice.site_id)
        await self._caller.call(SET_AUTOMATIC_SITES, json=[asdict(choice) for choice in choices])


def _sites(given: str | Iterable[str] | None) -> list[str] | None:
    if given is None:
        return None
    return [ids.site_id(site) for site in ((given,) if isinstance(given, str) else given)]


def _accepted(given: AcceptedSuggestion) -> dict[str, object]:
    if not given.suggestions:
        message = f"{given.id} names no site: leave it out"
        raise InputError(message)
    return {
        "id": ids.cbt_item_id(given.id),
        "suggestions": [
            {
                "site_id": ids.site_id(site.site_id),
                "price": arguments.amount(f"price for {site.site_id}", site.price),
                "logistic_type": arguments.one_of("logistic_type", site.logistic_type, REMOTE, {})[0],
            }
            for site in given.suggestions
        ],
    }
