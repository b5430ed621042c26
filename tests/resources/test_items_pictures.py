"""Pictures of items over a real socket: uploaded, named by id or by address, refused."""

import struct

import pytest

from meli_sdk import errors

ID = "MLA1402200124"


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\x00\x00\x00"


def jpeg(width: int, height: int) -> bytes:
    frame = struct.pack(">BBHBHH", 0xFF, 0xC0, 17, 8, height, width)
    return b"\xff\xd8" + struct.pack(">BBH", 0xFF, 0xE0, 16) + b"JFIF".ljust(14, b"\0") + frame + b"0" * 30


async def pictures_of(session, item_id=ID):
    return [picture.id for picture in (await session.items.get(item_id)).pictures]


@pytest.mark.parametrize("make", [png, jpeg])
async def test_an_uploaded_picture_is_kept_in_every_size_and_shrunk_to_the_largest(local, make):
    picture = await local.items.upload_picture(make(4_000, 3_000))
    assert picture.max_size == "1920x1440"
    assert [one.size for one in picture.variations[:2]] == ["1920x1440", "500x375"]
    assert (await local.items.picture(picture.id)).raw == picture.raw
    assert (await local.items.picture_errors(picture.id)).error is None


async def test_a_picture_is_linked_once_and_behind_the_others(local):
    held = await pictures_of(local)
    first = await local.items.upload_picture(png(1_200, 1_200))
    second = await local.items.upload_picture(png(600, 400))
    for picture in (first, second, first):
        await local.items.add_picture(ID, picture.id)
    assert await pictures_of(local) == [*held, first.id, second.id]


async def test_the_pictures_of_a_change_are_all_that_are_left_and_an_address_becomes_a_picture(local):
    first = await local.items.upload_picture(png(1_200, 1_200))
    rows = [{"source": "https://shop.example.com/front.jpg"}, {"id": first.id}]
    changed = await local.items.update(ID, {"pictures": rows})
    front, back = changed.pictures
    assert back.id == first.id
    assert (await local.items.picture(front.id)).id == front.id
    await local.items.update(ID, {"pictures": [{"id": back.id}]})
    assert await pictures_of(local) == [back.id]


async def test_an_address_that_cannot_be_fetched_leaves_a_picture_that_no_item_takes(local):
    changed = await local.items.update(ID, {"pictures": [{"source": "https://shop.invalid/front.jpg"}]})
    (broken,) = changed.pictures
    told = await local.items.picture_errors(broken.id)
    assert (told.source, told.error.message) == ("https://shop.invalid/front.jpg", "Connect timed out")
    with pytest.raises(errors.ValidationFailedError) as raised:
        await local.items.add_picture(ID, broken.id)
    assert [cause.cause_id for cause in raised.value.causes] == [508]


async def test_global_selling_tells_a_broken_picture_in_its_own_shape(selling):
    changed = await selling.items.update("CBT1234", {"pictures": [{"source": "https://shop.invalid/front.jpg"}]})
    told = await selling.items.picture_errors(changed.pictures[0].id)
    assert (told.status, told.error) == ("PENDING", "Connect timed out")


async def test_wrong_pictures_change_nothing(local):
    held = await pictures_of(local)
    for rows, causes in (
        ([{"id": "999999-MLA99999999999_012026"}], [204]),
        ([{"source": f"https://shop.example.com/{number}.jpg"} for number in range(13)], [201]),
    ):
        with pytest.raises(errors.ValidationFailedError) as raised:
            await local.items.update(ID, {"pictures": rows})
        assert [cause.cause_id for cause in raised.value.causes] == causes
    assert await pictures_of(local) == held


async def test_an_item_takes_twelve_pictures(local):
    rows = [{"source": f"https://shop.example.com/{number}.jpg"} for number in range(12)]
    await local.items.update(ID, {"pictures": rows})
    picture = await local.items.upload_picture(png(1_200, 1_200))
    with pytest.raises(errors.ValidationFailedError) as raised:
        await local.items.add_picture(ID, picture.id)
    assert [cause.cause_id for cause in raised.value.causes] == [201]
    assert len(await pictures_of(local)) == 12


async def test_small_and_broken_files_are_refused(local):
    with pytest.raises(errors.ValidationFailedError, match="500 píxeles"):
        await local.items.upload_picture(png(499, 300))
    with pytest.raises(errors.BadRequestError):
        await local.items.upload_picture(jpeg(600, 600)[:24])
    assert (await local.items.upload_picture(png(500, 300))).max_size == "500x300"


async def test_pictures_go_to_the_sellers_own_items_only(local):
    picture = await local.items.upload_picture(png(500, 300))
    with pytest.raises(errors.ForbiddenError):
        await local.items.add_picture("MLM2200110011", picture.id)
    with pytest.raises(errors.NotFoundError):
        await local.items.picture("1-MLA1_012026")
