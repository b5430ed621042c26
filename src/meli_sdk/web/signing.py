"""Values that a browser keeps for us and cannot change: signed, dated, and bound to one purpose."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Final, cast

LIFETIME_SECONDS: Final = 600
_MAX_LENGTH: Final = 4_000


def _signature(key: bytes, purpose: str, payload: str) -> str:
    return hmac.new(key, f"{purpose}.{payload}".encode(), sha256).hexdigest()


def seal(key: bytes, purpose: str, values: Mapping[str, str], now: float) -> str:
    """The values as text that `unseal` reads for ten minutes from `now` (seconds since the epoch)."""
    tree = json.dumps({"at": int(now), "values": dict(values)}, separators=(",", ":"))
    payload = base64.urlsafe_b64encode(tree.encode()).decode().rstrip("=")
    return f"{payload}.{_signature(key, purpose, payload)}"


def unseal(key: bytes, purpose: str, text: str | None, now: float) -> dict[str, str] | None:
    """What was sealed; None where it was changed, is for another purpose, or is older than ten minutes."""
    if text is None or len(text) > _MAX_LENGTH:
        return None
    payload, _, signature = text.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(key, purpose, payload).encode()):
        return None
    try:
        tree = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error):
        return None
    if not 0 <= now - tree["at"] <= LIFETIME_SECONDS:
        return None
    return cast("dict[str, str]", tree["values"])
