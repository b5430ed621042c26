"""Ninety listings that Mercado Libre refuses, written from the documented causes before there was any rule."""

import copy

import pytest
from tests.resources.categories_check.listings import ACCEPTED, CATEGORIES, REJECTED, Listing

from meli_sdk.models import Finding, Findings
from meli_sdk.resources.categories_check.check import CHECK_RULES, check_item

ONLY_THE_SERVER_KNOWS = {
    "gtin of a product of another category",
    "gtin of a product of another brand",
    "gtin that another listing of the seller has",
    "gtin that the catalogue knows in another domain",
    "a model that cannot be resolved",
    "a model of another brand",
    "a model that is a sentence",
    "gtin asked for on a condition",
    "reason for the missing gtin asked for on a condition",
    "family name of which no title can be made",
    "a picture id that does not exist",
    "a brand the seller may not sell",
    "a sanitary registry that does not exist",
    "a picture of three hundred pixels",
}


def checked(listing: Listing) -> Findings:
    return check_item(listing.item, CATEGORIES[listing.category], listing.account)


def anticipates(finding: Finding, listing: Listing) -> bool:
    cause = listing.cause
    return cause["id"] in finding.causes if "id" in cause else finding.code == cause["code"]


def test_there_are_ninety_of_them():
    assert len(REJECTED) == len({listing.name for listing in REJECTED}) == 90


def test_at_least_74_of_the_90_are_caught_offline():
    caught = {listing.name for listing in REJECTED if checked(listing).errors}
    assert len(caught) >= 74
    assert {listing.name for listing in REJECTED} - caught == ONLY_THE_SERVER_KNOWS


@pytest.mark.parametrize("listing", [one for one in REJECTED if one.name not in ONLY_THE_SERVER_KNOWS], ids=repr)
def test_a_listing_that_is_caught_names_field_rule_and_the_cause_that_mercado_libre_gives(listing):
    found = checked(listing).errors
    assert any(anticipates(finding, listing) for finding in found), [str(finding) for finding in found]
    for finding in found:
        assert finding.rule in CHECK_RULES
        assert finding.field
        assert finding.message


@pytest.mark.parametrize("listing", ACCEPTED, ids=repr)
def test_an_accepted_listing_has_no_error(listing):
    assert checked(listing).errors == ()


@pytest.mark.parametrize("listing", [*ACCEPTED, *REJECTED], ids=repr)
def test_nothing_is_filled_in(listing):
    before = copy.deepcopy(listing.item)
    checked(listing)
    assert listing.item == before


@pytest.mark.parametrize(
    "name", ["gtin asked for on a condition", "reason for the missing gtin asked for on a condition"]
)
def test_what_only_a_condition_requires_is_a_warning(name):
    (listing,) = (one for one in REJECTED if one.name == name)
    assert any(7810 in finding.causes for finding in checked(listing).warnings)
