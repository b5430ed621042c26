"""What the marketplace methods take, checked and as it travels."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from attrs import fields

from meli_sdk.errors import InputError, shown
from meli_sdk.models.base import UNSET
from meli_sdk.models.marketplace import ItemChanges, SiteConfig, Warranty
from meli_sdk.models.marketplace_publishing import GlobalItemUpdate, NewGlobalItem, SiteToSell
from meli_sdk.resources import arguments
from meli_sdk.resources.modify_guide import MODIFY_GUIDE
from meli_sdk.sites import GLOBAL_SELLING
from meli_sdk.wire import ids

NEW_CONDITION: Final = {"id": "ITEM_CONDITION", "value_id": "2230284", "value_name": "New"}


def site_target(site_id: str, logistic_type: str) -> dict[str, object]:
    """One marketplace of an item.

    Raises:
        InputError: there is no such site, or it is CBT.
    """
    if ids.site_id(site_id) == GLOBAL_SELLING:
        message = "site_id must be a marketplace such as MLM; CBT is the global item itself"
        raise InputError(message)
    return {"site_id": site_id, "logistic_type": ids.word("logistic_type", logistic_type)}


def site_rows(
    config: Sequence[SiteConfig | Mapping[str, object]], kind: type[SiteConfig] = SiteConfig
) -> list[dict[str, object]]:
    """Rows of a publication, checked; `kind` says which names a row may have.

    Raises:
        InputError: no row, a site and logistic type twice, an unknown name or site, a wrong amount.
    """
    if not config or isinstance(config, str | Mapping):
        message = f"config must be a list with one row for each site, got {shown(config)}"
        raise InputError(message)
    known = [field.name for field in fields(kind)]
    rows: list[dict[str, object]] = []
    for given in config:
        row = _site_row(given, known)
        pair = (row["site_id"], row["logistic_type"])
        if any((other["site_id"], other["logistic_type"]) == pair for other in rows):
            message = f"config names {pair[0]} with logistic type {pair[1]} twice: leave one out"
            raise InputError(message)
        rows.append(row)
    return rows


def _site_row(given: SiteConfig | Mapping[str, object], known: Sequence[str]) -> dict[str, object]:
    own = [field.name for field in fields(type(given))] if isinstance(given, SiteConfig) else list(given)
    values = {name: getattr(given, name) if isinstance(given, SiteConfig) else given[name] for name in own}
    values = {name: value for name, value in values.items() if value is not UNSET}
    unknown = [name for name in values if name not in known]
    missing = [name for name in ("site_id", "logistic_type") if name not in values]
    if unknown or missing:
        problem = f"unknown {unknown}" if unknown else f"missing {missing}"
        message = f"a row of config has {', '.join(known)}; {problem} in {shown(given)}"
        raise InputError(message)
    row = site_target(cast("str", values["site_id"]), cast("str", values["logistic_type"]))
    for name in ("price", "net_proceeds"):
        if name in values:
            row[name] = arguments.amount(f"{name} for {row['site_id']}", values[name])
    if "price" in row and "net_proceeds" in row:
        message = f"{row['site_id']} has a price and net_proceeds: what the buyer pays, or what the seller receives"
        raise InputError(message)
    if "listing_type_id" in values:
        row["listing_type_id"] = ids.word("listing_type_id", values["listing_type_id"])
    if "title" in values:
        row["title"] = text("title", values["title"])
    for name in ("official_store_id", "user_id"):
        if name in values:
            row[name] = int(ids.whole_number(name, values[name]))
    return row


def text(name: str, value: object) -> str:
    """Text that says something.

    Raises:
        InputError: for anything else.
    """
    if not isinstance(value, str) or not value.strip():
        message = f"{name} must be text, got {shown(value)}"
        raise InputError(message)
    return value


def new_item_body(item: NewGlobalItem | Mapping[str, object]) -> tuple[dict[str, object], list[dict[str, object]]]:
    """The body that creates a global item, and its rows of sites.

    Raises:
        InputError: no site, a site twice, a wrong amount, another currency than USD.
    """
    given: dict[str, object] = (
        {field.name: getattr(item, field.name) for field in fields(NewGlobalItem)}
        if isinstance(item, NewGlobalItem)
        else dict(item)
    )
    body = {name: value for name, value in given.items() if value is not UNSET}
    rows = site_rows(cast("Sequence[SiteConfig]", body.get("sites_to_sell", ())), SiteToSell)
    if body.get("currency_id", "USD") != "USD":
        message = f"currency_id must be USD, got {shown(body['currency_id'])}: Global Selling lists in USD only"
        raise InputError(message)
    for name in ("price", "global_net_proceeds"):
        if name in body:
            body[name] = arguments.amount(name, body[name])
    if "available_quantity" in body:
        arguments.quantity("available_quantity", body["available_quantity"])
    body["sites_to_sell"] = rows
    return body, rows


def update_body(changes: GlobalItemUpdate) -> dict[str, object]:
    """The fields of an update by today's resource, its amounts checked.

    Raises:
        InputError: no field, site and logistic type not together, a wrong amount or quantity.
    """
    given = {field.name: getattr(changes, field.name) for field in fields(GlobalItemUpdate)}
    body: dict[str, object] = {name: value for name, value in given.items() if value is not UNSET}
    if not body.keys() - {"site_id", "logistic_type"}:
        message = "the change is empty: set at least one field"
        raise InputError(message)
    if ("site_id" in body) != ("logistic_type" in body):
        message = "site_id and logistic_type go together: give both, or neither"
        raise InputError(message)
    if "site_id" in body:
        body |= site_target(cast("str", body["site_id"]), cast("str", body["logistic_type"]))
    for name in ("price", "net_proceeds", "global_net_proceeds"):
        if name in body:
            body[name] = arguments.amount(name, body[name])
    if "available_quantity" in body:
        arguments.quantity("available_quantity", body["available_quantity"])
    return body


def changed_fields(changes: ItemChanges | Mapping[str, object]) -> dict[str, object]:
    """The fields that were set.

    Raises:
        InputError: none, an unknown one, or one that the guide says cannot change.
    """
    given: dict[str, object] = (
        {field.name: getattr(changes, field.name) for field in fields(ItemChanges)}
        if isinstance(changes, ItemChanges)
        else dict(changes)
    )
    found = {name: value for name, value in given.items() if value is not UNSET}
    if not found:
        message = f"the change is empty: set at least one of {', '.join(MODIFY_GUIDE)}"
        raise InputError(message)
    for name in found:
        row = MODIFY_GUIDE.get(name)
        if row is None:
            message = f"unknown field {shown(name)}: an item has {', '.join(MODIFY_GUIDE)}"
            raise InputError(message)
        if row.resource is None:
            message = f"{name} cannot be changed after listing: {row.note}"
            raise InputError(message)
    return found


def wire_value(name: str, value: object) -> dict[str, object]:  # noqa: PLR0911  one way for each kind of field
    """One field as it travels, its value checked."""
    match name:
        case "title" | "description":
            said = text(name, value)
            return {"title": said} if name == "title" else {"description": {"plain_text": said}}
        case "price":
            return {"price": arguments.amount("price", value)}
        case "available_quantity":
            return {"available_quantity": arguments.quantity("available_quantity", value)}
        case "status":
            known = frozenset({"active", "paused"})
            return {"status": arguments.one_of("status", cast("str", value), known, {})[0]}
        case "category_id":
            return {"category_id": ids.category_id(value)}
        case "condition":
            if value != "new":
                message = f"condition must be 'new', got {shown(value)}: Global Selling lists new products only"
                raise InputError(message)
            return {"attributes": [NEW_CONDITION]}
        case "warranty":
            if not isinstance(value, Warranty):
                message = f"warranty must be a Warranty(type, time), got {shown(value)}"
                raise InputError(message)
            return {"sale_terms": value.as_sale_terms()}
        case _:
            rows = cast("Sequence[object]", value)
            if isinstance(value, str | Mapping) or not isinstance(value, Sequence) or not rows:
                message = f"{name} must be a list with at least one row, got {shown(rows)}"
                raise InputError(message)
            return {name: list(rows)}


def merge(body: dict[str, object], addition: Mapping[str, object]) -> None:
    """Joins lists: condition and attributes travel as one, warranty and sale terms too."""
    for name, value in addition.items():
        if isinstance(value, list) and name in body:
            body[name] = [*cast("list[object]", body[name]), *cast("list[object]", value)]
        else:
            body[name] = value
