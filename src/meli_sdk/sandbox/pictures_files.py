"""Width and height of picture files, by their own bytes."""

import struct
from typing import Final

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers of JPEG that tell the size."""


def size_of(content: bytes) -> tuple[int, int] | None:
    """Width and height of a JPEG or PNG file; None: it is neither, or cut off before it tells."""
    try:
        if content.startswith(_PNG):
            width, height = struct.unpack(">II", content[16:24])
            return width, height
        if content.startswith(_JPEG):
            return _jpeg(content)
    except struct.error:
        pass
    return None


def _jpeg(content: bytes) -> tuple[int, int] | None:
    place = len(_JPEG)
    while place < len(content):
        _, marker, length = struct.unpack(">BBH", content[place : place + 4])
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return None
