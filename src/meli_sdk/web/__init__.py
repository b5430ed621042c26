"""Doors for other people's servers: install and callback pages, and the notification receiver.

`install_routes` makes them; `.aiohttp_routes()` and `.asgi` put them into a server.
"""

from meli_sdk.web.exchange import WebRequest, WebResponse
from meli_sdk.web.install import ConnectedSeller
from meli_sdk.web.routes import Doors, install_routes

__all__ = ["ConnectedSeller", "Doors", "WebRequest", "WebResponse", "install_routes"]
