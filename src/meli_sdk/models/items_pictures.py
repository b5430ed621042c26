"""Pictures that were uploaded, and what went wrong with them.

Page: https://developers.mercadolibre.com.ar/es_ar/trabajar-con-imagenes
"""

from attrs import define

from meli_sdk.models.base import Entity, Model


@define(kw_only=True)
class PictureSize(Model):
    """The picture in one size."""

    size: str | None = None
    """Width and height, such as `500x375`."""
    url: str | None = None
    secure_url: str | None = None


@define(kw_only=True)
class PictureCrop(Model):
    """The part of the picture that the listing shows."""

    validated: bool | None = None
    x_offset: int | None = None
    x_size: int | None = None
    y_offset: int | None = None
    y_size: int | None = None


@define(kw_only=True)
class UploadedPicture(Entity):
    """A picture with all its sizes. Its id goes into `pictures` of an item and `picture_ids` of a variation."""

    id: str
    max_size: str | None = None
    dominant_color: str | None = None
    hash: str | None = None
    quality: str | None = None
    crop: PictureCrop | None = None
    variations: tuple[PictureSize, ...] = ()


@define(kw_only=True)
class PictureFault(Model):
    """What went wrong while a picture was fetched."""

    message: str | None = None
    items: tuple[str, ...] | str | None = None


@define(kw_only=True)
class PictureErrors(Entity):
    """The state of a picture whose source could not be fetched; two shapes are documented."""

    id: str | None = None
    source: str | None = None
    status: str | None = None
    error: PictureFault | str | None = None
