"""A corrected register takes the place of a former one: what people said about a line holds for it there too.

What was written is told again, by its author and on its day, with the entry it repeats; the machine's conclusions are
made anew. A line that now says something else keeps only the detection that was made from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

import sqlalchemy as sa

from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft, Entry, effective
from casemgr.reconciling.comparing import begun, subject_of
from casemgr.reconciling.projection import KIND
from casemgr.reconciling.rules import ANSWERED, DECIDED, EXCLUDED, HUMAN, MATCHED, REPORTED, SAME, RowState, fold
from casemgr.registers import rows as stored
from casemgr.registers.rows import ROWS
from casemgr.registers.services import on_received


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    before: int
    change: str


@on_received
def carry(session, register: UUID, author: str, unit: str, now: datetime) -> None:
    found = stored.get(session, register)
    if found is None or found.replaces is None or not begun(session, subject_of(found.replaces)):
        return
    states = fold(effective(ledger.entries(session, subject_of(found.replaces))))
    told = [
        (line, entry)
        for line in _lines(session, register)
        for entry in _worth_telling(states.get(line.before), line.change)
    ]
    if not told:
        return
    subject = subject_of(register)
    ledger.create(session, KIND, subject)
    clear = ledger.read_sealed(session, [entry for _line, entry in told])
    ledger.append(session, subject, [_again(subject, line, entry, clear.get(entry.id), now) for line, entry in told])


def _lines(session, register: UUID) -> list[_Line]:
    query = sa.select(ROWS.c.number, ROWS.c.before, ROWS.c.change).where(
        ROWS.c.province == ledger.province(), ROWS.c.register == register, ROWS.c.before.is_not(None)
    )
    return [_Line(*row) for row in session.execute(query.order_by(ROWS.c.number))]


def _worth_telling(row: RowState | None, change: str) -> Iterator[Entry]:
    """Of what people wrote: who it is, what became of it, why it is not counted, what is still open."""
    if row is None:
        return
    for entry in row.turns:
        if entry.kind == REPORTED:
            yield entry
        elif change != "same":
            continue
        elif entry.kind == ANSWERED:
            last = row.said == MATCHED and row.by == HUMAN and entry is _last_answer(row)
            if last and entry.coded["answer"] == SAME:
                yield entry
        elif entry.kind == EXCLUDED:
            if row.reason or row.asked is entry:
                yield entry
        elif entry.kind == DECIDED:
            if entry.coded["about"] == EXCLUDED and row.reason:
                yield entry
        elif entry is row.dispute:
            yield entry


def _last_answer(row: RowState) -> Entry:
    return [entry for entry in row.turns if entry.kind == ANSWERED][-1]


def _again(subject: UUID, line: _Line, entry: Entry, sealed: dict | None, now: datetime) -> Draft:
    coded = {**entry.coded, "row": line.number, "carried": entry.id.hex}
    if "on" in coded:
        coded["on"] = uuid5(subject, coded["on"]).hex
    return Draft(
        entry.kind, entry.occurred_at, entry.precision, entry.author, entry.unit, now, coded, sealed,
        id=uuid5(subject, entry.id.hex),
    )  # fmt: skip
