"""Decodes every sample body of a modelled endpoint and encodes it again: nothing may get lost.

    python tools/corpus.py [FOLDER]      (or MELI_CORPUS=FOLDER; default: ../shared/facts/payloads)

The folder holds one body per file and an INDEX.md, a table of file, endpoint, kind and origin. It is no part of the
project: without it there is nothing to check, and the run says so.

For each model the run prints bodies read, failures, and the share of keys that no typed field holds, so that only
`raw` keeps them. It fails on any failure, on such a key in a body of the marketplace page (`C_seed_*`), and when
their share of all keys is above two percent.
"""

import json
import os
import re
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import attrs

from meli_sdk import models
from meli_sdk.codec import decode, encode
from meli_sdk.errors import MeliError
from meli_sdk.models.base import Entity, Model
from meli_sdk.resources.categories_check.check import check_item

ROOT = Path(__file__).parent.parent
DEFAULT_FOLDER = ROOT.parent / "shared" / "facts" / "payloads"
MAX_SHARE = 0.02
MISSION_BODIES = "C_seed_"
INDEX_COLUMNS = 4
OK = 200


class Rule(NamedTuple):
    """An endpoint whose answer has a model."""

    endpoint: re.Pattern[str]
    model: str
    rows: str | None = None
    """Where the rows are: a key, `*` for the body itself, None when the body is one object."""
    inner: str | None = None
    """A key of each row that holds the object; rows without it are skipped."""


def rule(endpoint: str, model: str, rows: str | None = None, inner: str | None = None) -> Rule:
    """A rule; `{}` in the endpoint stands for one path segment, and a query may follow."""
    pattern = re.escape(endpoint).replace(r"\{\}", r"[^/?\s]+")
    return Rule(re.compile(rf"{pattern}(?:\?\S*)?(?:\s.*)?$"), model, rows, inner)


