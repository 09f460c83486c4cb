"""The verbs of a reconciliation. Every page and command comes through these; each answer is an entry.

answer(session, register, 37, SAME, (PERSON, subject), on)
report_row(session, register, 37, unit=…, values={...}, on=on)      # no file: a detection, in one step
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from casemgr import vault
from casemgr.detections import services as detections
from casemgr.detections.drafts import Seen
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft, Entry, effective
from casemgr.programmes import programmes
from casemgr.reconciling import receipts
from casemgr.reconciling.comparing import begun, row_digest, subject_of
from casemgr.reconciling.rules import (
    ANSWERED,
    ANSWERS,
    APPROVED,
    DECIDED,
    DISPUTED,
    DUPLICATE,
    EXCLUDED,
    LATER,
    MATCHED,
    NOT_SAME,
    PERSON,
    REPORTED,
    RETURNED,
    SAME,
    UNDONE,
    RowState,
    Who,
    check_matchable,
    fold,
    write_who,
)
from casemgr.refused import N_, Refused
from casemgr.registers import rows as stored
from casemgr.registers.models import Register, RegisterRow
from casemgr.registers.rules import Row
from casemgr.registers.sources import sources


@dataclass(frozen=True, slots=True)
class On:
    """Who writes, in which unit, and now. `entry` is the client's id of the entry; the same again is the same.

    `turns`: how much had been written of the row when it was shown. Who writes of a row of which somebody else has
    written meanwhile is shown that first.
    """

    author: str
    unit: str
    now: datetime
    entry: UUID | None = None
    turns: int | None = None


def row_states(session, register: Register) -> dict[int, RowState]:
    """What is said of every row."""
    return fold(effective(ledger.entries(session, subject_of(register.subject))))


def row_state(session, register: Register, number: int) -> RowState:
    """What is said of one row, all of it."""
    told = effective(ledger.entries(session, subject_of(register.subject)))
    return fold(told, {number}).get(number, RowState())


def read_row(session, register: Register, number: int) -> Row:
    """A row in clear; the caller logs it."""
    found = stored.rows_of(session, register.subject, [RegisterRow.number == number])
    if number not in found:
        raise Refused(N_("Không tìm thấy dòng này trong danh sách."))
    return found[number][1]


def _locked(session, register: Register, number: int, on: On) -> tuple[RowState, On, Entry | None]:
    """The state of a row, held until the end, and who writes on it.

    Of an entry that is sent again: the state and the time that it was written on first, so that the ledger can hold
    the one against the other; and the entry itself.
    """
    check_matchable(register.programme, register.named)
    subject = subject_of(register.subject)
    if not begun(session, subject):
        raise Refused(N_("Danh sách này chưa được đối chiếu."))
    ledger.lock(session, subject)
    entries = ledger.entries(session, subject)
    known = next((e for e in entries if e.id == on.entry), None)
    if known is not None:
        on = replace(on, now=known.occurred_at)
    found = fold(_before(entries, known), {number}).get(number)
    if found is None:
        raise Refused(N_("Dòng này chưa được đối chiếu."))
    if on.turns is not None and on.turns != len(found.turns):
        raise Refused(N_("Dòng này đã có bản ghi mới sau khi trang này được mở. Hãy xem lại rồi ghi nếu vẫn cần."))
    return found, on, known


def _before(entries: Sequence[Entry], known: Entry | None) -> list[Entry]:
    return effective([e for e in entries if known is None or e.seq < known.seq])


def _write(session, register: Register, kind: str, coded: dict, on: On, sealed: dict | None = None) -> Entry:
    """Raises EntryConflict where the entry was written before with other content."""
    draft = Draft(kind, on.now, "minute", on.author, on.unit, on.now, coded, sealed, id=on.entry)
    return ledger.append(session, subject_of(register.subject), [draft])[0]


# --- the same, or not -----------------------------------------------------------------------------------------------


def answer(session, register: Register, number: int, said: str, who: Who | None, on: On) -> None:
    """A human says whether a row and somebody are one person; «not the same» is remembered for both."""
    if said not in ANSWERS:
        raise Refused(N_("Hãy chọn một câu trả lời."))
    state, on, known = _locked(session, register, number, on)
    if said in (SAME, NOT_SAME):
        if who is None or all(each.who != who for each in state.near):
            raise Refused(N_("Người này không còn trong số những người cần so sánh. Hãy xem lại trang."))
    elif said == UNDONE and state.said not in (MATCHED, DUPLICATE):
        raise Refused(N_("Dòng này chưa được gắn với ai."))
    coded = {"row": number, "answer": said}
    if said == UNDONE:
        who = state.who
    if said != LATER and who is not None:
        coded["who"] = write_who(who)
    if said == NOT_SAME:
        coded["key"] = row_digest(vault.keys(), read_row(session, register, number).person).hex()
    if known is not None:  # the detection was told the first time
        coded |= {"moved": known.coded["moved"]} if "moved" in known.coded else {}
    elif said in (SAME, UNDONE):
        moved = receipts.answered(session, register, number, said, who, state, on)
        coded |= {"moved": moved} if moved else {}
    _write(session, register, ANSWERED, coded, on)


# --- no file: a detection in one step -------------------------------------------------------------------------------


def report_row(
    session, register: Register, number: int, *, unit: str, values: Mapping, on: On, seen: Seen | None = None, worker=""
) -> tuple[UUID, str]:
    """The row becomes a detection of this commune, assigned to a worker if one is named: (subject, number).

    The source's receipt time is the row's and wins over today's; somebody known is linked, so that another incident of
    a child who has a file is a detection of that child. Raises Refused.
    """
    state, on, known = _locked(session, register, number, on)
    token = uuid5(subject_of(register.subject), f"row-{number}")
    if not receipts.may_report(session, register, number, state):
        raise Refused(N_("Dòng này đã là một trường hợp phát hiện."))
    row = read_row(session, register, number)
    seen = seen or as_seen(row)
    who = _of_whom(session, register, state, known)
    if who is not None:
        seen = replace(seen, beneficiary=who)
    source = sources().sources[register.source]
    own = (row.received, row.precision) if row.received and row.precision in ("minute", "day") else None
    report = detections.Report(
        received=(on.now, "minute"),
        source=source.detection,
        persons=[(seen, values)],
        source_received=own,
        note=row.note,
        token=token,
    )
    made = detections.report(session, register.programme, report, author=on.author, unit=unit, now=on.now)
    subject, found = made.detected[0]
    coded = {"row": number, "detected": subject.hex, "number": found} | ({"worker": worker} if worker else {})
    _write(session, register, REPORTED, coded, replace(on, unit=unit))
    if worker:
        by = detections.By(on.author, unit, on.now, (on.now, "minute"), uuid5(token, "assigned"))
        detections.assign(session, subject, worker, by)
    return subject, found


def _of_whom(session, register: Register, state: RowState, known: Entry | None) -> UUID | None:
    """The person of a row; of a duplicate, that of the row that it repeats."""
    if state.said == DUPLICATE and state.same_as is not None:
        told = _before(ledger.entries(session, subject_of(register.subject)), known)
        state = fold(told, {state.same_as}).get(state.same_as, RowState())
    return state.who[1] if state.who is not None and state.who[0] == PERSON else None


def as_seen(row: Row) -> Seen:
    """A row as a report of somebody."""
    person = row.person
    return Seen(name=person.name, sex=person.sex, birth=person.birth, ethnicity=person.ethnicity)


# --- not counted, disputed ------------------------------------------------------------------------------------------


def ask_exclusion(session, register: Register, number: int, reason: str, document: str, note: str, on: On) -> None:
    """Asks not to count a row; nothing changes until the unit above approves."""
    state, on, _known = _locked(session, register, number, on)
    known = programmes()[register.programme].exclusions.get(reason)
    if known is None or not known.holds_on(on.now.date()):
        raise Refused(N_("Hãy chọn lý do không tính vào chỉ tiêu."), "reason")
    if not document:
        raise Refused(N_("Cần ghi số, ngày văn bản làm căn cứ."), "document")
    check_excludable(state)
    sealed = {"document": document, "note": note}
    _write(session, register, EXCLUDED, {"row": number, "reason": reason}, on, sealed)


def check_excludable(state: RowState) -> None:
    """Whether it may be asked not to count this row. Raises Refused."""
    if state.reason:
        raise Refused(N_("Dòng này đã không tính vào chỉ tiêu."))
    if state.asked is not None:
        raise Refused(N_("Đã có đề nghị đang chờ cấp trên duyệt."))
    if state.reported is not None:
        raise Refused(N_("Dòng này đã là một trường hợp phát hiện. Hãy đề nghị ở trường hợp đó."))


def dispute(session, register: Register, number: int, note: str, on: On) -> None:
    """A commune asks that a row be looked at again; the request is answered, never deleted."""
    state, on, _known = _locked(session, register, number, on)
    if not note:
        raise Refused(N_("Cần ghi nội dung đề nghị xem xét lại."), "note")
    check_disputable(state)
    _write(session, register, DISPUTED, {"row": number}, on, {"note": note})


def check_disputable(state: RowState) -> None:
    """Whether this row may be disputed. Raises Refused."""
    if state.dispute is not None:
        raise Refused(N_("Đã có đề nghị xem xét lại đang chờ trả lời."))


def decide(session, register: Register, number: int, target: UUID, outcome: str, note: str, on: On, measured: str):
    """The unit above decides on an exclusion, or answers a dispute. Its author never does; `measured` is the unit
    whose figure it is about."""
    state, on, _known = _locked(session, register, number, on)
    waiting = next((e for e in (state.asked, state.dispute) if e is not None and e.id == target), None)
    if waiting is None:
        raise Refused(N_("Nội dung này không còn chờ quyết định."))
    if outcome not in (APPROVED, RETURNED):
        raise Refused(N_("Hãy chọn duyệt hoặc trả lại."), "outcome")
    if not note and (outcome == RETURNED or waiting.kind == DISPUTED):
        raise Refused(N_("Cần ghi lý do, nội dung trả lời."), "note")
    if waiting.author == on.author:
        raise Refused(N_("Người đề nghị không được tự duyệt. Cần người khác có thẩm quyền quyết định."))
    if on.unit == measured:
        raise Refused(N_("Việc này do cấp trên của đơn vị được tính chỉ tiêu quyết định."))
    coded = {"row": number, "on": target.hex, "about": waiting.kind, "outcome": outcome}
    _write(session, register, DECIDED, coded, on, {"note": note} if note else None)
