"""Technical specifications: https://developers.mercadolibre.com.ar/es_ar/atributos"""

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import answer, as_object
from meli_sdk.sandbox.categories import asked_category
from meli_sdk.sandbox.errors import JsonObject
from meli_sdk.sandbox.state import Category

_INPUTS: Final = {"number": "NUMBER_INPUT", "number_unit": "NUMBER_UNIT_INPUT", "boolean": "BOOLEAN_INPUT"}
_TITLES: Final = {"MAIN": "Características principales", "OTHERS": "Otras características"}
_LEFT_OUT: Final = frozenset({"attribute_group_id", "attribute_group_name"})


def _tags(attribute: JsonObject) -> list[str]:
    return list(as_object(attribute.get("tags")) or {})


def _group(attribute: JsonObject) -> str:
    return "MAIN" if attribute.get("hierarchy") in {"PARENT_PK", "CHILD_PK"} else "OTHERS"


def _field(attribute: JsonObject) -> str:
    kind = str(attribute.get("value_type"))
    return _INPUTS.get(kind, "COMBO" if attribute.get("values") else "TEXT_INPUT")


def _groups(attributes: Iterable[JsonObject], *, output: bool) -> list[JsonObject]:
    """The form, or what buyers see; here tags are a list of names."""
    shown = [row for row in attributes if not output or "hidden" not in _tags(row)]
    return [
        {
            "id": group,
            "label": title,
            "relevance": number,
            "section": "SPECIFICATIONS",
            "ui_config": {},
            "components": [
                {
                    "component": "TEXT_OUTPUT" if output else _field(row),
                    "label": row["name"],
                    "ui_config": {"allow_custom_value": row.get("value_type") != "list", "allow_filtering": True},
                    "attributes": [
                        {**{k: v for k, v in row.items() if k not in _LEFT_OUT}, "tags": _tags(row)},
                    ],
                    "unified_units": row.get("allowed_units", []),
                }
                for row in shown
                if _group(row) == group
            ],
        }
        for number, (group, title) in enumerate(_TITLES.items(), start=1)
    ]


def input_specs(category: Category) -> JsonObject:
    """The form that asks sellers for the attributes."""
    return {"groups": _groups(category.attributes, output=False)}


def output_specs(category: Category) -> JsonObject:
    """How buyers see the attributes."""
    return {"main_title": _TITLES["MAIN"], "groups": _groups(category.attributes, output=True)}


async def get_input(request: web.Request) -> web.Response:
    """`GET /categories/{id}/technical_specs/input`."""
    return answer(input_specs(asked_category(request)))


async def get_output(request: web.Request) -> web.Response:
    """`GET /categories/{id}/technical_specs/output`."""
    return answer(output_specs(asked_category(request)))


ROUTES: Final = (
    web.get("/categories/{category_id}/technical_specs/input", get_input),
    web.get("/categories/{category_id}/technical_specs/output", get_output),
)
