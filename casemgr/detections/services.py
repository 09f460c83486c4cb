"""The verbs of a detection. Every page, import, command and device comes through these; nothing else writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from casemgr import vault
from casemgr.cases import services as cases
from casemgr.cases.services import random_number
from casemgr.db import begin_write, is_postgresql
from casemgr.detections import drafts
from casemgr.detections.drafts import Moment
from casemgr.detections.models import Detected, Incident
from casemgr.detections.projection import state_of
from casemgr.detections.reports import Report, batches
from casemgr.detections.rules import (
    APPROVED,
    DUPLICATE,
    EXCLUDED,
    MATCHED,
    OPEN,
    REFUSED,
    UNSUBSTANTIATED,
    VERIFIED,
    DetectedState,
    earlier,
    refuses_file,
    write_moment,
)
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry
from casemgr.programmes import programmes
from casemgr.refused import N_, Refused
from casemgr.units.loading import calendar


@dataclass(frozen=True, slots=True)
class By:
    """Who writes a step down, in which unit, when it happened, and the time now. `entry_id` is the client's."""

    author: str
    unit: str
    now: datetime
    occurred: Moment
    entry_id: UUID | None = None

    def facts(self) -> dict:
        return {name: getattr(self, name) for name in ("author", "unit", "now", "occurred", "entry_id")}


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report made: the incident and the persons detected in it, each (subject, number)."""

    incident: UUID
    number: str
    detected: tuple[tuple[UUID, str], ...]


# --- reading --------------------------------------------------------------------------------------------------------


def find(session, number: str) -> Detected | None:
    """The row of a detected person's number, or None; the caller asks the policy whether it may be shown."""
    query = sa.select(Detected).where(Detected.province == ledger.province(), Detected.number == number)
    return session.scalar(query)


def find_incident(session, number: str) -> Incident | None:
    query = sa.select(Incident).where(Incident.province == ledger.province(), Incident.number == number)
    return session.scalar(query)


def detected_in(session, incident: UUID) -> list[Detected]:
    """The persons detected in an incident, by number."""
    query = sa.select(Detected).where(Detected.province == ledger.province(), Detected.incident == incident)
    return list(session.scalars(query.order_by(Detected.number)))


def state(session, subject: UUID) -> tuple[DetectedState, list[Entry]]:
    """The folded state and all entries by seq."""
    all_entries = ledger.entries(session, subject)
    return state_of(all_entries, calendar(session)), all_entries


# --- a report -------------------------------------------------------------------------------------------------------


def report(session, programme: str, what: Report, *, author: str, unit: str, now: datetime) -> Reported:
    """A report, its incident (new, or the known `what.incident`) and the persons detected in it.

    The same token again is the same report. Where it was received before what is known of the incident, the persons
    detected in it and their case files are told. Raises Refused, ProgrammeRefusal (with `route`), EntryConflict.
    """
    begin_write(session)
    _one_at_a_time(session, what.token)
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
                _tell_receipt(session, row.subject, what.counts(now), author=author, unit=unit, now=now)
    return Reported(what.subject, number, tuple(zip(what.people, numbers, strict=True)))


def _one_at_a_time(session, token: UUID) -> None:
    """The same form sent twice at once: the second waits and then finds what the first has written."""
    if is_postgresql(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(token.int & 0x7FFF_FFFF_FFFF_FFFF)))


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


def _tell_receipt(session, subject: UUID, counts: Moment, *, author: str, unit: str, now: datetime) -> None:
    """Tells a detected person, and its case file, that the first receipt was earlier than known so far."""
    ledger.lock(session, subject)
    current, _entries = state(session, subject)
    if current is None or not earlier(counts, current.received):
        return
    fact = {"fact": "received", "received_at": write_moment(counts)}
    told = drafts.told_draft(current.programme, fact, author=author, unit=unit, now=now)
    ledger.append(session, subject, [told])
    _tell_case(session, subject, current, fact, author=author, unit=unit, now=now)


