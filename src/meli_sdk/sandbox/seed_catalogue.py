"""The seeded catalogue: a deeper branch of Argentina's tree, pictures, and questions of buyers."""

from datetime import timedelta
from typing import Final

from meli_sdk.sandbox.answers import moment
from meli_sdk.sandbox.catalogue import Picture
from meli_sdk.sandbox.desk import Question
from meli_sdk.sandbox.errors import JsonObject
from meli_sdk.sandbox.pictures_links import row_of
from meli_sdk.sandbox.seed import LOCAL_SELLER_ID, attribute
from meli_sdk.sandbox.state import Category, World

_BUYER_ID: Final = 240_000_001
_QUESTIONS: Final = (
    (12_804_110_001, "MLA1402200117", "¿Tiene estuche de carga?", "Hola, sí, viene con estuche.", 30),
    (12_804_110_002, "MLA1402200124", "¿Cuántas horas mantiene el calor?", None, 3),
)
"""Id, item, text, answer, and how many hours ago it was asked."""


def _values(*names: str, first: int) -> list[JsonObject]:
    return [{"id": str(first + number), "name": name} for number, name in enumerate(names)]


def _attributes() -> tuple[JsonObject, ...]:
    brands = _values("Brisa Austral", "Ventisur", first=9_104_001)
    volts: list[JsonObject] = [{"id": name, "name": name} for name in ("V", "kV")]
    reasons: list[JsonObject] = [
        {"id": "17055158", "name": "El producto es artesanal"},
        {"id": "17055159", "name": "El producto es un kit"},
        {"id": "17055160", "name": "El producto no tiene código registrado"},
    ]
    switch: list[JsonObject] = [
        {"id": "242085", "name": "Sí", "metadata": {"value": True}},
        {"id": "242084", "name": "No", "metadata": {"value": False}},
    ]
    return (
        attribute("BRAND", "Marca", "PARENT_PK", "required", "catalog_required", values=brands),
        attribute("MODEL", "Modelo", "PARENT_PK", "required", "catalog_required"),
        attribute("COLOR", "Color", "CHILD_PK", "allow_variations", "defines_picture", type="color"),
        attribute("VOLTAGE", "Voltaje", "FAMILY", value_type="number_unit", allowed_units=volts, default_unit="V"),
        attribute("WITH_REMOTE_CONTROL", "Con control remoto", "FAMILY", value_type="boolean", values=switch),
        attribute(
            "GTIN",
            "Código universal de producto",
            "PRODUCT_IDENTIFIER",
            "conditional_required",
            "multivalued",
            "validate",
            "variation_attribute",
            type="product_identifier",
        ),
        attribute("EMPTY_GTIN_REASON", "Motivo de GTIN vacío", "ITEM", "hidden", value_type="list", values=reasons),
        attribute("SELLER_SKU", "SKU", "ITEM", "hidden", "variation_attribute"),
    )


def populate(world: World) -> None:
    """Adds categories, pictures and questions to a seeded world."""
    attributes, sale_terms = _attributes(), world.categories["MLA3697"].sale_terms
    for category in (
        Category(id="MLA5726", name="Electrodomésticos"),
        Category(id="MLA438291", name="Climatización", parent_id="MLA5726"),
    ):
        world.categories[category.id] = category
    for category_id, name, domain in (
        ("MLA438295", "Ventiladores de Pie", "MLA-FANS"),
        ("MLA438296", "Ventiladores de Techo", "MLA-FANS"),
        ("MLA438301", "Calefactores", "MLA-HEATERS"),
    ):
        world.categories[category_id] = Category(
            id=category_id,
            name=name,
            parent_id="MLA438291",
            domain=domain,
            attributes=attributes,
            sale_terms=sale_terms,
        )
    own = [listing for listing in world.listings.values() if listing.seller_id == LOCAL_SELLER_ID]
    for number, listing in enumerate(own):
        picture = Picture(
            id=f"{710_001 + number}-MLA{70_000_000_001 + 7 * number}_{listing.created:%m%Y}",
            owner_id=LOCAL_SELLER_ID,
            size=(1_200, 1_200),
        )
        world.catalogue.pictures[picture.id] = picture
        listing.pictures = [row_of(picture)]
    for question_id, item_id, text, reply, hours in _QUESTIONS:
        asked = world.now() - timedelta(hours=hours)
        answered = None if reply is None else asked + timedelta(minutes=40)
        world.catalogue.questions[question_id] = Question(
            id=question_id,
            item_id=item_id,
            seller_id=LOCAL_SELLER_ID,
            buyer_id=_BUYER_ID,
            text=text,
            created=asked,
            status="UNANSWERED" if answered is None else "ANSWERED",
            answer=None if answered is None else {"text": reply, "status": "ACTIVE", "date_created": moment(answered)},
            answered=answered,
        )
