"""Each rule of the check: a change that breaks it, where it points to, what it anticipates, and that the rest is quiet."""

import copy
import pickle
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from tests.resources.categories_check.listings import ACCEPTED, CATEGORIES, READ_AT, changed

from meli_sdk.errors import Cause
from meli_sdk.models import Finding, Findings, SellerAccount, Severity, User
from meli_sdk.resources.categories_check.check import CHECK_RULES, check_item
from meli_sdk.resources.categories_check.identifiers import identifier_fault

BASES = {listing.name: listing for listing in ACCEPTED}
E, W = Severity.ERROR, Severity.WARNING


def found_in(base: str, changes: dict[str, Any], account: dict[str, Any] | None = None, **rules: Any) -> Findings:
    listing = BASES[base]
    item = copy.deepcopy(listing.item)
    changed(item, changes)
    category = CATEGORIES[listing.category]
    if "settings" in rules:
        settings = evolve(category.category.settings, **rules.pop("settings"))
        rules["category"] = evolve(category.category, settings=settings)
    return check_item(item, evolve(category, **rules), evolve(listing.account, **(account or {})))


def value(attribute_id: str, **fields: Any) -> dict[str, Any]:
    return {"attributes": {attribute_id: {"id": attribute_id, **fields}}}


BREAKS: list[tuple[str, str, dict[str, Any], str, Severity, set[int]]] = [
    ("category", "television", {"set": {"category_id": "MEC999999"}}, "category_id", E, set()),
    ("title", "television", {"set": {"title": "x" * 61}}, "title", E, set()),
    ("title", "television", {"set": {"title": "Televisor Altavista"}}, "title", W, {3705}),
    ("title", "ball", {"set": {"title": "   "}}, "title", E, {5141}),
    ("currency", "television", {"set": {"currency_id": "EUR"}}, "currency_id", E, set()),
    ("currency", "ball", {"set": {"currency_id": "MXN"}}, "currency_id", E, set()),
    ("price", "heater", {"set": {"price": 399}}, "price", E, {109}),
    ("price", "heater", {"set": {"price": True}}, "price", E, {101}),
    (
        "net_proceeds",
        "ball",
        {"set": {"sites_to_sell": [{"site_id": "MLM", "logistic_type": "remote", "price": 20, "net_proceeds": 16}]}},
        "sites_to_sell[0]",
        E,
        set(),
    ),
    (
        "net_proceeds",
        "ball",
        {"set": {"sites_to_sell": [{"site_id": "MLM", "logistic_type": "fulfillment", "net_proceeds": 16}]}},
        "sites_to_sell[0].net_proceeds",
        E,
        set(),
    ),
    (
        "net_proceeds",
        "ball",
        {
            "remove": ["global_net_proceeds"],
            "set": {"price": 20, "sites_to_sell": [{"site_id": "MLM", "logistic_type": "remote"}]},
        },
        "sites_to_sell[0]",
        W,
        set(),
    ),
    ("condition", "processor", {"set": {"condition": "auctioned"}}, "condition", E, set()),
    ("condition", "ball", value("ITEM_CONDITION", value_id="2230581"), "attributes.ITEM_CONDITION", E, set()),
    ("buying_mode", "television", {"set": {"buying_mode": "auction"}}, "buying_mode", E, set()),
    ("listing_type", "television", {"set": {"listing_type_id": "gold_ultra"}}, "listing_type_id", E, set()),
    ("listing_type", "television", {"set": {"pictures": []}}, "pictures", E, {173}),
    ("quantity", "television", {"set": {"available_quantity": 0}}, "available_quantity", E, set()),
    ("quantity", "television", {"set": {"available_quantity": 1.5}}, "available_quantity", E, {101}),
    ("quantity", "television", {"set": {"available_quantity": 100_000}}, "available_quantity", E, set()),
    ("quantity", "television", {"set": {"condition": "used"}}, "available_quantity", W, set()),
    (
        "pictures",
        "heater",
        {"set": {"pictures": [{"id": "1-MLA1_2026", "source": "https://x.example/a.jpg"}]}},
        "pictures[0]",
        E,
        {204},
    ),
    (
        "pictures",
        "heater",
        {"set": {"pictures": [{"source": "ftp://x.example/a.jpg"}]}},
        "pictures[0].source",
        E,
        set(),
    ),
    (
        "pictures",
        "heater",
        {"set": {"pictures": [{"source": "https://x.example/a.gif"}]}},
        "pictures[0].source",
        W,
        set(),
    ),
    ("pictures", "heater", {"set": {"pictures": [{"source": "https://x.example/a.jpg"}] * 7}}, "pictures", W, set()),
    ("pictures", "heater", {"set": {"pictures": [{"source": "https://x.example/a.jpg"}] * 13}}, "pictures", E, {201}),
    (
        "pictures",
        "phone",
        {"variations": {"1": {"set": {"picture_ids": ["1-MEC1_2026"] * 7}}}},
        "variations[1].picture_ids",
        E,
        {201},
    ),
    ("description", "heater", {"set": {"description": {"plain_text": "Calienta 😀"}}}, "description", E, {398}),
    ("description", "heater", {}, "description", W, set()),
    ("required_attributes", "television", {"attributes": {"BRAND": None}}, "attributes.BRAND", E, {147}),
    ("required_attributes", "television", {"attributes": {"DISPLAY_SIZE": None}}, "attributes.DISPLAY_SIZE", E, {147}),
    ("conditional_attributes", "television", {"attributes": {"GTIN": None}}, "attributes.GTIN", W, {7810}),
    ("known_attributes", "television", {"attributes": {"FLAVOUR": "Mint"}}, "attributes.FLAVOUR", W, set()),
    (
        "reserved_attributes",
        "television",
        {"attributes": {"PRODUCT_TYPE": "Radio"}},
        "attributes.PRODUCT_TYPE",
        E,
        set(),
    ),
    (
        "reserved_attributes",
        "television",
        value("PRODUCT_TYPE", value_id="880031"),
        "attributes.PRODUCT_TYPE",
        W,
        set(),
    ),
    (
        "list_values",
        "television",
        {"attributes": {"RESOLUTION_TYPE": "4k ultra"}},
        "attributes.RESOLUTION_TYPE",
        E,
        set(),
    ),
    ("list_values", "television", {"attributes": {"IS_CURVED": "No"}}, "attributes.IS_CURVED", E, set()),
    (
        "list_values",
        "television",
        {"attributes": {"RESOLUTION_TYPE": "880012"}},
        "attributes.RESOLUTION_TYPE",
        W,
        set(),
    ),
    (
        "number_values",
        "television",
        {"attributes": {"HDMI_PORTS_NUMBER": "3 ports"}},
        "attributes.HDMI_PORTS_NUMBER",
        E,
        {3708},
    ),
    ("number_values", "television", {"attributes": {"DISPLAY_SIZE": "50 inch"}}, "attributes.DISPLAY_SIZE", E, set()),
    ("number_values", "television", {"attributes": {"DISPLAY_SIZE": "127 CM"}}, "attributes.DISPLAY_SIZE", W, set()),
    (
        "number_values",
        "processor",
        value("BASE_FREQUENCY", value_struct={"number": 3, "unit": "GHZ"}),
        "attributes.BASE_FREQUENCY",
        E,
        set(),
    ),
    ("value_length", "heater", {"attributes": {"MODEL": "C" * 256}}, "attributes.MODEL", E, {154}),
    (
        "single_values",
        "heater",
        value("MODEL", values=[{"name": "Calor 20"}, {"name": "Calor 21"}]),
        "attributes.MODEL",
        E,
        set(),
    ),
    ("product_identifiers", "television", {"attributes": {"GTIN": "7861123400214"}}, "attributes.GTIN", E, {7711}),
    ("product_identifiers", "television", {"attributes": {"GTIN": "00000000"}}, "attributes.GTIN", E, {7710}),
    (
        "identifier_places",
        "phone",
        {"attributes": {"GTIN": "7861123400213"}},
        "variations[0].attributes.GTIN",
        E,
        set(),
    ),
    (
        "identifier_places",
        "phone",
        {"variations": {"1": {"attributes": {"GTIN": "7506123400015"}}}},
        "variations[1].attributes.GTIN",
        E,
        set(),
    ),
    (
        "seller_package",
        "heater",
        {"attributes": {"SELLER_PACKAGE_WEIGHT": None}},
        "attributes.SELLER_PACKAGE_WEIGHT",
        E,
        {5400},
    ),
    (
        "seller_package",
        "heater",
        {"attributes": {"SELLER_PACKAGE_HEIGHT": "0 cm"}},
        "attributes.SELLER_PACKAGE_HEIGHT",
        E,
        {5401},
    ),
    (
        "seller_package",
        "heater",
        {"attributes": {"SELLER_PACKAGE_HEIGHT": "42.5 cm"}},
        "attributes.SELLER_PACKAGE_HEIGHT",
        E,
        {5402},
    ),
    ("global_package", "ball", {"attributes": {"PACKAGE_HEIGHT": "29 mm"}}, "attributes.PACKAGE_HEIGHT", E, set()),
    ("global_package", "ball", {"attributes": {"PACKAGE_WEIGHT": "0.1 lb"}}, "attributes.PACKAGE_WEIGHT", E, set()),
    (
        "global_package",
        "ball",
        {"attributes": {"PACKAGE_HEIGHT": "3 cm", "PACKAGE_WIDTH": "3 cm", "PACKAGE_LENGTH": "11 cm"}},
        "attributes",
        E,
        set(),
    ),
    ("variations", "phone", {"variations": {"1": {"set": {"price": 211}}}}, "variations", E, set()),
    (
        "variations",
        "phone",
        {"variations": {"1": {"combinations": [{"id": "COLOR", "value_name": "negro"}]}}},
        "variations[1].attribute_combinations",
        E,
        set(),
    ),
    (
        "variations",
        "dress",
        {"variations": {"1": {"combinations": [{"id": "SIZE", "value_name": "L"}]}}},
        "variations[1].attribute_combinations",
        E,
        {369},
    ),
    (
        "variations",
        "dress",
        {
            "variations": {
                "1": {
                    "combinations": [
                        {"id": "COLOR", "value_id": "52055"},
                        {"id": "SIZE", "value_name": "L"},
                        {"id": "MODEL", "value_name": "B"},
                    ]
                }
            }
        },
        "variations[1].attribute_combinations.MODEL",
        E,
        set(),
    ),
    ("variations", "phone", {"variations": {"0": {"remove": ["picture_ids"]}}}, "variations[0].picture_ids", W, set()),
    ("sale_units", "tea", {"attributes": {"UNITS_PER_PACK": "1"}}, "attributes.UNITS_PER_PACK", E, {3709}),
    ("sale_units", "tea", {"attributes": {"SALE_FORMAT": None}}, "attributes.SALE_FORMAT", E, {3709}),
    (
        "sale_units",
        "tea",
        {"attributes": {"SALE_FORMAT": "Peso", "NET_WEIGHT": None, "UNITS_PER_PACK": None}},
        "attributes.NET_WEIGHT",
        E,
        {3709},
    ),
    ("fashion", "dress", {"set": {"title": "Vestido Ventisca Brisa Largo De Niña"}}, "title", E, {4210}),
    ("fashion", "dress", {"attributes": {"SIZE_GRID_ID": None}}, "attributes.SIZE_GRID_ID", E, {2610}),
    (
        "fashion",
        "dress",
        {"variations": {"0": {"attributes": {"SIZE_GRID_ROW_ID": None}}}},
        "variations[0].attributes.SIZE_GRID_ROW_ID",
        E,
        {2611},
    ),
    (
        "fashion",
        "dress",
        {
            "variations": {
                "0": {"combinations": [{"id": "COLOR", "value_id": "52055"}]},
                "1": {"combinations": [{"id": "COLOR", "value_id": "52049"}]},
            }
        },
        "variations[0].attributes.SIZE",
        E,
        {2612},
    ),
    (
        "sale_terms",
        "television",
        {"set": {"sale_terms": [{"id": "WARRANTY_TYPE", "value_id": "9"}]}},
        "sale_terms.WARRANTY_TYPE",
        E,
        set(),
    ),
    (
        "sale_terms",
        "television",
        {
            "set": {
                "sale_terms": [
                    {"id": "WARRANTY_TYPE", "value_id": "2230280"},
                    {"id": "WARRANTY_TIME", "value_name": "6 lunas"},
                ]
            }
        },
        "sale_terms.WARRANTY_TIME",
        E,
        set(),
    ),
    (
        "sale_terms",
        "television",
        {
            "set": {
                "sale_terms": [
                    {"id": "WARRANTY_TYPE", "value_id": "2230280"},
                    {"id": "WARRANTY_TIME", "value_name": "6 months"},
                ]
            }
        },
        "sale_terms.WARRANTY_TIME",
        W,
        set(),
    ),
    (
        "sale_terms",
        "television",
        {"set": {"sale_terms": [{"id": "MANUFACTURING_TIME", "value_name": "61 días"}]}},
        "sale_terms.MANUFACTURING_TIME",
        E,
        set(),
    ),
    (
        "account",
        "ball",
        {"set": {"sites_to_sell": [{"site_id": "MLC", "logistic_type": "remote"}]}},
        "sites_to_sell[0]",
        E,
        {5119},
    ),
    ("shipping_mode", "television", {"set": {"shipping": {"mode": "drone"}}}, "shipping.mode", E, set()),
    ("voltage", "heater", {"attributes": {"VOLTAGE": "127 V"}}, "attributes.VOLTAGE", E, {3710}),
]


