"""The sites of Mercado Libre as data: id, country, currency, and the host where a seller gives consent.

Hosts and currencies come from Mercado Libre's pages "Autenticación y Autorización" and "Dominios y categorías".
Costa Rica and the small Central American hosts are reported by integrations only; pass your own host where yours differs.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

GLOBAL_SELLING: Final = "CBT"
"""The site id of Global Selling (cross border trade) accounts."""


class Site(NamedTuple):
    """One site: where its sellers log in, and in which currency they list."""

    id: str
    country: str
    authorization_host: str | None
    """Host of the authorization page; None where none is known."""
    currency: str


_ROWS: Final = (
    Site("MLA", "Argentina", "auth.mercadolibre.com.ar", "ARS"),
    Site("MLB", "Brazil", "auth.mercadolivre.com.br", "BRL"),
    Site("MLM", "Mexico", "auth.mercadolibre.com.mx", "MXN"),
    Site("MLC", "Chile", "auth.mercadolibre.cl", "CLP"),
    Site("MCO", "Colombia", "auth.mercadolibre.com.co", "COP"),
    Site("MLU", "Uruguay", "auth.mercadolibre.com.uy", "UYU"),
    Site("MPE", "Peru", "auth.mercadolibre.com.pe", "PEN"),
    Site("MLV", "Venezuela", "auth.mercadolibre.com.ve", "VES"),
    Site("MEC", "Ecuador", "auth.mercadolibre.com.ec", "USD"),
    Site("MBO", "Bolivia", "auth.mercadolibre.com.bo", "BOB"),
    Site("MPY", "Paraguay", "auth.mercadolibre.com.py", "PYG"),
    Site("MPA", "Panama", "auth.mercadolibre.com.pa", "PAB"),
    Site("MRD", "Dominican Republic", "auth.mercadolibre.com.do", "DOP"),
    Site("MCR", "Costa Rica", "auth.mercadolibre.com.cr", "CRC"),
    Site("MGT", "Guatemala", "auth.mercadolibre.com.gt", "GTQ"),
    Site("MHN", "Honduras", "auth.mercadolibre.com.hn", "HNL"),
    Site("MNI", "Nicaragua", "auth.mercadolibre.com.ni", "NIO"),
    Site("MSV", "El Salvador", "auth.mercadolibre.com.sv", "USD"),
    Site("MCU", "Cuba", None, "CUP"),
    Site(GLOBAL_SELLING, "Global Selling", "global-selling.mercadolibre.com", "USD"),
)

SITES: Final[Mapping[str, Site]] = MappingProxyType({site.id: site for site in _ROWS})
"""Every site by its id, Global Selling (`CBT`) included."""
