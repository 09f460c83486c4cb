"""The verbs of a detection. Every page, import, command and device comes through these; nothing else writes.

made = report(session, "TE", Report(...), author=…, unit=…, now=…)
by = By(author, unit, now, occurred=(datetime, "minute"))
take(session, subject, worker, by); verify(session, subject, "substantiated", "note", by)
open_file(session, subject, by, person={...})
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from casemgr.cases.services import random_number
from casemgr.db import begin_write
from casemgr.detections import drafts
from casemgr.detections.base import (
    By,
    check_open,
    detected_in,
    find,
    find_incident,
    locked,
    state,
    tell_receipt,
)
from casemgr.detections.exclusions import accept_late, ask_exclusion, decide, include
from casemgr.detections.files import Opened, open_case_of, open_file
from casemgr.detections.models import Detected, Incident
from casemgr.detections.reports import Report, batches
from casemgr.detections.rules import DUPLICATE, REFUSED, UNSUBSTANTIATED, VERIFIED, DetectedState, refuses_file
from casemgr.ledger import services as ledger
from casemgr.ledger.destroying import destroy
from casemgr.ledger.rules import Entry
from casemgr.programmes import programmes
from casemgr.refused import N_, Refused

__all__ = [
    "By",
    "Opened",
    "Report",
    "Reported",
    "accept_late",
    "add_step",
    "ask_exclusion",
    "assign",
    "decide",
    "detected_in",
    "find",
    "find_incident",
    "include",
    "mark_duplicate",
    "open_case_of",
    "open_file",
    "report",
    "state",
    "take",
    "verify",
]


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report made: the incident and the persons detected in it, each (subject, number)."""

    incident: UUID
    number: str
    detected: tuple[tuple[UUID, str], ...]


# --- a report -------------------------------------------------------------------------------------------------------


def report(session, programme: str, what: Report, *, author: str, unit: str, now: datetime) -> Reported:
    """A report, its incident (new, or the known `what.incident`) and the persons detected in it.

    The same token again is the same report. Where it was received before what is known of the incident, the persons
    detected in it and their case files are told. Raises Refused, ProgrammeRefusal (with `route`), EntryConflict.
    """
    begin_write(session)
    ledger.take_turns(session, what.token)
    known = ledger.entries_of(session, [what.subject, *what.people])
    if what.incident is not None:
        _check_incident(known.get(what.incident), programme)
    number = _number(session, known.get(what.subject), "VV", Incident)
    numbers = [_number(session, known.get(person), "PH", Detected) for person in what.people]
    made = batches(programmes()[programme], what, number=number, numbers=numbers, author=author, unit=unit, now=now)
    here = _existing(session, [subject for _kind, subject, _drafts in made])
    new = [(kind, subject) for kind, subject, _drafts in made if subject not in here]
    if new:
        ledger.create_many(session, new)
    ledger.append_many(session, [(subject, written) for _kind, subject, written in made])
    if what.incident is not None:
        for row in detected_in(session, what.incident):
            if row.subject not in what.people:
                tell_receipt(session, row.subject, what.counts(now), author=author, unit=unit, now=now)
    return Reported(what.subject, number, tuple(zip(what.people, numbers, strict=True)))


def _check_incident(entries: list[Entry] | None, programme: str) -> None:
    if not entries or entries[0].kind != "reported":
        raise Refused(N_("Không tìm thấy vụ việc này."), "incident")
    if entries[0].coded["programme"] != programme:
        raise Refused(N_("Vụ việc này thuộc chương trình khác."), "incident")


def _number(session, entries: list[Entry] | None, prefix: str, model) -> str:
    if entries:
        return entries[0].coded["number"]
    while True:
        number = random_number(prefix)
        taken = sa.select(sa.func.count()).where(model.province == ledger.province(), model.number == number)
        if session.scalar(taken) == 0:
            return number


def _existing(session, subjects: list[UUID]) -> set[UUID]:
    table = ledger.SUBJECTS
    query = sa.select(table.c.id).where(table.c.province == ledger.province(), table.c.id.in_(subjects))
    return set(session.scalars(query))


# --- steps ----------------------------------------------------------------------------------------------------------


def take(session, subject: UUID, worker: str, by: By) -> Entry:
    """«I take it»: this worker acts on it now."""
    current = locked(session, subject, by)
    check_open(current)
    draft = drafts.taken_draft(current.programme, worker, **by.facts())
    return ledger.append(session, subject, [draft])[0]


def assign(session, subject: UUID, worker: str, by: By) -> Entry:
    """Gives it to a worker."""
    current = locked(session, subject, by)
    check_open(current)
    draft = drafts.assigned_draft(current.programme, worker, **by.facts())
    return ledger.append(session, subject, [draft])[0]


def add_step(session, subject: UUID, kind: str, values: Mapping, by: By) -> Entry:
    """A step that the programme describes for its detections, like 'verified'."""
    current = locked(session, subject, by)
    if kind == VERIFIED:
        _check_verifiable(current)
    elif current.status != REFUSED:  # who refused a file may change their mind
        check_open(current)
    draft = drafts.step_draft(current.programme, kind, values, facts=current.facts, **by.facts())
    entry = ledger.append(session, subject, [draft])[0]
    if refuses_file(current.programme, kind, current.facts | entry.coded):
        # Who refuses a file leaves a tally and nothing else: what was sealed can never be read again.
        destroy(session, subject, author=by.author, unit=by.unit, now=by.now)
    return entry


def verify(session, subject: UUID, outcome: str, note: str, by: By) -> Entry:
    """Substantiated; or not, which counts only once the unit above has approved it."""
    return add_step(session, subject, VERIFIED, {"outcome": outcome, "note": note}, by)


def mark_duplicate(session, subject: UUID, of: str, note: str, by: By) -> Entry:
    """Proposed as the same person and incident as the detected person numbered `of`; counts once approved above."""
    current = locked(session, subject, by)
    check_open(current)
    if any(e.kind == DUPLICATE for e in current.waiting):
        raise Refused(N_("Đã có đề nghị đang chờ cấp trên duyệt."))
    other = find(session, of)
    if other is None or other.subject == subject or other.programme != current.programme.code:
        raise Refused(N_("Không tìm thấy trường hợp phát hiện khác có số này."), "of")
    if other.status in (DUPLICATE, REFUSED):
        raise Refused(N_("Trường hợp %(number)s cũng đã được ghi là trùng hoặc từ chối."), "of", number=of)
    draft = drafts.duplicate_draft(current.programme, other.subject, of, note, **by.facts())
    return ledger.append(session, subject, [draft])[0]


def _check_verifiable(current: DetectedState) -> None:
    """Verified once; again where the unit above returned it, or where something new came up after «no grounds»."""
    if current.status == UNSUBSTANTIATED:
        return
    check_open(current)
    if any(e.kind == VERIFIED for e in current.waiting):
        raise Refused(N_("Kết quả «không có căn cứ» đang chờ cấp trên duyệt."))
    if current.status != "pending":
        raise Refused(N_("Trường hợp này đã được xác minh."))
