"""What the marketplace calls of several parts report: each part with its own outcome."""

from typing import Literal

from attrs import frozen

from meli_sdk.errors import DecodeError, MeliError, NotApplicableError, PartialFailureError
from meli_sdk.models.marketplace import Listing

PartState = Literal["applied", "failed", "unknown", "not_sent"]


@frozen(kw_only=True)
class PublishResult:
    """One row for each site and logistic type that was asked for. A row with `errors` was not published."""

    cbt_item_id: str
    """The global item; empty where the answer names none."""
    listings: tuple[Listing, ...]
    unreadable: tuple[DecodeError, ...] = ()
    """Rows that could not be decoded, each with its raw row: whether that site took the item, only a read tells."""
    refusals: tuple[MeliError, ...] = ()
    """Why: one for each row of `failed`, as the class that a refused call would have raised, its site as a note."""
    error: MeliError | None = None
    """Why nothing was published at all: one member of a new family may be refused inside a success."""
    user_product_id: str | None = None
    """The global user product, such as `U3687816070`, of an account that has them."""
    parent_user_product_id: str | None = None
    """The user product of the global item, such as `CBTU1`."""
    family_id: str | None = None
    """The global family of the user product."""

    @property
    def ok(self) -> tuple[Listing, ...]:
        """The rows that were published."""
        return tuple(row for row in self.listings if not row.errors)

    @property
    def failed(self) -> tuple[Listing, ...]:
        """The rows that were refused."""
        return tuple(row for row in self.listings if row.errors)

    def raise_for_errors(self) -> None:
        """Does nothing where every site took the item.

        Raises:
            PartialFailureError: at least one did not, or its row cannot be read; `.ok` and `.failed` hold the rows,
                and `except* CountryNotAllowedError` catches the sites that refused for that reason.
        """
        reasons = [*([self.error] if self.error else []), *self.refusals, *self.unreadable]
        if reasons:
            total = len(self.listings) + len(self.unreadable)
            message = f"{self.cbt_item_id or 'the item'} was refused by {len(self.failed)} of {total} sites"
            if self.error is not None:
                message = f"the item was refused: {self.error}"
            if self.unreadable:
                message += f", and {len(self.unreadable)} rows cannot be read"
            raise PartialFailureError(message, reasons, ok=self.ok, failed=self.failed)


@frozen(kw_only=True)
class ModifyPart:
    """The fields that went to one resource, and what became of them."""

    resource: str
    fields: tuple[str, ...]
    state: PartState
    error: MeliError | None = None


@frozen(kw_only=True)
class ModifyResult:
    """A change in parts, one for each resource it needed."""

    item_id: str
    parts: tuple[ModifyPart, ...]

    @property
    def failed(self) -> tuple[ModifyPart, ...]:
        """The parts that were not applied."""
        return tuple(part for part in self.parts if part.state != "applied")

    def raise_for_errors(self) -> None:
        """Does nothing where every part was applied.

        Raises:
            PartialFailureError: at least one was not; `.ok` and `.failed` hold the parts.
        """
        if self.failed:
            reasons = [part.error or NotApplicableError(f"{part.resource}: not sent") for part in self.failed]
            message = f"{self.item_id}: {len(self.failed)} of {len(self.parts)} parts of the change failed"
            ok = tuple(part for part in self.parts if part.state == "applied")
            raise PartialFailureError(message, reasons, ok=ok, failed=self.failed)
