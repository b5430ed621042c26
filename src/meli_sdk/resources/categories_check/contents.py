"""Rules 10, 11 and 27: pictures, description, sale terms."""

import re
from typing import Final

from meli_sdk.errors import shown
from meli_sdk.models.categories import SaleTerm, time_unit
from meli_sdk.resources.categories_check.subject import SentAttribute, Subject, folded
from meli_sdk.resources.items_changes import MAX_MANUFACTURING_DAYS, manufacturing_days, plain_text_fault
from meli_sdk.resources.json_shapes import elements_of, fields_of, rows_of

RECOMMENDED_PICTURES: Final = 6
"""The marketplace page speaks of "up to six"; categories take more."""
_ADDRESS: Final = re.compile(r"https?://[^\s/?#]+\.[^\s/?#]+\S*", re.IGNORECASE)
_ENDING: Final = re.compile(r"\.([A-Za-z0-9]{2,5})(?:[?#].*)?$")
_PICTURE_ENDINGS: Final = frozenset({"jpg", "jpeg", "png"})
_OTHER_ENDINGS: Final = frozenset({"gif", "webp", "bmp", "tif", "tiff", "svg", "heic", "avif", "pdf", "mp4"})
_TERM: Final = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(\S.*?)\s*")


def pictures(subject: Subject) -> None:
    """10: not too many, each with one of id and source, sources that can be fetched."""
    sent = elements_of(subject.item.get("pictures"))
    settings = subject.settings
    most = settings.max_pictures_per_item if settings else None
    if most is not None and len(sent) > most:
        subject.error(
            "pictures", "pictures", f"{len(sent)} pictures, the category takes {most}", 201, code="item.pictures.max"
        )
    elif len(sent) > RECOMMENDED_PICTURES:
        subject.warn("pictures", "pictures", f"{len(sent)} pictures, {RECOMMENDED_PICTURES} are recommended at most")
    for place, row in enumerate(sent):
        _picture(subject, f"pictures[{place}]", row)
    most = settings.max_pictures_per_item_var if settings else None
    for place, variation in enumerate(subject.variations):
        used = elements_of(variation.get("picture_ids"))
        if most is not None and len(used) > most:
            message = f"{len(used)} pictures, a variation takes {most}"
            subject.error("pictures", f"variations[{place}].picture_ids", message, 201, code="item.pictures.max")


def _picture(subject: Subject, path: str, row: object) -> None:
    fields = fields_of(row)
    picture_id, source = fields.get("id"), fields.get("source")
    if bool(picture_id) == bool(source):
        message = "needs the id of an uploaded picture or a source address, and only one of the two"
        subject.error("pictures", path, message, 204, code="item.pictures.picture_not_found")
    elif source and subject.is_global and subject.account and subject.account.user_product:
        subject.error("pictures", f"{path}.source", "global user products take uploaded pictures only, by their id")
    elif source and not (isinstance(source, str) and _ADDRESS.fullmatch(source)):
        subject.error("pictures", f"{path}.source", f"{shown(source)} is no http or https address")
    elif isinstance(source, str):
        ending = _ENDING.search(source)
        kind = ending[1].lower() if ending else ""
        if kind in _OTHER_ENDINGS:
            subject.warn("pictures", f"{path}.source", f"a {kind} file: pictures are jpg or png")


def description(subject: Subject) -> None:
    """11: plain text, not too long."""
    sent = subject.item.get("description")
    text = sent if isinstance(sent, str) else fields_of(sent).get("plain_text")
    if not isinstance(text, str) or not text.strip():
        if not subject.partial:
            subject.warn("description", "description", "no description: it saves you questions")
        return
    fault = plain_text_fault(text)
    if fault is not None:
        message = f"must be plain text: {fault[1]} at character {fault[0]}"
        subject.error("description", "description", message, 398, code="item.description.type.invalid")
    most = subject.settings.max_description_length if subject.settings else None
    if most is not None and len(text) > most:
        message = f"{len(text)} characters, the category allows {most}"
        subject.error("description", "description", message, 3707, code="item.descriptions.length_exceeded")


def sale_terms(subject: Subject) -> None:
    """27: warranty type and time as the category's sale terms have them; at most 60 days to make the goods."""
    known = {term.id: term for term in (subject.rules.sale_terms if subject.rules else None) or ()}
    rows = rows_of(subject.item.get("sale_terms"))
    sent = {
        str(row["id"]): SentAttribute(id=str(row["id"]), row=row, path=f"sale_terms.{row['id']}")
        for row in rows
        if row.get("id")
    }
    if rows and not known:
        subject.skip("sale terms", "the category's sale terms are")
    kind, time = sent.get("WARRANTY_TYPE"), sent.get("WARRANTY_TIME")
    if kind and kind.is_given and (term := known.get("WARRANTY_TYPE")):
        _warranty_type(subject, kind, term)
    if time and time.is_given and (term := known.get("WARRANTY_TIME")):
        _warranty_time(subject, time, term)
    if time and time.is_given and not kind and not subject.partial:
        subject.warn("sale_terms", "sale_terms", "a warranty time without WARRANTY_TYPE says nothing")
    days = manufacturing_days(rows)
    if days is not None and days > MAX_MANUFACTURING_DAYS:
        message = f"{days} days to make the goods, at most {MAX_MANUFACTURING_DAYS} are taken"
        subject.error(
            "sale_terms", "sale_terms.MANUFACTURING_TIME", message, code="delete.item.sale_terms.manufacturing_time"
        )


def _warranty_type(subject: Subject, kind: SentAttribute, term: SaleTerm) -> None:
    listed = ", ".join(f"{value.id} {value.name}" for value in term.values)
    if kind.value_id is not None and term.values and kind.value_id not in {value.id for value in term.values}:
        subject.error("sale_terms", kind.path, f"{shown(kind.value_id)} is not among {listed}")
    elif kind.value_id is None and kind.value_name is not None:
        names = {folded(value.name) for value in term.values if value.name}
        if names and folded(kind.value_name) not in names:
            subject.warn("sale_terms", kind.path, f"{shown(kind.value_name)} is not among {listed}; send the id")


def _warranty_time(subject: Subject, time: SentAttribute, term: SaleTerm) -> None:
    text = time.value_name
    if text is None:
        return
    found = _TERM.fullmatch(text)
    units = [unit.id for unit in term.allowed_units if unit.id]
    if found is None or (units and found[2] not in units and time_unit(found[2]) is None):
        subject.error("sale_terms", time.path, f"{shown(text)} must be a number and one of {', '.join(units)}")
    elif units and found[2] not in units:
        subject.warn(
            "sale_terms", time.path, f"the unit {shown(found[2])} is of another language; use {', '.join(units)}"
        )


RULES: Final = (pictures, description, sale_terms)
