"""Pages of long lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

SIZE = 50
#: Deeper than this nobody reads; a filter or the export serves better.
LAST = 200


@dataclass(frozen=True)
class Paging:
    """Where in a list a page stands.

    Args:
        number: from 1.
        total: rows of the whole list.
    """

    number: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages can be turned to."""
        return max(1, min(LAST, -(-self.total // SIZE)))

    def address(self, number: int) -> str:
        """The address of another page of the same list."""
        values: dict[str, Any] = {**request.args.to_dict(flat=False), **(request.view_args or {})}
        values = {name: value for name, value in values.items() if name[:1] != "_"}
        return url_for(request.endpoint or "", **{**values, "page": number})

    @property
    def before(self) -> str | None:
        """Address of the page before, if there is one."""
        return self.address(self.number - 1) if self.number > 1 else None

    @property
    def after(self) -> str | None:
        """Address of the page after, if there is one."""
        return self.address(self.number + 1) if self.number < self.pages else None


def asked_page() -> int:
    """The page that is asked for; anything that is no page is the first."""
    text = request.args.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(1, number), LAST)


def offset_of(number: int) -> int:
    """Rows before a page."""
    return (number - 1) * SIZE
