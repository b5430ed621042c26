"""Rules 20 and 21: product identifiers, such as GTIN, EAN, UPC, JAN and ISBN."""

import re
from typing import Final

from meli_sdk.errors import shown
from meli_sdk.resources.categories_check.subject import SentAttribute, Subject

IDENTIFIERS: Final = frozenset({"GTIN", "GTIN14", "EAN", "UPC", "JAN", "ISBN"})
_DIGITS: Final = re.compile(r"[0-9]+")
_ISBN10: Final = re.compile(r"[0-9]{9}[0-9Xx]")
_LENGTHS: Final = frozenset({8, 12, 13, 14})
_ISBN10_LENGTH: Final = 10


def identifier_fault(text: str) -> str | None:
    """What is wrong with one identifier: its characters, its length, or its check digit; None where it may exist."""
    if _ISBN10.fullmatch(text):
        total = sum((10 - place) * (10 if digit in "Xx" else int(digit)) for place, digit in enumerate(text))
        return None if total % 11 == 0 else "the check digit of an ISBN-10 is wrong"
    if not _DIGITS.fullmatch(text):
        return "only the digits 0 to 9 are allowed"
    if len(text) not in _LENGTHS:
        return f"it has {len(text)} digits; 8, 12, 13 or 14 are right (10 for an ISBN)"
    if not text.strip("0"):
        return "it is all zeros"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text)))
    if weighted % 10:
        body = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(text[:-1])))
        return f"its last digit would have to be {-body % 10}"
    return None


def _texts(sent: SentAttribute) -> list[str]:
    """Each identifier of an attribute: several are joined by commas."""
    return [part.strip() for _, name in sent.values for part in (name or "").split(",") if part.strip()]


def identifiers(subject: Subject) -> None:
    """20: digits, length and check digit."""
    for one in subject.every():
        if one.id not in IDENTIFIERS or one.not_applicable:
            continue
        for text in _texts(one):
            fault = identifier_fault(text)
            if fault is None:
                continue
            zeros = _DIGITS.fullmatch(text) and not text.strip("0")
            causes = (7710,) if zeros else (7711, 7710) if one.id == "GTIN" else (7714, 7711)
            code = "invalid" if zeros else "invalid_format"
            message = f"{shown(text)} is no {one.id}: {fault}"
            subject.error(
                "product_identifiers", one.path, message, *causes, code=f"item.attribute.product_identifier.{code}"
            )


def places(subject: Subject) -> None:
    """21: on the item or in the variations, not both; each variation has its own."""
    on_item = [one for one in subject.own() if one.id == "GTIN" and one.is_given]
    used: dict[str, int] = {}
    for place in range(len(subject.variations)):
        for one in subject.of_variation(place):
            if one.id != "GTIN" or not one.is_given:
                continue
            if on_item:
                message = "a GTIN on the item and in a variation: each variation has its own, the item none"
                subject.error("identifier_places", one.path, message)
                return
            for text in _texts(one):
                if used.setdefault(text, place) != place:
                    message = f"{text} is the GTIN of variation {used[text]} too"
                    subject.error("identifier_places", one.path, message)


RULES: Final = (identifiers, places)
