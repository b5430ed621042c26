"""A file on its way up: the bytes of the body, and what is refused before there are any."""

from email import message_from_bytes

import pytest

from meli_sdk.errors import InputError
from meli_sdk.wire.multipart import Upload


def test_a_mime_parser_reads_the_file_as_it_was():
    content = b"\xff\xd8\r\n--not-a-boundary--\r\n\x00" * 3
    body, kind = Upload(file_name="front.jpg", content=content, media_type="image/jpeg").encoded()
    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    (part,) = message.get_payload()
    assert part.get_payload(decode=True) == content
    assert part.get_content_type() == "image/jpeg"
    assert part.get_param("name", header="content-disposition") == "file"
    assert part.get_filename() == "front.jpg"


@pytest.mark.parametrize("name", ["", 'a".jpg', "a\r\nX: 1", "../a.jpg", "a\\b.jpg", "x" * 201])
def test_a_file_name_that_would_break_the_frame_is_refused(name):
    with pytest.raises(InputError, match="file_name must"):
        Upload(file_name=name, content=b"1", media_type="image/png").encoded()


def test_a_media_type_that_is_none_is_refused():
    with pytest.raises(InputError, match="media_type must"):
        Upload(file_name="a.jpg", content=b"1", media_type="jpeg\r\n").encoded()
