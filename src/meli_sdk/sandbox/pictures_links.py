"""Pictures, and how items name them: by the id of an uploaded one, or by an address that Mercado Libre fetches.

The sandbox fetches nothing. An address counts as fetched, but for hosts below `.invalid`, which no one can have.
"""

from collections.abc import Sequence
from typing import Final

from yarl import URL

from meli_sdk.sandbox.catalogue import Picture
from meli_sdk.sandbox.errors import ApiError, JsonObject
from meli_sdk.sandbox.items_causes import refused
from meli_sdk.sandbox.state import Listing, World

MAX_SIDE: Final = 1_920
MAX_PICTURES: Final = 12
_FETCHED: Final = (1_200, 900)
_LETTERS: Final = (("F", MAX_SIDE), ("O", 500), ("C", 400), ("V", 320), ("E", 280), ("P", 250), ("I", 90))
UNREACHABLE: Final = "Connect timed out"


def new_picture(
    world: World, site_id: str, owner_id: int, size: tuple[int, int], *, source: str | None = None
) -> Picture:
    """A picture of the given size in pixels, shrunk to what Mercado Libre keeps."""
    host = URL(source).host if source else None
    now = world.now()
    picture = Picture(
        id=f"{world.new_number(6)}-{site_id}{world.new_number(11)}_{now:%m%Y}",
        owner_id=owner_id,
        size=_within(size, MAX_SIDE),
        source=source,
        error=UNREACHABLE if host is not None and host.endswith(".invalid") else None,
    )
    world.catalogue.pictures[picture.id] = picture
    return picture


def _within(size: tuple[int, int], side: int) -> tuple[int, int]:
    longest = max(size)
    if longest <= side:
        return size
    return max(1, size[0] * side // longest), max(1, size[1] * side // longest)


def _words(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _address(picture: Picture, letter: str) -> str:
    site = picture.id.partition("-")[2][:3].casefold()
    return f"http://{site}-s1-p.mlstatic.com/{picture.id}-{letter}.jpg"


def _secure(address: str) -> str:
    return address.replace("http://", "https://", 1)


def picture_body(picture: Picture) -> JsonObject:
    """The picture with all its sizes."""
    return {
        "id": picture.id,
        "max_size": _words(picture.size),
        "dominant_color": None,
        "crop": {"x_offset": None, "x_size": None, "y_offset": None, "y_size": None},
        "variations": [
            {
                "size": _words(_within(picture.size, side)),
                "url": _address(picture, letter),
                "secure_url": _secure(_address(picture, letter)),
            }
            for letter, side in _LETTERS
        ],
    }


def row_of(picture: Picture) -> JsonObject:
    """The picture as an item shows it."""
    address = _address(picture, "O")
    return {
        "id": picture.id,
        "url": address,
        "secure_url": _secure(address),
        "size": _words(_within(picture.size, 500)),
        "max_size": _words(picture.size),
        "quality": "",
    }


def thumbnail(listing: Listing) -> str:
    """The address of an item's first picture, small."""
    address = str(listing.pictures[0].get("url", "")) if listing.pictures else ""
    return address.replace("-O.jpg", "-I.jpg")


def too_many(listing: Listing) -> ApiError:
    """More pictures than the category takes."""
    message = f"Items in category {listing.category_id} cannot exceed {MAX_PICTURES} pictures."
    return refused("item.pictures.max", message, "item.pictures", cause_id=201)


def fault_of(world: World, picture_id: object) -> tuple[int, str, str] | None:
    """Why an item cannot have the picture of an id: number, code and words of the cause."""
    picture = world.catalogue.pictures.get(str(picture_id))
    if picture is None and not any(
        row.get("id") == picture_id for listing in world.listings.values() for row in listing.pictures
    ):
        return 204, "item.pictures.picture_not_found", f"Picture id {picture_id} does not exist."
    if picture is not None and picture.error is not None:
        words = f"Picture id {picture_id} has an invalid status 'ERROR'. Only ACTIVE or PENDING pictures are allowed."
        return 508, "item.pictures.invalid_status", words
    return None


def check_id(world: World, picture_id: object) -> None:
    """Looks whether an item can have the picture of an id.

    Raises:
        ApiError: 400, there is none, or it could not be fetched.
    """
    if (fault := fault_of(world, picture_id)) is not None:
        cause_id, code, message = fault
        raise refused(code, message, "item.pictures", cause_id=cause_id)


def are_pictures(rows: Sequence[JsonObject]) -> bool:
    """Whether each row names a picture by an id or by an address."""
    return all(isinstance(row.get("id"), str) or _is_address(row.get("source")) for row in rows)


def _is_address(source: object) -> bool:
    try:
        return isinstance(source, str) and URL(source).scheme in {"http", "https"} and bool(URL(source).host)
    except ValueError:
        return False


def check(world: World, listing: Listing, rows: Sequence[JsonObject]) -> None:
    """Whether an item can have these pictures.

    Raises:
        ApiError: 400, too many, or an id that names no good one.
    """
    if len(rows) > MAX_PICTURES:
        raise too_many(listing)
    for row in rows:
        if isinstance(row.get("id"), str):
            check_id(world, row["id"])


def linked(world: World, site_id: str, owner_id: int, row: JsonObject) -> JsonObject:
    """The picture as its item will show it; one that is named by its address becomes a picture now."""
    picture_id, source = row.get("id"), row.get("source")
    if not isinstance(picture_id, str) or source is not None:
        return row_of(new_picture(world, site_id, owner_id, _FETCHED, source=str(source)))
    if picture_id in world.catalogue.pictures:
        return row_of(world.catalogue.pictures[picture_id])
    return next(
        (dict(one) for other in world.listings.values() for one in other.pictures if one.get("id") == picture_id),
        {"id": picture_id},
    )
