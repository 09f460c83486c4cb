"""Long lists in pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its rows, its number from 1, rows a page, rows altogether."""

    items: Sequence
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return 0 if not self.total else (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        return min(self.number * self.size, self.total)


def page_number() -> int:
    """The page asked for in the address, at least 1."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1
