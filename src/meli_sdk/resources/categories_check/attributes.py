"""Rules 12 to 19: which attributes are needed, known and allowed, and what their values may be."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from meli_sdk.errors import shown
from meli_sdk.models.categories import CategoryAttribute
from meli_sdk.resources.categories_check.subject import SentAttribute, Subject, folded
from meli_sdk.resources.json_shapes import fields_of, rows_of

LONGEST_NAME: Final = 255
_NUMBER: Final = re.compile(r"\s*-?\d+(?:[.,]\d+)?\s*")
_MEASURE: Final = re.compile(r"\s*(-?\d+(?:[.,]\d+)?)\s*(\S.*?)\s*")
_FILLED_BY_SITE: Final = frozenset({"fixed", "inferred", "read_only"})
_ALWAYS_KNOWN: Final = frozenset({"ITEM_CONDITION", "SELLER_SKU", "EMPTY_GTIN_REASON", "GTIN"})
"""Ids that are sent in every category, whether its list has them or not."""
CONDITIONAL_SITES: Final = frozenset({"MLA", "MLB", "MLM"})


def required(subject: Subject) -> None:
    """12: what the category requires, on the item or in every variation."""
    if subject.partial:
        return
    known = subject.known
    if not known:
        subject.skip("attributes", "the category's attributes are")
        return
    is_new = subject.condition == "new"
    for attribute in known.values():
        if any(attribute.has_tag(tag) for tag in _FILLED_BY_SITE):
            continue
        if attribute.has_tag("required") or (is_new and attribute.has_tag("new_required")):
            cause, code = 147, "item.attributes.missing_required"
        elif any(attribute.has_tag(tag) for tag in ("catalog_required", "catalog_child_required")) or (
            attribute.has_tag("catalog_listing_required") and subject.item.get("catalog_listing") is True
        ):
            cause, code = 3704, "item.attribute.missing_catalog_required"
        else:
            continue
        _require(subject, attribute, cause, code)


def _require(subject: Subject, attribute: CategoryAttribute, cause: int, code: str) -> None:
    if _given(subject.own(), attribute.id):
        return
    if attribute.id == "ITEM_CONDITION" and subject.item.get("condition"):
        return
    places = range(len(subject.variations))
    lacking = [place for place in places if not _given(subject.of_variation(place), attribute.id)]
    if subject.variations and not lacking:
        return
    name = f"{attribute.id} ({attribute.name})" if attribute.name else attribute.id
    if subject.variations and len(lacking) < len(subject.variations):
        missing = ", ".join(map(str, lacking))
        message = f"{name} is required, and variations {missing} lack it"
        subject.error("required_attributes", f"variations[{lacking[0]}].attributes", message, cause, 369, code=code)
    else:
        message = f"{name} is required, on the item or in every variation"
        subject.error("required_attributes", f"attributes.{attribute.id}", message, cause, code=code)


def _given(sent: Iterable[SentAttribute], attribute_id: str) -> bool:
    return any(one.id == attribute_id and one.is_given for one in sent)


def conditional(subject: Subject) -> None:
    """13: what the category requires under a condition; only Mercado Libre knows the condition."""
    if subject.partial:
        return
    asked = subject.rules.required if subject.rules else None
    given = {one.id for one in subject.every() if one.is_given}
    code = "item.attribute.missing_conditional_required"
    if asked is not None:
        for attribute_id in sorted(asked - given):
            message = f"{attribute_id} is required for this very item, on the item or in every variation"
            subject.error("conditional_attributes", f"attributes.{attribute_id}", message, 7810, code=code)
        return
    for attribute in subject.known.values():
        if not attribute.has_tag("conditional_required") or attribute.id in given:
            continue
        if attribute.id == "GTIN" and "EMPTY_GTIN_REASON" in given:
            continue
        how = (
            "categories.conditional_attributes(item) asks"
            if subject.site_id in CONDITIONAL_SITES
            else "it shows when the item is listed"
        )
        also = ", or EMPTY_GTIN_REASON in its place" if attribute.id == "GTIN" else ""
        message = f"{attribute.id} may be required{also}; {how}"
        subject.warn("conditional_attributes", f"attributes.{attribute.id}", message, 7810, code=code)


def known(subject: Subject) -> None:
    """14: attributes the category has; one of your own in each variation's combination."""
    names = subject.known
    if not names:
        return
    for one in subject.own():
        if one.id is not None and one.id not in names and one.id not in _ALWAYS_KNOWN:
            subject.warn("known_attributes", one.path, f"{one.id} is not in this category and will be dropped")
    for place in range(len(subject.variations)):
        foreign = [one for one in subject.combination(place) if one.id is None or one.id not in names]
        if len(foreign) > 1:
            called = ", ".join(str(one.id or one.row.get("name")) for one in foreign)
            subject.error(
                "known_attributes",
                f"variations[{place}].attribute_combinations",
                f"{called} are not of this category; one characteristic of your own is taken",
                372,
                code="item.attributes.non_existent.limit_exceeded",
            )


