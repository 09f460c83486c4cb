"""The fold of a reconciliation: what is known of each row of a register, by machine and by people. Plain Python.

A row waits to be compared; then it is matched with somebody, or a human has to look, or nobody is found, or it is a
duplicate of another row. Whether somebody found has a case file is asked of the files, not of this ledger.
"""

import math
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from casemgr.ledger.rules import Entry
from casemgr.refused import N_, Refused
from casemgr.registers.rules import DOUBTS

FILE = Path(__file__).with_name("reconciling.toml")


def check_settings(said: Mapping) -> Mapping:
    """Raises ValueError, which names the setting, where the file does not say what it must."""
    if set(said) != {"never_matched", "same_incident_days", "harmless_doubts"}:
        raise ValueError(f"{FILE.name}: a setting is missing or unknown")
    if not all(isinstance(code, str) and code for code in said["never_matched"]):
        raise ValueError(f"{FILE.name}: never_matched must be a list of programmes")
    days = said["same_incident_days"]
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= 366:
        raise ValueError(f"{FILE.name}: same_incident_days must be a number from 0 to 366")
    if not set(said["harmless_doubts"]) <= set(DOUBTS):
        raise ValueError(f"{FILE.name}: harmless_doubts names an unknown doubt")
    return said


SETTINGS = check_settings(tomllib.loads(FILE.read_text(encoding="utf-8")))
NEVER = frozenset(SETTINGS["never_matched"])

# --- entry kinds ----------------------------------------------------------------------------------------------------

COMPARED = "compared"  # what the machine concluded, many rows in one entry
ANSWERED = "answered"  # a human's answer about one row
REPORTED = "reported"  # a row without a file became a detection
EXCLUDED = "excluded"  # asked not to count a row; counts once approved above
DISPUTED = "disputed"  # a commune asks to have the row looked at again
DECIDED = "decided"

WAITING, LOOK, MATCHED, NOBODY, DUPLICATE = "waiting", "look", "matched", "nobody", "duplicate"
SAID = (WAITING, LOOK, MATCHED, NOBODY, DUPLICATE)
SAME, NOT_SAME, LATER, UNDONE = "same", "not_same", "later", "undone"
ANSWERS = (SAME, NOT_SAME, LATER, UNDONE)
APPROVED, RETURNED = "approved", "returned"
MACHINE, HUMAN = "machine", "human"

PERSON, DETECTED = "person", "detected"
Who = tuple[str, UUID]  # (person, subject) or (detected, subject of somebody detected who is not registered)


@dataclass(frozen=True, slots=True)
class Candidate:
    who: Who
    score: int


@dataclass(slots=True)
class RowState:
    """What is known of one row. `near` are those a human has to decide about, the likeliest first."""

    said: str = WAITING
    by: str = ""
    who: Who | None = None
    near: tuple[Candidate, ...] = ()
    rejected: frozenset[Who] = frozenset()
    later: bool = False
    same_as: int | None = None
    detected: UUID | None = None  # a detection made from this row
    asked: Entry | None = None  # an exclusion that waits for the unit above
    reason: str = ""  # why it is not counted, once approved
    dispute: Entry | None = None  # not yet answered
    turns: list[Entry] = field(default_factory=list)  # what people wrote about it, oldest first

    @property
    def reported(self) -> UUID | None:
        """The detection this row is about, if it was found or made as one."""
        return self.detected or (self.who[1] if self.who and self.who[0] == DETECTED else None)


def check_matchable(programme: str, named: bool) -> None:
    """Raises Refused for a group that is never matched, and for a register of codes."""
    if programme in NEVER or not named:
        raise Refused(N_("Danh sách của nhóm này chỉ có mã số hoặc số tổng hợp và không bao giờ được đối chiếu."))


