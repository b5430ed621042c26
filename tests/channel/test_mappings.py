import pytest

from meli_sdk.channel import CarrierMapping, ChannelSettings, WarehouseMapping
from meli_sdk.channel.mappings import near, unmatched
from meli_sdk.errors import MappingError

SELLER = 900_200


@pytest.mark.parametrize(
    ("table", "value", "said"),
    [
        ("carriers", {"van": "Furgon"}, "must be mapped to a CarrierMapping"),
        ("carriers", [("van", CarrierMapping("Furgon"))], "carriers is a mapping"),
        ("carriers", {" van": CarrierMapping("Furgon")}, "white space"),
        ("carriers", {"": CarrierMapping("Furgon")}, "is empty"),
        ("skus", {"A": ""}, "the Mercado Libre SKU of 'A' is empty"),
        ("skus", {"A": 7}, "must be text"),
        ("skus", {7: "A"}, "must be text"),
        ("skus", {"A": "X ", "B": "Y"}, "compared exactly"),
        ("skus", {"A": "X", "B": "X"}, "'A' and 'B' are both mapped"),
        ("skus", {"A\tB": "X"}, "control character"),
        ("skus", {"A": "x" * 256}, "longer than 255"),
        ("warehouses", {"MAIN": None}, "must be text"),
        ("warehouses", {"MAIN": "7 "}, "white space"),
        ("warehouses", {"MAIN": ""}, "is empty"),
        ("warehouses", {"MAIN": 7}, "must be text"),
        ("warehouses", {"A": "7", "B": "7"}, "'A' and 'B' are mapped to one location"),
        ("warehouses", {"A": WarehouseMapping("7", combine="sum"), "B": "7"}, 'combine="sum"'),
    ],
)
def test_a_wrong_table_is_refused_before_anything_is_sent(table, value, said):
    with pytest.raises(MappingError, match=said):
        ChannelSettings("Tienda", SELLER, **{table: value})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("",), "CarrierMapping.name is empty"),
        (("Furgon", "track.example/{tracking_number}"), "http or https"),
        (("Furgon", "javascript:{tracking_number}"), "http or https"),
        (("Furgon", "https://track.example/"), "once"),
        (("Furgon", "https://track.example/{number}"), "once"),
        (("Furgon", "https://track.example/{tracking_number}/{tracking_number}"), "once"),
        (("Furgon", None, "154"), "service_id"),
        (("Furgon", None, True), "service_id"),
        (("Furgon", None, -1), "service_id"),
    ],
)
def test_a_wrong_carrier_is_refused(arguments, said):
    with pytest.raises(MappingError, match=said):
        CarrierMapping(*arguments)


def test_only_sum_combines():
    with pytest.raises(MappingError, match='None or "sum"'):
        WarehouseMapping("7", combine="max")  # type: ignore[arg-type]


def test_two_warehouses_share_a_location_on_purpose():
    shared = WarehouseMapping("7", combine="sum")
    assert ChannelSettings("Tienda", SELLER, warehouses={"A": shared, "B": shared}).warehouses["B"].location == "7"


def test_a_tracking_number_cannot_change_the_address_it_is_put_in():
    carrier = CarrierMapping("Furgon", "https://track.example/{tracking_number}?lang=es")
    assert carrier.url_for("AB 1/../?x=#") == "https://track.example/AB%201%2F..%2F%3Fx%3D%23?lang=es"
    assert CarrierMapping("Furgon").url_for("1") is None


@pytest.mark.parametrize(
    ("word", "other"),
    [("Main", "MAIN"), ("MXP 123451", "MXP123451"), ("123451", "0123451"), ("DHL-Express", "DHL Express")],
)
def test_near_matches_are_named_and_not_taken(word, other):
    assert near(word, ["elsewhere", other]) == (other,)
    error = unmatched("location", word, ["elsewhere", other], "correct the mapping")
    assert isinstance(error, MappingError)
    assert f"near match: {other!r}" in str(error)


def test_without_a_near_match_the_known_words_are_listed():
    assert "known: 'a', 'b'" in str(unmatched("carrier", "zzz", ["a", "b"], "add it"))
    assert "none is known" in str(unmatched("carrier", "zzz", [], "add it"))
