"""What the pages of case files ask of the database. Every list goes through `visible`: one scope, one answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from casemgr.access import policy
from casemgr.access.holders import user_ids
from casemgr.access.models import User
from casemgr.access.policy import ALL, Actor, Permission
from casemgr.cases.handover import WAITING
from casemgr.cases.models import CaseBar, CaseFile, CaseSpan, CaseTransfer
from casemgr.db import one_of
from casemgr.ledger import services as ledger
from casemgr.programmes import programmes
from casemgr.units.rules import UnitTree

FILES, BARS, USERS = CaseFile.__table__, CaseBar.__table__, User.__table__
FEW_UNITS = 12  # in so many a query looks unit by unit; in more a planner would walk them all


def scopes(actor: Actor, permission: Permission) -> list[policy.Scope]:
    return policy.scope(actor, permission)


def home_units(actor: Actor) -> frozenset[str]:
    """The units in which the actor may look for people."""
    return frozenset().union(*(each.units for each in scopes(actor, Permission.PERSON_SEARCH)))


def visible(actor: Actor, permission: Permission, table, tree: UnitTree):
    """The SQL condition of the actor's scope on a table with province, subject, unit_id, programme and worker."""
    return sa.and_(within(actor, permission, table, tree), not_barred(actor, table.subject))


def offered_to(actor: Actor, tree: UnitTree):
    """The SQL condition of the transfers that wait for the actor's answer; what they asked themselves, others answer."""
    asked = visible(actor, Permission.TRANSFER_ANSWER, CaseTransfer, tree)
    return sa.and_(asked, CaseTransfer.state == WAITING, CaseTransfer.asked_by != str(actor.user_id))


def within(actor: Actor, permission: Permission, table, tree: UnitTree):
    """`visible` by role alone, without the conflicts of interest."""
    assigned = [code for code, each in programmes().items() if each.readers == "assigned"]
    reached = []
    for scope in policy.scope(actor, permission):
        parts = []
        if len(scope.units) < len(tree):
            parts.append(one_of(table.unit_id, scope.units))
        if scope.programmes is not ALL:
            parts.append(table.programme.in_(sorted(scope.programmes)))
        if scope.assigned_only and assigned:
            mine, codes = table.worker == str(actor.user_id), scope.programmes
            every = codes is not ALL and codes <= set(assigned)  # said plainly, so that an index of workers is found
            parts.append(mine if every else sa.or_(table.programme.not_in(assigned), mine))
        reached.append(sa.and_(sa.true(), *parts))
    return sa.and_(table.province == ledger.province(), sa.or_(sa.false(), *reached))


def not_barred(actor: Actor, subject):
    """The SQL condition that no conflict of interest hides this ledger from the actor."""
    return subject.not_in(_hidden(actor))


def _hidden(actor: Actor):
    return sa.select(BARS.c.hidden).where(BARS.c.province == ledger.province(), BARS.c.account == str(actor.user_id))


_HIDDEN = sa.select(BARS.c.hidden).where(BARS.c.province == sa.bindparam("here"), BARS.c.account == sa.bindparam("who"))


def hidden_from(session, actor: Actor) -> list[UUID]:
    """The ledgers that a conflict of interest hides from the actor: nearly always none, so that what counts
    thousands of files asks once instead of for each."""
    return sorted(session.scalars(_HIDDEN, {"here": ledger.province(), "who": str(actor.user_id)}))


def barred(session, actor: Actor, subject: UUID) -> bool:
    """Whether a conflict of interest hides this ledger from the actor."""
    found = sa.select(sa.func.count()).where(
        CaseBar.province == ledger.province(), CaseBar.account == str(actor.user_id), CaseBar.hidden == subject
    )
    return bool(session.scalar(found))


