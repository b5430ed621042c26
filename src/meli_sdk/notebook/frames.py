"""The tables as data frames. pandas and polars are imported where they are used."""

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from meli_sdk.errors import ConfigurationError
from meli_sdk.notebook.tables import MONEY_DIGITS, Kind, check_money, column_values

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]
    import polars as pl

_PANDAS: Final[dict[Kind, str]] = {
    "integer": "Int64",
    "text": "string",
    "money": "object",
    "moment": "datetime64[us, UTC]",
    "boolean": "boolean",
}


def _library(name: str) -> Any:  # noqa: ANN401  a module
    try:
        return import_module(name)
    except ModuleNotFoundError:
        message = f"{name} is not installed: pip install 'meli-sdk[notebook]'"
    raise ConfigurationError(message)


def to_pandas(entities: Iterable[object], table: str | None = None) -> "pd.DataFrame":
    """Orders or shipments as a pandas table with the columns of `TABLES`.

    Whole numbers are `Int64`, text is `string`, moments are `datetime64[us, UTC]`; money stays exact, as `Decimal`.

    Args:
        entities: orders or shipments.
        table: `orders`, `order_items`, `payments` or `shipments`; the first table of what was given when left out.

    Raises:
        ConfigurationError: pandas is not installed.
        InputError: no such table, or an entity of another kind.
    """
    library = _library("pandas")
    found, values = column_values(entities, table)
    frame: pd.DataFrame = library.DataFrame(
        {column.name: library.Series(values[column.name], dtype=_PANDAS[column.kind]) for column in found.columns}
    )
    return frame


def to_polars(entities: Iterable[object], table: str | None = None) -> "pl.DataFrame":
    """Orders or shipments as a polars table with the columns of `TABLES`.

    Moments are `Datetime("us", "UTC")`; money is `Decimal(38, 6)`.

    Args:
        entities: orders or shipments.
        table: `orders`, `order_items`, `payments` or `shipments`; the first table of what was given when left out.

    Raises:
        ConfigurationError: polars is not installed.
        InputError: no such table, an entity of another kind, or an amount with more than six digits behind the point.
    """
    library = _library("polars")
    found, values = column_values(entities, table)
    check_money(found, values)
    kinds = {
        "integer": library.Int64,
        "text": library.String,
        "money": library.Decimal(38, MONEY_DIGITS),
        "moment": library.Datetime("us", "UTC"),
        "boolean": library.Boolean,
    }
    frame: pl.DataFrame = library.DataFrame(
        values, schema={column.name: kinds[column.kind] for column in found.columns}
    )
    return frame
