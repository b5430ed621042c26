import math
import tomllib
from pathlib import Path

import pytest

from meli_sdk.channel import (
    ALL_JOBS,
    CarrierMapping,
    ChannelMode,
    ChannelSettings,
    Job,
    OrderGroup,
    OrderGroupMap,
    PrivacySettings,
    WarehouseMapping,
    load_settings,
    save_settings,
)
from meli_sdk.errors import ConfigurationError, InputError, MappingError

SELLER = 900_200

FULL = ChannelSettings(
    "Tienda Norte",
    SELLER,
    account="Norte AR",
    vendor="Acme",
    api_url="http://127.0.0.1:8123",
    mode=ChannelMode.POLL,
    jobs={Job.ORDERS, Job.INVENTORY},
    order_groups={OrderGroup.APPROVED, OrderGroup.CANCELED_REJECTED},
    order_group_map=OrderGroupMap(statuses={"paid": OrderGroup.APPROVED}, unknown_status=OrderGroup.INITIALIZED),
    throughput=2.5,
    carriers={
        "van": CarrierMapping("Furgon Sur", "https://track.example/{tracking_number}", 154),
        "bike": CarrierMapping("Bici"),
    },
    skus={"OMS-1": "ML-1", 'with = and "quotes"': "ñandú"},
    warehouses={
        "MAIN": "MXP123451",
        "EAST": WarehouseMapping("7", combine="sum"),
        "WEST": WarehouseMapping("7", combine="sum"),
    },
    webhook_client_id=SELLER,
    privacy=PrivacySettings(keep_buyer_data=True, retention_days=7),
)


def test_the_defaults_are_those_of_the_guide():
    found = ChannelSettings("Tienda", SELLER)
    assert found.order_groups == {OrderGroup.APPROVED}
    assert found.throughput == 1.0
    assert found.mode == "both"
    assert found.jobs == ALL_JOBS
    assert found.privacy == PrivacySettings(keep_buyer_data=False, retention_days=30)
    assert found.api_url is None
    assert not found.warehouses


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "name is text"),
        ({"name": " Tienda"}, "white space"),
        ({"name": "a\nb"}, "control character"),
        ({"user_id": "abc"}, "user_id must be a whole number"),
        ({"user_id": True}, "user_id must be a whole number"),
        ({"account": ""}, "account is text"),
        ({"vendor": 3}, "vendor is text"),
        ({"api_url": 3}, "api_url is an address"),
        ({"mode": "push"}, "mode is one of poll, webhook, both"),
        ({"jobs": "orders"}, "jobs is a set of words"),
        ({"jobs": ["orders", "products"]}, "'products'"),
        ({"order_groups": []}, "order_groups is empty"),
        ({"order_groups": ["paid"]}, "Initialized, Approved, Pending, CanceledRejected"),
        ({"order_group_map": {"paid": "Approved"}}, "order_group_map is an OrderGroupMap"),
        ({"throughput": 0}, "0.01 to 10,000"),
        ({"throughput": math.nan}, "0.01 to 10,000"),
        ({"throughput": True}, "0.01 to 10,000"),
        ({"privacy": {"keep_buyer_data": True}}, "privacy is a PrivacySettings"),
        ({"webhook_client_id": "x"}, "webhook_client_id must be a whole number"),
        ({"refresh_token": "x"}, "no exact match"),
    ],
)
def test_a_wrong_value_is_refused_and_named(changes, said):
    with pytest.raises(InputError, match=said):
        ChannelSettings("Tienda", SELLER).with_changes(**changes)


@pytest.mark.parametrize(
    "kept", [{"keep_buyer_data": "no"}, {"keep_buyer_data": 1}, {"retention_days": 0}, {"retention_days": True}]
)
def test_privacy_takes_no_other_kinds_of_values(kept):
    with pytest.raises(InputError, match=next(iter(kept))):
        PrivacySettings(**kept)


def test_an_api_url_over_plain_http_is_refused():
    with pytest.raises(ConfigurationError, match="use https"):
        ChannelSettings("Tienda", SELLER, api_url="http://api.mercadolibre.com")


@pytest.mark.parametrize("wrong", [1, SELLER + 1, 7_000_000_000_000_001, "118320048", 10**19])
def test_a_wrong_webhook_client_id_names_the_number_that_belongs_there(wrong):
    with pytest.raises(ConfigurationError, match=f"channel's User Id, {SELLER}; the application's Client ID does not"):
        ChannelSettings("Tienda", SELLER, webhook_client_id=wrong)


def test_an_empty_webhook_client_id_is_an_error_where_notifications_are_wanted():
    with pytest.raises(ConfigurationError, match=f"put the channel's User Id, {SELLER}, there"):
        ChannelSettings("Tienda", SELLER, mode="both").require_webhooks()
    with pytest.raises(ConfigurationError, match="mode poll"):
        ChannelSettings("Tienda", SELLER, mode="poll", webhook_client_id=SELLER).require_webhooks()
    ChannelSettings("Tienda", SELLER, mode="webhook", webhook_client_id=SELLER).require_webhooks()


