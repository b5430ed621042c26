"""What is checked: the item as it would travel, beside the rules of its category and the account; and what is found."""

import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

from attrs import define, field, frozen

from meli_sdk.models.categories import CategoryAttribute, CategorySettings
from meli_sdk.models.categories_findings import Finding, Severity
from meli_sdk.models.categories_rules import CategoryRules, SellerAccount
from meli_sdk.models.items_requests import NOT_APPLICABLE
from meli_sdk.resources.json_shapes import Fields, elements_of, fields_of, rows_of
from meli_sdk.sites import GLOBAL_SELLING

NEW_CONDITION: Final = "2230284"
CONDITIONS: Final = {NEW_CONDITION: "new", "2230581": "used", "2230582": "refurbished"}
"""Values of ITEM_CONDITION and the words of `condition`."""


def folded(text: str) -> str:
    """Text without case and accents, to compare words by."""
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter)
    )


@frozen(kw_only=True)
class SentAttribute:
    """One attribute of the item or of a variation."""

    id: str | None
    """None for a characteristic of the seller's own."""
    row: Fields
    path: str

    @property
    def value_id(self) -> str | None:
        """The id of its one value."""
        value = self.row.get("value_id")
        return value if isinstance(value, str) and value else None

    @property
    def value_name(self) -> str | None:
        """The text of its one value."""
        value = self.row.get("value_name")
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        return value if isinstance(value, str) and value.strip() else None

    @property
    def values(self) -> list[tuple[str | None, str | None]]:
        """Id and text of each value: of the one, or of the several in `values`."""
        if self.value_id or self.value_name:
            return [(self.value_id, self.value_name)]
        found: list[tuple[str | None, str | None]] = []
        for value in rows_of(self.row.get("values")):
            one_id, name = value.get("id"), value.get("name")
            if one_id or name:
                found.append((str(one_id) if one_id else None, str(name) if name else None))
        return found

    @property
    def is_given(self) -> bool:
        """Whether it has a value; nulls remove one."""
        return bool(self.values) or bool(fields_of(self.row.get("value_struct")))

    @property
    def not_applicable(self) -> bool:
        """Whether it says that it does not apply."""
        return self.value_id == NOT_APPLICABLE


