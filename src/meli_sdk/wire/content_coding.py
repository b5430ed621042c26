"""Undoes the content codings that are asked for, gzip and deflate (RFC 9110, 8.4.1), and sees whether the end came."""

import zlib
from typing import Final

ACCEPTED: Final = "gzip, deflate"
_WINDOW: Final = {"gzip": zlib.MAX_WBITS + 16, "x-gzip": zlib.MAX_WBITS + 16, "deflate": zlib.MAX_WBITS}
_NOT_ACCEPTED: Final = frozenset({"br", "zstd", "compress", "dcb", "dcz"})
_MOST_MEMBERS: Final = 1_000
"""Parts in a row, each compressed by itself, that a stream may be made of."""


class Inflater:
    """Unpacks a body piece by piece.

    A compressed stream that breaks off gives its first part without a word. Where the reader takes bytes as they come, as
    a label, nobody else would notice.
    """

    __slots__ = ("_members", "_stream", "_window")

    def __init__(self, window: int) -> None:
        self._window = window
        self._stream = zlib.decompressobj(window)
        self._members = 1

    def feed(self, packed: bytes, most: int) -> bytes:
        """The next piece unpacked, at most so many bytes of it.

        Raises:
            ValueError: too many members.
            zlib.error: it is not what its header says.
        """
        parts = [self._stream.decompress(packed, most)]
        most -= len(parts[0])
        while self._stream.unused_data and most > 0:
            self._members += 1
            if self._members > _MOST_MEMBERS:
                message = "too many members"
                raise ValueError(message)
            packed, self._stream = self._stream.unused_data, zlib.decompressobj(self._window)
            parts.append(self._stream.decompress(packed, most))
            most -= len(parts[-1])
        return b"".join(parts)

    def check_end(self) -> None:
        """After the last piece.

        Raises:
            EOFError: the stream goes on, and nothing more came.
        """
        if not self._stream.eof:
            raise EOFError


def inflater(coding: str, first: bytes) -> Inflater | None:
    """What undoes this coding of a body that begins so; None where there is nothing to undo.

    Raises:
        ValueError: a coding that was not asked for.
    """
    name = coding.strip().lower()
    window = _WINDOW.get(name)
    if window is None:
        if name in _NOT_ACCEPTED or "," in name:
            message = "a content coding that was not asked for"
            raise ValueError(message)
        return None  # identity, or the name of a charset, which some servers write there
    if not first:
        return None  # an answer without a body may name the coding that it would have
    if window == zlib.MAX_WBITS and first[0] & 0x0F != zlib.DEFLATED:
        window = -zlib.MAX_WBITS  # "deflate" without the header of zlib, as some servers understand it
    return Inflater(window)