RULES = [
    rule("GET /users/me", "User"),
    rule("GET /users/{}", "User"),
    rule("GET /users?ids=", "User", "*", "body"),
    rule("GET /marketplace/users/cap", "MarketplaceCap", "*"),
    rule("GET /marketplace/users/{}", "MarketplaceUser"),
    rule("GET /orders/search", "Order", "results"),
    rule("GET /orders/{}", "Order"),
    rule("GET /orders/{}/product", "OrderProduct"),
    rule("GET /orders/{}/discounts", "OrderDiscounts"),
    rule("GET /orders/{}/shipments?list_all=true", "Shipment", "*"),
    rule("GET /orders/{}/shipments", "OrderShipment", "*"),
    rule("GET /orders/{}/billing_info", "LegacyBillingInfo"),
    rule("GET /orders/billing-info/{}/{}", "BillingInfo"),
    rule("GET /orders/{}/feedback", "SaleFeedback"),
    rule("GET /feedback/{}", "Feedback"),
    rule("GET /packs/{}", "Pack"),
    rule("GET /packs/{}/notes/{}", "Note"),
    rule("POST /packs/{}/notes", "NoteWritten"),
    rule("GET /packs/{}/notes", "NoteList", "*"),
    rule("POST /packs/{}/fiscal_documents", "FiscalDocuments"),
    rule("GET /shipments/{}", "Shipment"),
    rule("GET /shipments/{}/orders", "ShipmentOrder", "*"),
    rule("GET /shipments/{}/items", "ShipmentItem", "*"),
    rule("GET /shipments/{}/costs", "ShipmentCosts"),
    rule("GET /shipments/{}/payments", "ShipmentPayment", "*"),
    rule("GET /shipments/{}/sla", "ShipmentSla"),
    rule("GET /shipments/{}/history", "StatusChange", "*"),
    rule("POST /shipments/{}/process/ready_to_ship", "ProcessStatus"),
    rule("POST /v2/shipments/{}/seller_notifications", "NotificationAnswer"),
    rule("GET /sites/{}/shipping_methods", "SiteShippingMethod", "*"),
    rule("GET /users/{}/shipping_preferences", "SellerShippingPreferences"),
    rule("GET /customers/marketplace/sites/{}/user-products/{}/contracts/shippability/services", "Shippability"),
    rule("GET /marketplace/items/{}", "MarketplaceItem"),
    rule("POST /marketplace/items/{}", "Listing", "*"),
    rule("POST /global/items/{}", "GlobalListing"),
    rule("POST /global/items", "GlobalListing"),
    rule("GET /items/bulk", "Item", "*", "body"),
    rule("GET /items", "Item", "*", "body"),
    rule("GET /items/{}", "Item"),
    rule("POST /items/{}/relist", "Item"),
    rule("POST /items", "Item"),
    rule("PUT /items/{}", "Item"),
    rule("PUT /items/{}/listing_type", "Item"),
    rule("DELETE /items/{}/variations/{}", "Item"),
    rule("GET /items/{}/variations", "Variation", "*"),
    rule("GET /items/{}/variations/{}", "Variation"),
    rule("GET /items/{}/prices", "ItemPrices"),
    rule("POST /items/{}/prices/standard/quantity", "ItemPrices"),
    rule("GET /items/{}/sale_price", "SalePrice"),
    rule("GET /items/{}/shipping_options", "ItemShippingOptions"),
    rule("GET /items/{}/available_listing_types", "ListingTypeSummary", "*"),
    rule("GET /items/{}/available_upgrades", "ListingTypeSummary", "*"),
    rule("GET /items/{}/migration_live_listing", "ItemMigration"),
    rule("GET /users/{}/shipping_options/free", "FreeShippingCost"),
    rule("GET /users/{}/items/search", "ItemSearch"),
    rule("GET ...&scroll_id=", "ItemSearch"),
    rule("GET /users/{}/items/search/restrictions", "SearchRestrictions"),
    rule("GET /users/{}/available_listing_types", "AvailableListingTypes"),
    rule("GET /users/{}/available_listing_type/{}", "ListingTypeAvailability"),
    rule("POST /users/{}/shipping_modes", "ItemShippingModes"),
    rule("GET /sites/{}/listing_types", "ListingTypeSummary", "*"),
    rule("GET /sites/{}/listing_types/{}", "ListingTypeDetail"),
    rule("GET /sites/{}/listing_exposures", "ListingExposure", "*"),
    rule("GET /sites/{}/listing_prices", "ListingFee", "*"),
    rule("GET /currencies", "Currency", "*"),
    rule("GET /currencies/", "Currency", "*"),
    rule("GET /currencies/{}", "Currency"),
    rule("GET /currency_conversions/search", "CurrencyConversion"),
    rule("GET /questions/search", "Question", "questions"),
    rule("GET /questions/{}", "Question"),
    rule("GET /moderations/last_moderation/{}", "Moderation", "*"),
    rule("GET /moderations/infractions/{}", "Infraction", "infractions"),
    rule("GET /pictures/{}", "UploadedPicture"),
    rule("POST /pictures/items/upload", "UploadedPicture"),
    rule("GET /user-products-families/tasks/{}", "FamilyTask"),
    rule("GET /sites/{}/user-products-families/{}", "UserProductFamily"),
    rule("GET /categories/{}/technical_specs/input", "TechnicalSpecs"),
    rule("GET /categories/{}/technical_specs/output", "TechnicalSpecs"),
    rule("GET /domains/{}/technical_specs", "DomainTechnicalSpecs"),
    rule("POST /categories/{}/attributes/conditional", "ConditionalAttributes"),
    rule("GET /categories/{}/shipping_preferences", "CategoryShippingPreferences"),
    rule("GET /sites/{}/domain_discovery/search", "CategoryPrediction", "*"),
    rule("GET /marketplace/domain_discovery/search", "CategoryPrediction", "*"),
    rule("GET /sites/{}/categories", "CategorySummary", "*"),
    rule("GET /categories/{}/attributes", "CategoryAttribute", "*"),
    rule("GET /categories/{}/sale_terms", "SaleTerm", "*"),
    rule("GET /categories/{}", "Category"),
    rule("GET /users/{}/addresses", "Address", "*"),
    rule("GET /users/{}/accepted_payment_methods", "AcceptedPaymentMethod", "*"),
    rule("GET /users/{}/applications", "ApplicationGrant", "*"),
    rule("GET /users/{}/brands", "UserBrands"),
    rule("GET /users/me/bookmarks", "Bookmark", "*"),
    rule("POST /users/test_user", "TestUser"),
    rule("POST /users/global_selling_test_user", "TestUser"),
    rule("GET /applications/{}", "Application"),
    rule("GET /applications/{}/grants", "ApplicationGrant", "grants"),
    rule("GET /applications/v1/{}/consumed-applications", "ApplicationConsumption"),
    rule("GET /sites", "SiteSummary", "*"),
    rule("GET /sites/{}", "SiteDetail"),
    rule("GET /missed_feeds", "MissedNotification", "messages"),
    rule("GET /marketplace/orders/search", "MarketplaceSale", "results"),
    rule("GET /marketplace/orders/{}", "Order"),
    rule("GET /marketplace/orders/{}/billing_info", "BillingInfo"),
    rule("POST /marketplace/orders/{}/attributes", "OrderAttributeAnswer"),
    rule("GET /marketplace/orders/pack/{}", "Pack"),
    rule("GET /marketplace/shipments/{}", "Shipment"),
    rule("GET /marketplace/shipments/{}/carrier", "ShipmentCarrier"),
    rule("GET /marketplace/shipments/{}/costs", "ShipmentCosts"),
    rule("GET /marketplace/shipments/{}/items", "ShipmentItem", "*"),
    rule("GET /marketplace/items/{}/shipping_options/cost", "ItemShippingCost"),
    rule("GET /marketplace/items/{}/description", "MarketplaceDescription"),
    rule("GET /inventories/{}/stock/fulfillment", "FulfillmentStock"),
    rule("GET /marketplace/inventories/{}/stock/fulfillment", "FulfillmentStock"),
    rule("GET /marketplace/stock/fulfillment/operations/{}", "StockOperation"),
    rule("GET /stock/fulfillment/operations/{}", "StockOperation"),
    rule("GET /multi-marketplace-tool/suggestions", "ListingSuggestion", "*"),
    rule("GET /multi-marketplace-tool/suggestions/status/{}", "SuggestionProcess"),
    rule("GET /multi-marketplace-tool/suggestions/validate", "BlockedSuggestion", "*"),
    rule("POST /marketplace/answers", "Question"),
    rule("POST /global/user-products/{}", "GlobalListing"),
    rule("PUT /global/user-products/{}", "UserProductChange"),
    rule("PUT /user-products/{}", "UserProductChange"),
    rule("GET /user-products/{}/stock", "UserProductStock"),
    rule("GET /users/{}/stores/search", "Store", "results"),
]


