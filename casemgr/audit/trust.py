"""Trust at a glance: what a reader of any figure should know first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from casemgr.audit import checked, restores, sealing
from casemgr.audit.checked import Checked
from casemgr.audit.restores import Restore
from casemgr.audit.signs import SETTINGS
from casemgr.db import is_postgresql
from casemgr.ledger.services import ENTRIES, province
from casemgr.reconciling.models import Dispute, ReconciledRow
from casemgr.reconciling.rules import LOOK
from casemgr.registers.models import RegisterDraft
from casemgr.units.loading import load

_KNOWN: WeakKeyDictionary = WeakKeyDictionary()  # engine -> (when, Trust)


@dataclass(frozen=True, slots=True)
class Trust:
    """Over the whole installation, so the same on every screen."""

    entries: int
    late: int  # of them recorded days after they happened
    doubtful: int  # rows of registers that somebody must look at
    silent: int  # communes that recorded nothing this month
    communes: int
    disputes: int  # of rows of registers, detections and figures, not yet answered
    pending: int  # registers that were sent and are not imported yet
    seal: int
    sealed_at: datetime | None
    checked: Checked | None  # the last check from the command line
    restored: Restore | None  # the last time the database was put back from a backup

    @property
    def share_late(self) -> float:
        return self.late / self.entries if self.entries else 0.0


def at_a_glance(session, now: datetime) -> Trust:
    """Counted again after some minutes, not for every page."""
    engine = session.get_bind()
    engine = getattr(engine, "engine", engine)
    known = _KNOWN.get(engine)
    if known is None or not timedelta() <= now - known[0] < timedelta(minutes=SETTINGS["trust_minutes"]):
        known = _KNOWN[engine] = (now, _count(session, now))
    return known[1]


def forget(session) -> None:
    """After a seal the next page counts again."""
    engine = session.get_bind()
    _KNOWN.pop(getattr(engine, "engine", engine), None)


def _count(session, now: datetime) -> Trust:
    since = now - timedelta(days=SETTINGS["window_days"])
    here = (ENTRIES.c.province == province(), ENTRIES.c.recorded_at >= since)
    entries, late = session.execute(
        sa.select(sa.func.count(), sa.func.sum(sa.case((_is_late(session), 1), else_=0))).where(*here)
    ).one()
    tree = load(session)
    roots = tree.children(None, now.date())
    own = [root for root in roots if tree[root].code == str(province())] or roots  # its code may have changed since
    communes = {u for root in own for u in tree.communes(root, now.date())}
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    heard = session.scalars(sa.select(ENTRIES.c.unit).where(*here[:1], ENTRIES.c.recorded_at >= month).distinct())
    row, disputed = ReconciledRow.__table__, Dispute.__table__

    def number(*where) -> int:
        return session.scalar(sa.select(sa.func.count()).where(*where))

    seal = sealing.last(session)
    return Trust(
        entries=entries,
        late=late or 0,
        doubtful=number(row.c.province == province(), row.c.said == LOOK),
        silent=len(communes - set(heard)),
        communes=len(communes),
        disputes=number(row.c.province == province(), row.c.dispute.is_not(None))
        + number(disputed.c.province == province(), disputed.c.outcome == ""),
        pending=number(RegisterDraft.province == province()),
        seal=seal.number if seal else 0,
        sealed_at=seal.at if seal else None,
        checked=checked.last(session),
        restored=next(iter(restores.every(session)), None),
    )


def _is_late(session):
    """The condition that an entry was recorded more than some days after it happened."""
    days = SETTINGS["late_days"]
    if is_postgresql(session):
        return ENTRIES.c.recorded_at > ENTRIES.c.occurred_at + sa.literal(timedelta(days=days), sa.Interval)
    return sa.func.julianday(ENTRIES.c.recorded_at) > sa.func.julianday(ENTRIES.c.occurred_at) + days
