"""Rules 25 and 26, and the mains of Argentina: what single kinds of goods need."""

import re
from decimal import Decimal
from typing import Final

from meli_sdk.resources.categories_check.subject import SentAttribute, Subject, folded
from meli_sdk.resources.categories_check.title_words import GENDER_VALUES, GENDERS

_UNIT: Final = frozenset({"unidad", "unidade", "unit", "unitario", "unitaria"})
_PACK: Final = frozenset({"pack", "paquete", "pacote", "kit", "set", "multipack"})
_WEIGHT: Final = frozenset({"peso", "weight", "granel", "a granel"})
_FORBIDDEN_VOLTS: Final = (Decimal(100), Decimal(199))
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
_WORDS: Final = re.compile(r"[^\W_]+")


def sale_units(subject: Subject) -> None:
    """25: the format of sale and the units in a pack agree; goods by weight say their weight."""
    form, units = subject.value_of("SALE_FORMAT"), subject.value_of("UNITS_PER_PACK")
    code, path = "item.attribute.invalid_sale_units", "attributes.UNITS_PER_PACK"
    if units is not None and form is None:
        if not subject.partial:
            subject.error("sale_units", "attributes.SALE_FORMAT", "UNITS_PER_PACK needs SALE_FORMAT", 3709, code=code)
        return
    if form is None:
        return
    word = folded(subject.text_of(form) or "")
    count = _NUMBER.fullmatch((subject.text_of(units) or "").strip())
    number = Decimal(count[0].replace(",", ".")) if count else None
    if word in _UNIT and number is not None and number != 1:
        subject.error("sale_units", path, f"sold by the unit, so UNITS_PER_PACK is 1, got {number}", 3709, code=code)
    elif word in _PACK and number is None and not subject.partial:
        subject.error("sale_units", path, "a pack needs UNITS_PER_PACK", 3709, code=code)
    elif word in _PACK and number is not None and number <= 1:
        subject.error("sale_units", path, f"a pack has more than one unit, got {number}", 3709, code=code)
    elif word in _WEIGHT and subject.value_of("NET_WEIGHT") is None and not subject.partial:
        subject.error("sale_units", "attributes.NET_WEIGHT", "goods by weight need NET_WEIGHT", 3709, code=code)


def fashion(subject: Subject) -> None:
    """26: the title names the gender that GENDER has; a size chart where the category works with one."""
    gender = subject.value_of("GENDER")
    if gender is not None:
        meant = GENDER_VALUES.get(gender.values[0][0] or "") or _gender_of(subject.text_of(gender))
        for place, title, _ in subject.titles:
            _agree(subject, place, title, meant)
    grid = next((one for one in subject.known.values() if one.has_tag("grid_template_required")), None)
    if grid is None or subject.partial:
        return
    if not _has(subject.own(), "SIZE_GRID_ID"):
        message = "a size chart is needed: SIZE_GRID_ID"
        code = "missing.fashion_grid.grid_id.values"
        subject.error("fashion", "attributes.SIZE_GRID_ID", message, 2610, code=code)
    for name, cause, code in (
        ("SIZE_GRID_ROW_ID", 2611, "missing.fashion_grid.grid_row_id.values"),
        ("SIZE", 2612, "missing.fashion_grid.size.values"),
    ):
        if name not in subject.known or _has(subject.own(), name):
            continue
        lacking = [place for place in range(len(subject.variations)) if not _has(subject.of_variation(place), name)]
        if lacking or not subject.variations:
            where = f"variations[{lacking[0]}].attributes.{name}" if lacking else f"attributes.{name}"
            subject.error("fashion", where, f"a size chart is used, so {name} is needed", cause, code=code)


def _has(sent: list[SentAttribute], attribute_id: str) -> bool:
    return any(one.id == attribute_id and one.is_given for one in sent)


def _gender_of(name: str | None) -> str | None:
    found = {GENDERS[word] for word in _WORDS.findall(folded(name or "")) if word in GENDERS}
    return found.pop() if len(found) == 1 else None


def _agree(subject: Subject, place: str, title: str, meant: str | None) -> None:
    named = {GENDERS[word]: word for word in _WORDS.findall(folded(title)) if word in GENDERS}
    if meant is None or not named or meant == "unisex":
        return
    if meant not in named and "unisex" not in named:
        words = ", ".join(named.values())
        message = f"the title says {words}, GENDER says {meant}: make the two agree"
        subject.error("fashion", place, message, 4210, 2516, code="invalid.title.gender")


def voltage(subject: Subject) -> None:
    """Argentina: goods for mains of 100 to 199 volts alone may not be sold."""
    if subject.site_id != "MLA":
        return
    least, most = _FORBIDDEN_VOLTS
    for one in subject.every():
        if one.id != "VOLTAGE":
            continue
        volts = [Decimal(found.replace(",", ".")) for found in _NUMBER.findall(subject.text_of(one) or "")]
        if volts and all(least <= value <= most for value in volts):
            message = f"{subject.text_of(one)}: goods for 100 to 199 V may not be sold in Argentina"
            subject.error("voltage", one.path, message, 3710, code="item.attribute.invalid_voltage")


RULES: Final = (sale_units, fashion, voltage)
