"""The title rules of the marketplace page: each with titles that are taken and titles that are not."""

import pytest
from tests.resources.categories_check.listings import CATEGORIES

from meli_sdk.models import Severity
from meli_sdk.resources.categories_check.check import check_item

PAGE_EXAMPLE = "HP Dual Core 425 LED 14 320 GB 4 GB Wifi HDMI Notebook"
COLOURED = [{"attribute_combinations": [{"id": "COLOR", "value_id": "52049"}], "price": 10, "available_quantity": 1}]


def rules_found(title, category="MLA441577", **item):
    found = check_item({"title": title, "category_id": category, **item}, None)
    return {finding.rule: finding.severity for finding in found if finding.rule.startswith("title")}


def attributes(**values):
    return [{"id": name, "value_name": value} for name, value in values.items()]


@pytest.mark.parametrize("category", ["CBT441287", "MLA441577", "MLB441403"])
def test_the_example_of_the_page_is_found_good(category):
    named = attributes(BRAND="HP", MODEL="Dual Core 425")
    assert rules_found(PAGE_EXAMPLE, category, attributes=named) == {}
    assert rules_found(PAGE_EXAMPLE, category, variations=COLOURED) == {}


CASES = [
    ("title_stock", "CBT441287", "Altavista Lamp L20 Last Units", "Altavista Lamp L20 Outdoor"),
    ("title_stock", "MLA441577", "Lampara Altavista L20 En Stock", "Lampara Altavista L20 Exterior"),
    ("title_stock", "MLB441403", "Luminaria Altavista L20 Em Estoque", "Luminaria Altavista L20 Externa"),
    ("title_services", "CBT441287", "Altavista Lamp L20 Free Shipping", "Altavista Lamp L20 Cable Free"),
    ("title_services", "CBT441287", "Altavista Lamp L20 Free Returns", "Altavista Lamp L20 Outdoor"),
    ("title_services", "CBT441287", "Altavista Lamp L20 12 Installments", "Altavista Lamp L20 12 Pieces"),
    ("title_services", "MLA441577", "Lampara Altavista L20 Envío Gratis", "Lampara Altavista L20 Con Cable"),
    ("title_services", "MLA441577", "Lampara Altavista L20 Con Devolución", "Lampara Altavista L20 Giratoria"),
    ("title_services", "MLA441577", "Lampara Altavista L20 6 Cuotas", "Lampara Altavista L20 6 Luces"),
    ("title_services", "MLB441403", "Luminaria Altavista L20 Frete Grátis", "Luminaria Altavista L20 Com Cabo"),
    ("title_services", "MLB441403", "Luminaria Altavista L20 Sem Juros", "Luminaria Altavista L20 Sem Fio"),
    ("title_services", "MLB441403", "Luminaria Altavista L20 Devolução Grátis", "Luminaria Altavista L20 Solar"),
    ("title_condition", "CBT441287", "New Altavista Lamp L20", "Altavista Newton Lamp L20"),
    ("title_condition", "CBT441287", "Altavista Lamp L20 Refurbished", "Altavista Lamp L20 Furbished"),
    ("title_condition", "MLA441577", "Lampara Altavista L20 Nueva", "Lampara Altavista L20 Nuevamente"),
    ("title_condition", "MLB441403", "Luminaria Altavista L20 Usada", "Luminaria Altavista L20 Ousada"),
    ("title_discount", "CBT441287", "Altavista Lamp L20 On Sale", "Altavista Lamp L20 Salem"),
    ("title_discount", "MLA441577", "Lampara Altavista L20 Con Descuento", "Lampara Altavista L20 Sale Luz Calida"),
    ("title_discount", "MLA441577", "Lampara Altavista L20 20% Menos", "Lampara Altavista L20 20 Watts"),
    ("title_discount", "MLB441403", "Luminaria Altavista L20 Em Promoção", "Luminaria Altavista L20 Profissional"),
    ("title_symbols", "CBT441287", "Altavista Lamp L20, Outdoor!", "Altavista Lamp L20 Outdoor"),
    ("title_symbols", "MLA441577", "Lampara Altavista L20 (Exterior)", "Lampara Altavista L20 1,5 Metros"),
    ("title_symbols", "MLB441403", "Luminaria Altavista L20 ★ Solar", "Luminaria Altavista L20 2.5 Metros Solar"),
]


@pytest.mark.parametrize(("rule", "category", "refused", "taken"), CASES)
def test_a_title_is_pointed_out_and_its_neighbour_is_not(rule, category, refused, taken):
    found = rules_found(refused, category)
    assert found[rule] == (Severity.ERROR if rule == "title_stock" else Severity.WARNING)
    assert rule not in rules_found(taken, category)


@pytest.mark.parametrize(
    ("category", "title"),
    [
        ("CBT441287", "Altavista Lamp L20 Black"),
        ("MLA441577", "Lampara Altavista L20 Negra"),
        ("MLB441403", "Luminaria Altavista L20 Preta"),
    ],
)
def test_a_colour_is_pointed_out_only_beside_variations(category, title):
    assert "title_colour" in rules_found(title, category, variations=COLOURED)
    assert "title_colour" not in rules_found(title, category)


def test_a_word_of_another_language_is_no_colour():
    assert "title_colour" not in rules_found("Router Altavista R2 Red Inalambrica", "MLA441577", variations=COLOURED)


@pytest.mark.parametrize(
    ("title", "missing"),
    [
        ("Lampara Altavista L20 Exterior", None),
        ("Lampara L20 De Exterior", "brand"),
        ("Lampara Altavista De Exterior", "model"),
    ],
)
def test_brand_and_model_stand_in_the_title(title, missing):
    item = {"title": title, "category_id": "MLA441577", "attributes": attributes(BRAND="Altavista", MODEL="L20")}
    found = [finding.message for finding in check_item(item, None) if finding.rule == "title_product"]
    assert [message.split()[0] for message in found] == ([missing] if missing else [])


def test_a_brand_that_is_none_need_not_be_named():
    assert "title_product" not in rules_found("Cable Usb C 2 Metros", attributes=attributes(BRAND="Genérica"))


def test_words_of_a_brand_mean_nothing_else():
    named = attributes(BRAND="New Harbour")
    assert "title_condition" not in rules_found("New Harbour Sneakers 42", "CBT441287", attributes=named)


@pytest.mark.parametrize(("length", "fits"), [(60, True), (61, False)])
def test_the_length_is_that_of_the_category_in_characters(length, fits):
    title = ("Calefactor Altavista Calor 20 " + "ñ" * 60)[:length]
    found = check_item({"title": title, "category_id": "MLA441577"}, CATEGORIES["heaters"], partial=True)
    assert any(finding.rule == "title" for finding in found.errors) is not fits


def test_titles_of_single_sites_are_read_in_their_language():
    item = {
        "title": "Altavista Meadow 5 Training Ball",
        "category_id": "CBT441287",
        "sites_to_sell": [
            {"site_id": "MLB", "logistic_type": "remote", "title": "Bola Altavista Meadow 5 Frete Grátis"}
        ],
    }
    (found,) = (finding for finding in check_item(item, None) if finding.rule == "title_services")
    assert found.field == "sites_to_sell[0].title"
