"""The verbs of lists that name people: ask, answer, withdraw, take. Nothing else writes them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import sqlalchemy as sa

from casemgr.access.policy import Actor, Permission
from casemgr.cases.queries import within
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft
from casemgr.ledger.services import SUBJECTS, Projection, province
from casemgr.reports import named as rules
from casemgr.reports.models import NamedList
from casemgr.reports.named import APPROVED, ASKED, TAKEN, WITHDRAWN, Named
from casemgr.reports.persons import Roll
from casemgr.units.rules import UnitTree

KIND = "named-list"
TABLE = NamedList.__table__


def _rows(_session, batch) -> dict[sa.Table, list[dict]]:
    rows = []
    for subject, entries in batch:
        found = rules.fold(entries)
        rows.append(
            {
                "province": province(),
                "subject": subject,
                "unit_id": found.unit,
                "programme": found.programme,
                "author": found.author,
                "asked_at": found.asked_at,
                "status": found.status,
                "answered_by": found.answered_by,
                "until": found.until if found.status in (ASKED, APPROVED) else None,
                "head_seq": entries[-1].seq,
            }
        )
    return {TABLE: rows}


PROJECTION = Projection((TABLE,), _rows)


def find(session, subject: UUID) -> Named | None:
    kind = sa.select(SUBJECTS.c.kind).where(SUBJECTS.c.province == province(), SUBJECTS.c.id == subject)
    return rules.fold(ledger.entries(session, subject)) if session.scalar(kind) == KIND else None


def words(session, named: Named) -> tuple[str, str]:
    """(the reason it was asked for, the reason it was declined)"""
    sealed = ledger.read_sealed(session, ledger.entries(session, named.subject))
    return tuple(sealed.get(entry, {}).get("note", "") for entry in (named.asked, named.answered))


def ask(
    session, *, kind: str, roll: Roll, unit: str, purpose: str, note: str, cases: Sequence[UUID], days: int, author: str,
    now: datetime, subject: UUID,
) -> UUID:  # fmt: skip
    """A new list of these files under this id, to be answered within so many days. The same id again is the same list;
    raises EntryConflict where it was asked for something else."""
    ledger.take_turns(session, subject)
    known = find(session, subject)
    if known is not None:  # what is said once more is held against what was said then
        now, cases, until = known.asked_at, known.cases, known.until
    elif ledger.entries(session, subject):
        raise ledger.EntryConflict(ledger.CONFLICT)
    else:
        ledger.create(session, KIND, subject)
        until = now + timedelta(days=days)
    coded = {"kind": kind, "roll": roll.code, "unit": unit, "programme": roll.programme, "purpose": purpose}
    coded |= {"cases": [case.hex for case in cases], "until": until.isoformat()}
    _append(session, subject, ASKED, unit, author, now, coded, note)
    return subject


def answer(session, named: Named, *, outcome: str, note: str | None, days: int, author: str, now: datetime) -> None:
    """The second person's word. Raises Refused, Stale."""
    rules.check_answer(named, outcome, note, author, now)
    coded = {"until": (now + timedelta(days=days)).isoformat()} if outcome == APPROVED else {}
    _append(session, named.subject, outcome, named.unit, author, now, coded, note, on_seq=1)


def withdraw(session, named: Named, *, author: str, now: datetime) -> None:
    """Whoever asked needs it no more. Raises Refused, Stale."""
    rules.check_withdraw(named, author, now)
    _append(session, named.subject, WITHDRAWN, named.unit, author, now, {}, None, on_seq=1)


def take(session, named: Named, *, rows: int, author: str, now: datetime) -> None:
    """Whoever asked takes the list. Raises Refused."""
    rules.check_take(named, author, now)
    _append(session, named.subject, TAKEN, named.unit, author, now, {"rows": rows}, None)


def _append(
    session, subject: UUID, kind: str, unit: str, author: str, now: datetime, coded: dict, note: str | None,
    on_seq: int | None = None,
) -> None:  # fmt: skip
    sealed = {"note": note} if note else None
    once = uuid5(subject, kind) if kind != TAKEN else None  # it is asked once and answered once
    draft = Draft(kind, now, "minute", author, unit, now, coded=coded, sealed=sealed, definition="", id=once)
    ledger.append(session, subject, [draft], on_seq=on_seq)


def _waits_for(actor: Actor, tree: UnitTree, now: datetime):
    """What somebody else asked for, where the actor may still answer."""
    scope = within(actor, Permission.LIST_APPROVE, NamedList, tree)
    asked = sa.and_(TABLE.c.status == ASKED, TABLE.c.until >= now)
    return sa.and_(scope, asked, TABLE.c.author != str(actor.user_id))


def waiting(session, actor: Actor, tree: UnitTree, now: datetime) -> int:
    """How many lists wait for the actor's word."""
    return session.scalar(sa.select(sa.func.count()).select_from(TABLE).where(_waits_for(actor, tree, now)))


def page(session, actor: Actor, tree: UnitTree, number: int, size: int, now: datetime) -> tuple[list[Named], int]:
    """One page of what the actor asked for, may answer or may look over: what waits for the actor first, then the newest;
    and how many there are."""
    mine = sa.and_(TABLE.c.province == province(), TABLE.c.author == str(actor.user_id))
    seen = [
        within(actor, permission, NamedList, tree) for permission in (Permission.LIST_APPROVE, Permission.AUDIT_READ)
    ]
    where = sa.or_(mine, *seen)
    first = sa.case((_waits_for(actor, tree, now), 0), else_=1)
    query = sa.select(TABLE.c.subject).where(where).order_by(first, TABLE.c.asked_at.desc(), TABLE.c.subject)
    subjects = session.scalars(query.limit(size).offset((number - 1) * size)).all()
    ledgers = ledger.entries_of(session, subjects)
    total = session.scalar(sa.select(sa.func.count()).select_from(TABLE).where(where))
    return [rules.fold(ledgers[subject]) for subject in subjects], total
