"""A site's whole tree of categories, as the dump holds it.

Page: https://global-selling.mercadolibre.com/devsite/category-dump
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from attrs import define, field, frozen

from meli_sdk.errors import DecodeError, InputError, shown
from meli_sdk.models.categories import Category, CategoryAttribute
from meli_sdk.models.categories_rules import CategoryRules


@define(kw_only=True)
class DumpedCategory(Category):
    """A category of the dump, with its attributes where they were asked for."""

    attributes: tuple[CategoryAttribute, ...] = ()


@frozen(kw_only=True)
class DumpHead:
    """What tells one dump from the next."""

    created: str | None
    """The header `X-Content-Created`, as it was written."""
    checksum: str | None
    """The header `X-Content-MD5`. Of which form of the dump is not documented."""


@frozen(kw_only=True)
class CategoryDump:
    """The whole tree of a site. Not one call is made by reading it."""

    site_id: str
    head: DumpHead
    with_attributes: bool
    read_at: datetime
    """When it was downloaded, or confirmed to be the newest."""
    checksum_matches: bool
    """Whether the checksum is that of the uncompressed bytes. Where not, it may be that of another form of them."""
    categories: Mapping[str, DumpedCategory] = field(repr=False)
    failed: tuple[DecodeError, ...] = ()
    """Categories that could not be decoded, each with its raw row."""

    def roots(self) -> Iterator[DumpedCategory]:
        """The top of the tree."""
        return (one for one in self.categories.values() if len(one.path_from_root) <= 1)

    def children(self, category_id: str) -> Iterator[DumpedCategory]:
        """The categories right below one."""
        below = self.get(category_id).children_categories
        return (self.categories[row.id] for row in below if row.id and row.id in self.categories)

    def leaves(self) -> Iterator[DumpedCategory]:
        """The categories that take listings."""
        return (
            one
            for one in self.categories.values()
            if not one.children_categories and not (one.settings and one.settings.listing_allowed is False)
        )

    def get(self, category_id: str) -> DumpedCategory:
        """One category.

        Raises:
            InputError: the dump has none with this id.
        """
        found = self.categories.get(category_id)
        if found is None:
            message = f"the dump of {self.site_id} has no category {shown(category_id)}"
            raise InputError(message)
        return found

    def rules(self, category_id: str) -> CategoryRules:
        """What `categories.check` goes by, without a call.

        Raises:
            InputError: the dump has no such category.
        """
        found = self.get(category_id)
        attributes = found.attributes if self.with_attributes else None
        return CategoryRules(category=found, attributes=attributes, read_at=self.read_at)