@pytest.mark.parametrize(("rule", "base", "changes", "place", "severity", "causes"), BREAKS)
def test_a_rule_that_is_broken_says_where_and_what_follows(rule, base, changes, place, severity, causes):
    found = [finding for finding in found_in(base, changes) if finding.rule == rule and finding.field == place]
    assert found, "nothing found"
    assert severity in {finding.severity for finding in found}
    assert causes <= {cause for finding in found for cause in finding.causes}


def test_each_of_the_29_rules_is_broken_above():
    numbered = {name: rule.number for name, rule in CHECK_RULES.items() if rule.number}
    assert sorted(numbered.values()) == list(range(1, 30))
    assert numbered.keys() <= {row[0] for row in BREAKS}


def test_a_finding_only_anticipates_what_its_rule_names():
    documented = {name: set(rule.causes) for name, rule in CHECK_RULES.items()}
    for rule, base, changes, *_ in BREAKS:
        for finding in found_in(base, changes):
            if finding.rule == rule and finding.severity == E:
                assert set(finding.causes) <= documented[rule]


ACCOUNTS = [
    ({"user_product": True}, {}, "title", "body.invalid_fields"),
    ({"warehouse_management": True}, {}, "available_quantity", "body.invalid_fields"),
    ({"warehouse_management": True}, {}, "stock_locations", "body.required_fields"),
    ({"taxes": True}, {}, "attributes.VALUE_ADDED_TAX", None),
    ({"taxes": True}, {}, "attributes.IMPORT_DUTY", None),
]