def test_without_a_table_both_sides_use_the_same_skus_and_with_one_only_what_it_says():
    plain = ChannelSettings("Tienda", SELLER)
    assert (plain.our_sku("A"), plain.their_sku("A")) == ("A", "A")
    mapped = plain.with_changes(skus={"OMS-1": "ML-1"})
    assert (mapped.our_sku("ML-1"), mapped.their_sku("OMS-1")) == ("OMS-1", "ML-1")
    assert mapped.our_sku("ml-1") is None
    assert mapped.their_sku("ML-1") is None


# the file


def test_settings_survive_their_file(tmp_path: Path):
    path = tmp_path / "channel.toml"
    save_settings(FULL, path)
    assert load_settings(path) == FULL
    least = ChannelSettings("Tienda", SELLER)
    save_settings(least, path)
    assert load_settings(path) == least


def test_the_tables_follow_the_views_of_the_guide(tmp_path: Path):
    path = tmp_path / "channel.toml"
    save_settings(FULL, path)
    written = list(tomllib.loads(path.read_text()))
    assert written == ["main", "advanced", "channel", "carriers", "skus", "warehouses", "webhooks"]


def test_a_short_file_is_enough(tmp_path: Path):
    path = tmp_path / "channel.toml"
    path.write_text(f'[main]\nname = "Tienda"\n[channel]\nuser_id = {SELLER}\n[carriers]\nvan = "Furgon"\n')
    assert load_settings(path) == ChannelSettings("Tienda", SELLER, carriers={"van": CarrierMapping("Furgon")})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[main", "is no TOML"),
        ('[main]\nname = "T"\n', r"\[channel\] user_id is missing"),
        ("[channel]\nuser_id = 900200\n", r"\[main\] name is missing"),
        ('[main]\nname = "T"\ncolour = 1\n', r"unknown key 'colour' in \[main\]"),
        ('[main]\nname = "T"\nMode = "poll"\n', "did you mean 'mode'"),
        ("[webhook]\nclient_id = 1\n", r"unknown table \[webhook\]; did you mean 'webhooks'"),
        ("main = 3\n", r"\[main\] must be a table"),
        ('[main]\nname = "T"\n[channel]\nuser_id = 900200\nthroughput = "1"\n', "throughput is calls per second"),
        ('[main]\nname = "T"\n[channel]\nuser_id = 900200\n[webhooks]\nclient_id = 5\n', "900200"),
        ('[main]\nname = "T"\n[channel]\nuser_id = 900200\norder_groups = ["approved"]\n', "got 'approved'"),
    ],
)
def test_a_wrong_file_says_where_and_what(tmp_path: Path, text: str, said: str):
    path = tmp_path / "channel.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=said) as caught:
        load_settings(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        'access_token = "APP_USR-invented"',
        'refresh_token = "invented"',
        '"Refresh Token" = "invented"',
        'client_secret = "invented"',
        'api_url = "APP_USR-7000000000000001-052010-0123456789abcdef-900200"',
        'order_groups = ["TG-0123456789abcdef01234567-900200"]',
    ],
)
def test_a_token_in_a_file_is_an_error_that_does_not_repeat_it(tmp_path: Path, line: str):
    path = tmp_path / "channel.toml"
    path.write_text(f'[main]\nname = "T"\n[channel]\nuser_id = {SELLER}\n{line}\n')
    with pytest.raises(ConfigurationError, match="tokens are managed by the system") as caught:
        load_settings(path)
    assert "invented" not in str(caught.value)
    assert "0123456789" not in str(caught.value)


def test_a_sku_that_only_begins_like_a_token_is_a_sku(tmp_path: Path):
    path = tmp_path / "channel.toml"
    path.write_text(
        f'[main]\nname = "T"\n[channel]\nuser_id = {SELLER}\n[skus]\n"TG-100" = "TG-100-AZUL"\ncode = "C"\n'
    )
    assert load_settings(path).skus == {"TG-100": "TG-100-AZUL", "code": "C"}


def test_a_wrong_mapping_in_a_file_is_a_mapping_error_with_the_path(tmp_path: Path):
    path = tmp_path / "channel.toml"
    path.write_text(f'[main]\nname = "T"\n[channel]\nuser_id = {SELLER}\n[warehouses]\nA = "7"\nB = "7"\n')
    with pytest.raises(MappingError, match="one location, '7'") as caught:
        load_settings(path)
    assert str(path) in str(caught.value)


def test_a_file_that_cannot_be_written_leaves_the_old_one_and_nothing_beside_it(tmp_path: Path):
    path = tmp_path / "channel.toml"
    path.mkdir()
    with pytest.raises(ConfigurationError, match="cannot be written"):
        save_settings(FULL, path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["channel.toml"]


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        load_settings(tmp_path / "absent.toml")