REQUESTS = [
    rule("POST /orders/{}/feedback", "FeedbackInput"),
    rule("POST /v2/shipments/{}/seller_notifications", "SellerNotification"),
    rule("POST /shipments/{}/seller_notifications", "SellerNotification"),
    rule("PUT /shipments/{}", "CustomShipmentUpdate"),
    rule("POST /shipments/{}/split", "ShipmentSplit"),
    rule("POST /marketplace/shipments/{}/tracking", "MarketplaceTracking"),
    rule("POST /global/items", "NewGlobalItem"),
    rule("PUT /global/items/{}", "GlobalItemUpdate"),
    rule("PUT /global/user-products/{}", "UserProductUpdate"),
    rule("POST /items", "NewItem"),
    rule("POST /items/validate", "NewItem"),
    rule("POST /items/multiwarehouse", "NewItem"),
    rule("POST /categories/{}/attributes/conditional", "NewItem"),
    rule("PUT /items/{}", "ItemUpdate"),
    rule("POST /items/{}/variations", "VariationInput"),
    rule("POST /items/{}/relist", "Relisting"),
    rule("POST /items/{}/prices/standard/quantity", "QuantityPrice", "prices"),
    rule("POST /user-products/{}/items", "UserProductCondition"),
    rule("POST /catalog_domains/{}/attributes/{}/top_values", "KnownAttribute", "known_attributes"),
]
"""Endpoints whose request body has a class."""

UNLIKE_THEIR_PAGE = {"C_gs_update_01_req.json"}
"""A sample that combines `{"color": "Blue"}`, an attribute without id; every other sample of that page names the id."""

LISTINGS = [
    "POST /items",
    "POST /items/validate",
    "POST /items/multiwarehouse",
    "POST /global/items",
    "POST /global/user-products",
    "POST /categories/{}/attributes/conditional",
]
"""Endpoints whose request bodies are whole items that were accepted: the check must find no error in them."""


class Body(NamedTuple):
    """One sample body."""

    file: str
    endpoint: str
    tree: Any
    is_template: bool
    """Its values are placeholders: only the keys say anything."""


class Score:
    """What was seen of one model."""

    def __init__(self) -> None:
        self.bodies = 0
        self.objects = 0
        self.keys = 0
        self.only_raw: Counter[str] = Counter()


