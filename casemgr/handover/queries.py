"""What the pages of this package ask of the database. A constant number of queries, whatever the number of rows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from uuid import UUID

import sqlalchemy as sa

from casemgr.access.holders import holders, users_of, who_may
from casemgr.access.models import User
from casemgr.access.policy import Actor, Permission
from casemgr.cases.handover import SENT, WAITING
from casemgr.cases.models import CaseFile, CaseReferral, CaseSpan, CaseTransfer
from casemgr.cases.queries import not_barred, offered_to, visible, within
from casemgr.ledger.services import province
from casemgr.people.models import Beneficiary
from casemgr.units.ended import lost
from casemgr.units.models import Hamlet
from casemgr.units.rules import UnitTree

MOST = 100


def staffed(session, tree: UnitTree, unit: str, programme: str) -> bool:
    """Whether somebody in this unit works for this programme, so that a file would not lie there unseen."""
    return unit in tree and bool(who_may(session, Permission.CASE_WRITE, tree, unit, programme))


def incoming(session, actor: Actor, tree: UnitTree) -> list[CaseTransfer]:
    """Transfers that wait for the actor's answer, the oldest first."""
    query = sa.select(CaseTransfer).where(offered_to(actor, tree))
    return list(session.scalars(query.order_by(CaseTransfer.asked_at, CaseTransfer.number).limit(MOST)))


# The same rows under the unit that asked: what it asked stays its own once another holds the file.
ASKED_FROM = SimpleNamespace(
    province=CaseTransfer.province,
    unit_id=CaseTransfer.from_unit,
    programme=CaseTransfer.programme,
    worker=CaseTransfer.worker,
)


def outgoing(session, actor: Actor, tree: UnitTree) -> list[tuple[CaseTransfer, bool]]:
    """What the actor's units have asked of others, and whether the actor may read the file now: those that wait, then
    the last ones answered."""
    held = sa.select(CaseFile.subject).where(within(actor, Permission.CASE_TRANSFER, CaseFile, tree))
    readable = sa.exists().where(
        CaseFile.subject == CaseTransfer.subject, within(actor, Permission.CASE_READ, CaseFile, tree)
    )
    query = sa.select(CaseTransfer, readable).where(
        CaseTransfer.province == province(),
        not_barred(actor, CaseTransfer.subject),
        sa.or_(
            within(actor, Permission.CASE_TRANSFER, ASKED_FROM, tree),
            CaseTransfer.asked_by == str(actor.user_id),
            # A unit that was divided asks no more; who took over its file reads and withdraws what still waits.
            sa.and_(CaseTransfer.state == WAITING, CaseTransfer.subject.in_(held)),
        ),
    )
    first = sa.case((CaseTransfer.state == WAITING, 0), else_=1)
    query = query.order_by(first, CaseTransfer.asked_at.desc(), CaseTransfer.number).limit(MOST)
    return [(row, may_read) for row, may_read in session.execute(query)]


def transfer(session, asked: UUID) -> CaseTransfer | None:
    return session.scalar(
        sa.select(CaseTransfer).where(CaseTransfer.province == province(), CaseTransfer.asked == asked)
    )


def open_referrals(session, actor: Actor, tree: UnitTree, number: int, size: int) -> tuple[list[CaseReferral], int]:
    """Referrals without a final answer, those without any first, the oldest first."""
    wanted = (visible(actor, Permission.CASE_READ, CaseReferral, tree), CaseReferral.state.in_((SENT, "accepted")))
    total = session.scalar(sa.select(sa.func.count()).select_from(CaseReferral).where(*wanted))
    query = sa.select(CaseReferral).where(*wanted)
    query = query.order_by(sa.case((CaseReferral.state == SENT, 0), else_=1), CaseReferral.sent_at, CaseReferral.number)
    return list(session.scalars(query.offset((number - 1) * size).limit(size))), total


def answers_due(session, rows: Collection[CaseReferral]) -> dict[UUID, datetime]:
    """Until when each of these referrals should be answered, by the entry that sent it; none where it has been, nor
    where the file was closed."""
    span = CaseSpan.__table__.c
    query = sa.select(span.anchor, span.due).where(
        span.province == province(),
        span.subject.in_({row.subject for row in rows}),
        span.pending,
        span.due.is_not(None),
        span.anchor.in_({row.sent for row in rows}),
    )
    return {row.anchor: row.due for row in session.execute(query)} if rows else {}


def readers_of(session, tree: UnitTree, file: CaseFile, named: Collection[str]) -> list[User]:
    """The active accounts of workers and leaders whose roles reach the unit of this file, by name; and those already
    named in its conflict of interest, whose roles need not reach it any more: it has moved away from them."""
    found = holders(session, Permission.CASE_CONFLICT, tree, [file.unit_id])
    missing = set(named) - {str(user.id) for user in found}
    found += users_of(session, missing).values()
    return sorted(found, key=lambda user: (user.full_name, user.username))


@dataclass(frozen=True, slots=True)
class Left:
    """Files that an ended unit still holds: one that was divided, or (`lost`) that went into no other."""

    unit: str
    files: int
    lost: bool


def split_units(tree: UnitTree, on: date) -> list[str]:
    """Communes that have ended and of which no single unit holds the whole."""
    ended = (id for id, node in tree.nodes.items() if node.valid_to is not None and node.valid_to < on)
    return sorted(id for id in ended if len(tree.successors(id)) > 1)


def left_behind(session, actor: Actor, tree: UnitTree, on: date) -> list[Left]:
    """For each unit in the actor's scope that was divided or lost the files that it still holds."""
    gone = {id for id in tree.nodes if lost(tree, id, on)}
    units = sorted(gone.union(split_units(tree, on)))
    if not units:
        return []
    query = (
        sa.select(CaseFile.unit_id, sa.func.count())
        .where(visible(actor, Permission.CASE_ASSIGN, CaseFile, tree), CaseFile.unit_id.in_(units))
        .group_by(CaseFile.unit_id)
        .order_by(CaseFile.unit_id)
    )
    return [Left(unit, count, unit in gone) for unit, count in session.execute(query)]


def files_left(session, actor: Actor, tree: UnitTree, unit: str, size: int) -> list[tuple[CaseFile, UUID | None]]:
    """Files of a divided unit with the hamlet of the person, by number."""
    query = (
        sa.select(CaseFile, Beneficiary.hamlet_id)
        .outerjoin(
            Beneficiary,
            sa.and_(Beneficiary.province == CaseFile.province, Beneficiary.subject == CaseFile.beneficiary),
        )
        .where(visible(actor, Permission.CASE_ASSIGN, CaseFile, tree), CaseFile.unit_id == unit)
        .order_by(Beneficiary.hamlet_id, CaseFile.number)
        .limit(size)
    )
    return [(file, hamlet) for file, hamlet in session.execute(query)]


def hamlet_names(session, ids: Collection[UUID]) -> dict[UUID, str]:
    """As written in a sentence: "ấp Tô Hạ"."""
    wanted = sorted(set(ids))
    return {each.id: each.label for each in session.scalars(sa.select(Hamlet).where(Hamlet.id.in_(wanted)))}