def fold(entries: Sequence[Entry], only: Collection[int] | None = None) -> dict[int, RowState]:
    """The state of every row that something is said about, or of these. Answers are decisions: they count as they
    were written."""
    rows: dict[int, RowState] = {}
    for entry in sorted(entries, key=lambda e: e.seq):
        if entry.kind == COMPARED:
            said = entry.coded["rows"]
            for number in said if only is None else [n for n in map(str, only) if n in said]:
                _compare(rows.setdefault(int(number), RowState()), said[number])
            continue
        if only is not None and entry.coded["row"] not in only:
            continue
        row = rows.setdefault(entry.coded["row"], RowState())
        row.turns.append(entry)
        TURNS[entry.kind](row, entry)
    return rows


def _compare(row: RowState, said: Mapping) -> None:
    if row.by == HUMAN:
        return
    row.said, row.by, row.who, row.same_as = said["said"], MACHINE, None, said.get("of")
    row.near = tuple(
        Candidate((kind, UUID(hexed)), score)
        for kind, hexed, score in said.get("near", ())
        if (kind, UUID(hexed)) not in row.rejected
    )
    if row.said == MATCHED:
        row.who = row.near[0].who if row.near else None
        row.said = MATCHED if row.who else NOBODY
    elif row.said == LOOK and not row.near:
        row.said = NOBODY


def _answer(row: RowState, entry: Entry) -> None:
    answer, who = entry.coded["answer"], read_who(entry.coded.get("who"))
    if answer == LATER:
        row.later = True
        return
    row.later = False
    if answer == SAME:
        row.said, row.by, row.who = MATCHED, HUMAN, who
    elif answer == NOT_SAME:
        row.rejected |= {who}
        row.near = tuple(each for each in row.near if each.who != who)
        row.said, row.by, row.who = (LOOK, MACHINE, None) if row.near else (NOBODY, HUMAN, None)
    else:
        if row.who and all(each.who != row.who for each in row.near):
            row.near = (Candidate(row.who, 0), *row.near)
        row.said, row.by, row.who, row.same_as = LOOK if row.near else NOBODY, MACHINE, None, None


def _report(row: RowState, entry: Entry) -> None:
    row.detected = UUID(entry.coded["detected"])
    if row.said == DUPLICATE:  # the same child, but another incident than the other row's
        row.said, row.by, row.same_as = NOBODY, HUMAN, None


def _ask(row: RowState, entry: Entry) -> None:
    row.asked = entry


def _dispute(row: RowState, entry: Entry) -> None:
    row.dispute = entry


def _decide(row: RowState, entry: Entry) -> None:
    if entry.coded["about"] == DISPUTED:
        row.dispute = None
    else:
        if entry.coded["outcome"] == APPROVED and row.asked is not None:
            row.reason = row.asked.coded["reason"]
        row.asked = None


TURNS = {ANSWERED: _answer, REPORTED: _report, EXCLUDED: _ask, DISPUTED: _dispute, DECIDED: _decide}


def write_who(who: Who) -> list[str]:
    return [who[0], who[1].hex]


def read_who(text: Sequence[str] | None) -> Who | None:
    return (text[0], UUID(text[1])) if text else None


# --- how many are not detected at all -------------------------------------------------------------------------------

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of two lists: how many are on both, on either, and how many there probably are, with a 95% interval."""

    first: int
    second: int
    both: int
    total: int
    low: int
    high: int

    @property
    def either(self) -> int:
        return self.first + self.second - self.both

    @property
    def missing(self) -> int:
        """How many are probably on neither list."""
        return max(0, self.total - self.either)


def chapman(first: int, second: int, both: int) -> Estimate | None:
    """Chapman's estimator of the size of a population from two lists, with the log-normal interval of Chao (1989),
    which never falls below the number seen. None where nobody is on both lists: nothing can then be said."""
    if both <= 0 or min(first, second) < both:
        return None
    total = (first + 1) * (second + 1) / (both + 1) - 1
    seen = first + second - both
    unseen = total - seen
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    if unseen <= 0 or variance == 0:
        return Estimate(first, second, both, round(total), seen, max(seen, round(total)))
    factor = math.exp(Z95 * math.sqrt(math.log(1 + variance / unseen**2)))
    return Estimate(first, second, both, round(total), round(seen + unseen / factor), round(seen + unseen * factor))
