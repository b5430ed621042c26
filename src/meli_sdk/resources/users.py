"""Users: https://developers.mercadolibre.com.ar/en_us/users-and-applications"""

from datetime import date
from typing import Final

from meli_sdk.errors import InputError, shown
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
    UserUpdate,
)
from meli_sdk.resources import arguments
from meli_sdk.resources.users_endpoints import (
    CREATE_GLOBAL_TEST_USER,
    CREATE_TEST_USER,
    DROP_IMMEDIATE_PAYMENT,
    GET_APPLICATION,
    GET_BRANDS,
    GET_CONSUMPTION,
    GET_ME,
    GET_SITE,
    GET_USER,
    LIST_ADDRESSES,
    LIST_APPLICATION_GRANTS,
    LIST_BOOKMARKS,
    LIST_PAYMENT_METHODS,
    LIST_PROMOTION_PACKS,
    LIST_SITES,
    LIST_USER_APPLICATIONS,
    REQUIRE_IMMEDIATE_PAYMENT,
    REVOKE_APPLICATION,
    SEARCH_BLOCKED,
    UPDATE_USER,
)
from meli_sdk.wire import ids
from meli_sdk.wire.paging import Paginator
from meli_sdk.wire.pipeline import Caller

MAX_BLOCKED: Final = 1_000
BLOCKED_FROM: Final = frozenset({"blocked_by_questions", "blocked_by_order"})
TEST_COUNTRIES: Final = frozenset({"US", "CN"})


