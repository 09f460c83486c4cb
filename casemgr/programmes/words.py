"""Labels in both languages and the values of code lists: in programme files, and in those of plans, funds and reports."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Text:
    """A label in both languages of the screens."""

    vi: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.vi


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a code list; `valid_from`/`valid_to` bound the days on which it may be entered."""

    code: str
    name: Text
    valid_from: date | None = None
    valid_to: date | None = None
    own: bool = False  # of a proof: what the office itself wrote, or nothing; not of whoever gave the service

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)
