"""A program of somebody else: reads an order of `meli sandbox` and meets a documented error."""

import asyncio
import json
import os
import sys
import urllib.request

from meli_sdk import MeliSession
from meli_sdk.errors import OrderNotFoundError
from meli_sdk.models import Order


def ask(url: str, wanted: dict[str, object]) -> dict[str, object]:
    """Posts to a page that controls the sandbox."""
    request = urllib.request.Request(url, json.dumps(wanted).encode())
    with urllib.request.urlopen(request, timeout=30) as response:
        answer: dict[str, object] = json.loads(response.read())
    return answer


async def read(url: str) -> tuple[Order, str]:
    """One order, and what is said of one that does not exist."""
    made = ask(f"{url}/sandbox/orders", {"quantity": 2})
    given = ask(f"{url}/sandbox/tokens", {"user_id": 118320047})
    async with MeliSession(str(given["access_token"]), user_id=118320047, base_url=url, throughput=100) as session:
        order = await session.orders.get(int(str(made["id"])))
        try:
            await session.orders.get(2000000000000001)
        except OrderNotFoundError as error:
            return order, f"{error.status} {error.code}"
    raise AssertionError


def main() -> None:
    """The command line."""
    order, refused = asyncio.run(read(os.environ["MELI_API_URL"]))
    assert order.order_items[0].quantity == 2
    print(order.id, order.status, order.total_amount, refused)


if __name__ == "__main__":
    sys.exit(main())
