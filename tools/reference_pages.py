"""Writes the pages of docs/reference that are tables in code.

python tools/reference_pages.py            writes them
python tools/reference_pages.py --check    exits with 1 where one is not what would be written
"""

import sys
from collections.abc import Callable
from pathlib import Path

from meli_sdk.channel.limitations import LIMITATIONS
from meli_sdk.resources.categories_check.check import CHECK_RULES
from meli_sdk.resources.marketplace_endpoints import UPDATE_GLOBAL_ITEM
from meli_sdk.resources.modify_guide import MODIFY_GUIDE
from meli_sdk.wire.error_rules import MARKETPLACE_PAGE

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
    """Every error rule, one row each."""
    rows = [
        f"| {rule.status} | {f'`{rule.code}`' if rule.code else ''} | {_cell(rule.says.pattern if rule.says else '')} "
        f"| [{rule.raises.__name__}][meli_sdk.errors.{rule.raises.__name__}] | {'yes' if rule.retryable else 'no'} "
        f"| {rule.remedy.replace('|', chr(92) + '|')} | [page]({rule.doc}) |"
        for rule in endpoint_tables.rules()
    ]
    return f"""# Answers that say no

Which answer becomes which error: {len(rows)} rows. Where no row fits the class of the status stands. The words are a
pattern that is sought in the message, in any case. Retry says whether a repetition may help; whether the SDK repeats
the call by itself depends on the call's safety too.

| status | code | words | class | retry | what to do | documented |
|---|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def _cell(pattern: str) -> str:
    escaped = pattern.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("|", "&#124;")
    return (
        f"<code>{escaped.replace('*', '&#42;').replace('_', '&#95;').replace('[', '&#91;')}</code>" if pattern else ""
    )


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