@pytest.mark.parametrize(("account", "changes", "place", "code"), ACCOUNTS)
def test_what_an_account_sends_is_checked(account, changes, place, code):
    found = [one for one in found_in("television", changes, account).errors if one.rule == "account"]
    assert (place, code) in [(one.field, one.code) for one in found]


def test_a_seller_of_user_products_sends_a_family_name():
    changes = {"remove": ["title"], "set": {"family_name": "Televisor Altavista Serie V4"}}
    assert found_in("television", changes, {"user_product": True}).errors == ()


def test_stock_in_stores_is_no_quantity():
    changes = {"remove": ["available_quantity"], "set": {"stock_locations": [{"store_id": "31002", "quantity": 8}]}}
    assert found_in("television", changes, {"warehouse_management": True}).errors == ()


def test_package_measures_are_needed_where_the_account_ships_by_cross_docking():
    (found,) = found_in("television", {}, {"package_measures": True}).errors
    assert (found.rule, found.causes) == ("seller_package", (5400,))


def test_a_full_quota_is_told_before_listing():
    (found,) = found_in("ball", {}, {"listings_left": {("MLB", "remote"): 0, ("MLM", "remote"): 5}}).errors
    assert (found.rule, found.field) == ("account", "sites_to_sell[1]")


def test_an_answer_about_conditions_makes_them_errors():
    (found,) = found_in("television", {"attributes": {"GTIN": None}}, required=frozenset({"GTIN"})).errors
    assert found.causes == (7810,)
    asked = found_in("television", {"attributes": {"GTIN": None}}, required=frozenset())
    assert asked.errors == ()
    assert not any(one.rule == "conditional_attributes" for one in asked)


