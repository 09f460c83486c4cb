"""A register with names as it was known at a time: from the ledgers, leaving out what was recorded later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa

from casemgr.cases.models import CaseFile
from casemgr.cases.projection import state_of as case_of
from casemgr.cases.verdicts import counted_at, judge
from casemgr.db import one_of
from casemgr.detections.projection import state_of as detected_of
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import effective
from casemgr.reconciling.comparing import subject_of
from casemgr.reconciling.queries import OUT
from casemgr.reconciling.rules import DUPLICATE, LOOK, PERSON, SETTINGS, RowState, fold
from casemgr.registers import rules
from casemgr.registers.models import RegisterRow
from casemgr.units.loading import calendar

ENDED = "closed"


@dataclass(frozen=True, slots=True)
class Listed:
    """So many persons stand on a register; so many of them have a file here."""

    persons: int
    filed: int


def listed(session, programme: str, through: date, units: frozenset[str] | None, known_at: datetime) -> Listed | None:
    """Of the newest register of a programme, with what was added to it, as it was known then; None where there was
    none."""
    parts, start = _newest(session, programme, through, known_at)
    if not parts:
        return None
    found: list[bool | None] = []
    for subject in parts:
        where = [RegisterRow.province == ledger.province(), RegisterRow.register == subject]
        if units is not None:
            where.append(one_of(RegisterRow.unit_id, units))
        numbers = session.scalars(sa.select(RegisterRow.number).where(*where)).all()
        states = fold(effective(ledger.entries(session, subject_of(subject)), known_at))
        known = _Known(session, programme, states.values(), start, through, known_at)
        found += [known.standing(states.get(number, RowState())) for number in numbers]
    return Listed(sum(each is not None for each in found), sum(each is True for each in found))


def _newest(session, programme: str, through: date, known_at: datetime) -> tuple[list[UUID], date]:
    """The newest register and those whose rows were added to it, and the first day of it."""
    found, added = [], {}
    for subject, entries in ledger.replay(session, "register", known_at):
        state = rules.fold(effective(entries))
        if state is None or state.state != "current" or not state.named:
            continue
        if state.programme != programme or state.start > through:
            continue
        if state.adds_to is not None:
            added.setdefault(state.adds_to, []).append(subject)
        else:
            found.append((state.end, state.received_at, subject, state.start))
    if not found:
        return [], through
    _end, _received, newest, start = max(found)
    return [newest, *added.get(newest, ())], start


class _Known:
    """What had become of everybody on a register."""

    def __init__(
        self, session, programme: str, states: Iterable[RowState], start: date, through: date, known_at: datetime
    ):
        self.since = datetime.combine(start, time()) - timedelta(days=SETTINGS["same_incident_days"])
        self.moment, days = datetime.combine(through, time.max), calendar(session, known_at)
        states = list(states)
        reported = [state.reported for state in states if state.reported]
        ledgers = ledger.entries_of(session, reported)
        self.detected = {s: detected_of(entries, days, known_at) for s, entries in ledgers.items()}
        persons = {state.who[1] for state in states if state.who and state.who[0] == PERSON}
        persons |= {d.beneficiary for d in self.detected.values() if d is not None and d.beneficiary}
        self.files: dict[UUID, list] = {}
        for part in ledger.chunks(sorted(persons)):
            query = sa.select(CaseFile.subject).where(
                CaseFile.province == ledger.province(), CaseFile.programme == programme, CaseFile.beneficiary.in_(part)
            )
            for entries in ledger.entries_of(session, session.scalars(query).all()).values():
                file = case_of(entries, days, known_at)
                if file is not None:
                    self.files.setdefault(file.beneficiary, []).append(file)

    def standing(self, row: RowState) -> bool | None:
        """Whether the person of a row has a file; None where the row does not count: twice in it, or left out."""
        detected = self.detected.get(row.reported) if row.reported else None
        status = detected.status if detected is not None else ""
        if row.dispute is not None:
            return False
        person = row.who[1] if row.who and row.who[0] == PERSON else detected.beneficiary if detected else None
        files = self.files.get(person, [])
        if row.reason or status in OUT or self._left_out(files):
            return None
        if row.said == DUPLICATE or status == "duplicate":
            return None
        if row.said == LOOK:
            return False
        return status == "matched" or any(f.status != ENDED or f.opened_at >= self.since for f in files)

    def _left_out(self, files: list) -> bool:
        verdicts = [
            judge(file, number, self.moment)[0]
            for file in files
            for number, item in enumerate(file.items)
            if (since := counted_at(file.programme, file, item)) is not None and self.since <= since <= self.moment
        ]
        return bool(verdicts) and all(verdict in OUT for verdict in verdicts)