def reserved(subject: Subject) -> None:
    """15: attributes that Mercado Libre fills itself."""
    names = subject.known
    for one in subject.every():
        attribute = names.get(one.id or "")
        if attribute is None or not one.is_given:
            continue
        if attribute.has_tag("inferred") or (attribute.has_tag("fixed") and not _is_listed(attribute, one)):
            message = f"{attribute.id} is filled by Mercado Libre: leave it out"
            subject.error("reserved_attributes", one.path, message)
        elif attribute.has_tag("fixed") or attribute.has_tag("read_only"):
            message = f"{attribute.id} is filled by Mercado Libre; what you send may be dropped"
            subject.warn("reserved_attributes", one.path, message)


def _is_listed(attribute: CategoryAttribute, sent: SentAttribute) -> bool:
    return any(
        value_id in {value.id for value in attribute.values} or _same_name(attribute, name)
        for value_id, name in sent.values
    )


def _same_name(attribute: CategoryAttribute, name: str | None) -> bool:
    return name is not None and folded(name) in {folded(value.name) for value in attribute.values if value.name}


def values(subject: Subject) -> None:
    """16 to 19: values of closed lists, numbers with their units, lengths, single values."""
    names = subject.known
    for one in subject.every():
        _lengths(subject, names.get(one.id or ""), one)
        attribute = names.get(one.id or "")
        if attribute is None or not one.is_given or one.not_applicable:
            continue
        if len(one.values) > 1 and not attribute.has_tag("multivalued"):
            message = f"{attribute.id} takes one value, got {len(one.values)}"
            subject.error("single_values", one.path, message, code="item.attributes.invalid_value")
        for value_id, name in one.values:
            _VALUE_RULES.get(attribute.value_type or "", _anything)(subject, attribute, one.path, value_id, name)
        _struct(subject, attribute, one)


def _anything(
    subject: Subject, attribute: CategoryAttribute, path: str, value_id: str | None, name: str | None
) -> None:
    """Free text, or a kind of value that is not checked here."""


def _listed(subject: Subject, attribute: CategoryAttribute, path: str, value_id: str | None, name: str | None) -> None:
    if not attribute.values:
        return
    listed = {value.id for value in attribute.values}
    code = "item.attributes.invalid_list_value"
    if value_id is not None:
        if value_id not in listed:
            message = f"{shown(value_id)} is no value of {attribute.id}{_suggestion(attribute, name)}"
            subject.error("list_values", path, message, code=code)
        return
    if name in listed:
        subject.warn("list_values", path, f"{name} is the id of a value: send it as value_id")
    elif not _same_name(attribute, name) and not _all_listed(attribute, name):
        message = f"{shown(name)} is no value of {attribute.id}{_suggestion(attribute, name)}"
        subject.error("list_values", path, message, code=code)


def _all_listed(attribute: CategoryAttribute, name: str | None) -> bool:
    """Several values of a list that takes several, joined by commas."""
    parts = [part.strip() for part in (name or "").split(",")]
    return attribute.has_tag("multivalued") and len(parts) > 1 and all(_same_name(attribute, part) for part in parts)


