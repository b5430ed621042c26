"""Settings as a TOML file, in the tables `[main] [advanced] [channel] [carriers] [skus] [warehouses] [webhooks]`."""

import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import tomli_w

from meli_sdk.channel.mappings import CarrierMapping, WarehouseMapping, near
from meli_sdk.channel.order_groups import DEFAULT_ORDER_GROUPS, OrderGroupMap
from meli_sdk.channel.settings import ChannelSettings, PrivacySettings
from meli_sdk.errors import ConfigurationError, InputError, MappingError

Table = Mapping[str, Any]
M = TypeVar("M", CarrierMapping, WarehouseMapping)

_KEYS: Final[Mapping[str, frozenset[str]]] = {
    "main": frozenset({"name", "account", "vendor", "mode", "jobs"}),
    "advanced": frozenset({"keep_buyer_data", "retention_days"}),
    "channel": frozenset({"api_url", "user_id", "order_groups", "order_group_map", "throughput"}),
    "webhooks": frozenset({"client_id"}),
}
_MAPPINGS: Final = ("carriers", "skus", "warehouses")
_CARRIER: Final = frozenset({"name", "tracking_url", "service_id"})
_WAREHOUSE: Final = frozenset({"location", "combine"})
_GROUP_MAP: Final = frozenset({"statuses", "tags", "payments_refused", "unknown_status"})
_TOKEN_KEYS: Final = frozenset(
    {"token", "accesstoken", "refreshtoken", "clientsecret", "secret", "secretkey", "password", "code"}
)
_TOKEN: Final = re.compile(r"(Bearer )?(APP_USR-\d+-\S{20,}|TG-[0-9a-f]{20,}-\d+)")


def load_settings(path: str | Path) -> ChannelSettings:
    """Reads a channel's settings from a TOML file.

    Raises:
        ConfigurationError: the file cannot be read, is no TOML, has an unknown key, holds a token, or a wrong value.
        MappingError: a carrier, SKU or warehouse mapping in it is wrong.
    """
    path = Path(path)
    try:
        return _settings(_parsed(path))
    except InputError as wrong:
        problem: tuple[type[Exception], str] = (ConfigurationError, str(wrong))
    except (ConfigurationError, MappingError) as wrong:
        problem = (type(wrong), str(wrong))
    raise problem[0](f"{path}: {problem[1]}")


def save_settings(settings: ChannelSettings, path: str | Path) -> None:
    """Writes a channel's settings: beside the file, then renamed, so that a reader sees the old or the new, never half.

    Comments of an older file are lost.

    Raises:
        ConfigurationError: it cannot be written.
    """
    path = Path(path)
    body = tomli_w.dumps(tables_of(settings)).encode()
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(beside).unlink()
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as wrong:
        message = f"{path}: cannot be written ({wrong.strerror}); check that the directory exists and is writable"
    else:
        return
    raise ConfigurationError(message)


def _parsed(path: Path) -> Table:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as wrong:
        message = f"cannot be read: {wrong.strerror}"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        message = f"is no TOML: {wrong}"
    raise ConfigurationError(message)


def _refuse_tokens(tree: object, where: str) -> None:
    """Tokens are the application's; a file that holds one has leaked it already, so its value is not repeated."""
    if isinstance(tree, dict):
        for key, value in cast("dict[str, object]", tree).items():
            place = f"{where}.{key}" if where else key
            bare = key.casefold().replace("_", "").replace("-", "").replace(" ", "")
            if bare in _TOKEN_KEYS and not where.startswith(_MAPPINGS):
                message = (
                    f"[{place}] holds a credential; tokens are managed by the system: remove it, and connect the "
                    "seller with app.connect"
                )
                raise ConfigurationError(message)
            _refuse_tokens(value, place)
    elif isinstance(tree, list):
        for value in cast("list[object]", tree):
            _refuse_tokens(value, where)
    elif isinstance(tree, str) and _TOKEN.fullmatch(tree.strip()):
        message = f"[{where}] looks like a token; tokens are managed by the system: remove it"
        raise ConfigurationError(message)


def _only(table: object, known: frozenset[str], where: str) -> Table:
    if not isinstance(table, dict):
        message = f"[{where}] must be a table"
        raise ConfigurationError(message)
    found = cast("dict[str, Any]", table)
    for key in found:
        if key not in known:
            close = near(key, known)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(sorted(known))}"
            message = f"unknown key {key!r} in [{where}]; {hint}" if where else f"unknown table [{key}]; {hint}"
            raise ConfigurationError(message)
    return found


