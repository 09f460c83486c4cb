"""A sentence that goes with a figure, kept until it is shown in the reader's language. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from casemgr.ui.rules import show_number


class Note(NamedTuple):
    """A Vietnamese source sentence for the catalogue and what fills its places; numbers are written as on a page."""

    text: str
    params: Mapping[str, object] = {}

    @property
    def shown(self) -> dict[str, str]:
        return {k: show_number(v) if isinstance(v, int | float) else str(v) for k, v in self.params.items()}

    def __str__(self) -> str:
        return self.text % self.shown if self.params else self.text
