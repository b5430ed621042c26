"""The endpoint tables of users, sites and applications, and their error rules."""

from typing import Final, cast

from meli_sdk import errors
from meli_sdk.codec import Codec
from meli_sdk.models.sites import SiteDetail, SiteSummary
from meli_sdk.models.users import User
from meli_sdk.models.users_account import (
    AcceptedPaymentMethod,
    Address,
    Application,
    ApplicationConsumption,
    ApplicationGrant,
    BlockedUsers,
    Bookmark,
    PromotionPack,
    RevokedGrant,
    TestUser,
    UpdatedUser,
    UserBrands,
)
from meli_sdk.wire.endpoint import Endpoint, Safety, json, listing, nothing, parse_body, reads_back
from meli_sdk.wire.error_rules import ErrorRule, says
from meli_sdk.wire.message import Response
from meli_sdk.wire.paging import by_offset, rows

USERS_PAGE: Final = "https://developers.mercadolibre.com.ar/en_us/users-and-applications"
USERS_CBT_PAGE: Final = "https://global-selling.mercadolibre.com/devsite/manage-users-global-selling"
ADDRESSES_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/direcciones-del-usuario"
BOOKMARKS_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/marcadores"
CLASSIFIEDS_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/producto-consulta-usuarios"
TEST_USERS_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/realiza-pruebas"
TEST_USERS_CBT_PAGE: Final = "https://global-selling.mercadolibre.com/devsite/start-testing-global-selling"
APPLICATIONS_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/gestiona-tus-aplicaciones"
SITES_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/dominios-y-categorias"

TEST_USER_RULES: Final = (
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        code="bad_request",
        says=says(r"country_id is required|site_id (?:is required|cannot be (?:null|empty))|invalid site_id"),
        remedy="Give the site where the test user shall sell; for Global Selling the country, US or CN.",
        doc=TEST_USERS_CBT_PAGE,
    ),
    ErrorRule(
        raises=errors.BadRequestError,
        status=400,
        code="bad_request",
        says=says(r"malformed json|invalid request body|invalid clientid format"),
        remedy="The call did not arrive as it was meant: check the application's id and what changes the body.",
        doc=TEST_USERS_CBT_PAGE,
    ),
    ErrorRule(
        raises=errors.ForbiddenError,
        status=403,
        code="forbidden",
        says=says(r"invalid client\.id"),
        remedy="Use a token of the application that the test user is made for.",
        doc=TEST_USERS_CBT_PAGE,
    ),
)


def _read_addresses(response: Response, codec: Codec) -> tuple[Address, ...]:
    """One page prints an array, the other one object: both are addresses."""
    body = parse_body(response, codec)
    found = cast("list[object]", body) if isinstance(body, list) else [body]
    return tuple(codec.structure(row, Address) for row in found)


GET_ME: Final = Endpoint(method="GET", template="/users/me", reader=json(User), safety=Safety.SAFE, doc=USERS_PAGE)
GET_USER: Final = Endpoint(
    method="GET", template="/users/{user_id}", reader=json(User), safety=Safety.SAFE, doc=USERS_PAGE
)
UPDATE_USER: Final = Endpoint(
    method="PUT",
    template="/users/{user_id}",
    reader=json(UpdatedUser),
    safety=Safety.IDEMPOTENT,
    check=reads_back,
    doc=USERS_CBT_PAGE,
)
LIST_ADDRESSES: Final = Endpoint(
    method="GET",
    template="/users/{user_id}/addresses",
    reader=_read_addresses,
    safety=Safety.SAFE,
    doc=ADDRESSES_PAGE,
)
LIST_PAYMENT_METHODS: Final = Endpoint(
    method="GET",
    template="/users/{user_id}/accepted_payment_methods",
    reader=listing(AcceptedPaymentMethod),
    safety=Safety.SAFE,
    doc=USERS_PAGE,
)
GET_BRANDS: Final = Endpoint(
    method="GET", template="/users/{user_id}/brands", reader=json(UserBrands), safety=Safety.SAFE, doc=USERS_PAGE
)
LIST_PROMOTION_PACKS: Final = Endpoint(
    method="GET",
    template="/users/{user_id}/classifieds_promotion_packs",
    reader=listing(PromotionPack),
    safety=Safety.SAFE,
    doc=USERS_PAGE,
)
LIST_BOOKMARKS: Final = Endpoint(
    method="GET", template="/users/me/bookmarks", reader=listing(Bookmark), safety=Safety.SAFE, doc=BOOKMARKS_PAGE
)
SEARCH_BLOCKED: Final = Endpoint(
    method="GET",
    template="/block-api/search/users/{user_id}",
    reader=json(BlockedUsers),
    safety=Safety.SAFE,
    doc=CLASSIFIEDS_PAGE,
)
REQUIRE_IMMEDIATE_PAYMENT: Final = Endpoint(
    method="PUT",
    template="/users/{user_id}/immediate_payment",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    doc=CLASSIFIEDS_PAGE,
)
DROP_IMMEDIATE_PAYMENT: Final = Endpoint(
    method="DELETE",
    template="/users/{user_id}/immediate_payment/by_user",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    doc=CLASSIFIEDS_PAGE,
)
CREATE_TEST_USER: Final = Endpoint(
    method="POST",
    template="/users/test_user",
    reader=json(TestUser),
    safety=Safety.UNSAFE,
    errors=TEST_USER_RULES,
    doc=TEST_USERS_PAGE,
)
CREATE_GLOBAL_TEST_USER: Final = Endpoint(
    method="POST",
    template="/users/global_selling_test_user",
    reader=json(TestUser),
    safety=Safety.UNSAFE,
    errors=TEST_USER_RULES,
    doc=TEST_USERS_CBT_PAGE,
)
LIST_USER_APPLICATIONS: Final = Endpoint(
    method="GET",
    template="/users/{user_id}/applications",
    reader=listing(ApplicationGrant),
    safety=Safety.SAFE,
    doc=APPLICATIONS_PAGE,
)
REVOKE_APPLICATION: Final = Endpoint(
    method="DELETE",
    template="/users/{user_id}/applications/{app_id}",
    reader=json(RevokedGrant),
    safety=Safety.IDEMPOTENT,
    doc=APPLICATIONS_PAGE,
)
GET_APPLICATION: Final = Endpoint(
    method="GET",
    template="/applications/{app_id}",
    reader=json(Application),
    safety=Safety.SAFE,
    doc=APPLICATIONS_PAGE,
)
LIST_APPLICATION_GRANTS: Final = Endpoint(
    method="GET",
    template="/applications/{app_id}/grants",
    reader=rows(ApplicationGrant, "grants", by_offset()),
    safety=Safety.SAFE,
    doc=APPLICATIONS_PAGE,
)
GET_CONSUMPTION: Final = Endpoint(
    method="GET",
    template="/applications/v1/{app_id}/consumed-applications",
    reader=json(ApplicationConsumption),
    safety=Safety.SAFE,
    doc=APPLICATIONS_PAGE,
)
LIST_SITES: Final = Endpoint(
    method="GET", template="/sites", reader=listing(SiteSummary), safety=Safety.SAFE, doc=SITES_PAGE
)
GET_SITE: Final = Endpoint(
    method="GET", template="/sites/{site_id}", reader=json(SiteDetail), safety=Safety.SAFE, doc=SITES_PAGE
)
