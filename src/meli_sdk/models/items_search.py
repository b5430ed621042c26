"""What a search for one's own items says beside the ids.

Page: https://developers.mercadolibre.com.ar/es_ar/items-y-busquedas
"""

from attrs import define

from meli_sdk.models.base import Entity, Model, StrId


@define(kw_only=True)
class FilterValue(Model):
    """One value of a filter, and how many items have it."""

    id: StrId | None = None
    name: str | None = None
    results: int | None = None


@define(kw_only=True)
class SearchFilter(Model):
    """A filter that was used or can be used."""

    id: str | None = None
    name: str | None = None
    type: str | None = None
    values: tuple[FilterValue | str, ...] = ()


@define(kw_only=True)
class SortKey(Model):
    """A sort order that is spelt as an object."""

    id: str | None = None
    field: str | None = None
    missing: str | None = None
    order: str | None = None


@define(kw_only=True)
class SortOrder(Model):
    """A sort order, by its name; one of the documented ones has an object for an id."""

    id: SortKey | str | None = None
    name: str | None = None


@define(kw_only=True)
class SearchPaging(Model):
    """Where the answer stands in the whole; a scan has no offset."""

    limit: int | None = None
    offset: int | None = None
    total: int | None = None


@define(kw_only=True)
class ItemSearch(Entity):
    """One answer of the search: ids, and what else can be asked for."""

    seller_id: StrId | None = None
    query: str | None = None
    paging: SearchPaging | None = None
    results: tuple[str, ...] = ()
    scroll_id: str | None = None
    filters: tuple[SearchFilter, ...] = ()
    available_filters: tuple[SearchFilter, ...] = ()
    orders: tuple[SortOrder, ...] = ()
    available_orders: tuple[SortOrder, ...] = ()


@define(kw_only=True)
class SearchRestrictions(Entity):
    """What the search refuses to a seller with more than 200,000 items."""

    aggregations_allowed: bool | None = None
    query_allowed: bool | None = None
    sort_allowed: bool | None = None