def _settings(tree: Table) -> ChannelSettings:
    _refuse_tokens(tree, "")
    _only(tree, frozenset({*_KEYS, *_MAPPINGS}), "")
    tables = {name: _only(tree.get(name, {}), known, name) for name, known in _KEYS.items()}
    main, channel = tables["main"], tables["channel"]
    for table, key in (("main", "name"), ("channel", "user_id")):
        if key not in tables[table]:
            message = f"[{table}] {key} is missing"
            raise ConfigurationError(message)
    given: dict[str, Any] = {key: main[key] for key in ("account", "vendor", "mode", "jobs") if key in main}
    given |= {key: channel[key] for key in ("api_url", "order_groups", "throughput") if key in channel}
    if "order_group_map" in channel:
        given["order_group_map"] = _group_map(channel["order_group_map"])
    if "client_id" in tables["webhooks"]:
        given["webhook_client_id"] = tables["webhooks"]["client_id"]
    return ChannelSettings(
        main["name"],
        channel["user_id"],
        carriers={name: carrier_of(name, row) for name, row in _mapping(tree, "carriers").items()},
        skus=_mapping(tree, "skus"),
        warehouses={name: warehouse_of(name, row) for name, row in _mapping(tree, "warehouses").items()},
        privacy=PrivacySettings(**tables["advanced"]),
        **given,
    )


def _mapping(tree: Table, name: str) -> Table:
    found = tree.get(name, {})
    if not isinstance(found, dict):
        message = f"[{name}] must be a table"
        raise ConfigurationError(message)
    return cast("dict[str, Any]", found)


def carrier_of(name: str, row: object) -> CarrierMapping:
    """A carrier as TOML writes it: its name, or a table.

    Raises:
        ConfigurationError: an unknown key.
        MappingError: the name is missing, or a value is wrong.
    """
    return _mapped(
        CarrierMapping, row, _CARRIER, f"carriers.{name}", "name", ": what Mercado Libre shall call this carrier"
    )


def warehouse_of(name: str, row: object) -> WarehouseMapping:
    """A warehouse as TOML writes it: its location, or a table.

    Raises:
        ConfigurationError: an unknown key.
        MappingError: the location is missing, or a value is wrong.
    """
    return _mapped(WarehouseMapping, row, _WAREHOUSE, f"warehouses.{name}", "location")


def _mapped(made: Callable[..., M], row: object, known: frozenset[str], place: str, needed: str, hint: str = "") -> M:
    if not isinstance(row, dict):
        return made(row)
    found = _only(cast("object", row), known, place)
    if needed not in found:
        message = f"[{place}] {needed} is missing{hint}"
        raise MappingError(message)
    return made(**found)


def _group_map(row: object) -> OrderGroupMap:
    return OrderGroupMap(**_only(row, _GROUP_MAP, "channel.order_group_map"))


def _filled(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def tables_of(settings: ChannelSettings) -> dict[str, dict[str, Any]]:
    """The tables of a file, by the views of the guide; TOML has no null, so what is None is left out."""
    channel = _filled(
        api_url=settings.api_url,
        user_id=settings.user_id,
        order_groups=sorted(settings.order_groups),
        throughput=settings.throughput,
    )
    if settings.order_group_map != DEFAULT_ORDER_GROUPS:
        found = settings.order_group_map
        channel["order_group_map"] = {
            "statuses": {word: str(group) for word, group in found.statuses.items()},
            "tags": {word: str(group) for word, group in found.tags.items()},
            "payments_refused": str(found.payments_refused),
            "unknown_status": str(found.unknown_status),
        }
    return {
        "main": _filled(
            name=settings.name,
            account=settings.account,
            vendor=settings.vendor,
            mode=str(settings.mode),
            jobs=sorted(settings.jobs),
        ),
        "advanced": {
            "keep_buyer_data": settings.privacy.keep_buyer_data,
            "retention_days": settings.privacy.retention_days,
        },
        "channel": channel,
        "carriers": {
            carrier: _filled(name=row.name, tracking_url=row.tracking_url, service_id=row.service_id)
            for carrier, row in settings.carriers.items()
        },
        "skus": dict(settings.skus),
        "warehouses": {
            warehouse: row.location if row.combine is None else {"location": row.location, "combine": row.combine}
            for warehouse, row in settings.warehouses.items()
        },
        "webhooks": _filled(client_id=settings.webhook_client_id),
    }