def _suggestion(attribute: CategoryAttribute, name: str | None) -> str:
    by_name = {folded(value.name): value for value in attribute.values if value.name}
    near = get_close_matches(folded(name or ""), by_name, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {by_name[near[0]].id} {by_name[near[0]].name}?"
    few = ", ".join(f"{value.id} {value.name}" for value in attribute.values[:5])
    return f"; it has {few}{' and more' if len(attribute.values) > 5 else ''}"  # noqa: PLR2004  as many as fit a line


def _boolean(subject: Subject, attribute: CategoryAttribute, path: str, value_id: str | None, name: str | None) -> None:
    if value_id is None and name not in {value.id for value in attribute.values}:
        few = ", ".join(f"{value.id} {value.name}" for value in attribute.values)
        message = f"{attribute.id} needs a value_id: {few or 'yes or no of the category'}"
        subject.error("list_values", path, message, code="item.attributes.invalid_list_value")
    elif value_id is not None:
        _listed(subject, attribute, path, value_id, name)


def _number(subject: Subject, attribute: CategoryAttribute, path: str, value_id: str | None, name: str | None) -> None:
    if name is None or value_id is not None:
        return
    parts = name.split(",") if attribute.has_tag("multivalued") and not _NUMBER.fullmatch(name) else [name]
    if not all(_NUMBER.fullmatch(part) for part in parts):
        example = f", such as {attribute.example}" if attribute.example else ""
        message = f"{attribute.id} is a number{example}, got {shown(name)}"
        subject.error("number_values", path, message, 3708, code="item.attribute.number_invalid_format")


def _measure(subject: Subject, attribute: CategoryAttribute, path: str, value_id: str | None, name: str | None) -> None:
    if name is None or value_id is not None:
        return
    found = _MEASURE.fullmatch(name)
    units = [unit.id for unit in attribute.allowed_units if unit.id]
    code = "item.attributes.invalid_value"
    if found is None:
        example = f"25 {attribute.default_unit or (units[0] if units else 'cm')}"
        message = f"{attribute.id} is a number with a unit, such as {example}, got {shown(name)}"
        subject.error("number_values", path, message, code=code)
    elif units and found[2] not in units:
        message = f"{attribute.id} is measured in {', '.join(units)}, got {shown(found[2])}"
        if found[2].casefold() in {unit.casefold() for unit in units}:
            subject.warn("number_values", path, message)
        else:
            subject.error("number_values", path, message, code=code)


def _struct(subject: Subject, attribute: CategoryAttribute, sent: SentAttribute) -> None:
    """A number with its unit that was sent in parts."""
    parts = fields_of(sent.row.get("value_struct"))
    units = [unit.id for unit in attribute.allowed_units if unit.id]
    if parts and units and parts.get("unit") not in units:
        message = f"{attribute.id} is measured in {', '.join(units)}, got {shown(parts.get('unit'))}"
        subject.error("number_values", sent.path, message, code="item.attributes.invalid_value")


def _lengths(subject: Subject, attribute: CategoryAttribute | None, sent: SentAttribute) -> None:
    longest = min(LONGEST_NAME, (attribute.value_max_length if attribute else None) or LONGEST_NAME)
    name = sent.value_name
    if name is not None and len(name) > longest:
        message = f"{len(name)} characters, at most {longest}"
        subject.error("value_length", sent.path, message, 154, code="item.attributes.invalid_length")
    for place, value in enumerate(rows_of(sent.row.get("values"))):
        text = value.get("name")
        if isinstance(text, str) and len(text) > LONGEST_NAME:
            message = f"{len(text)} characters, at most {LONGEST_NAME}"
            subject.error(
                "value_length", f"{sent.path}.values[{place}]", message, 394, code="item.attribute.values.name.invalid"
            )


_VALUE_RULES: Final = {"list": _listed, "boolean": _boolean, "number": _number, "number_unit": _measure}

RULES: Final = (required, conditional, known, reserved, values)
