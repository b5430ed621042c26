"""The dump of a site's categories, kept on disk until Mercado Libre makes another one."""

import asyncio
import base64
import hashlib
import os
import re
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from meli_sdk.codec import Codec
from meli_sdk.errors import DecodeError, InputError, shown
from meli_sdk.models.categories_dump import CategoryDump, DumpedCategory, DumpHead
from meli_sdk.resources.categories_errors import DUMP, DUMP_PAGE
from meli_sdk.resources.json_shapes import elements_of, is_fields
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint, Safety, raw
from meli_sdk.wire.message import Response
from meli_sdk.wire.pipeline import Caller

MAX_BYTES: Final = 256 * 1024 * 1024
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9]")


def _head(response: Response) -> DumpHead:
    headers = response.headers
    return DumpHead(created=headers.get("x-content-created"), checksum=headers.get("x-content-md5"))


def _read_head(response: Response, codec: Codec) -> DumpHead:  # noqa: ARG001  a reader's signature
    return _head(response)


GET_DUMP: Final = Endpoint(
    method="GET",
    template="/sites/{site_id}/categories/all",
    reader=raw,
    safety=Safety.SAFE,
    errors=DUMP,
    max_bytes=MAX_BYTES,
    doc=DUMP_PAGE,
)
HEAD_DUMP: Final = Endpoint(
    method="HEAD",
    template="/sites/{site_id}/categories/all",
    reader=_read_head,
    safety=Safety.SAFE,
    errors=DUMP,
    doc=DUMP_PAGE,
)


async def dump(caller: Caller, site_id: str, *, with_attributes: bool, cache: Path | None) -> CategoryDump:
    """The dump from the cache where it is the newest, else downloaded and kept."""
    site = ids.site_id(site_id)
    path, params = {"site_id": site}, {"withAttributes": True if with_attributes else None}
    if cache is not None:
        if not await asyncio.to_thread(cache.is_dir):
            message = f"cache must be a folder that is there, got {shown(str(cache))}"
            raise InputError(message)
        head = await caller.call(HEAD_DUMP, path=path, params=params)
        kept = _file(cache, site, head, with_attributes=with_attributes)
        if kept is not None and await asyncio.to_thread(kept.is_file):
            body = await asyncio.to_thread(kept.read_bytes)
            return await asyncio.to_thread(_made, caller, site, head, body, with_attributes)
    answer = await caller.call(GET_DUMP, path=path, params=params)
    found = await asyncio.to_thread(_made, caller, site, _head(answer), answer.body, with_attributes)
    kept = None if cache is None else _file(cache, site, found.head, with_attributes=with_attributes)
    if kept is not None:
        await asyncio.to_thread(_keep, kept, answer.body)
    return found


def _prefix(site: str, *, with_attributes: bool) -> str:
    return f"categories-{site}-{'attributes' if with_attributes else 'tree'}-"


def _file(cache: Path, site: str, head: DumpHead, *, with_attributes: bool) -> Path | None:
    """Where this very dump is kept; None where nothing tells it from others."""
    if not head.checksum:
        return None
    digest = _UNSAFE.sub("_", head.checksum)[:100]
    return cache / f"{_prefix(site, with_attributes=with_attributes)}{digest}.json"


def _keep(kept: Path, body: bytes) -> None:
    """Writes beside and renames, so that a dump is there whole or not at all; older ones of the same kind go."""
    with NamedTemporaryFile(dir=kept.parent, prefix=".categories-", delete=False) as file:
        file.write(body)
    os.replace(file.name, kept)  # noqa: PTH105  Path.replace reads worse for a name
    kind = kept.name.rsplit("-", 1)[0]
    for other in kept.parent.glob(f"{kind}-*.json"):
        if other != kept:
            other.unlink(missing_ok=True)


def _matches(checksum: str | None, body: bytes) -> bool:
    digest = hashlib.md5(body, usedforsecurity=False)
    return bool(checksum) and checksum in (digest.hexdigest(), base64.b64encode(digest.digest()).decode())


def _made(caller: Caller, site: str, head: DumpHead, body: bytes, with_attributes: bool) -> CategoryDump:  # noqa: FBT001
    """The tree: an object by id, or an array; which of the two is not documented."""
    codec = caller.pipeline.codec
    tree = codec.parse(body)
    rows = list(tree.values()) if is_fields(tree) else elements_of(tree)
    if not rows:
        got = type(tree).__name__
        message = f"expected categories by id, or an array of them, got {got}"
        raise DecodeError(message, expected="categories", got=got)
    found, failed = codec.rows(rows, DumpedCategory)
    return CategoryDump(
        site_id=site,
        head=head,
        with_attributes=with_attributes,
        read_at=caller.pipeline.clock.now(),
        checksum_matches=_matches(head.checksum, body),
        categories={one.id: one for one in found},
        failed=failed,
    )