def _tell_case(session, subject: UUID, current: DetectedState, fact: Mapping, *, author, unit, now, at=None) -> None:
    if current.case is not None:
        facts = [{**fact, "detected": subject.hex}]
        cases.tell(session, current.case, facts, occurred_at=at or now, author=author, unit=unit, now=now)


# --- steps ----------------------------------------------------------------------------------------------------------


def take(session, subject: UUID, worker: str, by: By) -> Entry:
    """«I take it»: this worker acts on it now."""
    current = locked(session, subject, by)
    _check_open(current)
    draft = drafts.taken_draft(current.programme, worker, **by.facts())
    return ledger.append(session, subject, [draft])[0]


def assign(session, subject: UUID, worker: str, by: By) -> Entry:
    """Gives it to a worker."""
    current = locked(session, subject, by)
    _check_open(current)
    draft = drafts.assigned_draft(current.programme, worker, **by.facts())
    return ledger.append(session, subject, [draft])[0]


def add_step(session, subject: UUID, kind: str, values: Mapping, by: By) -> Entry:
    """A step that the programme describes for its detections, like 'verified'."""
    current = locked(session, subject, by)
    if kind == VERIFIED:
        _check_verifiable(current)
    elif current.status != REFUSED:  # who refused a file may change their mind
        _check_open(current)
    draft = drafts.step_draft(current.programme, kind, values, facts=current.facts, **by.facts())
    entry = ledger.append(session, subject, [draft])[0]
    if refuses_file(current.programme, kind, current.facts | entry.coded):
        _forget(session, subject)
    return entry


def _forget(session, subject: UUID) -> None:
    """Who refuses a file leaves a tally and nothing else: what was sealed can never be read again."""
    keys = vault.SubjectKey.__table__
    session.execute(sa.delete(keys).where(keys.c.province == ledger.province(), keys.c.subject == subject))


def verify(session, subject: UUID, outcome: str, note: str, by: By) -> Entry:
    """Substantiated; or not, which counts only once the unit above has approved it."""
    return add_step(session, subject, VERIFIED, {"outcome": outcome, "note": note}, by)


def mark_duplicate(session, subject: UUID, of: str, note: str, by: By) -> Entry:
    """The same person and incident as the detected person numbered `of`, who takes over the earlier receipt time."""
    current = locked(session, subject, by)
    _check_open(current)
    other = find(session, of)
    if other is None or other.subject == subject or other.programme != current.programme.code:
        raise Refused(N_("Không tìm thấy trường hợp phát hiện khác có số này."), "of")
    if other.status in (DUPLICATE, REFUSED):
        raise Refused(N_("Trường hợp %(number)s cũng đã được ghi là trùng hoặc từ chối."), "of", number=of)
    draft = drafts.duplicate_draft(current.programme, other.subject, of, note, **by.facts())
    entry = ledger.append(session, subject, [draft])[0]
    # Else the later of two reports could be kept in order to gain time.
    _tell_receipt(session, other.subject, current.received, author=by.author, unit=by.unit, now=by.now)
    return entry


# --- not to be counted ----------------------------------------------------------------------------------------------


def ask_exclusion(session, subject: UUID, reason: str, document: str, note: str, by: By) -> Entry:
    """Asks not to count this person; nothing changes until the unit above approves."""
    current = locked(session, subject, by)
    if current.status in (EXCLUDED, DUPLICATE, REFUSED):
        raise Refused(N_("Trường hợp này đã không tính vào chỉ tiêu."))
    if any(e.kind == EXCLUDED for e in current.waiting):
        raise Refused(N_("Đã có đề nghị đang chờ cấp trên duyệt."))
    draft = drafts.excluded_draft(current.programme, reason, document, note, **by.facts())
    return ledger.append(session, subject, [draft])[0]