def test_a_reason_stands_in_for_the_gtin():
    changes = {"attributes": {"GTIN": None, "EMPTY_GTIN_REASON": "Artesanal"}}
    assert not any(one.rule == "conditional_attributes" for one in found_in("television", changes))


def test_limits_are_those_of_the_category():
    assert found_in("heater", {}, settings={"maximum_price": 62_499}).errors[0].causes == (5002,)
    assert found_in("heater", {}, settings={"maximum_price": 62_500}).errors == ()
    assert found_in("phone", {}, settings={"max_variations_allowed": 1}).errors[0].rule == "variations"
    assert found_in("heater", {}, settings={"listing_allowed": False}).errors[0].causes == (126,)
    assert found_in("heater", {}, settings={"status": "disabled"}).errors[0].causes == (126,)


def test_decimals_beyond_the_currency_are_a_warning():
    settings = {"currencies": ("CLP",), "minimum_price": None}
    found = found_in("heater", {"set": {"currency_id": "CLP", "price": 62500.5}}, settings=settings)
    assert [one.severity for one in found if one.rule == "price"] == [W]


IDENTIFIERS = [
    ("7506123400015", True),
    ("75061235", False),
    ("78612341", True),
    ("842912340016", True),
    ("17861123400210", True),
    ("0306406152", True),
    ("080442957X", True),
    ("0804429571", False),
    ("123456789", False),
    ("7506123400010", False),
]


