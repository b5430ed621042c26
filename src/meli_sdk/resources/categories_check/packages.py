"""Rules 22 and 23: the measures of the package."""

import re
from decimal import Decimal
from typing import Final

from meli_sdk.errors import shown
from meli_sdk.resources.categories_check.subject import SentAttribute, Subject

SELLER_PACKAGE: Final = tuple(f"SELLER_PACKAGE_{name}" for name in ("HEIGHT", "LENGTH", "WIDTH", "WEIGHT"))
GLOBAL_PACKAGE: Final = tuple(f"PACKAGE_{name}" for name in ("HEIGHT", "LENGTH", "WIDTH", "WEIGHT"))
LEAST_SIDE: Final = Decimal(3)
"""Centimetres."""
LEAST_WEIGHT: Final = Decimal(50)
"""Grams."""
_LEAST_VOLUMETRIC: Final = Decimal("0.02")
_VOLUMETRIC_DIVISOR: Final = 5000
_CENTIMETRES: Final = {"cm": "1", "mm": "0.1", "m": "100", "in": "2.54", '"': "2.54", "ft": "30.48"}
_GRAMS: Final = {"g": "1", "kg": "1000", "lb": "453.59237", "lbs": "453.59237", "oz": "28.349523125", "mg": "0.001"}
_WHOLE: Final = re.compile(r"\s*\d+\s*(cm|g)\s*")
_MEASURE: Final = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(\S+)\s*")


def seller_package(subject: Subject) -> None:
    """22: all four measures or none, whole centimetres and grams."""
    holders = [subject.own(), *(subject.of_variation(place) for place in range(len(subject.variations)))]
    found = False
    for sent in holders:
        given = {one.id: one for one in sent if one.id in SELLER_PACKAGE and one.is_given}
        if not given:
            continue
        found = True
        missing = [name for name in SELLER_PACKAGE if name not in given]
        if missing and not subject.partial:
            message = f"{', '.join(missing)} missing: the four measures belong together"
            code = "item.attribute.missing.seller.package.dimensions"
            subject.error("seller_package", f"attributes.{missing[0]}", message, 5400, code=code)
        for name, one in given.items():
            _seller_measure(subject, str(name), one)
    needed = subject.account is not None and subject.account.package_measures
    if needed and not found and not subject.partial:
        message = f"this account ships by cross docking or drop-off: {', '.join(SELLER_PACKAGE)} are needed"
        code = "item.attribute.missing.seller.package.dimensions"
        subject.error("seller_package", f"attributes.{SELLER_PACKAGE[0]}", message, 5400, code=code)


def _seller_measure(subject: Subject, name: str, sent: SentAttribute) -> None:
    text = subject.text_of(sent) or ""
    found = _WHOLE.fullmatch(text)
    unit = "g" if name.endswith("WEIGHT") else "cm"
    if found is None or found[1] != unit:
        message = f"{name} is whole {'grams' if unit == 'g' else 'centimetres'}, such as 12 {unit}, got {shown(text)}"
        code = "item.attribute.invalid.format.seller.package.dimensions"
        subject.error("seller_package", sent.path, message, 5402, code=code)
    elif not int(text.replace(unit, "")):
        code = "item.attribute.invalid.seller.package.dimensions"
        subject.error("seller_package", sent.path, f"{name} is 0", 5401, code=code)


def global_package(subject: Subject) -> None:
    """23: in Global Selling each side at least 3 cm, at least 50 g, and not too small in all."""
    if not subject.is_global:
        return
    holders = [subject.own(), *(subject.of_variation(place) for place in range(len(subject.variations)))]
    found = False
    for sent in holders:
        given = {one.id: one for one in sent if one.id in GLOBAL_PACKAGE and one.is_given}
        found = found or bool(given)
        measures = {str(name): _measured(subject, str(name), one) for name, one in given.items()}
        for name, measure in measures.items():
            least, unit = (LEAST_WEIGHT, "g") if name.endswith("WEIGHT") else (LEAST_SIDE, "cm")
            if measure is not None and measure < least:
                message = f"{name} is {measure.normalize():f} {unit}, at least {least} {unit} are needed"
                subject.error("global_package", given[name].path, message)
        sides = [measures.get(name) for name in GLOBAL_PACKAGE[:3]]
        if (volume := _volume(sides)) is not None and volume / _VOLUMETRIC_DIVISOR <= _LEAST_VOLUMETRIC:
            subject.error("global_package", "attributes", f"a package of {volume:f} cubic centimetres is too small")
    if not found and not subject.partial:
        message = f"{', '.join(GLOBAL_PACKAGE)} are needed to ship across borders"
        subject.warn("global_package", "attributes", message)


def _volume(sides: list[Decimal | None]) -> Decimal | None:
    product = Decimal(1)
    for side in sides:
        if side is None:
            return None
        product *= side
    return product


def _measured(subject: Subject, name: str, sent: SentAttribute) -> Decimal | None:
    """A measure in centimetres or grams; None where it cannot be read, which other rules report."""
    found = _MEASURE.fullmatch(subject.text_of(sent) or "")
    factors = _GRAMS if name.endswith("WEIGHT") else _CENTIMETRES
    factor = factors.get(found[2]) if found else None
    return Decimal(found[1].replace(",", ".")) * Decimal(factor) if found and factor else None


RULES: Final = (seller_package, global_package)
