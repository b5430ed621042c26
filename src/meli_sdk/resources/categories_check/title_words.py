"""Words that do not belong into a title, in English, Spanish and Portuguese. Folded: no case, no accents.

A phrase counts where its words stand together. Words that mean something else in one of the other languages (the English
`sale` and `red`, the Portuguese `nova`) count in titles of their own language only.
"""

from collections.abc import Mapping
from typing import Final

Language = str
"""`en`, `es` or `pt`."""
EVERYWHERE: Final = "*"

LANGUAGES: Final = {"CBT": "en", "MLB": "pt"}
"""Sites that write no Spanish."""

STOCK: Final[Mapping[str, tuple[str, ...]]] = {
    EVERYWHERE: (
        *("in stock", "stock", "units available", "last units", "limited units", "units left", "pieces left"),
        *("en stock", "existencias", "ultimas unidades", "unidades disponibles", "stock disponible", "hay stock"),
        *("em estoque", "estoque", "unidades disponiveis", "pronta entrega", "entrega inmediata"),
    ),
}
SERVICES: Final[Mapping[str, tuple[str, ...]]] = {
    EVERYWHERE: (
        *("free shipping", "free delivery", "fast shipping", "ships free", "free returns", "return policy", "refund"),
        *("easy returns", "money back", "installments", "instalments", "interest free", "monthly payments"),
        *("envio gratis", "envios gratis", "envio gratuito", "envio rapido", "envio incluido", "envio hoy"),
        *("devolucion", "devoluciones", "devolucion gratis", "reembolso", "cuotas", "sin interes", "sin intereses"),
        *("meses sin intereses", "msi", "mensualidades", "a meses"),
        *("frete gratis", "frete gratuito", "frete incluso", "entrega gratis", "envio gratuito", "devolucao"),
        *("devolucoes", "devolucao gratis", "parcelas", "parcelado", "sem juros", "em ate"),
    ),
    "en": ("shipping", "returns"),
    "es": ("envio",),
    "pt": ("frete",),
}
CONDITION: Final[Mapping[str, tuple[str, ...]]] = {
    EVERYWHERE: (
        *("brand new", "refurbished", "second hand", "pre owned", "preowned", "like new", "used"),
        *("nuevo", "nuevos", "nueva", "nuevas", "usado", "usados", "usada", "usadas", "seminuevo", "seminueva"),
        *("reacondicionado", "reacondicionada", "segunda mano", "novo", "novos", "seminovo", "seminova"),
        *("recondicionado", "recondicionada", "segunda mao"),
    ),
    "en": ("new",),
    "pt": ("nova", "novas"),
}
DISCOUNT: Final[Mapping[str, tuple[str, ...]]] = {
    EVERYWHERE: (
        *("discount", "discounts", "on sale", "clearance", "special offer", "best price", "low price", "cheap"),
        *("descuento", "descuentos", "oferta", "ofertas", "promo", "promocion", "promociones", "rebaja", "rebajas"),
        *("liquidacion", "remate", "barato", "barata", "mejor precio", "outlet", "desconto", "descontos"),
        *("promocao", "promocoes", "liquidacao", "melhor preco", "queima"),
    ),
    "en": ("sale", "offer", "off"),
}
COLOURS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        *("black", "white", "red", "blue", "green", "yellow", "pink", "purple", "violet", "orange", "brown", "grey"),
        *("gray", "silver", "golden", "beige", "turquoise", "navy", "multicolor", "multicolored"),
    ),
    "es": (
        *("negro", "negra", "negros", "negras", "blanco", "blanca", "blancos", "blancas", "rojo", "roja", "rojos"),
        *("rojas", "azul", "azules", "verde", "verdes", "amarillo", "amarilla", "rosa", "rosado", "rosada", "morado"),
        *("morada", "violeta", "naranja", "marron", "gris", "grises", "plateado", "plateada", "dorado", "dorada"),
        *("beige", "celeste", "turquesa", "multicolor", "fucsia"),
    ),
    "pt": (
        *("preto", "preta", "pretos", "pretas", "branco", "branca", "brancos", "brancas", "vermelho", "vermelha"),
        *("azul", "azuis", "verde", "verdes", "amarelo", "amarela", "rosa", "roxo", "roxa", "laranja", "marrom"),
        *("cinza", "prateado", "prateada", "dourado", "dourada", "bege", "turquesa", "colorido", "colorida"),
    ),
}

GENDERS: Final = {
    **dict.fromkeys(("woman", "women", "womens", "ladies", "female", "mujer", "mujeres", "dama", "damas"), "women"),
    **dict.fromkeys(("femenino", "femenina", "mulher", "mulheres", "feminino", "feminina"), "women"),
    **dict.fromkeys(("man", "men", "mens", "male", "hombre", "hombres", "caballero", "caballeros"), "men"),
    **dict.fromkeys(("masculino", "masculina", "homem", "homens"), "men"),
    **dict.fromkeys(("girl", "girls", "nina", "ninas", "menina", "meninas"), "girls"),
    **dict.fromkeys(("boy", "boys", "nino", "ninos", "menino", "meninos"), "boys"),
    **dict.fromkeys(("unisex", "unissex"), "unisex"),
}
"""Whom a word in a title names."""
GENDER_VALUES: Final = {
    "339665": "women",
    "339666": "men",
    "339667": "boys",
    "339668": "girls",
    "110461": "unisex",
}
"""The documented values of the attribute GENDER."""
