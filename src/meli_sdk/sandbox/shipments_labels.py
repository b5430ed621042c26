"""Labels: https://developers.mercadolivre.com.br/pt_br/mercado-envios-2"""

import io
import zipfile
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD
from meli_sdk.sandbox.errors import ApiError, JsonObject, refusal
from meli_sdk.sandbox.shipments_life import catch_up, move_shipment
from meli_sdk.sandbox.state import Shipment

MAX_IDS: Final = 50
_TYPES: Final = frozenset({"drop_off", "xd_drop_off", "cross_docking", "self_service"})
_PRINTABLE: Final = frozenset({"ready_to_print", "printed"})


def _problem(shipment: Shipment | None, user_id: int) -> str | None:
    """Why there is no label; None where there is one."""
    if shipment is None or shipment.seller_id != user_id:
        return "INVALID_SHIPMENT_CALLER"
    if shipment.mode != "me2":
        return "INVALID_SHIPMENT_MODE"
    if shipment.logistic_type not in _TYPES:
        return "INVALID_SHIPMENT_FF_PUBLIC"
    if shipment.status != "ready_to_ship" or shipment.substatus not in _PRINTABLE:
        return "NOT_PRINTABLE_STATUS"
    return None


def _refused(problems: dict[int, str], shipments: dict[int, Shipment]) -> ApiError:
    rows: list[JsonObject] = [
        {
            "shipment_id": str(shipment_id),
            "message": f"SHPLAB0200: the label of {shipment_id} cannot be printed",
            "cause": problem,
            "retry": problem == "NOT_PRINTABLE_STATUS" and shipments[shipment_id].status in {"pending", "handling"},
        }
        for shipment_id, problem in problems.items()
    ]
    return ApiError(400, {"failed_shipments": rows})


def _pdf(shipments: list[Shipment]) -> bytes:
    """A page a label; only a header and its texts, which is all that a test looks at."""
    pages = "\n".join(f"% label {shipment.id} {shipment.tracking_number}" for shipment in shipments)
    return f"%PDF-1.4\n{pages}\n%%EOF\n".encode()


def _zpl(shipments: list[Shipment]) -> bytes:
    text = "".join(f"^XA^FO50,50^FD{shipment.id}^FS^XZ\n" for shipment in shipments)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Etiqueta de envio.txt", text)
    return packed.getvalue()


async def print_labels(request: web.Request) -> web.Response:
    """All of them, or none where one cannot be printed."""
    world = request.app[WORLD]
    catch_up(world)
    asked = [part for part in request.query.get("shipment_ids", "").split(",") if part]
    if not asked:
        raise refusal(404, "not_found", "Missing a valid shipment id value")
    if len(asked) > MAX_IDS or not all(part.isascii() and part.isdigit() for part in asked):
        raise refusal(400, "bad_request", f"shipment_ids must be at most {MAX_IDS} numbers")
    ids = [int(part) for part in asked]
    found = {one: _problem(world.shipments.get(one), request[CALLER].id) for one in ids}
    problems = {one: problem for one, problem in found.items() if problem is not None}
    if problems:
        raise _refused(problems, world.shipments)
    shipments = [world.shipments[one] for one in ids]
    for shipment in shipments:
        if shipment.first_printed is None:
            shipment.first_printed = world.now()
            move_shipment(world, shipment, "ready_to_ship", "printed")
    if request.query.get("response_type") == "zpl2":
        return web.Response(body=_zpl(shipments), content_type="application/zip")
    return web.Response(body=_pdf(shipments), content_type="application/pdf")


ROUTES: Final = (web.get("/shipment_labels", print_labels),)