@define(eq=False)
class Subject:
    """One item under check."""

    item: Fields
    rules: CategoryRules | None
    account: SellerAccount | None
    partial: bool
    """A change and no new item: what is absent stays as it is."""
    found: list[Finding] = field(factory=list[Finding])
    unchecked: list[str] = field(factory=list[str])

    def error(self, rule: str, place: str, message: str, *causes: int, code: str | None = None) -> None:
        """Reports what stands in the way."""
        self._add(Severity.ERROR, rule, place, message, causes, code)

    def warn(self, rule: str, place: str, message: str, *causes: int, code: str | None = None) -> None:
        """Reports what does not."""
        self._add(Severity.WARNING, rule, place, message, causes, code)

    def _add(
        self, severity: Severity, rule: str, place: str, message: str, causes: tuple[int, ...], code: str | None
    ) -> None:
        self.found.append(Finding(rule=rule, field=place, severity=severity, message=message, causes=causes, code=code))

    def skip(self, what: str, want: str) -> None:
        """Reports that something could not be checked."""
        self.unchecked.append(f"{what}: {want} not known")

    @property
    def settings(self) -> CategorySettings | None:
        """The category's settings, where they are known."""
        return self.rules.category.settings if self.rules else None

    @property
    def category_id(self) -> str | None:
        """The category the item names."""
        value = self.item.get("category_id")
        return value if isinstance(value, str) and value else None

    @property
    def is_global(self) -> bool:
        """Whether it is an item of Global Selling."""
        site = self.account.site_id if self.account else None
        return (
            (self.category_id or "").startswith(GLOBAL_SELLING)
            or "sites_to_sell" in self.item
            or GLOBAL_SELLING in (site, self.item.get("site_id"))
        )

    @property
    def site_id(self) -> str | None:
        """The site it is listed on, as far as it can be told."""
        if self.is_global:
            return GLOBAL_SELLING
        named = self.item.get("site_id")
        if isinstance(named, str) and named:
            return named
        if self.account and self.account.site_id:
            return self.account.site_id
        return (self.category_id or "")[:3] or None

    @property
    def sites(self) -> list[Fields]:
        """The rows of `sites_to_sell`."""
        return rows_of(self.item.get("sites_to_sell"))

    @property
    def variations(self) -> list[Fields]:
        """The variations."""
        return rows_of(self.item.get("variations"))

    @property
    def known(self) -> dict[str, CategoryAttribute]:
        """The category's attributes by id; none where they are not known."""
        return {attribute.id: attribute for attribute in (self.rules.attributes if self.rules else None) or ()}

    def own(self) -> list[SentAttribute]:
        """The attributes of the item itself."""
        return self._attributes(self.item, "attributes", "")

    def of_variation(self, index: int) -> list[SentAttribute]:
        """What one variation says: its combination and its attributes."""
        variation, path = self.variations[index], f"variations[{index}]."
        return self.combination(index) + self._attributes(variation, "attributes", path)

    def combination(self, index: int) -> list[SentAttribute]:
        """What tells one variation from the others."""
        return self._attributes(self.variations[index], "attribute_combinations", f"variations[{index}].")

    def every(self) -> Iterator[SentAttribute]:
        """The attributes of the item and of all variations."""
        yield from self.own()
        for index in range(len(self.variations)):
            yield from self.of_variation(index)

    def _attributes(self, holder: Fields, key: str, path: str) -> list[SentAttribute]:
        found: list[SentAttribute] = []
        for place, row in enumerate(rows_of(holder.get(key))):
            named = row.get("id")
            attribute_id = named if isinstance(named, str) and named else None
            step = f".{attribute_id}" if attribute_id else f"[{place}]"
            found.append(SentAttribute(id=attribute_id, row=row, path=f"{path}{key}{step}"))
        return found

    def value_of(self, attribute_id: str) -> SentAttribute | None:
        """An attribute of the item itself that has a value."""
        return next((one for one in self.own() if one.id == attribute_id and one.is_given), None)

    def text_of(self, sent: SentAttribute | None) -> str | None:
        """What a value says, also where only its id was sent and the category knows its name."""
        if sent is None or not sent.values:
            return None
        value_id, name = sent.values[0]
        if name is not None:
            return name
        known = self.known.get(sent.id or "")
        return next((value.name for value in (known.values if known else ()) if value.id == value_id), None)

    @property
    def condition(self) -> str | None:
        """`new`, `used` or `refurbished`, from the attribute or the older field."""
        sent = self.value_of("ITEM_CONDITION")
        if sent is not None:
            word = CONDITIONS.get(sent.values[0][0] or "")
            return word or _condition_word(self.text_of(sent))
        value = self.item.get("condition")
        return value if isinstance(value, str) and value else None

    @property
    def titles(self) -> list[tuple[str, str, str | None]]:
        """Every title with its place and the site whose language it is in."""
        found = [("title", self.item.get("title"), self.site_id)]
        found += [
            (f"sites_to_sell[{place}].title", row.get("title"), str(row.get("site_id")))
            for place, row in enumerate(self.sites)
        ]
        return [(place, title, site) for place, title, site in found if isinstance(title, str) and title.strip()]

    def tags_of(self, key: str) -> list[str]:
        """A list of words of the item."""
        return [str(word) for word in elements_of(self.item.get(key))]


def _condition_word(name: str | None) -> str | None:
    words = {"new": "new", "nuevo": "new", "novo": "new", "used": "used", "usado": "used"}
    return words.get(folded(name)) if name else None


Check = Callable[[Subject], None]
"""One group of rules; it reports to the subject."""
