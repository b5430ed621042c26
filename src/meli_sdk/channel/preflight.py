"""What many items lack before Mercado Libre would take them. It reads and reports: a channel creates no product."""

import json
from collections import Counter
from collections.abc import AsyncIterable, Iterable, Mapping
from typing import cast

from attrs import frozen

from meli_sdk.channel.scope import Scope
from meli_sdk.errors import InputError, shown
from meli_sdk.models.categories_findings import Finding, Findings
from meli_sdk.models.categories_rules import SellerAccount
from meli_sdk.models.items_requests import NewItem

ItemLike = NewItem | Mapping[str, object]


@frozen(kw_only=True)
class PreflightRow:
    """One item of a pre-flight."""

    number: int
    """Its place among the items, from 1."""
    title: str | None
    findings: Findings
    error: str | None = None
    """Why it could not be checked at all."""

    @property
    def verdict(self) -> str:
        """`clear`: nothing can be told against it; `warnings`; `incomplete`: it would be refused; `unreadable`."""
        if self.error is not None:
            return "unreadable"
        if self.findings.errors:
            return "incomplete"
        return "warnings" if self.findings.warnings else "clear"

    def to_dict(self) -> dict[str, object]:
        """The row as plain values."""
        row: dict[str, object] = {"number": self.number, "title": self.title, "verdict": self.verdict}
        if self.error is not None:
            row["error"] = self.error
        row["findings"] = [_finding(finding) for finding in self.findings]
        row["unchecked"] = list(self.findings.unchecked)
        return row


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "field": finding.field,
        "severity": str(finding.severity),
        "message": finding.message,
        "causes": list(finding.causes),
    }


@frozen(kw_only=True)
class PreflightReport:
    """What many items lack. Nothing was created, changed or filled in."""

    channel: str
    user_id: int
    account: str | None
    vendor: str | None
    rows: tuple[PreflightRow, ...]

    @property
    def totals(self) -> Mapping[str, int]:
        """How many items of each verdict."""
        return dict(sorted(Counter(row.verdict for row in self.rows).items()))

    def to_json(self) -> str:
        """The whole report."""
        return json.dumps(
            {
                "channel": self.channel,
                "user_id": self.user_id,
                "account": self.account,
                "vendor": self.vendor,
                "totals": self.totals,
                "rows": [row.to_dict() for row in self.rows],
            },
            ensure_ascii=False,
        )


async def preflight(
    scope: Scope, items: Iterable[ItemLike] | AsyncIterable[ItemLike], *, validate: bool
) -> PreflightReport:
    """Checks items one after the other.

    Raises:
        InputError: `items` can't be gone through.
    """
    user = await scope.session.users.me()
    account = SellerAccount.of(user, await scope.session.marketplace.user() if scope.is_global else None)
    rows: list[PreflightRow] = []

    async def check(item: ItemLike) -> None:
        error, findings = None, Findings()
        try:
            findings = await scope.session.categories.check(item, account=account, validate=validate)
        except InputError as wrong:
            error = str(wrong)
        rows.append(PreflightRow(number=len(rows) + 1, title=_title(item), findings=findings, error=error))

    if isinstance(items, AsyncIterable):
        async for item in items:
            await check(item)
    else:
        for item in _series(items):
            await check(item)
    return PreflightReport(
        channel=scope.settings.name,
        user_id=scope.user_id,
        account=scope.settings.account,
        vendor=scope.settings.vendor,
        rows=tuple(rows),
    )


def _series(items: object) -> Iterable[ItemLike]:
    told = shown(items)
    if isinstance(items, str | bytes | Mapping) or not isinstance(items, Iterable):
        message = f"items is a series of NewItem or mappings, got {told}"
        raise InputError(message)
    return cast("Iterable[ItemLike]", items)


def _title(item: ItemLike) -> str | None:
    found = item.get("title") if isinstance(item, Mapping) else getattr(item, "title", None)
    return found if isinstance(found, str) else None
