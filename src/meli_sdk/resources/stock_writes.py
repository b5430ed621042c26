"""A write of stock that is read back: the right resource, the newest version, and what is there afterwards."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Literal, cast

from attrs import fields, frozen

from meli_sdk.errors import InputError, MeliError, NotApplicableError, VersionConflictError, shown
from meli_sdk.models.base import UNSET
from meli_sdk.models.stock import StockLocationType, StoreQuantity, UserProductStock
from meli_sdk.resources import arguments
from meli_sdk.resources.stock_routes import AnyItem, StockResource, StockRoute
from meli_sdk.wire import ids

MAX_ATTEMPTS: Final = 5
StockState = Literal["applied", "unchanged", "pending", "not_applied"]


@frozen(kw_only=True)
class StockWrite:
    """What became of a write of stock, as a read after it shows."""

    route: StockRoute
    state: StockState
    """`unchanged`: it was so before, nothing was sent. `pending`: accepted, and not visible yet. `not_applied`:
    Mercado Libre took the write and the stock is another one."""
    wanted: Mapping[str, int]
    """Units by store id, or under the item's id."""
    seen: Mapping[str, int | None]
    """The same as they were read afterwards."""
    attempts: int
    """Writes that were sent."""


def store_rows(locations: Sequence[StoreQuantity | Mapping[str, object]]) -> list[dict[str, object]]:
    """Rows of a write to stores, checked.

    Raises:
        InputError: no row, a store twice, an unknown name, a quantity outside 0 to 99,999.
    """
    if not locations or isinstance(locations, str | Mapping):
        message = f"locations must be a list with one row for each store, got {shown(locations)}"
        raise InputError(message)
    known = [attribute.name for attribute in fields(StoreQuantity)]
    found: list[dict[str, object]] = []
    for given in locations:
        values: dict[str, object] = (
            {name: getattr(given, name) for name in known} if isinstance(given, StoreQuantity) else dict(given)
        )
        wrong = [name for name in values if name not in known]
        wrong += [name for name in ("store_id", "quantity") if name not in values]
        if wrong:
            message = f"a row of locations has {', '.join(known)}; unknown or missing: {', '.join(wrong)}"
            raise InputError(message)
        row: dict[str, object] = {
            "store_id": ids.word("store_id", values["store_id"]),
            "quantity": arguments.quantity("quantity", values["quantity"]),
        }
        node = values.get("network_node_id", UNSET)
        if node is not UNSET:
            row["network_node_id"] = ids.word("network_node_id", node)
        if any(other["store_id"] == row["store_id"] for other in found):
            message = f"locations name the store {row['store_id']} twice: add its quantities up first"
            raise InputError(message)
        found.append(row)
    return found


def item_body(route: StockRoute, quantity: int) -> dict[str, object]:
    """The body of a write to `/items` or `/global/items`: a variation travels with the ids of all the others."""
    if route.variation_id is None:
        return {"available_quantity": quantity}
    rows: list[dict[str, object]] = [{"id": one} for one in route.variation_ids]
    for row in rows:
        if row["id"] == route.variation_id:
            row["available_quantity"] = quantity
    return {"variations": rows}


def item_quantity(item: AnyItem, variation_id: int | None) -> int | None:
    """Units of the item, or of one of its variations."""
    if variation_id is None:
        return item.available_quantity
    return next((one.available_quantity for one in item.variations if one.id == variation_id), None)


def product_quantities(stock: UserProductStock, route: StockRoute, wanted: Mapping[str, int]) -> dict[str, int | None]:
    """What a product's stock says of the places that were asked for."""
    if route.resource is StockResource.SELLING_ADDRESS:
        return {route.item_id: stock.quantity(StockLocationType.SELLING_ADDRESS)}
    found = {store_id: stock.in_store(store_id) for store_id in wanted}
    return {store_id: None if place is None else place.quantity for store_id, place in found.items()}


def wanted_quantities(
    route: StockRoute, stock: int | Sequence[StoreQuantity | Mapping[str, object]]
) -> tuple[dict[str, int], list[dict[str, object]]]:
    """What is wanted, by place, and the rows of a write to stores.

    Raises:
        InputError: a quantity where stores are asked for, or stores where one quantity is.
    """
    if route.resource is StockResource.STORES:
        if isinstance(stock, int):
            message = (
                f"{route.item_id} has its stock in stores: pass a list of StoreQuantity; stock.stores() lists them"
            )
            raise InputError(message)
        rows = store_rows(stock)
        return {cast("str", row["store_id"]): cast("int", row["quantity"]) for row in rows}, rows
    if not isinstance(stock, int):
        message = f"{route.item_id} has one stock, not one for each store: pass a whole number, got {shown(stock)}"
        raise InputError(message)
    return {route.item_id: arguments.quantity("stock", stock)}, []


async def write_versioned(
    read: Callable[[], Awaitable[UserProductStock]],
    write: Callable[[int], Awaitable[object]],
    route: StockRoute,
    wanted: Mapping[str, int],
) -> StockWrite:
    """Reads, writes at the version that was read, and reads again; at most five times.

    A conflict and a lost answer are the same to it: read what is there, and write only where that is not it yet.

    Raises:
        VersionConflictError: others changed the stock every time.
        NotApplicableError: the stock carries no version.
        MeliError: the write was refused, or its answer was lost every time.
    """
    attempts = 0
    problem: MeliError | None = None
    while True:
        try:
            stock = await read()
        except MeliError as unread:  # it says nothing of a write whose outcome is unknown
            raise unread if problem is None or not problem.may_have_been_applied else problem from None
        seen = product_quantities(stock, route, wanted)
        if seen == wanted:
            state: StockState = "applied" if attempts else "unchanged"
            return StockWrite(route=route, state=state, wanted=wanted, seen=seen, attempts=attempts)
        if attempts and problem is None:
            # The selling address is changed some moments after the answer.
            late = route.resource is StockResource.SELLING_ADDRESS
            state = "pending" if late else "not_applied"
            return StockWrite(route=route, state=state, wanted=wanted, seen=seen, attempts=attempts)
        if attempts == MAX_ATTEMPTS and problem is not None:
            raise problem
        if stock.version is None:
            message = f"the stock of {route.user_product_id} carries no version, without which it cannot be changed"
            raise NotApplicableError(message)
        attempts += 1
        problem = None
        try:
            await write(stock.version)
        except MeliError as failure:
            if not isinstance(failure, VersionConflictError) and not failure.may_have_been_applied:
                raise
            problem = failure