class Users:
    """Users of Mercado Libre, the applications they allowed, and the sites they are on.

    Where `user_id` may be left out the session's seller is meant.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def me(self) -> User:
        """The user whose token this session carries.

        Documented at https://developers.mercadolibre.com.ar/en_us/users-and-applications
        """
        return await self._caller.call(GET_ME)

    async def get(self, user_id: int) -> User:
        """One user; of others only the public fields are there.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/en_us/users-and-applications
        """
        return await self._caller.call(GET_USER, path={"user_id": user_id})

    async def update(self, changes: UserUpdate, *, user_id: int | None = None) -> UpdatedUser:
        """Changes data of the user; what is not named stays.

        Raises:
            InputError: an empty change, or a wrong id.
            OutcomeUnknownError: the answer was lost; `check` reads the user again.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-users-global-selling
        """
        path = self._of(user_id)
        if changes == UserUpdate():
            message = "the change is empty: set at least one field of changes"
            raise InputError(message)
        return await self._caller.call(UPDATE_USER, path=path, json=changes)

    async def addresses(self, user_id: int | None = None) -> tuple[Address, ...]:
        """The addresses of a user; only the user's own session sees them.

        Documented at https://developers.mercadolibre.com.ar/es_ar/direcciones-del-usuario
        """
        return await self._caller.call(LIST_ADDRESSES, path=self._of(user_id))

    async def accepted_payment_methods(self, user_id: int | None = None) -> tuple[AcceptedPaymentMethod, ...]:
        """The ways to pay that a seller accepts.

        Documented at https://developers.mercadolibre.com.ar/en_us/users-and-applications
        """
        return await self._caller.call(LIST_PAYMENT_METHODS, path=self._of(user_id))

    async def brands(self, user_id: int | None = None) -> UserBrands:
        """The official stores of a user.

        Documented at https://developers.mercadolibre.com.ar/en_us/users-and-applications
        """
        return await self._caller.call(GET_BRANDS, path=self._of(user_id))

    async def promotion_packs(self, user_id: int | None = None) -> tuple[PromotionPack, ...]:
        """The packages of classified listings that a user has.

        Documented at https://developers.mercadolibre.com.ar/en_us/users-and-applications
        """
        return await self._caller.call(LIST_PROMOTION_PACKS, path=self._of(user_id))

    async def bookmarks(self) -> tuple[Bookmark, ...]:
        """The items that the session's user marked.

        Documented at https://developers.mercadolibre.com.ar/es_ar/marcadores
        """
        return await self._caller.call(LIST_BOOKMARKS)

    async def blocked(self, kind: str, *, user_id: int | None = None, limit: int = 10) -> BlockedUsers:
        """Users that may not ask the seller, or not buy. The answer is described nowhere: its `raw` holds it.

        Args:
            kind: `blocked_by_questions` or `blocked_by_order`.
            user_id: the seller.
            limit: how many, 1 to 1,000.

        Raises:
            InputError: another kind, or a limit outside 1 to 1,000.

        Documented at https://developers.mercadolibre.com.ar/es_ar/producto-consulta-usuarios
        """
        (chosen,) = arguments.one_of("kind", kind, BLOCKED_FROM, {})
        if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MAX_BLOCKED:
            message = f"limit must be a whole number from 1 to {MAX_BLOCKED}, got {shown(limit)}"
            raise InputError(message)
        params = {"type": chosen, "limit": limit}
        return await self._caller.call(SEARCH_BLOCKED, path=self._of(user_id), params=params)

    async def require_immediate_payment(self, user_id: int | None = None) -> None:
        """Makes buyers of the seller's items pay at once.

        Documented at https://developers.mercadolibre.com.ar/es_ar/producto-consulta-usuarios
        """
        await self._caller.call(REQUIRE_IMMEDIATE_PAYMENT, path=self._of(user_id))

    async def drop_immediate_payment(self, user_id: int | None = None) -> None:
        """Takes `require_immediate_payment` back.

        Documented at https://developers.mercadolibre.com.ar/es_ar/producto-consulta-usuarios
        """
        await self._caller.call(DROP_IMMEDIATE_PAYMENT, path=self._of(user_id))

    async def create_test_user(self, site_id: str) -> TestUser:
        """Makes a test user, of whom an account may have ten. Password and name are shown this once.

        Raises:
            InputError: an unknown site, or Global Selling, which has `create_global_selling_test_user`.
            ForbiddenError: the token is not this application's.
            OutcomeUnknownError: the answer was lost, and the password with it.

        Documented at https://developers.mercadolibre.com.ar/es_ar/realiza-pruebas
        """
        site = ids.site_id(site_id)
        if site == "CBT":
            message = "site_id is CBT: use create_global_selling_test_user"
            raise InputError(message)
        return await self._caller.call(CREATE_TEST_USER, json={"site_id": site})

    async def create_global_selling_test_user(self, country: str) -> TestUser:
        """Makes a test user of Global Selling. Password and name are shown this once.

        Args:
            country: from where the user sells, `US` or `CN`.

        Raises:
            InputError: another country.
            ForbiddenError: the token is not this application's.
            OutcomeUnknownError: the answer was lost, and the password with it.

        Documented at https://global-selling.mercadolibre.com/devsite/start-testing-global-selling
        """
        (chosen,) = arguments.one_of("country", country, TEST_COUNTRIES, {})
        return await self._caller.call(CREATE_GLOBAL_TEST_USER, json={"site_id": "CBT", "country_id": chosen})

    async def applications(self, user_id: int | None = None) -> tuple[ApplicationGrant, ...]:
        """The applications that a user allowed.

        Documented at https://developers.mercadolibre.com.ar/es_ar/gestiona-tus-aplicaciones
        """
        return await self._caller.call(LIST_USER_APPLICATIONS, path=self._of(user_id))

    async def revoke_application(self, app_id: int, *, user_id: int | None = None) -> RevokedGrant:
        """Takes a user's authorization back; all its tokens end. For one's own grant: `app.disconnect`.

        Documented at https://developers.mercadolibre.com.ar/es_ar/gestiona-tus-aplicaciones
        """
        return await self._caller.call(REVOKE_APPLICATION, path={**self._of(user_id), "app_id": app_id})

    async def application(self, app_id: int) -> Application:
        """An application: whether it is blocked, its scopes and topics. Its owner sees more than others.

        Documented at https://developers.mercadolibre.com.ar/es_ar/gestiona-tus-aplicaciones
        """
        return await self._caller.call(GET_APPLICATION, path={"app_id": app_id})

    def application_grants(self, app_id: int) -> Paginator[ApplicationGrant]:
        """Who allowed an application what; only its owner may ask.

        Documented at https://developers.mercadolibre.com.ar/es_ar/gestiona-tus-aplicaciones
        """
        return self._caller.paginate(LIST_APPLICATION_GRANTS, path={"app_id": ids.whole_number("app_id", app_id)})

    async def application_consumption(
        self, app_id: int, *, start: date | None = None, end: date | None = None
    ) -> ApplicationConsumption:
        """How an application's calls went, until yesterday; without dates the last 15 days.

        Args:
            app_id: the application.
            start: first day; long spans time out.
            end: last day.

        Raises:
            InputError: `start` is after `end`.

        Documented at https://developers.mercadolibre.com.ar/es_ar/gestiona-tus-aplicaciones
        """
        if start is not None and end is not None and start > end:
            message = f"start {start} is after end {end}: swap them"
            raise InputError(message)
        given = (("date_start", start), ("date_end", end))
        params = {name: f"{day:%Y-%m-%d}" for name, day in given if day is not None}
        return await self._caller.call(GET_CONSUMPTION, path={"app_id": app_id}, params=params)

    async def sites(self) -> tuple[SiteSummary, ...]:
        """Every site but Global Selling, with its currency.

        Documented at https://developers.mercadolibre.com.ar/es_ar/dominios-y-categorias
        """
        return await self._caller.call(LIST_SITES)

    async def site(self, site_id: str) -> SiteDetail:
        """One site in full. Most of the answer is described nowhere.

        Documented at https://developers.mercadolibre.com.ar/es_ar/dominios-y-categorias
        """
        return await self._caller.call(GET_SITE, path={"site_id": site_id})

    def _of(self, user_id: int | None) -> dict[str, object]:
        return {"user_id": self._caller.seller(user_id)}
