"""Carrier, SKU and warehouse mappings. In each, the left side is your word and the right side Mercado Libre's.

They are text and compared exactly: no case folding, no trimming, no padding. Words that come near are named in the error,
never taken.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, Literal, cast
from urllib.parse import quote, urlsplit

from attrs import field, frozen

from meli_sdk.errors import MappingError, shown

SELLING_ADDRESS: Final = "selling_address"
"""The location of an account that has only one."""
_PLACE: Final = "{tracking_number}"
_MAX_WORD: Final = 255


def check_word(what: str, value: object) -> str:
    """Text that can be compared exactly.

    Raises:
        MappingError: it is no text, empty, longer than 255 characters, or holds white space at an end or a control
            character.
    """
    problem = None
    if not isinstance(value, str):
        problem = f"must be text, got {shown(value)}"
    elif not value:
        problem = "is empty"
    elif len(value) > _MAX_WORD:
        problem = f"is longer than {_MAX_WORD} characters: {shown(value)}"
    elif value != value.strip():
        problem = f"begins or ends with white space, {shown(value)}: mappings are compared exactly, so remove it"
    elif any(unicodedata.category(character) == "Cc" for character in value):
        problem = f"contains a control character, {shown(value)}"
    if problem is not None:
        message = f"{what} {problem}"
        raise MappingError(message)
    return cast("str", value)


def _loose(word: str) -> str:
    """What is left of a word when case, spaces, punctuation and leading zeros don't count."""
    kept = "".join(character for character in word.casefold() if character.isalnum())
    return kept.lstrip("0") or kept


def near(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known words that someone may have meant, closest first; at most three."""
    words = list(known)
    same = [other for other in words if _loose(other) == _loose(word)]
    close = get_close_matches(word, words, n=3, cutoff=0.8)
    return tuple(dict.fromkeys([*same, *close]))[:3]


def unmatched(what: str, word: str, known: Iterable[str], remedy: str) -> MappingError:
    """The error for a word without an exact match."""
    words = list(known)
    found = near(word, words)
    if found:
        hint = f"near {'match' if len(found) == 1 else 'matches'}: {', '.join(map(repr, found))}"
    else:
        hint = f"known: {', '.join(map(repr, words[:10]))}" if words else "none is known"
    message = f"{what} {shown(word)} has no exact match ({hint}); {remedy}"
    return MappingError(message)


def _to_url_template(value: object) -> str | None:
    if value is None:
        return None
    text = check_word("CarrierMapping.tracking_url", value)
    parts = urlsplit(text.replace(_PLACE, "1"))
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        message = f"CarrierMapping.tracking_url must be an http or https address, got {shown(text)}"
        raise MappingError(message)
    if text.count(_PLACE) != 1 or "{" in text.replace(_PLACE, "") or "}" in text.replace(_PLACE, ""):
        message = f"CarrierMapping.tracking_url must hold {_PLACE} once and no other braces, got {shown(text)}"
        raise MappingError(message)
    return text


def _to_service_id(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**12:
        message = f"CarrierMapping.service_id is the whole number of a shipping service, got {shown(value)}"
        raise MappingError(message)
    return value


def _to_carrier_name(value: object) -> str:
    return check_word("CarrierMapping.name", value)


@frozen
class CarrierMapping:
    """What Mercado Libre is told about one of your carriers.

    Raises:
        MappingError: an empty name, a template that is no address with `{tracking_number}` in it, or a wrong service.
    """

    name: str = field(converter=_to_carrier_name)
    tracking_url: str | None = field(default=None, converter=_to_url_template)
    """A template with `{tracking_number}`, such as `https://carrier.example/track/{tracking_number}`."""
    service_id: int | None = field(default=None, converter=_to_service_id)
    """The site's shipping service; None takes the one documented for the site."""

    def url_for(self, tracking_number: str) -> str | None:
        """The parcel's address, its number percent-encoded; None without a template."""
        if self.tracking_url is None:
            return None
        return self.tracking_url.replace(_PLACE, quote(tracking_number, safe=""))


def _to_location(value: object) -> str:
    return check_word("WarehouseMapping.location", value)


def _to_combine(value: object) -> Literal["sum"] | None:
    if value not in {None, "sum"}:
        message = f'WarehouseMapping.combine is None or "sum", got {shown(value)}'
        raise MappingError(message)
    return "sum" if value == "sum" else None


@frozen
class WarehouseMapping:
    """Where the stock of one of your warehouses is shown.

    Raises:
        MappingError: an empty location, or another way to combine than "sum".
    """

    location: str = field(converter=_to_location)
    """A store id, a network node id, or `selling_address` for an account with one location."""
    combine: Literal["sum"] | None = field(default=None, converter=_to_combine)
    """"sum": several warehouses share this location on purpose, and their stock is added up."""


def carriers(value: object) -> Mapping[str, CarrierMapping]:
    """Checks a table of carriers.

    Raises:
        MappingError: a wrong word, or something else than a `CarrierMapping`.
    """
    found: dict[str, CarrierMapping] = {}
    for carrier, mapping in _pairs("carriers", value):
        if not isinstance(mapping, CarrierMapping):
            message = f"carrier {carrier!r} must be mapped to a CarrierMapping, got {shown(mapping)}"
            raise MappingError(message)
        found[carrier] = mapping
    return MappingProxyType(found)


def skus(value: object) -> Mapping[str, str]:
    """Checks a table of SKUs.

    Raises:
        MappingError: a wrong word, or two of your SKUs on one of Mercado Libre's: an order line could be either.
    """
    found: dict[str, str] = {}
    taken: dict[str, str] = {}
    for sku, theirs in _pairs("skus", value):
        found[sku] = check_word(f"the Mercado Libre SKU of {sku!r}", theirs)
        if found[sku] in taken:
            message = (
                f"your SKUs {taken[found[sku]]!r} and {sku!r} are both mapped to Mercado Libre's {found[sku]!r}: "
                "an order line of it could be either, so keep one of them"
            )
            raise MappingError(message)
        taken[found[sku]] = sku
    return MappingProxyType(found)


def warehouses(value: object) -> Mapping[str, WarehouseMapping]:
    """Checks a table of warehouses; plain text stands for a location.

    Raises:
        MappingError: a wrong word, or two warehouses on one location without `combine="sum"` on each.
    """
    found: dict[str, WarehouseMapping] = {}
    for warehouse, mapping in _pairs("warehouses", value):
        found[warehouse] = mapping if isinstance(mapping, WarehouseMapping) else WarehouseMapping(mapping)
    for location in {mapping.location for mapping in found.values()}:
        sharing = [warehouse for warehouse, mapping in found.items() if mapping.location == location]
        if len(sharing) > 1 and any(found[warehouse].combine is None for warehouse in sharing):
            names = " and ".join(map(repr, sharing))
            message = (
                f"warehouses {names} are mapped to one location, {location!r}: give each of them "
                f'WarehouseMapping({location!r}, combine="sum") if their stock shall be added up'
            )
            raise MappingError(message)
    return MappingProxyType(found)


def _pairs(table: str, value: object) -> Iterable[tuple[str, object]]:
    if not isinstance(value, Mapping):
        message = f"{table} is a mapping from your words to Mercado Libre's, got {shown(value)}"
        raise MappingError(message)
    pairs = cast("Mapping[object, object]", value).items()
    return [(check_word(f"a name in {table}", word), mapping) for word, mapping in pairs]
