"""What the marketplace page asks of a title; its length is rule 2. Warnings, but for stock, which gets a listing moderated.

Page: https://global-selling.mercadolibre.com/devsite/global-listing
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from meli_sdk.resources.categories_check import title_words as words
from meli_sdk.resources.categories_check.subject import Subject, folded

_WORD: Final = re.compile(r"[^\W_]+")
_NUMBER: Final = re.compile(r"(?<=\d)[.,](?=\d)")
_PERCENT: Final = re.compile(r"\d+\s*%(?:\s*(?:off|de descuento|desconto|discount))?|%")


def titles(subject: Subject) -> None:
    """Stock, services, condition, discounts, colours beside variations, symbols; brand and model in it."""
    for place, title, site in subject.titles:
        language = words.LANGUAGES.get(site or "", "es")
        text = _without_names(subject, folded(title))
        for rule, listed, message in _PHRASES:
            found = _first(text, listed, language)
            if found is not None and rule == "title_stock":
                subject.error(rule, place, f"{found}: {message}")
            elif found is not None:
                subject.warn(rule, place, f"{found}: {message}")
        percent = _PERCENT.search(title)
        if percent:
            message = "a discount is shown by Mercado Libre itself: leave the percent sign out"
            subject.warn("title_discount", place, f"{percent[0]}: {message}")
        colour = _first(text, words.COLOURS, language)
        if colour is not None and subject.variations:
            message = "a colour in the title while there are variations: it belongs into them"
            subject.warn("title_colour", place, f"{colour}: {message}")
        _symbols(subject, place, title)
        _product(subject, place, title)


_PHRASES: Final = (
    ("title_stock", words.STOCK, "a title that mentions stock gets the listing moderated"),
    ("title_services", words.SERVICES, "returns, shipping and installments are shown beside the title: leave it out"),
    ("title_condition", words.CONDITION, "the condition is shown by itself: send it as ITEM_CONDITION"),
    ("title_discount", words.DISCOUNT, "a discount is shown by Mercado Libre itself: leave it out"),
)


def _first(text: str, listed: Mapping[str, Iterable[str]], language: str) -> str | None:
    """The first phrase of the lists that stands in a folded text as whole words."""
    bare = f" {' '.join(_WORD.findall(text))} "
    phrases = (*listed.get(words.EVERYWHERE, ()), *listed.get(language, ()))
    return next((phrase for phrase in phrases if f" {phrase} " in bare), None)


def _without_names(subject: Subject, title: str) -> str:
    """A folded title without brand and model, whose words mean nothing: a New Balance is not new."""
    for name in ("BRAND", "MODEL", "LINE"):
        value = subject.text_of(subject.value_of(name))
        if value and len(_WORD.findall(value)) > 1:
            title = title.replace(folded(value), " ")
    return title


def _symbols(subject: Subject, place: str, title: str) -> None:
    plain = _NUMBER.sub("", title)
    found = [sign for sign in dict.fromkeys(plain) if unicodedata.category(sign)[0] in "PS"]
    if found:
        message = "separate words with spaces; no punctuation or symbols"
        subject.warn("title_symbols", place, f"{' '.join(found)}: {message}")


def _product(subject: Subject, place: str, title: str) -> None:
    """Brand and model stand in the title, as far as the attributes tell them."""
    there = set(_WORD.findall(folded(title)))
    for name in ("BRAND", "MODEL"):
        value = subject.text_of(subject.value_of(name))
        parts = _WORD.findall(folded(value)) if value else []
        if parts and folded(str(value)) not in _NO_NAMES and not there & set(parts):
            message = f"{name.lower()} {value} is not in it: product, brand, model and what tells it from others"
            subject.warn("title_product", place, message)


_NO_NAMES: Final = frozenset(
    {"generico", "generica", "generic", "otro", "otra", "other", "outro", "sin marca", "sem marca"}
)
"""Values of BRAND that are none."""

RULES: Final = (titles,)
