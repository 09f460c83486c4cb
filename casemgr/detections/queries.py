"""What the pages of detections ask of the database. A constant number of queries, whatever the number of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from casemgr.access.policy import Actor, Permission
from casemgr.cases.queries import visible
from casemgr.db import one_of
from casemgr.detections.models import Detected, Incident
from casemgr.detections.rules import OPEN
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry
from casemgr.people import services as people
from casemgr.people.rules import short_label
from casemgr.units.rules import UnitTree

UNDECIDED = "waiting"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; None or False: not narrowed. `status` may also be 'open'."""

    programme: str | None = None
    unit: frozenset[str] | None = None
    status: str | None = "open"
    mine: bool = False


def narrow(filters: Filters, actor: Actor) -> list:
    conditions = []
    if filters.programme:
        conditions.append(Detected.programme == filters.programme)
    if filters.unit is not None:
        conditions.append(one_of(Detected.unit_id, filters.unit))
    if filters.status == "open":
        conditions.append(sa.or_(Detected.status.in_(OPEN), Detected.waiting > 0))
    elif filters.status == UNDECIDED:
        conditions.append(Detected.waiting > 0)
    elif filters.status:
        conditions.append(Detected.status == filters.status)
    if filters.mine:
        conditions.append(Detected.worker == str(actor.user_id))
    return conditions


def in_scope(actor: Actor, tree: UnitTree):
    """The SQL condition of the actor's scope: one for the list and the counts."""
    return visible(actor, Permission.DETECTION_LIST, Detected, tree)


def detection_list(session, conditions: Sequence, number: int, size: int) -> tuple[list[Detected], int]:
    """One page of detections and how many there are: open emergencies first, then by what is due first."""
    total = session.scalar(sa.select(sa.func.count()).select_from(Detected).where(*conditions))
    urgent = sa.and_(Detected.emergency, Detected.status.in_(OPEN))
    query = sa.select(Detected).where(*conditions)
    query = query.order_by(
        sa.case((urgent, 0), else_=1), Detected.next_due.is_(None), Detected.next_due, Detected.received_at.desc()
    ).order_by(Detected.number)
    return list(session.scalars(query.offset((number - 1) * size).limit(size))), total


def labels(session, rows: Sequence[Detected]) -> dict[UUID, str]:
    """«Ân N.» of each detection whose person is known by name: of the person registered, else as it was reported."""
    known = people.labels(session, [row.beneficiary for row in rows if row.beneficiary])
    found = {row.subject: known[row.beneficiary] for row in rows if row.beneficiary in known}
    rest = [row.subject for row in rows if row.subject not in found]
    if not rest:
        return found
    for entry, sealed in first_entries(session, rest):
        name = sealed.get("name")
        if name:
            found[entry.subject] = short_label(name)
    return found


def first_entries(session, subjects: Sequence[UUID]) -> list[tuple[Entry, dict]]:
    """The entry that detected each person, with its sealed part; two queries."""
    entries = [found[0] for found in ledger.entries_of(session, subjects, first=1).values()]
    sealed = ledger.read_sealed(session, entries)
    return [(entry, sealed.get(entry.id, {})) for entry in entries]


def incident_of(session, subject: UUID | None) -> Incident | None:
    return session.get(Incident, (ledger.province(), subject)) if subject is not None else None
