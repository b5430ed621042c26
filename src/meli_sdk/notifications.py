"""Notifications without a channel: the body of a callback becomes a `Notification`. Pure; nothing is fetched.

Documented at https://developers.mercadolibre.com.ar/es_ar/productos-recibe-notificaciones
"""

from collections.abc import Mapping
from typing import Any

from meli_sdk.codec import decode
from meli_sdk.errors import DecodeError
from meli_sdk.models.notifications import Notification

__all__ = ["parse_notification"]

_NEEDED = frozenset({"", "resource"})


def parse_notification(
    body: bytes,
    headers: Mapping[str, str] | None = None,  # noqa: ARG001  for the day a signature is documented
) -> Notification:
    """Reads the body that Mercado Libre posts to the callback URL of an application.

    Any topic is taken. A field that is not what it should be is left out and named in `.unreadable`, so that no event is
    lost to a misprinted date; only the resource has to be there. Whether the resource has a documented shape is told by
    `.resource_id`, which is None where it has not.

    Args:
        body: as it arrived. Check its size before: Mercado Libre sends less than a kilobyte.
        headers: as they arrived. No documented header says who sent the notification.

    Raises:
        DecodeError: it is no JSON object, or has no resource.

    Documented at https://developers.mercadolibre.com.ar/es_ar/productos-recibe-notificaciones
    """
    fields = dict(decode(Mapping[str, Any], body))  # type: ignore[type-abstract]
    unreadable: list[tuple[str, object]] = []
    while True:
        try:
            found = decode(Notification, fields)
        except DecodeError as wrong:
            name = wrong.path.split(".")[0].split("[")[0]
            if name in _NEEDED:
                raise
            unreadable.append((name, fields.pop(name)))
        else:
            found.unreadable = tuple(unreadable)
            return found
