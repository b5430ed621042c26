"""The attributes of an item against those of its category: https://developers.mercadolibre.com.ar/es_ar/atributos"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from meli_sdk.sandbox.answers import as_object, as_objects
from meli_sdk.sandbox.errors import JsonObject
from meli_sdk.sandbox.items_causes import Causes

NOT_APPLICABLE: Final = "-1"
NEW: Final = "2230284"
"""The value of ITEM_CONDITION for what is new."""
MAX_VALUE: Final = 255
_IDENTIFIERS: Final = frozenset({"GTIN", "GTIN14", "EAN", "UPC", "JAN", "ISBN"})
_LENGTHS: Final = (8, 10, 12, 13, 14)
_ISBN_10: Final = 10
"""Its check digit is another one, and may be an X."""
_MEASURE: Final = re.compile(r"\s*(-?\d+(?:[.,]\d+)?)\s*(\S.*?)\s*")
_NUMBER: Final = re.compile(r"\s*-?\d+(?:[.,]\d+)?\s*")

Attributes = Mapping[str, JsonObject]
"""The attributes of a category by their ids."""


def by_id(attributes: Iterable[JsonObject]) -> Attributes:
    """The attributes of a category by their ids."""
    return {str(attribute["id"]): attribute for attribute in attributes}


def tagged(attribute: JsonObject, tag: str) -> bool:
    """Whether an attribute of a category has a tag; the pages show tags as an object and as an array."""
    tags = attribute.get("tags")
    return isinstance(tags, (dict, list)) and tag in tags


def value_of(row: JsonObject) -> tuple[str | None, str | None]:
    """The id and the name of the value that a row of an item gives, in either of its two forms."""
    listed = as_objects(row.get("values")) or []
    first: JsonObject = listed[0] if listed else {}
    value_id, name = row.get("value_id", first.get("id")), row.get("value_name", first.get("name"))
    struct = as_object(row.get("value_struct", first.get("struct")))
    if name is None and struct is not None:
        name = f"{struct.get('number')} {struct.get('unit')}"
    return (None if value_id is None else str(value_id)), (None if name is None else str(name))


def has_value(row: JsonObject) -> bool:
    """Whether the row says anything; one without removes the attribute."""
    return value_of(row) != (None, None)


def stored(known: Attributes, row: JsonObject) -> JsonObject:
    """A row as the item will show it: with the names of attribute and value, and the value in both forms."""
    attribute = known.get(str(row.get("id")), {})
    value_id, name = value_of(row)
    for value in as_objects(attribute.get("values")) or []:
        if value_id is None and str(value.get("name")).casefold() == (name or "").casefold():
            value_id = str(value.get("id"))
        if value_id is not None and str(value.get("id")) == value_id:
            name = str(value.get("name"))
    struct: JsonObject | None = None
    if attribute.get("value_type") == "number_unit" and (found := _MEASURE.fullmatch(name or "")):
        struct = {"number": float(found[1].replace(",", ".")), "unit": found[2]}
    return {
        "id": row.get("id"),
        "name": attribute.get("name", row.get("name", row.get("id"))),
        "value_id": value_id,
        "value_name": name,
        "value_struct": struct,
        "values": [{"id": value_id, "name": name, "struct": struct}],
        "attribute_group_id": attribute.get("attribute_group_id", "OTHERS"),
        "attribute_group_name": attribute.get("attribute_group_name", "Otros"),
        "value_type": attribute.get("value_type", "string"),
    }


def keep_known(causes: Causes, known: Attributes, rows: Iterable[JsonObject]) -> list[JsonObject]:
    """The rows whose attribute the category has; the others are dropped with a warning."""
    kept: list[JsonObject] = []
    for row in rows:
        if str(row.get("id")) in known:
            kept.append(row)
        else:
            message = f"Attribute: {row.get('id') or row.get('name')} was dropped because does not exists"
            causes.warn(None, "item.attributes.invalid", message, "item.attributes")
    return kept


def check_values(causes: Causes, known: Attributes, rows: Iterable[JsonObject], where: str) -> None:
    """Looks at every value that is given."""
    for row in rows:
        attribute = known.get(str(row.get("id")))
        value_id, name = value_of(row)
        if attribute is None or value_id == NOT_APPLICABLE or (value_id, name) == (None, None):
            continue
        _check_value(causes, attribute, value_id, name or "", where)
        for value in as_objects(row.get("values")) or []:
            if len(str(value.get("name") or "")) > MAX_VALUE:
                message = (
                    f"Attribute {attribute['id']} has a values entry with name too long ({len(str(value['name']))}). "
                    f"Maximum name size allowed is {MAX_VALUE}."
                )
                causes.error(394, "item.attribute.values.name.invalid", message, where)


def _check_value(causes: Causes, attribute: JsonObject, value_id: str | None, name: str, where: str) -> None:
    attribute_id, kind = attribute["id"], attribute.get("value_type")
    limit = attribute.get("value_max_length")
    longest = limit if isinstance(limit, int) and limit else MAX_VALUE
    if len(name) > longest:
        message = f"Invalid value length for attribute {attribute_id}. Maximum length is {longest}."
        causes.error(154, "item.attributes.invalid_length", message, where)
    elif kind in {"list", "boolean"}:
        values = as_objects(attribute.get("values")) or []
        given = {str(value.get("id")) for value in values} | {str(value.get("name")).casefold() for value in values}
        if values and value_id not in given and name.casefold() not in given:
            message = f"Value '{name or value_id}' is not allowed for attribute {attribute_id}"
            causes.error(None, "item.attributes.invalid_list_value", message, where)
    elif kind == "number" and not _NUMBER.fullmatch(name):
        message = f"The value you entered in {attribute_id} is incorrect. An example is: 12."
        causes.error(3708, "item.attribute.number_invalid_format", message, where)
    elif kind == "number_unit":
        measure = _MEASURE.fullmatch(name)
        units = {str(unit.get("name")) for unit in as_objects(attribute.get("allowed_units")) or []}
        if measure is None or (units and measure[2] not in units):
            message = f"The value '{name}' is not valid for attribute {attribute_id}. Expected number_unit format."
            causes.error(None, "item.attributes.invalid_value", message, where)
    if attribute_id in _IDENTIFIERS or attribute.get("type") == "product_identifier":
        _check_identifier(causes, str(attribute_id), name, where)


def _check_identifier(causes: Causes, attribute_id: str, value: str, where: str) -> None:
    for code in (part.strip() for part in value.split(",")):
        is_code = code.isascii() and code.isdigit() and len(code) in _LENGTHS
        if not is_code or (len(code) != _ISBN_10 and _check_digit(code[:-1]) != code[-1]):
            message = f"Product Identifier [{attribute_id}] contains values with invalid format: [{code}]."
            causes.error(7711, "item.attribute.product_identifier.invalid_format", message, where)
        elif not code.strip("0"):
            message = f"Product Identifier [{attribute_id}] has invalid values: [{code}]."
            causes.error(7710, "item.attribute.product_identifier.invalid", message, where)


def _check_digit(digits: str) -> str:
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def required_message(missing: list[str], category: str) -> str:
    """The words for attributes that are required and are not there."""
    return (
        f"The attributes [{', '.join(missing)}] are required for category {category}. Check the attribute is present in "
        "the attributes list or in all variation's attributes_combination or attributes."
    )


def _given_in(variation: JsonObject) -> set[str]:
    return {
        str(row.get("id"))
        for name in ("attribute_combinations", "attributes")
        for row in as_objects(variation.get(name)) or []
        if has_value(row)
    }


def check_required(
    causes: Causes, category_id: str, known: Attributes, rows: list[JsonObject], variations: list[JsonObject]
) -> None:
    """Every required attribute has a value, on the item or in all its variations."""
    there = {str(row.get("id")) for row in rows if has_value(row)}
    for attribute_id in known if variations else ():
        if all(attribute_id in _given_in(variation) for variation in variations):
            there.add(attribute_id)
    is_new = any(row.get("id") == "ITEM_CONDITION" and value_of(row)[0] == NEW for row in rows)
    tags = ("required", "new_required") if is_new else ("required",)
    missing = [
        attribute_id
        for attribute_id, attribute in known.items()
        if attribute_id not in there and any(tagged(attribute, tag) for tag in tags)
    ]
    if missing:
        message = required_message(missing, f"{category_id} and channel marketplace")
        causes.error(147, "item.attributes.missing_required", message, "item.attributes")
    for attribute_id, attribute in known.items():
        if attribute_id not in {*there, *missing} and tagged(attribute, "catalog_required"):
            message = f"The {attribute_id} field is mandatory and was not added."
            causes.error(3704, "item.attribute.missing_catalog_required", message, "item.attributes")
