"""Currencies and their rates: https://developers.mercadolibre.com.ar/es_ar/ubicacion-y-monedas"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from aiohttp import web

from meli_sdk.sandbox.answers import WORLD, answer
from meli_sdk.sandbox.errors import JsonObject, refusal

_PLACES: Final = Decimal("0.00000001")


class _Currency(NamedTuple):
    description: str
    symbol: str
    decimals: int
    units: str
    """Units for one dollar: of the sandbox's own making, and the same every day."""


_CURRENCIES: Final[Mapping[str, _Currency]] = {
    "ARS": _Currency("Peso argentino", "$", 2, "1250"),
    "BOB": _Currency("Boliviano", "Bs", 2, "6.9"),
    "BRL": _Currency("Real", "R$", 2, "5.4"),
    "CLF": _Currency("Unidad de Fomento", "UF", 2, "0.024"),
    "CLP": _Currency("Peso Chileno", "$", 0, "950"),
    "COP": _Currency("Peso colombiano", "$", 0, "4100"),
    "CRC": _Currency("Colones", "¢", 2, "510"),
    "CUP": _Currency("Peso Cubano", "$", 2, "24"),
    "DOP": _Currency("Peso Dominicano", "$", 2, "60"),
    "EUR": _Currency("Euro", "€", 2, "0.9"),
    "GTQ": _Currency("Quetzal", "Q", 2, "7.7"),
    "HNL": _Currency("Lempira", "L", 2, "25"),
    "MXN": _Currency("Peso Mexicano", "$", 2, "18.5"),
    "NIO": _Currency("Córdoba", "C$", 2, "36.8"),
    "PAB": _Currency("Balboa", "B/.", 2, "1"),
    "PEN": _Currency("Soles", "S/.", 2, "3.7"),
    "PYG": _Currency("Guaraní", "Gs.", 0, "7500"),
    "USD": _Currency("Dólar", "US$", 2, "1"),
    "UYU": _Currency("Peso Uruguayo", "$", 2, "40"),
    "VES": _Currency("Bolívar", "Bs.", 2, "120"),
}


def _body(currency_id: str) -> JsonObject:
    found = _known(currency_id)
    return {
        "id": currency_id,
        "description": found.description,
        "symbol": found.symbol,
        "decimal_places": found.decimals,
    }


def _known(currency_id: str) -> _Currency:
    found = _CURRENCIES.get(currency_id)
    if found is None:
        raise refusal(404, "not_found", f"Currency {currency_id} not found")
    return found


def per_dollar(currency_id: str) -> Decimal:
    """How many units are worth a dollar.

    Raises:
        ApiError: 404, no such currency.
    """
    return Decimal(_known(currency_id).units)


async def list_currencies(_request: web.Request) -> web.Response:
    """`GET /currencies`."""
    return answer([_body(currency_id) for currency_id in _CURRENCIES])


async def get_currency(request: web.Request) -> web.Response:
    """`GET /currencies/{id}`."""
    return answer(_body(request.match_info["currency_id"]))


async def convert(request: web.Request) -> web.Response:
    """`GET /currency_conversions/search`: today's form with the header `x-format-new`, else the older one."""
    base, quote = request.query.get("from", ""), request.query.get("to", "")
    rate = per_dollar(quote) / per_dollar(base)
    made = request.app[WORLD].now().replace(minute=0, second=0, microsecond=0)
    created = made.isoformat(timespec="milliseconds")
    if request.headers.get("x-format-new") != "true":
        until = (made + timedelta(hours=1)).isoformat(timespec="milliseconds")
        return answer({"ratio": rate.quantize(_PLACES), "creation_date": created, "valid_until": until})
    return answer(
        {
            "currency_base": base,
            "currency_quote": quote,
            "rate": rate.quantize(_PLACES),
            "inv_rate": (1 / rate).quantize(_PLACES),
            "creation_date": created,
        }
    )


ROUTES: Final = (
    web.get("/currencies", list_currencies),
    web.get("/currencies/{currency_id}", get_currency),
    web.get("/currency_conversions/search", convert),
)
