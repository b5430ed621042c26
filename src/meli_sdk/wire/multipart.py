"""A file on its way up: in a multipart/form-data body, or as the body itself. Pure."""

import re
from hashlib import sha256
from typing import Final

from attrs import field, frozen

from meli_sdk.errors import InputError, shown

_FILE_NAME: Final = re.compile(r"[^\x00-\x1f\x7f\"\\/]{1,200}")
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9.+-]+", re.ASCII)


@frozen(kw_only=True)
class Upload:
    """One file, and the form field it travels in."""

    file_name: str
    content: bytes = field(repr=False)
    media_type: str
    form_field: str = "file"

    def encoded(self) -> tuple[bytes, str]:
        """The body and its content type.

        Raises:
            InputError: the file name or media type would break the body's frame.
        """
        if not _FILE_NAME.fullmatch(self.file_name):
            message = (
                f"file_name must be a plain name without quotes, slashes or control characters: {shown(self.file_name)}"
            )
            raise InputError(message)
        if not _MEDIA_TYPE.fullmatch(self.media_type):
            message = f"media_type must look like image/jpeg, got {shown(self.media_type)}"
            raise InputError(message)
        boundary = f"meli-{sha256(self.content).hexdigest()}"  # no content holds its own digest; 70 characters at most
        head = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="{self.form_field}"; filename="{self.file_name}"\r\n'
            f"Content-Type: {self.media_type}\r\n\r\n"
        )
        return b"".join((head.encode(), self.content, f"\r\n--{boundary}--\r\n".encode())), (
            f"multipart/form-data; boundary={boundary}"
        )


@frozen(kw_only=True)
class WholeBody:
    """One file that is the whole body."""

    content: bytes = field(repr=False)
    media_type: str

    def encoded(self) -> tuple[bytes, str]:
        """The body and its content type."""
        return self.content, self.media_type
