"""Files that an endpoint answers with instead of JSON."""

from attrs import field, frozen


@frozen
class Document:
    """One file, such as a label or an invoice."""

    content: bytes = field(repr=False)
    content_type: str | None = None
    """As Mercado Libre names it, such as `application/pdf`."""
