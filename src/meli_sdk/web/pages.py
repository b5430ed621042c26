"""The pages that a seller sees: connected, refused, saved. Plain HTML, no script, nothing from elsewhere."""

from collections.abc import Sequence
from html import escape
from typing import Final

from meli_sdk.web.exchange import PAGE_HEADERS, WebResponse

_STYLE: Final = """
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.25rem}
h1{font-size:1.5rem;line-height:1.25}
label{display:block;margin:1rem 0}
input,select{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.5rem;margin-top:.25rem}
button{font:inherit;padding:.55rem 1.5rem}
small{opacity:.75}
"""


def _page(title: str, content: str, status: int, cookies: Sequence[tuple[str, str]]) -> WebResponse:
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )
    return WebResponse(status=status, headers=(*PAGE_HEADERS, *cookies), body=html.encode())


def connected(seller: str, channel: str | None, cookies: Sequence[tuple[str, str]]) -> WebResponse:
    """The seller is connected and, where a channel was made, it is saved."""
    saved = f"<p>The channel <strong>{escape(channel)}</strong> is saved.</p>" if channel else ""
    content = f'<p id="done">{escape(seller)} is connected.</p>{saved}<p><small>You can close this window.</small></p>'
    return _page("Connected to Mercado Libre", content, 200, cookies)


def choose_channel(
    seller: str,
    action: str,
    proof: str,
    accounts: Sequence[str],
    name: str,
    problem: str | None,
    cookies: Sequence[tuple[str, str]],
) -> WebResponse:
    """The form where a person picks the account and names the channel."""
    options = "".join(f"<option>{escape(account)}</option>" for account in accounts)
    wrong = f'<p role="alert"><strong>{escape(problem)}</strong></p>' if problem else ""
    content = (
        f"<p>{escape(seller)} is connected. Where does its channel belong?</p>{wrong}"
        f'<form method="post" action="{escape(action)}"><input type="hidden" name="proof" value="{escape(proof)}">'
        f'<label>Sales channel account<select name="account">{options}</select></label>'
        f'<label>Channel name<input name="channel_name" value="{escape(name)}" maxlength="80" required></label>'
        "<button>Save</button></form>"
    )
    return _page("Create the sales channel", content, 400 if problem else 200, cookies)


def refused(reason: str, remedy: str, cookies: Sequence[tuple[str, str]], status: int = 400) -> WebResponse:
    """Nothing was connected, or nothing was saved, and what to do."""
    content = f'<p id="refused">{escape(reason)}</p><p>{escape(remedy)}</p>'
    return _page("Not connected", content, status, cookies)
