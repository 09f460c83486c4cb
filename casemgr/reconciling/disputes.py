"""Disputes about a figure or a detection: a commune asks that it be looked at again. Answered above, never deleted.

Each is a ledger of its own: what is disputed, as it stood then; and the answer. Of a register's row it is an entry of
the reconciliation (`services.dispute`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from casemgr.access.policy import Actor, Permission
from casemgr.cases.queries import hidden_from, within
from casemgr.db import one_of
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft, Entry, effective
from casemgr.ledger.services import CONFLICT, EntryConflict, Projection, project_as, province
from casemgr.reconciling.models import Dispute
from casemgr.reconciling.rules import APPROVED, RETURNED
from casemgr.refused import N_, Refused
from casemgr.units.rules import UnitTree

KIND, RAISED, ANSWERED = "dispute", "disputed", "answered"
TABLE = Dispute.__table__


@dataclass(frozen=True, slots=True)
class About:
    """What is disputed: a figure of a unit and period with what it showed, or a detection by its number. A period that
    still runs is the same on every day of it: `through` is its last day."""

    programme: str
    unit: str
    plan: str = ""
    indicator: str = ""
    start: date | None = None
    through: date | None = None
    shown: str = ""
    detected: UUID | None = None
    number: str = ""


def register_projection() -> None:
    project_as(KIND, Projection((TABLE,), _rows))


def raise_dispute(session, about: About, note: str, *, author: str, unit: str, now: datetime, entry: UUID) -> UUID:
    """A new dispute; the same entry again is the same. Raises Refused while one about the same waits, EntryConflict
    where the entry said something else."""
    if not note:
        raise Refused(N_("Cần ghi nội dung đề nghị xem xét lại."), "note")
    ledger.take_turns(session, entry)
    known = ledger.entries(session, entry)
    if known and known[0].id != entry:  # a ledger of something else
        raise EntryConflict(CONFLICT)
    if known:
        now = known[0].occurred_at
    else:
        check_disputable(session, about)
        ledger.create(session, KIND, entry)
    days = {"from": about.start, "to": about.through}
    coded = {
        "programme": about.programme, "unit": about.unit, "plan": about.plan, "indicator": about.indicator,
        "shown": about.shown, "detected": about.detected.hex if about.detected else "", "number": about.number,
        **{name: day.isoformat() if day else "" for name, day in days.items()},
    }  # fmt: skip
    ledger.append(session, entry, [Draft(RAISED, now, "minute", author, unit, now, coded, {"note": note}, id=entry)])
    return entry


def check_disputable(session, about: About) -> None:
    """Raises Refused while a dispute about the same waits."""
    if any(row.outcome == "" for row in of_what(session, about)):
        raise Refused(N_("Đã có đề nghị xem xét lại đang chờ trả lời."))


def answer(session, subject: UUID, outcome: str, note: str, *, author: str, unit: str, now: datetime, entry: UUID):
    """The unit above answers; neither whoever asked nor the unit whose figure it is."""
    ledger.lock(session, subject)
    entries = effective(ledger.entries(session, subject))
    raised = next((e for e in entries if e.kind == RAISED), None)
    answered = next((e for e in entries if e.kind == ANSWERED), None)
    if answered is not None and answered.id == entry:
        now = answered.occurred_at  # sent again: the ledger holds the one against the other
    elif raised is None or answered is not None:
        raise Refused(N_("Nội dung này không còn chờ quyết định."))
    if outcome not in (APPROVED, RETURNED):
        raise Refused(N_("Hãy chọn duyệt hoặc trả lại."), "outcome")
    if not note:
        raise Refused(N_("Cần ghi lý do, nội dung trả lời."), "note")
    if raised.author == author:
        raise Refused(N_("Người đề nghị không được tự duyệt. Cần người khác có thẩm quyền quyết định."))
    if raised.coded["unit"] == unit:
        raise Refused(N_("Việc này do cấp trên của đơn vị được tính chỉ tiêu quyết định."))
    draft = Draft(ANSWERED, now, "minute", author, unit, now, {"outcome": outcome}, {"note": note}, id=entry)
    ledger.append(session, subject, [draft])


def of_what(session, about: About) -> list[Dispute]:
    """The disputes about the very same figure or detection, the newest first."""
    if about.detected is not None:
        where = [Dispute.detected == about.detected]
    else:
        where = [Dispute.plan == about.plan, Dispute.indicator == about.indicator, Dispute.unit_id == about.unit]
        where += [Dispute.start == about.start, Dispute.through == about.through]
    query = sa.select(Dispute).where(Dispute.province == province(), *where)
    return list(session.scalars(query.order_by(Dispute.at.desc())))


def beside(session, plan: str, indicator: str, units: frozenset[str], start: date, through: date) -> list[Dispute]:
    """Those about a figure of these units whose period meets this one, the newest first."""
    query = sa.select(Dispute).where(
        Dispute.province == province(), Dispute.plan == plan, Dispute.indicator == indicator,
        one_of(Dispute.unit_id, units), Dispute.start <= through, Dispute.through >= start,
    )  # fmt: skip
    return list(session.scalars(query.order_by(Dispute.at.desc())))


def waiting(session, actor: Actor, tree: UnitTree) -> int:
    """How many wait for an answer of this reader, who never answers what they asked themselves, nor what a conflict of
    interest hides from them."""
    reach = sa.and_(within(actor, Permission.DETECTION_DECIDE, Dispute, tree), not_hidden(session, actor))
    query = sa.select(sa.func.count()).select_from(Dispute)
    return session.scalar(query.where(Dispute.outcome == "", Dispute.author != str(actor.user_id), reach))


def not_hidden(session, actor: Actor):
    """The SQL condition that a dispute is about no detection which a conflict of interest hides from the actor."""
    hidden = hidden_from(session, actor)
    return sa.or_(Dispute.detected.is_(None), Dispute.detected.not_in(hidden)) if hidden else sa.true()


def texts(session, subjects: Sequence[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """{dispute: [(kind, what was written)]}; the caller logs it."""
    ledgers = ledger.entries_of(session, list(subjects))
    clear = ledger.read_sealed(session, [e for entries in ledgers.values() for e in entries])
    return {s: [(e.kind, clear.get(e.id, {}).get("note", "")) for e in effective(ledgers[s])] for s in ledgers}


def _rows(_session, batch: Sequence[tuple[UUID, list[Entry]]]) -> dict[sa.Table, list[dict]]:
    found = []
    for subject, entries in batch:
        counted = effective(entries)
        raised = next((e for e in counted if e.kind == RAISED), None)
        if raised is None:
            continue
        said, last = raised.coded, next((e for e in counted if e.kind == ANSWERED), None)
        found.append(
            {
                "province": province(),
                "subject": subject,
                "programme": said["programme"],
                "unit_id": said["unit"],
                "plan": said["plan"],
                "indicator": said["indicator"],
                "start": _day(said["from"]),
                "through": _day(said["to"]),
                "shown": said["shown"],
                "detected": UUID(said["detected"]) if said["detected"] else None,
                "number": said["number"],
                "author": raised.author,
                "at": raised.occurred_at,
                "outcome": last.coded["outcome"] if last else "",
                "answered_by": last.author if last else "",
                "answered_at": last.occurred_at if last else None,
            }
        )
    return {TABLE: found}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
