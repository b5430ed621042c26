"""OAuth 2 as Mercado Libre speaks it. Pure: authorization URL, PKCE, what comes back, token requests and answers.

https://developers.mercadolibre.com.ar/en_us/authentication-and-authorization
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any, Final, cast

from attrs import frozen
from yarl import URL

from meli_sdk import errors
from meli_sdk.auth.states import new_state as new_state  # noqa: PLC0414  part of this module's face
from meli_sdk.codec import Codec
from meli_sdk.config import AppCredentials
from meli_sdk.errors import InputError, shown
from meli_sdk.secret import Secret
from meli_sdk.sites import SITES
from meli_sdk.wire.endpoint import Endpoint, Safety, nothing, raw
from meli_sdk.wire.error_rules import TOKENS_PAGE
from meli_sdk.wire.message import LOOPBACK, Response

EXCHANGE_TOKEN: Final = Endpoint(
    method="POST",
    template="/oauth/token",
    reader=raw,
    safety=Safety.UNSAFE,
    accepts=frozenset({200}),
    authorize=False,
    doc=TOKENS_PAGE,
    max_bytes=64 * 1024,
)

REVOKE_GRANT: Final = Endpoint(
    method="DELETE",
    template="/users/{user_id}/applications/{app_id}",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    doc="https://developers.mercadolibre.com.ar/en_us/manage-applications",
)

_CODE: Final = re.compile(r"[A-Za-z0-9_\-]{8,200}", re.ASCII)
_MAX_REDIRECTED: Final = 4_000


@frozen
class Pkce:
    """Proof key of one authorization (RFC 7636, S256). Needed where the application has PKCE ticked."""

    verifier: Secret

    @classmethod
    def create(cls) -> "Pkce":
        """A new random verifier."""
        return cls(Secret(secrets.token_urlsafe(64)))

    @property
    def challenge(self) -> str:
        """What travels in the authorization URL."""
        digest = hashlib.sha256(self.verifier.reveal().encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def check_redirect_uri(value: str | None) -> str:
    """The registered redirect URI: https, without query or fragment; plain http for a loopback host only.

    Raises:
        InputError: it is missing, or not that.
    """
    if value is None:
        message = "redirect_uri is missing: pass MeliApp(..., redirect_uri=...) exactly as the panel has it"
        raise InputError(message)
    try:
        url = URL(value)
    except (ValueError, TypeError):
        url = URL()
    secure = url.scheme == "https" or (url.scheme == "http" and url.host in LOOPBACK)
    if not secure or not url.host or "?" in value or "#" in value:
        message = (
            f"redirect_uri must equal the registered one exactly, https and without variable parts: {shown(value)}"
        )
        raise InputError(message)
    return value


def authorization_url(
    site_id: str,
    credentials: AppCredentials,
    redirect_uri: str | None,
    *,
    state: str,
    pkce: Pkce | None = None,
    host: URL | None = None,
) -> URL:
    """Where to send the seller. `host` replaces the site's own authorization host.

    Raises:
        InputError: no such site, or a wrong redirect URI or state.
    """
    site = SITES.get(site_id) if isinstance(site_id, str) else None
    if site is None or (site.authorization_host is None and host is None):
        known = ", ".join(site.id for site in SITES.values() if site.authorization_host)
        message = f"site must be one of {known}, got {shown(site_id)}"
        raise InputError(message)
    if not isinstance(state, str) or len(state) < 22:  # noqa: PLR2004  128 bits
        message = "state must be at least 128 random bits: use meli_sdk.auth.oauth.new_state()"
        raise InputError(message)
    query = {
        "response_type": "code",
        "client_id": str(credentials.client_id),
        "redirect_uri": check_redirect_uri(redirect_uri),
        "state": state,
    }
    if pkce is not None:
        query |= {"code_challenge": pkce.challenge, "code_challenge_method": "S256"}
    origin = host or URL(f"https://{site.authorization_host}")
    return origin.with_path("/authorization").with_query(query)


def read_redirected(redirected: Secret, *, state: str) -> Secret:
    """The code in what the seller came back with: the whole URL, or the bare code.

    Raises:
        InputError: it is neither.
        AuthError: the seller refused.
        StateMismatchError: the state is missing or not the one that was sent.
    """
    code = _code(redirected, state)
    if isinstance(code, Secret):
        return code
    raise code


def _code(redirected: Secret, state: str) -> Secret | errors.MeliError:
    """The code, or what is wrong as a value: the frame that reveals never raises."""
    text = redirected.reveal().strip()
    if len(text) <= _MAX_REDIRECTED and _CODE.fullmatch(text):
        return Secret(text)
    try:
        query = URL(text[:_MAX_REDIRECTED]).query
    except ValueError:
        query = URL().query
    if "error" in query:
        code = query["error"]
        message = f"the seller did not authorise the application ({shown(code)}): send the authorization URL again"
        return errors.AuthError(message, code=code)
    if "code" not in query or not _CODE.fullmatch(query["code"]):
        message = "give the whole URL the seller was sent back to, or the code in it; there is no code in this"
        return InputError(message)
    if not hmac.compare_digest(query.get("state", "").encode(), state.encode()):
        message = "the state that came back is not the one that was sent: start again"
        return errors.StateMismatchError(message)
    return Secret(query["code"])


def code_form(
    credentials: AppCredentials, code: Secret, redirect_uri: str | None, pkce: Pkce | None
) -> dict[str, str | Secret]:
    """The form that exchanges a code."""
    form: dict[str, str | Secret] = {
        "grant_type": "authorization_code",
        "client_id": str(credentials.client_id),
        "client_secret": credentials.client_secret,
        "code": code,
        "redirect_uri": check_redirect_uri(redirect_uri),
    }
    if pkce is not None:
        form["code_verifier"] = pkce.verifier
    return form


def refresh_form(credentials: AppCredentials, refresh_token: Secret) -> dict[str, str | Secret]:
    """The form that spends a refresh token."""
    return {
        "grant_type": "refresh_token",
        "client_id": str(credentials.client_id),
        "client_secret": credentials.client_secret,
        "refresh_token": refresh_token,
    }


@frozen(kw_only=True)
class TokenAnswer:
    """What a successful exchange gives."""

    user_id: int | None
    """Whose tokens; None where the answer does not tell."""
    access_token: Secret
    refresh_token: Secret | None
    expires_in: int
    """Seconds; believed, whatever the documentation says. 0 or less where the answer does not tell."""
    scope: frozenset[str]


def read_token_answer(response: Response, codec: Codec) -> TokenAnswer:
    """The token answer.

    Raises:
        DecodeError: it holds no access token; neither body nor values are in the error.
    """
    answer = _tokens(response, codec)
    if isinstance(answer, TokenAnswer):
        return answer
    message = f"the token answer cannot be used: {answer}"
    raise errors.DecodeError(message, path=answer)


def _tokens(response: Response, codec: Codec) -> TokenAnswer | str:
    """The tokens, or what is wrong as a value: the frame that holds them never raises.

    A refresh token works once, so an answer is taken for what it is worth: only an access token has to be there.
    """
    try:
        body = codec.parse(response.body)
    except errors.DecodeError:
        return "it is no JSON"
    if not isinstance(body, dict):
        return "it is no JSON object"
    fields = cast("dict[str, Any]", body)
    access, refresh, scope = fields.get("access_token"), fields.get("refresh_token"), fields.get("scope")
    if not isinstance(access, str) or not access:
        return "access_token is missing"
    expires_in = fields.get("expires_in")
    return TokenAnswer(
        user_id=_user_id(fields.get("user_id")),
        access_token=Secret(access),
        refresh_token=Secret(refresh) if isinstance(refresh, str) and refresh else None,
        expires_in=expires_in if type(expires_in) is int else 0,
        scope=frozenset(scope.split()) if isinstance(scope, str) else frozenset(),
    )


def _user_id(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None  # noqa: PLR2004


_CODE_REFUSED: Final = (
    "the code was used already or has expired (ten minutes), redirect_uri is not the one of the authorization URL, PKCE "
    "is ticked in the panel and no verifier was sent, or the seller has data to confirm at Mercado Libre: start again"
)
_REFRESH_REFUSED: Final = "the refresh token was used already, has expired or was revoked"
REFUSALS: Final[Mapping[str, tuple[type[errors.ConfigurationError | errors.AuthError], str]]] = {
    "invalid_client": (
        errors.ConfigurationError,
        "client_id {client_id} was refused: its secret is wrong, or this is the seller's User ID instead of the App ID",
    ),
    "invalid_grant": (errors.InvalidGrantError, _CODE_REFUSED),
    "invalid_scope": (errors.ConfigurationError, "allowed are offline_access, read and write"),
    "invalid_request": (errors.ConfigurationError, "a parameter is missing, malformed or given twice"),
    "code_verifier": (
        errors.ConfigurationError,
        (
            "the application requires PKCE (ticked in the developer panel): pass pkce=Pkce.create() to "
            "authorization_url and to connect, or take the tick away"
        ),
    ),
    "unsupported_grant_type": (
        errors.ConfigurationError,
        "only authorization_code and refresh_token are supported",
    ),
    "forbidden": (
        errors.AuthError,
        "the token is another user's, this address is blocked, or the application lacks a permission",
    ),
    "unauthorized_client": (
        errors.AuthError,
        "the seller has not granted this application what it asks for: authorise again",
    ),
    "unauthorized_application": (
        errors.ApplicationBlockedError,
        "Mercado Libre has blocked the application: see its page in the developer panel",
    ),
    "invalid_operator_user_id": (
        errors.AuthError,
        "an operator (collaborator) cannot authorise: log in as the account's main user",
    ),
}
"""What the token endpoint says, what it becomes, and what to do. `code_verifier` is an `invalid_request` about it."""


def read_token_error(
    refused: errors.ResponseError, client_id: int, form: Mapping[str, str | Secret]
) -> errors.MeliError:
    """The exception for an exchange that was refused, by OAuth's own code for it.

    A code that no page documents, and 429 `local_rate_limited`, keep the class of their status.
    """
    code, words = refused.code or "", (refused.message or "").casefold()
    if "invalid_operator_user_id" in words:
        code = "invalid_operator_user_id"
    if code == "invalid_request" and "code_verifier" in words:
        code = "code_verifier"
    if code not in REFUSALS:
        return refused
    kind, remedy = REFUSALS[code]
    if code == "invalid_grant" and form.get("grant_type") == "refresh_token":
        remedy = _REFRESH_REFUSED
    message = f"{code} (status {refused.status}): {remedy.format(client_id=client_id)}"
    if issubclass(kind, errors.AuthError):
        return kind(message, code=code, call=refused.call)
    return kind(message, call=refused.call)
