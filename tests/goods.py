"""An item that the sandbox lists, and variations of it."""

from decimal import Decimal
from typing import Any

from meli_sdk.models import AttributeInput, NewItem, PictureInput, VariationInput

PICTURE = "https://pictures.example/x3.jpg"
ATTRIBUTES = {
    "BRAND": "Norte",
    "MODEL": "X3",
    "SELLER_SKU": "AUR-X3",
    "PACKAGE_HEIGHT": "8 cm",
    "PACKAGE_WIDTH": "18 cm",
    "PACKAGE_LENGTH": "20 cm",
    "PACKAGE_WEIGHT": "420 g",
}


def attributes(**changes):
    """The rows of ATTRIBUTES with some changed, added or, by None, left out."""
    wanted = {name: value for name, value in {**ATTRIBUTES, **changes}.items() if value is not None}
    return [AttributeInput(name, value_name=value) for name, value in wanted.items()]


def goods(**changes) -> NewItem:
    """An item that the sandbox lists."""
    fields = {
        "title": "Auriculares Norte X3 Inalambricos",
        "category_id": "MLA3697",
        "price": Decimal("21999.90"),
        "currency_id": "ARS",
        "available_quantity": 7,
        "buying_mode": "buy_it_now",
        "condition": "new",
        "listing_type_id": "gold_special",
        "pictures": [PictureInput(source=PICTURE)],
        "attributes": attributes(),
    }
    return NewItem(**{**fields, **changes})


def variation(colour: str = "Azul", quantity: int = 4, **changes: Any) -> VariationInput:
    """A variation of `goods()`, with the SKU `AUR-X3-` and its colour."""
    fields = {
        "price": Decimal("21999.90"),
        "available_quantity": quantity,
        "picture_ids": [PICTURE],
        "attribute_combinations": [AttributeInput("COLOR", value_name=colour)],
        "attributes": [AttributeInput("SELLER_SKU", value_name=f"AUR-X3-{colour}")],
    }
    return VariationInput(**{**fields, **changes})
