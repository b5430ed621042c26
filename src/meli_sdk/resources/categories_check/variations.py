"""Rule 24: variations that belong together."""

from decimal import Decimal
from typing import Final

from meli_sdk.resources.categories_check.subject import SentAttribute, Subject, folded

USUAL_LIMIT: Final = 100
"""Of categories that name no limit."""


def variations(subject: Subject) -> None:
    """24: not too many, each complete, told apart by the same attributes, at one price."""
    rows = subject.variations
    if not rows:
        return
    most = (subject.settings.max_variations_allowed if subject.settings else None) or USUAL_LIMIT
    if len(rows) > most:
        subject.error("variations", "variations", f"{len(rows)} variations, the category takes {most}")
    new = [place for place, row in enumerate(rows) if "id" not in row]
    for place in new:
        _complete(subject, place)
    _told_apart(subject, [place for place, row in enumerate(rows) if row.get("attribute_combinations")])
    prices = {Decimal(str(row["price"])) for row in rows if _is_number(row.get("price"))}
    if len(prices) > 1:
        listed = ", ".join(str(price) for price in sorted(prices))
        subject.error("variations", "variations", f"one price for all: only the highest is charged; got {listed}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _complete(subject: Subject, place: int) -> None:
    row, path = subject.variations[place], f"variations[{place}]"
    needed = ["attribute_combinations"]
    if not (subject.is_global or subject.partial) and subject.item.get("price") is None:
        needed.append("price")
    missing = [name for name in needed if row.get(name) in (None, "", [], ())]
    if missing:
        message = f"{', '.join(missing)} missing"
        subject.error("variations", path, message, 369, code="body.required_fields")
    if not subject.is_global and row.get("price") is None and "price" not in missing:
        subject.warn("variations", path, "no price: each variation has its own, the same as the others", 369)
    if not row.get("picture_ids"):
        subject.warn("variations", f"{path}.picture_ids", "no pictures: buyers choose by them")


def _told_apart(subject: Subject, places: list[int]) -> None:
    seen: dict[frozenset[tuple[str, str]], int] = {}
    first: frozenset[str] | None = None
    for place in places:
        combination = subject.combination(place)
        path = f"variations[{place}].attribute_combinations"
        names = frozenset(_name(one) for one in combination)
        if first is None:
            first = names
        elif names != first:
            message = f"told apart by {', '.join(sorted(names))}, the first by {', '.join(sorted(first))}: use the same"
            subject.error("variations", path, message, 369, code="body.required_fields")
        values = frozenset((_name(one), _value(subject, one)) for one in combination)
        if values in seen:
            message = f"the same as variation {seen[values]}"
            subject.error("variations", path, message, code="item.variations.attribute_combinations.duplicated")
        seen.setdefault(values, place)
        for one in combination:
            attribute = subject.known.get(one.id or "")
            if attribute is not None and not attribute.has_tag("allow_variations"):
                message = f"{one.id} tells no variations apart in this category: put it into attributes"
                subject.error("variations", one.path, message, code="item.variations.attribute_combinations.invalid")


def _name(one: SentAttribute) -> str:
    return one.id or folded(str(one.row.get("name")))


def _value(subject: Subject, one: SentAttribute) -> str:
    return folded(subject.text_of(one) or (one.value_id or ""))


RULES: Final = (variations,)
