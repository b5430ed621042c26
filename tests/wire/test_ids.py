"""Identifiers are matched in full, and the error names the one that is wrong and what it should look like."""

import pytest

from meli_sdk.errors import InputError, shown
from meli_sdk.sites import SITES
from meli_sdk.wire import ids

HOSTILE = [
    *(
        "",
        " ",
        "..",
        "../users/me",
        "%2e%2e",
        "a/b",
        "MLA1/../MLA2",
        "MLA1?x=1",
        "MLA1#x",
        "MLA1\r\n",
        "MLA1\n",
        "\tMLA1",
    ),
    *(" MLA1", "MLA1 ", "mla1", "MLA", "1", "XXX1", "MLA-1", "MLA1.0", "MLA\uff11", "MLA" + "1" * 16, "x" * 1_000_000),
    *(None, 5, True, 1.5, b"MLA1", ["MLA1"], ...),
]


@pytest.mark.parametrize("check", [ids.item_id, ids.local_item_id, ids.category_id], ids=lambda check: check.__name__)
@pytest.mark.parametrize("site", [site for site in SITES if site != "CBT"])
def test_ids_of_every_site_are_taken(check, site):
    assert check(f"{site}1487703748") == f"{site}1487703748"


@pytest.mark.parametrize("value", HOSTILE, ids=shown)
@pytest.mark.parametrize(
    "name", ["item_id", "cbt_item_id", "local_item_id", "category_id"], ids=lambda name: name.removesuffix("_id")
)
def test_what_is_no_id_is_named_and_cut_short(name, value):
    with pytest.raises(InputError) as raised:
        ids.PATH_PARAMETERS[name](value)
    assert str(raised.value).startswith(f"{name.removeprefix('local_')} must look like ")
    assert f"got {shown(value)}" in str(raised.value)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("value", [1, "1", "0042", 2000003508419013, "2000003508419013", 10**20 - 1], ids=repr)
def test_whole_numbers_are_digits_without_leading_zeros(value):
    assert ids.whole_number("order_id", value) == str(int(value))


@pytest.mark.parametrize("name", ["order_id", "shipment_id", "pack_id", "user_id", "app_id"])
@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            " 1",
            "1 ",
            "+1",
            "-1",
            "0",
            "00",
            "1_000",
            "1e3",
            "1.0",
            "abc",
            "\u0661",
            "1\n",
            "9" * 21,
            "9" * 1_000_000,
        ),
        *(0, -1, True, False, None, 1.0, float("nan"), 10**20, 10**5000, b"1", [1]),
    ],
    ids=shown,
)
def test_what_is_no_whole_number_is_named(name, value):
    with pytest.raises(InputError, match=rf"^{name} must be a whole number of at most 20 digits, got ") as raised:
        ids.PATH_PARAMETERS[name](value)
    assert len(str(raised.value)) < 200


def test_a_global_item_is_told_from_a_local_one_both_ways():
    assert ids.cbt_item_id("CBT1234") == "CBT1234"
    assert ids.item_id("CBT1234") == "CBT1234"
    with pytest.raises(
        InputError, match="needs the CBT parent id, such as CBT123456789, got the local id MLM1487703748"
    ):
        ids.cbt_item_id("MLM1487703748")
    with pytest.raises(InputError, match="id of one site, such as MLM123456789, got the CBT parent id CBT1234"):
        ids.local_item_id("CBT1234")


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("https://articulo.example.com/MLM-1487703748-luces-_JM", "MLM1487703748"),
        ("https://www.example.com/p/MLB19615340", "MLB19615340"),
        ("http://api.example.com/items/MLA1/description", "MLA1"),
    ],
)
def test_a_url_given_as_id_is_answered_with_the_id_in_it(url, meant):
    with pytest.raises(InputError, match=rf"give the id, not a URL \(did you mean {meant}\?\)"):
        ids.item_id(url)


def test_a_url_without_an_id_is_still_told_to_be_one():
    for check in (ids.item_id, ids.category_id, ids.PATH_PARAMETERS["order_id"]):
        with pytest.raises(InputError, match=r"give the id, not a URL$"):
            check("https://www.example.com/orders/2000003508419013")


@pytest.mark.parametrize("site", SITES)
def test_every_site_is_known(site):
    assert ids.site_id(site) == site


@pytest.mark.parametrize("value", ["", "mla", "MLX", "MLA ", "../MLA", "Argentina", None, 1, ["MLA"], {}], ids=shown)
def test_an_unknown_site_lists_the_known_ones(value):
    with pytest.raises(InputError, match=r"site_id must be one of .*MLA.*MLM.*, got "):
        ids.site_id(value)


@pytest.mark.parametrize("value", ["remote", "xd_drop_off", "gold_pro", "self-service", "a" * 128])
def test_words_are_letters_digits_and_dashes(value):
    assert ids.word("logistic_type", value) == value


@pytest.mark.parametrize(
    "value", ["", "a b", "-a", "_a", "a,b", "a&b=c", "../a", "é", "a\n", "a" * 129, None, 5], ids=shown
)
def test_what_is_no_word_is_named(value):
    with pytest.raises(InputError, match="logistic_type must look like a word of letters, digits"):
        ids.word("logistic_type", value)