def held_above(session, actor: Actor, tree: UnitTree, unit: str, programme: str) -> int:
    """How many files of the programme a unit above the communes holds at or below `unit` because of a conflict of
    interest. Those that one hides from the actor are not counted for them."""
    above = [each for each in tree.below(unit) if tree.level(each) != "commune"]
    if not above:
        return 0
    held = sa.select(sa.func.count(CaseFile.subject.distinct())).join(
        CaseBar, sa.and_(CaseBar.province == CaseFile.province, CaseBar.subject == CaseFile.subject)
    )
    where = (CaseFile.province == ledger.province(), CaseFile.programme == programme, CaseFile.unit_id.in_(above))
    return session.scalar(held.where(*where, not_barred(actor, CaseFile.subject)))


def late(due, now: datetime):
    """The SQL condition of `programmes.spans.overdue` on the due date of what is still to be done."""
    return due < now


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None or False: not narrowed."""

    programme: str | None = None
    status: str | None = None
    risk: str | None = None
    unit: frozenset[str] | None = None
    overdue: bool = False
    mine: bool = False
    waiting: bool = False


def narrow(filters: Filters, actor: Actor, now: datetime) -> list:
    """The SQL conditions of the filters."""
    conditions = []
    if filters.programme:
        conditions.append(CaseFile.programme == filters.programme)
    if filters.status == "open":
        conditions.append(CaseFile.status != "closed")
    elif filters.status:
        conditions.append(CaseFile.status == filters.status)
    if filters.risk:
        conditions.append(CaseFile.risk == filters.risk)
    if filters.unit is not None:
        conditions.append(one_of(CaseFile.unit_id, filters.unit))
    if filters.overdue:
        conditions.append(late(CaseFile.next_due, now))
    if filters.mine:
        conditions.append(CaseFile.worker == str(actor.user_id))
    if filters.waiting:
        conditions.append(CaseFile.waiting > 0)
    return conditions


# A row has what a CaseFile has; a list needs no objects that could be changed.
_LISTED = sa.select(FILES).order_by(FILES.c.next_due.is_(None), FILES.c.next_due, FILES.c.number)


def case_list(session, conditions: Sequence, number: int, size: int) -> tuple[list[sa.Row], int]:
    """One page of the case files, those due first; and how many there are. Two queries."""
    total = session.scalar(sa.select(sa.func.count()).select_from(FILES).where(*conditions))
    found = _LISTED.where(*conditions).offset((number - 1) * size).limit(size)
    return list(session.execute(found)), total


def files_of(session, conditions: Sequence, subjects: Iterable[UUID]) -> list[sa.Row]:
    """The case files of these beneficiaries, within the conditions."""
    subjects = list(subjects)
    if not subjects:
        return []
    return list(session.execute(_LISTED.where(*conditions, FILES.c.beneficiary.in_(subjects))))


def next_steps(session, files: Sequence[CaseFile]) -> dict[UUID, sa.Row]:
    """What stands behind `next_due` of each of these files: subject, criterion, detail, arises, due. One query."""
    wanted = {file.subject: file.next_due for file in files if file.next_due is not None}
    if not wanted:
        return {}
    span = CaseSpan.__table__.c
    query = sa.select(span.subject, span.criterion, span.detail, span.arises, span.due).where(
        span.province == ledger.province(), one_of(span.subject, wanted), span.pending, span.due.is_not(None)
    )
    found: dict[UUID, sa.Row] = {}
    for row in session.execute(query.order_by(span.subject, span.position)):
        if row.due == wanted[row.subject]:
            found.setdefault(row.subject, row)
    return found


_NAMES = sa.select(USERS.c.id, USERS.c.full_name).where(one_of(USERS.c.id, "ids"))


def names_of(session, ids: Iterable[str]) -> dict[str, str]:
    """Full names of users by id as text; ids that are no users (system:...) are absent."""
    wanted = user_ids(ids)
    if not wanted:
        return {}
    return {str(row.id): row.full_name for row in session.execute(_NAMES, {"ids": wanted})}


def case_of_entry(session, entry: UUID) -> UUID | None:
    """The ledger that already holds an entry with this id."""
    table = ledger.ENTRIES
    return session.scalar(sa.select(table.c.subject).where(table.c.province == ledger.province(), table.c.id == entry))


def file_of(session, subject: UUID) -> CaseFile | None:
    """The case file of a ledger."""
    return session.get(CaseFile, (ledger.province(), subject))
