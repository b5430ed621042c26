"""The written listings: seven that are accepted, ninety that are refused, and the rules of their categories."""

import copy
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from meli_sdk.codec import decode
from meli_sdk.models import Category, CategoryAttribute, CategoryRules, ListingTypeDetail, SaleTerm, SellerAccount

FOLDER = Path(__file__).parent / "rejected_listings"
READ_AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def load(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def rules_of(entry: Mapping[str, Any], read_at: datetime | None = READ_AT) -> CategoryRules:
    return CategoryRules(
        category=decode(Category, entry["category"]),
        attributes=tuple(decode(CategoryAttribute, row) for row in entry["attributes"]),
        sale_terms=tuple(decode(SaleTerm, row) for row in entry["sale_terms"]),
        listing_types=tuple(decode(ListingTypeDetail, row) for row in entry.get("listing_types", [])) or None,
        read_at=read_at,
    )


def account_of(fields: Mapping[str, Any]) -> SellerAccount:
    targets = fields.get("targets")
    more = {} if targets is None else {"targets": tuple((site, kind) for site, kind in targets)}
    return SellerAccount(**{**fields, **more})


def expanded(value: Any) -> Any:
    """`{"repeat": [what, times]}` in full."""
    if isinstance(value, dict) and set(value) == {"repeat"}:
        what, times = value["repeat"]
        return what * times if isinstance(what, str) else [copy.deepcopy(what) for _ in range(times)]
    if isinstance(value, dict):
        return {key: expanded(one) for key, one in value.items()}
    return value


def set_attributes(holder: dict[str, Any], changes: Mapping[str, Any]) -> None:
    rows = holder.setdefault("attributes", [])
    for attribute_id, change in changes.items():
        rows[:] = [row for row in rows if row["id"] != attribute_id]
        if isinstance(change, str):
            rows.append({"id": attribute_id, "value_name": change})
        elif change is not None:
            rows.append(attribute_row(change))


def attribute_row(change: dict[str, Any]) -> dict[str, Any]:
    if "repeat" not in change:
        return change
    text = expanded({"repeat": change["repeat"]})
    value = {"values": [{"name": text}]} if change.get("in_values") else {"value_name": text}
    return {"id": change["id"], **value}


def changed(holder: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for name in changes.get("remove", []):
        holder.pop(name)
    holder.update(expanded(changes.get("set", {})))
    set_attributes(holder, changes.get("attributes", {}))
    if "combinations" in changes:
        holder["attribute_combinations"] = changes["combinations"]
    for place, more in changes.get("variations", {}).items():
        changed(holder["variations"][int(place)], more)


class Listing:
    """One written listing with its rules and account."""

    def __init__(self, name: str, base: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
        self.name = name
        self.cause: Mapping[str, Any] = changes.get("cause", {})
        self.category: str = changes.get("category", base["category"])
        self.account = account_of({**base.get("account", {}), **changes.get("account", {})})
        self.item: dict[str, Any] = copy.deepcopy(base["item"])
        changed(self.item, changes)

    def __repr__(self) -> str:
        return self.name


CATEGORIES = {name: rules_of(entry) for name, entry in load("categories").items()}
BASES = load("accepted")
ACCEPTED = [Listing(name, base, {}) for name, base in BASES.items()]
REJECTED = [Listing(row["name"], BASES[row["of"]], row) for row in load("rejected")]