def decide(session, subject: UUID, target: UUID, outcome: str, note: str, by: By, on_seq: int | None = None) -> Entry:
    """The unit above decides on «not substantiated» or on an exclusion. Its author never does. Raises Stale."""
    if ledger.lock(session, subject) != on_seq and on_seq is not None:
        raise ledger.Stale(N_("Đã có bản ghi mới sau khi trang này được mở. Hãy xem lại rồi quyết định."))
    current = locked(session, subject, by)
    entry = next((e for e in current.entries if e.id == target), None)
    if entry is None or entry not in current.waiting:
        raise Refused(N_("Nội dung này không còn chờ quyết định."))
    if entry.author == by.author:
        raise Refused(N_("Người đề nghị không được tự duyệt. Cần người khác có thẩm quyền quyết định."))
    if by.unit == current.unit:
        raise Refused(N_("Việc này do cấp trên của đơn vị được tính chỉ tiêu quyết định."))
    if by.occurred[0].date() < entry.occurred_at.date():
        raise Refused(N_("Ngày quyết định sớm hơn ngày đề nghị."), "occurred")
    draft = drafts.decided_draft(current.programme, target, entry.kind, outcome, note, **by.facts())
    decision = ledger.append(session, subject, [draft])[0]
    if entry.kind == EXCLUDED and outcome == APPROVED:
        fact = {"fact": "excluded", "reason": entry.coded["reason"]}
        writer = {"author": by.author, "unit": by.unit, "now": by.now}
        _tell_case(session, subject, current, fact, **writer, at=decision.occurred_at)
    return decision


decide_exclusion = decide


def include(session, subject: UUID, note: str, by: By) -> Entry:
    """The unit above counts an excluded person again."""
    current = locked(session, subject, by)
    if not current.excluded or current.excluded[-1][1] is None:
        raise Refused(N_("Trường hợp này đang được tính vào chỉ tiêu."))
    if by.unit == current.unit:
        raise Refused(N_("Việc này do cấp trên của đơn vị được tính chỉ tiêu quyết định."))
    entry = ledger.append(session, subject, [drafts.included_draft(current.programme, note, **by.facts())])[0]
    writer = {"author": by.author, "unit": by.unit, "now": by.now}
    _tell_case(session, subject, current, {"fact": "included"}, **writer, at=entry.occurred_at)
    return entry


# --- what every step asks first -------------------------------------------------------------------------------------


def locked(session, subject: UUID, by: By) -> DetectedState:
    """The state a step is written on: today's, or for a step sent twice the one it was written on the first time."""
    ledger.lock(session, subject)
    current, all_entries = state(session, subject)
    earlier_one = next((e for e in all_entries if e.id == by.entry_id), None) if by.entry_id else None
    if earlier_one is not None:
        current = state_of([e for e in all_entries if e.seq < earlier_one.seq], calendar(session))
    if current is None:
        raise Refused(N_("Không tìm thấy trường hợp phát hiện này."))
    if by.occurred[0].date() < current.received[0].date():
        raise Refused(
            N_("Ngày thực hiện sớm hơn ngày tiếp nhận thông tin (%(day)s)."),
            "occurred",
            day=f"{current.received[0]:%d/%m/%Y}",
        )
    return current


CLOSED_TO_STEPS = {
    MATCHED: N_("Trường hợp này đã có hồ sơ. Hãy ghi tiếp vào hồ sơ đó."),
    DUPLICATE: N_("Trường hợp này đã được ghi là trùng."),
    REFUSED: N_("Người này từ chối lập hồ sơ; chỉ giữ lại số lượng."),
    EXCLUDED: N_("Trường hợp này không tính vào chỉ tiêu (đã duyệt)."),
    UNSUBSTANTIATED: N_("Trường hợp này không có căn cứ (đã duyệt)."),
}


def _check_open(current: DetectedState) -> None:
    if current.status not in OPEN:
        raise Refused(CLOSED_TO_STEPS[current.status])


def _check_verifiable(current: DetectedState) -> None:
    """Verified once; again where the unit above returned it, or where something new came up after «no grounds»."""
    if current.status == UNSUBSTANTIATED:
        return
    _check_open(current)
    if any(e.kind == VERIFIED for e in current.waiting):
        raise Refused(N_("Kết quả «không có căn cứ» đang chờ cấp trên duyệt."))
    if current.status != "pending":
        raise Refused(N_("Trường hợp này đã được xác minh."))
