"""Writes the pages of docs/reference that are tables in code.

python tools/reference_pages.py            writes them
python tools/reference_pages.py --check    exits with 1 where one is not what would be written
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from meli_sdk.auth.oauth import REFUSALS
from meli_sdk.channel.limitations import LIMITATIONS
from meli_sdk.errors import MeliError, UnexpectedStatusError, ValidationFailedError
from meli_sdk.resources.categories_check.check import CHECK_RULES
from meli_sdk.resources.marketplace_endpoints import UPDATE_GLOBAL_ITEM
from meli_sdk.resources.modify_guide import MODIFY_GUIDE
from meli_sdk.wire.error_rules import FLOORS, MARKETPLACE_PAGE, RETRYABLE_STATUSES, ErrorRule

sys.path.insert(0, str(Path(__file__).parent))
import endpoint_tables

FOLDER = Path(__file__).parent.parent / "docs" / "reference"


def modify_guide() -> str:
    """The "Guide to modify items", one row for each field."""
    rows = [
        f"| `{row.field}` | {f'`PUT {row.resource}`' if row.resource else 'cannot be changed'} | {row.note} |"
        for row in MODIFY_GUIDE.values()
    ]
    return f"""# What may be changed of an item

The "Guide to modify items" of [Mercado Libre's page on marketplace items]({MARKETPLACE_PAGE}), as
[`marketplace.modify`][meli_sdk.resources.marketplace.Marketplace.modify] follows it: one call for each resource that
the fields need. A field that cannot be changed is refused before any call.
[`marketplace.update`][meli_sdk.resources.marketplace.Marketplace.update] takes the same fields and sends all of them by
`PUT {UPDATE_GLOBAL_ITEM.template}`.

| field | through | what it asks for |
|---|---|---|
{chr(10).join(rows)}
"""


def check_rules() -> str:
    """The rules of the check of an item."""
    rows = [
        f"| {rule.number or ''} | `{name}` | {rule.says} | {', '.join(map(str, rule.causes))} |"
        for name, rule in CHECK_RULES.items()
    ]
    return f"""# What is checked before an item is listed

[`categories.check`][meli_sdk.resources.categories.Categories.check] goes through these rules without asking anybody, once
it has the rules of the category. A [finding][meli_sdk.models.categories_findings.Finding] names its rule, the field, how
bad it is and the cause ids that Mercado Libre would give. Numbers are those of the rules every listing is measured by;
rows without one come from the advice of [the page on marketplace items]({MARKETPLACE_PAGE}) and from the law of one country.

Nothing is filled in: what is absent is reported, never assumed. What could not be checked, for want of what, stands in
`.unchecked` of the report, and `.attributes_age` tells how old the category's attributes were. Titles are read in English,
Spanish or Portuguese, by their site; stock in a title is an error, everything else about its words is a warning.

| # | rule | what it asks for | causes |
|---|---|---|---|
{chr(10).join(rows)}
"""


def endpoints() -> str:
    """Every endpoint, one row each."""
    rows = [
        f"| {row.endpoint.method} | `{row.endpoint.template}` | {', '.join(f'`{name}`' for name in row.methods)} "
        f"| {row.endpoint.group.name if row.endpoint.group else ''} | {row.endpoint.safety.value} "
        f"| [page]({row.endpoint.doc}) |"
        for row in endpoint_tables.table()
    ]
    return f"""# Endpoints

Every endpoint that has a method: {len(rows)}. A rate group is a documented budget that its endpoints share. Safe
calls change nothing; idempotent ones may be repeated; unsafe ones are never repeated after an unknown outcome.
Anything else is reached with [`session.request`][meli_sdk.session.MeliSession.request].

| method | path | called by | rate group | safety | documented |
|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def error_table() -> str:
    """Every error rule, every status and every refusal of the token endpoint, one row each."""
    rows = [
        f"| {rule.status} | {_code_of(rule)} | {_cell(rule.says)} | {_class(rule.raises)} "
        f"| {', '.join(f'`{name}`' for name in faces) or 'every call'} | {_retry(rule.status, again=rule.retryable)} "
        f"| {_text(rule.remedy)} | [page]({rule.doc}) |"
        for rule, faces in endpoint_tables.rules().items()
    ]
    statuses = [
        f"| {'5xx' if status == 500 else status} | {_class(floor.raises)} | {_retry(status)} | {_text(floor.remedy)} |"  # noqa: PLR2004
        for status, floor in FLOORS.items()
    ]
    tokens = [f"| `{code}` | {_class(kind)} | {_text(remedy)} |" for code, (kind, remedy) in REFUSALS.items()]
    return f"""# Answers that say no

Which answer becomes which error: {len(rows)} rows. A call's own are tried before those of every call. The words are
a pattern that is sought in the message, in any case; the codes are in one spelling (`bad.request` and "Bad Request" are `bad_request`).
Retry says whether a repetition may help; whether the SDK repeats the call by itself depends on the call's safety too.
What to do is `error.remedy`, and every cause of the answer is in `error.causes`. [Errors](errors.md) draws the classes as
a tree.

| status | code | words | class | on calls of | retry | what to do | documented |
|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}

## Where no row fits

The class of the status stands: {_class(ValidationFailedError)} for a 400 whose causes have ids, and
{_class(UnexpectedStatusError)} for a status that is not here. Of 5xx only 500, 502, 503 and 504 may be repeated.

| status | class | retry | what to do |
|---|---|---|---|
{chr(10).join(statuses)}

## What the token endpoint says

`connect`, and every renewal of a token: by the `error` of the answer, whatever its status and words. None of them is
repeated. `code_verifier` stands for an `invalid_request` that names it; 429 `local_rate_limited` and 5xx keep the class
of their status.

| error | class | what to do |
|---|---|---|
{chr(10).join(tokens)}
"""


def _class(kind: type[MeliError]) -> str:
    return f"[{kind.__name__}][meli_sdk.errors.{kind.__name__}]"


def _code_of(rule: ErrorRule) -> str:
    if rule.cause_id is not None:
        return f"cause {rule.cause_id}"
    return f"`{rule.code}`" if rule.code else _cell(rule.code_like)


def _retry(status: int, *, again: bool = False) -> str:
    return "yes" if again or status in RETRYABLE_STATUSES else "no"


def _text(words: str) -> str:
    return words.replace("|", chr(92) + "|")


def _cell(words: re.Pattern[str] | None) -> str:
    if words is None:
        return ""
    escaped = words.pattern.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("|", "&#124;")
    return f"<code>{escaped.replace('*', '&#42;').replace('_', '&#95;').replace('[', '&#91;')}</code>"


def limitations() -> str:
    """What the guide says does not work."""
    rows = [f"| {row.guide} | {row.channel} | {row.seen} |" for row in LIMITATIONS.values()]
    return f"""# Known limitations

Each limitation that the guide states, what the channel does about it, and the result or the error where you meet it. A program
asks for them as [`LIMITATIONS`][meli_sdk.channel.limitations.Limitation], and for how each holds for one account as
[`(await channel.check()).limitations`][meli_sdk.channel.check.ChannelCheck].

| the guide | what the channel does | what you see |
|---|---|---|
{chr(10).join(rows)}

## What Mercado Libre adds

| Mercado Libre | what the channel does | what you see |
|---|---|---|
| orders are searchable for twelve months | a first run begins there | `InputError: since ...: Mercado Libre's search reaches back 12 months` |
| a status alone does not say whether a sale may be shipped | tags decide first | `order.group` |
| an OK to a parcel comes before its effect, and may stay without one | reads the shipment again, for two days | `PushResult.confirmed`, `SalesChannel.unconfirmed_shipments()`, the event `ParcelNotShown` |
| a parcel of `me1` takes number and address together or neither | puts a lone number into the comment | `PushResult.visible_in_ui` is False |
| there is no list of carriers to choose from | maps your word to a free name; only `service_id` is compared | `ChannelCheck.problems` |
| the stores of an account are made in the seller's panel only | makes none, lists them | `ChannelCheck.seller.stores` |

## Products

No product is created, changed or completed by a channel. [`preflight`][meli_sdk.channel.channel.SalesChannel.preflight] says what
items lack and sends nothing that changes anything:

```python
from meli_sdk.channel import LIMITATIONS, ChannelSettings, SalesChannel

assert LIMITATIONS["products"].guide.startswith("product synchronization is not supported")
item = {{"site_id": "MLA", "title": "Termo 1 litro", "category_id": "MLA1"}}
async with SalesChannel(app, ChannelSettings("Tienda Norte", me.user_id, throughput=1000)) as channel:
    report = await channel.preflight([item])
    print(report.totals)
    for finding in report.rows[0].findings.errors:
        print(finding.rule, finding.field, finding.message)
    assert report.rows[0].verdict == "incomplete"
```
"""


PAGES: dict[str, Callable[[], str]] = {
    "../channel/limitations.md": limitations,
    "modify-guide.md": modify_guide,
    "check-rules.md": check_rules,
    "endpoints.md": endpoints,
    "error-table.md": error_table,
}


def main() -> None:
    """Writes every page, or checks it."""
    stale = [name for name, render in PAGES.items() if not _is(FOLDER / name, render())]
    if "--check" in sys.argv:
        if stale:
            sys.exit(f"stale: {', '.join(stale)}; run python tools/reference_pages.py")
        return
    for name in stale:
        (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"{(FOLDER / name).resolve().relative_to(FOLDER.parent.parent)} written")


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    main()
