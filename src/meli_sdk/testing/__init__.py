"""For tests of code that uses this package: a transport without a network, a sandbox in a thread, bodies to answer with.

The pytest plugin gives the fixtures `meli_sandbox`, `meli_app` and `meli_session`; it is there once the package is
installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meli_sdk.testing.bodies import a_notification, a_shipment, an_item, an_order
    from meli_sdk.testing.fake_transport import FakeTransport
    from meli_sdk.testing.sandbox_thread import sandbox_in_thread

_HOMES = {
    "FakeTransport": "fake_transport",
    "a_notification": "bodies",
    "a_shipment": "bodies",
    "an_item": "bodies",
    "an_order": "bodies",
    "sandbox_in_thread": "sandbox_thread",
}

__all__ = ["FakeTransport", "a_notification", "a_shipment", "an_item", "an_order", "sandbox_in_thread"]


def __getattr__(name: str) -> Any:  # noqa: ANN401  PEP 562: the plugin is loaded in every pytest run, and imports nothing
    if name in _HOMES:
        return getattr(import_module(f"meli_sdk.testing.{_HOMES[name]}"), name)
    message = f"module 'meli_sdk.testing' has no attribute {name!r}"
    raise AttributeError(message)
