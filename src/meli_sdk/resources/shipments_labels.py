"""Labels in batches: https://developers.mercadolivre.com.br/pt_br/mercado-envios-2"""

import asyncio
import io
import re
import zipfile
from collections.abc import AsyncIterator, Iterable
from os import PathLike
from pathlib import Path
from typing import Final, Literal

from attrs import field, frozen

from meli_sdk.errors import DecodeError, FailedLabel, InputError, LabelsRefusedError, ShipmentNotFoundError
from meli_sdk.resources import arguments
from meli_sdk.resources.shipments_errors import LABEL_RULES, LABELS_PAGE
from meli_sdk.wire.endpoint import Endpoint, Safety, raw
from meli_sdk.wire.ids import whole_number
from meli_sdk.wire.pipeline import Caller

MAX_IDS: Final = 50
MAX_BYTES: Final = 64 * 1024 * 1024
LabelFormat = Literal["pdf", "zpl2"]

PRINT_LABELS: Final = Endpoint(
    method="GET",
    template="/shipment_labels",
    reader=raw,
    safety=Safety.IDEMPOTENT,  # it marks the shipments as printed; once more changes nothing
    headers={"accept": "*/*"},
    errors=LABEL_RULES,
    max_bytes=MAX_BYTES,
    doc=LABELS_PAGE,
)


@frozen(kw_only=True)
class LabelBatch:
    """The labels of up to 50 shipments in one file, and the shipments that have none."""

    ids: tuple[int, ...]
    """The shipments whose labels are in `content`."""
    content: bytes = field(repr=False)
    """A PDF, or a ZIP that holds the ZPL text; empty where none was printed."""
    content_type: str
    format: LabelFormat
    failed: tuple[FailedLabel, ...] = ()
    """The shipments without a label and why; `retryable` where Mercado Libre says that one may come."""

    @property
    def zpl(self) -> str:
        """The text for a label printer.

        Raises:
            InputError: these are PDF labels.
            DecodeError: it cannot be unpacked, or is larger than 64 MB.
        """
        if self.format != "zpl2":
            message = "these labels are PDF: ask for format='zpl2'"
            raise InputError(message)
        if not self.content.startswith(b"PK"):
            return self.content.decode("utf-8", "replace")
        try:
            with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                    message = f"the labels unpack to more than {MAX_BYTES} bytes"
                    raise DecodeError(message, expected="ZPL", got="too much")
                return "".join(archive.read(entry).decode("utf-8", "replace") for entry in archive.infolist())
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as broken:
            message = f"expected a ZIP of ZPL, got {len(self.content)} bytes that are none ({broken})"
        raise DecodeError(message, expected="ZIP", got="something else")


@frozen(kw_only=True)
class SavedLabels:
    """The files that labels were written to."""

    files: tuple[Path, ...]
    ids: tuple[int, ...]
    """The shipments whose labels were written."""
    failed: tuple[FailedLabel, ...]


def chosen_format(value: object) -> LabelFormat:
    """The kind of label.

    Raises:
        InputError: neither `pdf` nor `zpl2`.
    """
    if value == "pdf":
        return "pdf"
    if value == "zpl2":
        return "zpl2"
    arguments.one_of("format", str(value), frozenset({"pdf", "zpl2"}), {"zpl": "Mercado Libre writes zpl2"})
    raise AssertionError(value)


def shipment_ids(ids: Iterable[int]) -> tuple[int, ...]:
    """Ids of shipments, each once, in sequence.

    Raises:
        InputError: one is no whole number of at most 20 digits, or there is none.
    """
    found = tuple(dict.fromkeys(int(whole_number("ids", one)) for one in arguments.several("ids", ids)))
    if not found:
        message = "ids is empty: give at least one shipment's id"
        raise InputError(message)
    return found


async def print_labels(caller: Caller, ids: tuple[int, ...], label_format: LabelFormat) -> AsyncIterator[LabelBatch]:
    """Batch after batch. A shipment that has no label never costs the others theirs."""
    patient = caller.patient()
    for first in range(0, len(ids), MAX_IDS):
        async for batch in _batches(patient, ids[first : first + MAX_IDS], label_format):
            yield batch


async def _batches(caller: Caller, ids: tuple[int, ...], label_format: LabelFormat) -> AsyncIterator[LabelBatch]:
    """One batch; several where Mercado Libre refuses all and does not say which shipment is to blame."""
    failed: list[FailedLabel] = []
    wanted = ids
    content, content_type = b"", ""
    while wanted:
        try:
            answer = await caller.call(PRINT_LABELS, params={"shipment_ids": wanted, "response_type": label_format})
            content, content_type = answer.body, answer.headers.get("content-type", "")
            break
        except (LabelsRefusedError, ShipmentNotFoundError) as refused:
            blamed = _blamed(refused, wanted)
            if not blamed and len(wanted) > 1:
                middle = len(wanted) // 2
                for half in (wanted[:middle], wanted[middle:]):
                    async for batch in _batches(caller, half, label_format):
                        yield batch
                wanted = ()
                break
            failed.extend(blamed or [FailedLabel(one, refused.message, refused.code) for one in wanted])
            names = {label.shipment_id for label in failed}
            wanted = tuple(one for one in wanted if one not in names)
    if wanted or failed:
        yield LabelBatch(
            ids=wanted, content=content, content_type=content_type, format=label_format, failed=tuple(failed)
        )


def _blamed(refused: LabelsRefusedError | ShipmentNotFoundError, wanted: tuple[int, ...]) -> list[FailedLabel]:
    """The shipments that the answer names, in its rows or in its words."""
    if isinstance(refused, LabelsRefusedError):
        rows = [label for label in refused.failed if label.shipment_id in wanted]
        if rows:
            return rows
    texts = [refused.message or "", *(cause.message or "" for cause in refused.causes)]
    named = {int(number) for text in texts for number in re.findall(r"\d{5,20}", text[:2_000])}
    return [FailedLabel(one, refused.message, refused.code) for one in wanted if one in named]


async def save_labels(batches: AsyncIterator[LabelBatch], folder: str | PathLike[str]) -> SavedLabels:
    """Writes each batch to a file of its own as it comes; a file is whole or not there."""
    place = Path(folder)
    files: list[Path] = []
    ids: list[int] = []
    failed: list[FailedLabel] = []
    async for batch in batches:
        failed.extend(batch.failed)
        if batch.ids:
            suffix = "pdf" if batch.format == "pdf" else "zpl"
            file = place / f"labels-{batch.ids[0]}-{batch.ids[-1]}-{len(batch.ids)}.{suffix}"
            content = batch.content if batch.format == "pdf" else batch.zpl.encode()
            await asyncio.to_thread(_write, file, content)
            files.append(file)
            ids.extend(batch.ids)
    return SavedLabels(files=tuple(files), ids=tuple(ids), failed=tuple(failed))


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(f"{file.suffix}.part")
    unfinished.write_bytes(content)
    unfinished.replace(file)