@pytest.mark.parametrize(("text", "good"), IDENTIFIERS)
def test_an_identifier_is_told_by_length_and_check_digit(text, good):
    assert (identifier_fault(text) is None) is good


def test_a_wrong_check_digit_names_the_right_one():
    assert identifier_fault("7506123400010") == "its last digit would have to be 5"


def test_several_identifiers_are_each_checked():
    found = found_in("television", {"attributes": {"GTIN": "7861123400213, 7506123400022"}})
    assert not [one for one in found if one.rule == "product_identifiers"]


def test_a_change_is_not_blamed_for_what_it_leaves_out():
    found = check_item({"price": 450}, CATEGORIES["televisions"], SellerAccount(), partial=True)
    assert found == ()
    wrong = check_item({"price": 0}, CATEGORIES["televisions"], SellerAccount(), partial=True)
    assert [one.rule for one in wrong] == ["price"]


def test_without_rules_nothing_is_assumed_and_what_is_unchecked_is_told():
    item = BASES["television"].item
    found = check_item(item, None)
    assert found.errors == ()
    assert (found.category_id, found.attributes_age) == (None, None)
    told = " ".join(found.unchecked)
    for part in ("category", "title length", "currency", "attributes", "sale terms", "shipping mode", "account"):
        assert part in told


def test_the_report_says_how_old_the_attributes_were():
    item = BASES["television"].item
    found = check_item(item, CATEGORIES["televisions"], SellerAccount(), now=READ_AT + timedelta(minutes=90))
    assert (found.rules_read_at, found.attributes_age) == (READ_AT, timedelta(minutes=90))
    assert str(found).startswith("0 errors, 0 warnings; rules of MEC441002, 1:30:00 old")


def test_a_report_can_be_pickled_and_read():
    found = found_in("television", {"set": {"price": 0, "available_quantity": 0}})
    again = pickle.loads(pickle.dumps(found))  # noqa: S301  our own
    assert (again, again.category_id, again.unchecked) == (found, found.category_id, found.unchecked)
    assert [one.rule for one in again.errors] == ["price", "quantity"]
    assert "error price price: must be above 0, got 0" in str(again)


def test_a_cause_of_the_server_has_the_form_of_a_finding():
    cause = Cause(
        code="item.attributes.missing_required",
        message="The attributes [LINE, IS_CURVED] are required for category MEC441002.",
        type="ERROR",
        cause_id=147,
        references=("item.attributes",),
    )
    found = Finding.of_cause(cause)
    assert (found.rule, found.severity, found.causes) == ("server", E, (147,))
    assert found.field == "item.attributes (LINE, IS_CURVED)"
    assert Finding.of_cause(Cause(type="WARNING", code="x")).severity == W
    assert Finding.of_cause(Cause(type="odd", code="x")).severity == E


def test_an_account_is_read_from_its_tags():
    user = User(id=7, site_id="MLM", tags=("normal", "user_product_seller", "warehouse_management"))
    account = SellerAccount.of(user)
    assert (account.site_id, account.user_product, account.warehouse_management, account.targets) == (
        "MLM",
        True,
        True,
        None,
    )


@pytest.mark.parametrize(
    "field", ["attributes", "pictures", "variations", "sale_terms", "sites_to_sell", "shipping", "description"]
)
@pytest.mark.parametrize("junk", [None, 1, "x", [1, None, "x"], [{}], {"a": 1}, [[]]])
def test_nonsense_in_an_item_is_no_crash(field, junk):
    item = {**BASES["television"].item, field: junk}
    check_item(item, CATEGORIES["televisions"], SellerAccount())
