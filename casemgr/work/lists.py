"""The lists of exceptions and their thresholds, as `supervision.toml` says them. Pure."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from casemgr.programmes.words import Text

PROMISES, SIGN, UNITS, WORKERS, BURSTS = "promises", "sign", "units", "workers", "bursts"
FILE = Path(__file__).parent / "supervision.toml"


@dataclass(frozen=True, slots=True)
class List:
    """One list: what it is called, where it comes from, its thresholds."""

    code: str
    name: Text
    note: Text
    sort: str
    tag: str
    criteria: tuple[str, ...] = ()  # of promises; none: every one
    ahead_days: int = 0
    days: int = 0
    hours: int = 0
    late_days: int = 0
    least: int = 0
    share: int = 0
    files: int = 0
    excused: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()  # of units: the programmes compared
    urgent: bool = False
    newest: bool = False  # the newest first, not the oldest


@dataclass(frozen=True, slots=True)
class Supervision:
    lists: dict[str, List]
    backdating: int  # days an entry may be written down after it happened before somebody must look at it
    returned: int  # days for which a worker is told of what a leader has sent back


def read(file: Path = FILE) -> Supervision:
    """The lists in the order of the file. A misspelt key or sort stops the start."""
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    lists = {}
    for given in table["lists"]:
        made = List(**{name: _value(name, value) for name, value in given.items()})
        if made.sort not in (PROMISES, SIGN, UNITS, WORKERS, BURSTS):
            raise ValueError(f"{file.name}: {made.code}: no such sort {made.sort!r}")
        lists[made.code] = made
    return Supervision(lists, table["backdating"]["days"], table["returned"]["days"])


def _value(name: str, value):
    if name in ("name", "note"):
        return Text(**value)
    return tuple(value) if isinstance(value, list) else value


supervision = cache(read)