def bodies(folder: Path, kind: str = "response") -> list[Body]:
    """The bodies of one kind that the index lists."""
    found: list[Body] = []
    for line in (folder / "INDEX.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) < INDEX_COLUMNS or cells[2] != kind:
            continue
        text = (folder / cells[0]).read_text(encoding="utf-8")
        is_template = cells[-1].startswith("placeholders")
        found.append(Body(cells[0], cells[1], json.loads(text, parse_float=Decimal), is_template))
    return found


def flat(tree: Any) -> list[Any]:  # noqa: ANN401  parsed JSON
    """The objects of an array, of arrays within it, or the one object that stands in the place of an array."""
    return [inner for row in tree for inner in flat(row)] if isinstance(tree, list) else [tree]


def rows_of(body: Body, how: Rule) -> list[Any]:
    """The objects of a body that the rule's model describes."""
    if how.rows is None:
        return [body.tree]
    rows = flat(body.tree) if how.rows == "*" else body.tree[how.rows]
    if how.inner is None:
        return list(rows)
    return [row[how.inner] for row in rows if isinstance(row.get(how.inner), dict) and row.get("code", OK) == OK]


def difference(before: object, after: object, path: str = "$") -> str | None:
    """Where two parsed bodies first differ; 1, 1.0 and true are three things, 10.50 and 10.5 one."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            if key not in before or key not in after:
                return f"{path}.{key} {'appeared' if key in after else 'is lost'}"
            if found := difference(before[key], after[key], f"{path}.{key}"):
                return found
        return None
    if isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            return f"{path} has {len(after)} elements, had {len(before)}"
        pairs = enumerate(zip(before, after, strict=True))
        return next((found for i, (a, b) in pairs if (found := difference(a, b, f"{path}[{i}]"))), None)
    same_kind = type(before) is type(after) or {type(before), type(after)} == {int, Decimal}
    return None if same_kind and before == after else f"{path} was {before!r}, is {after!r}"


def alternatives(declared: object) -> list[Any]:
    """The types of a union; a single type as a list of one; NewTypes resolved."""
    while hasattr(declared, "__supertype__"):
        declared = declared.__supertype__
    if get_origin(declared) in (Union, UnionType):
        return [inner for part in get_args(declared) for inner in alternatives(part) if inner is not NoneType]
    return [declared]


def only_raw(tree: object, declared: object, path: str, score: Score) -> None:
    """Counts the keys of a body, and those that no typed field of the declared type holds."""
    options = alternatives(declared)
    if isinstance(tree, list):
        element = next((get_args(o)[0] for o in options if get_origin(o) in (tuple, list)), None)
        if element is not None:
            for row in tree:
                only_raw(row, element, path, score)
        return
    if not isinstance(tree, dict):
        return
    model = next((o for o in options if isinstance(o, type) and attrs.has(o)), None)
    if model is None:
        score.keys += 1  # free-form by declaration: one value, whatever it holds
        mapped = next((get_args(o)[1] for o in options if get_origin(o) is not None and len(get_args(o)) > 1), None)
        for inner in tree.values() if mapped is not None else ():
            only_raw(inner, mapped, path, score)
        return
    hints = get_type_hints(model)
    wire = getattr(model, "WIRE_NAMES", {})
    fields = {wire.get(a.name, a.name): hints[a.name] for a in attrs.fields(model) if a.name != "raw"}
    for key, value in tree.items():
        score.keys += 1
        if key in fields:
            only_raw(value, fields[key], f"{path}.{key}", score)
        else:
            score.only_raw[f"{path}.{key}"] += 1


def lost(row: object, model: type[Model]) -> str | None:
    """Why a row does not survive decode and encode; None when it does."""
    try:
        value = decode(model, row)
        again = json.loads(encode(value), parse_float=Decimal)
    except MeliError as error:
        return f"{type(error).__name__}: {error}"
    if isinstance(value, Entity):
        return difference(row, again)
    # A row without raw writes what it knows; null and absent are one there.
    return difference(*({k: v for k, v in tree.items() if v is not None} for tree in (row, again)))


def built(tree: object, declared: object) -> Any:  # noqa: ANN401  an instance of any request class
    """A request class filled from a body, by the declared types of its fields.

    Raises:
        TypeError: the body has a key that the class does not.
    """
    options = alternatives(declared)
    if isinstance(tree, list):
        element = next((get_args(o)[0] for o in options if get_origin(o) is not None and get_args(o)), None)
        return [built(row, element) if element is not None else row for row in tree]
    model = next((o for o in options if isinstance(o, type) and attrs.has(o)), None)
    if not isinstance(tree, dict) or model is None:
        return tree
    hints = get_type_hints(model)
    return model(**{key: built(value, hints.get(key)) for key, value in tree.items()})


def not_built(row: object, model: type) -> str | None:
    """Why a request body does not come out equal when it is built from its class; None when it does."""
    try:
        again = json.loads(encode(built(row, model)), parse_float=Decimal)
    except (MeliError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    return difference(row, again)


def read_requests(folder: Path, scores: dict[str, Score], failures: list[str]) -> None:
    """Builds every request body from its class and compares what comes out."""
    for body in bodies(folder, "request"):
        how = next((r for r in REQUESTS if r.endpoint.match(body.endpoint)), None)
        if how is None or body.file in UNLIKE_THEIR_PAGE:
            continue
        score = scores.setdefault(how.model, Score())
        score.bodies += 1
        for row in rows_of(body, how):
            score.objects += 1
            if problem := not_built(row, getattr(models, how.model)):
                failures.append(f"{body.file} as {how.model}: {problem}")


def wrongly_accused(folder: Path, failures: list[str]) -> int:
    """Checks every accepted item by its category's attributes, where the folder has them; returns how many."""
    attributes: dict[str, tuple[models.CategoryAttribute, ...]] = {}
    for body in bodies(folder):
        if found := re.match(r"GET /categories/(\w+)/attributes$", body.endpoint):
            attributes[found[1]] = decode(tuple[models.CategoryAttribute, ...], body.tree)
    patterns = [rule(endpoint, "").endpoint for endpoint in LISTINGS]
    items = [
        body
        for body in bodies(folder, "request")
        if any(one.match(body.endpoint) for one in patterns) and "category_id" in body.tree
    ]
    for body in items:
        category_id = body.tree["category_id"]
        category = models.Category(id=category_id)
        for known in (None, attributes.get(category_id)):
            found = check_item(body.tree, models.CategoryRules(category=category, attributes=known))
            failures += [f"{body.file}, which was accepted: {finding}" for finding in found.errors]
    return len(items)


def read(folder: Path, scores: dict[str, Score], failures: list[str]) -> int:
    """Checks every body of the folder; returns how many belong to endpoints without a model."""
    without_model = 0
    for body in bodies(folder):
        how = next((r for r in RULES if r.endpoint.match(body.endpoint)), None)
        if how is None:
            without_model += 1
            continue
        model: type[Model] = getattr(models, how.model)
        score, here = scores.setdefault(how.model, Score()), Score()
        score.bodies += 1
        for row in rows_of(body, how):
            score.objects += 1
            if not body.is_template and (problem := lost(row, model)):
                failures.append(f"{body.file} as {how.model}: {problem}")
            only_raw(row, model, how.model, here)
        score.keys += here.keys
        score.only_raw += here.only_raw
        if body.file.startswith(MISSION_BODIES) and here.only_raw:
            failures.append(f"{body.file}: only raw holds {', '.join(here.only_raw)}")
    return without_model


def main() -> None:
    """Prints the score; exits with 1 and the failures, if there are any."""
    chosen = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("MELI_CORPUS")
    folder = Path(chosen) if chosen else DEFAULT_FOLDER
    if not (folder / "INDEX.md").is_file():
        if chosen:
            sys.exit(f"corpus: {folder} has no INDEX.md")
        print("corpus: NOT CHECKED, the folder of sample bodies is not beside this checkout (MELI_CORPUS names it)")
        return
    scores: dict[str, Score] = {}
    failures: list[str] = []
    without_model = read(folder, scores, failures)
    read_requests(folder, scores, failures)
    checked = wrongly_accused(folder, failures)
    for name, score in sorted(scores.items()):
        share = score.only_raw.total() / max(score.keys, 1)
        unknown = ", ".join(f"{key} x{count}" for key, count in score.only_raw.most_common(6))
        print(f"{name:20} {score.bodies:4} bodies {score.objects:5} objects  only raw {share:6.2%}  {unknown}")
    keys = sum(score.keys for score in scores.values())
    share = sum(score.only_raw.total() for score in scores.values()) / max(keys, 1)
    total = sum(score.bodies for score in scores.values())
    print(f"corpus: {total} bodies read, {len(failures)} failures, only raw {share:.2%} of {keys} keys")
    print(f"        {checked} accepted items checked")
    print(f"        {without_model} more bodies belong to endpoints without a model")
    if share > MAX_SHARE:
        failures.append(f"only raw holds {share:.2%} of the keys, allowed are {MAX_SHARE:.0%}")
    if failures:
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main()
