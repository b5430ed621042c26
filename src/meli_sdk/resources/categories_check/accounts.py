"""Rules 28 and 29: what the account and the category allow."""

from typing import Final

from meli_sdk.errors import shown
from meli_sdk.resources.categories_check.subject import Subject
from meli_sdk.resources.json_shapes import fields_of

GLOBAL_LOGISTIC_TYPES: Final = ("remote", "fulfillment", "cross_docking")
TAX_ATTRIBUTES: Final = ("VALUE_ADDED_TAX", "IMPORT_DUTY")


def account(subject: Subject) -> None:
    """28: fields that this kind of account sends, sites it has configured, listings it has left."""
    if subject.is_global:
        _global_sites(subject)
    if subject.account is None:
        subject.skip("account", "the account is")
        return
    if subject.account.user_product:
        _user_product(subject)
    if subject.account.warehouse_management:
        _stores(subject)
    if subject.account.taxes and not subject.partial:
        for name in TAX_ATTRIBUTES:
            if subject.value_of(name) is None:
                subject.error("account", f"attributes.{name}", f"an account that is registered for VAT sends {name}")


def _user_product(subject: Subject) -> None:
    code = "body.invalid_fields"
    if "title" in subject.item and not subject.is_global:
        message = "this account sends family_name; Mercado Libre makes the title"
        subject.error("account", "title", message, code=code)
    elif "title" in subject.item:
        subject.warn("account", "title", "family_name beats the title where both are sent")
    if "variations" in subject.item:
        message = "this account has user products: one item for each variant, no variations"
        subject.error("account", "variations", message, code=code)


def _stores(subject: Subject) -> None:
    code = "body.invalid_fields"
    if "available_quantity" in subject.item:
        message = "this account keeps its stock in stores: send stock_locations to /items/multiwarehouse"
        subject.error("account", "available_quantity", message, code=code)
    if "stock_locations" not in subject.item and not subject.partial:
        message = "this account keeps its stock in stores: a quantity for each store is needed"
        subject.error("account", "stock_locations", message, code="body.required_fields")


def _global_sites(subject: Subject) -> None:
    targets = subject.account.targets if subject.account else None
    seen: set[tuple[str, str]] = set()
    for place, row in enumerate(subject.sites):
        path, site, kind = f"sites_to_sell[{place}]", str(row.get("site_id")), str(row.get("logistic_type"))
        if kind not in GLOBAL_LOGISTIC_TYPES:
            message = f"{shown(row.get('logistic_type'))} is none of {', '.join(GLOBAL_LOGISTIC_TYPES)}"
            subject.error("account", f"{path}.logistic_type", message, 304, code="item.logistic_type.invalid")
        elif targets is not None and (site, kind) not in targets:
            configured = ", ".join(f"{one} {other}" for one, other in targets) or "nothing"
            message = f"the account is not configured for {site} with {kind}; it has {configured}"
            subject.error("account", path, message, 5119)
        if subject.account and subject.account.listings_left.get((site, kind), 1) <= 0:
            subject.error("account", path, f"no listings left in {site} with {kind}", code="forbidden")
        if (site, kind) in seen:
            subject.error("account", path, f"{site} with {kind} stands there twice")
        seen.add((site, kind))


def shipping(subject: Subject) -> None:
    """29: a shipping mode that the category takes."""
    mode = fields_of(subject.item.get("shipping")).get("mode")
    if mode is None:
        return
    rules, settings = subject.rules, subject.settings
    allowed = (rules.shipping_modes if rules else None) or (settings.shipping_modes if settings else ())
    if not allowed:
        subject.skip("shipping mode", "what the category ships by is")
    elif mode not in allowed:
        message = f"{shown(mode)} is not taken here; use {', '.join(allowed)}"
        subject.error("shipping_mode", "shipping.mode", message, code="item.shipping.mode.invalid")


RULES: Final = (account, shipping)
