"""Trust at a glance, and what would show if figures were made to look better than they are."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from casemgr.audit import sealing
from casemgr.audit.signs import SETTINGS
from casemgr.cases.models import CaseFile, CaseSpan, Verdict
from casemgr.db import is_postgresql
from casemgr.jobs.models import Job
from casemgr.ledger.services import ENTRIES, province
from casemgr.programmes import programmes
from casemgr.reconciling.models import ReconciledRow
from casemgr.reconciling.rules import LOOK
from casemgr.units.loading import load

_KNOWN: WeakKeyDictionary = WeakKeyDictionary()  # engine -> (when, Trust)


@dataclass(frozen=True, slots=True)
class Trust:
    """What a reader of any figure should know first; over the whole installation, so the same on every screen."""

    entries: int
    late: int  # of them recorded days after they happened
    doubtful: int  # rows of registers that somebody must look at
    silent: int  # communes that recorded nothing this month
    communes: int
    disputes: int
    pending: int  # imports and other long work not yet done
    seal: int
    sealed_at: datetime | None

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
    row, job = ReconciledRow.__table__, Job.__table__

    def number(*where) -> int:
        return session.scalar(sa.select(sa.func.count()).where(*where))

    seal = sealing.last(session)
    return Trust(
        entries=entries,
        late=late or 0,
        doubtful=number(row.c.province == province(), row.c.said == LOOK),
        silent=len(communes - set(heard)),
        communes=len(communes),
        disputes=number(row.c.province == province(), row.c.dispute.is_not(None)),
        pending=number(job.c.province == province(), job.c.state.in_(("waiting", "running"))),
        seal=seal.number if seal else 0,
        sealed_at=seal.at if seal else None,
    )


def _is_late(session):
    """The condition that an entry was recorded more than some days after it happened."""
    days = SETTINGS["late_days"]
    if is_postgresql(session):
        return ENTRIES.c.recorded_at > ENTRIES.c.occurred_at + sa.literal(timedelta(days=days), sa.Interval)
    return sa.func.julianday(ENTRIES.c.recorded_at) > sa.func.julianday(ENTRIES.c.occurred_at) + days


@dataclass(slots=True)
class Habits:
    """How one commune writes, for one programme: numbers in which a figure that is made to look good would show."""

    unit: str
    cases: int = 0
    needs: int = 0
    kept: int = 0  # promises of the timely step kept with a date
    by_date: int = 0  # of them in time by the day it happened
    by_record: int = 0  # of them in time by the day it was recorded
    services: int = 0
    proven: int = 0
    refusals: int = 0
    excluded: int = 0
    entries: int = 0
    burst: int = 0  # entries recorded in the last days of the period
    low_needs: bool = False

    @property
    def needs_per_case(self) -> float:
        return self.needs / self.cases if self.cases else 0.0


def habits(session, code: str, units: Collection[str], start: date, end: date) -> list[Habits]:
    """For each commune; a few grouped queries over the period."""
    found: dict[str, Habits] = {}
    first, last = datetime.combine(start, datetime.min.time()), datetime.combine(end, datetime.max.time())

    def of(unit: str) -> Habits:
        return found.setdefault(unit, Habits(unit))

    for unit, number in _cases(session, code, first, last):
        of(unit).cases = number
    for unit, number in _spans(session, code, ["need"], first, last):
        of(unit).needs = number
    for unit, kept, by_date, by_record in _timely(session, code, first, last):
        one = of(unit)
        one.kept, one.by_date, one.by_record = kept, by_date or 0, by_record or 0
    for unit, entries, burst, services, proven, refusals in _entries(session, code, first, last):
        one = of(unit)
        one.entries, one.burst, one.services, one.proven, one.refusals = entries, burst, services, proven, refusals
    for unit, number in _excluded(session, code, last):
        of(unit).excluded = number
    made = sorted((h for h in found.values() if h.unit in units), key=lambda h: h.unit)
    usual = median(h.needs_per_case for h in made if h.cases) if any(h.cases for h in made) else 0
    for one in made:
        one.low_needs = bool(one.cases) and one.needs_per_case < usual * SETTINGS["low_needs"]
    return made


def _cases(session, code: str, first: datetime, last: datetime):
    table = CaseFile.__table__
    query = sa.select(table.c.unit_id, sa.func.count()).where(
        table.c.province == province(), table.c.programme == code, table.c.opened_at.between(first, last)
    )
    return session.execute(query.group_by(table.c.unit_id)).all()


def _spans(session, code: str, criteria, first: datetime, last: datetime):
    table = CaseSpan.__table__
    query = sa.select(table.c.unit_id, sa.func.count()).where(
        table.c.province == province(), table.c.programme == code, table.c.criterion.in_(criteria),
        table.c.arises.between(first, last),
    )  # fmt: skip
    return session.execute(query.group_by(table.c.unit_id)).all()


def _timely(session, code: str, first: datetime, last: datetime):
    """Kept promises of the programme's last step: in time by the date it happened, and by when it was written down."""
    span, criteria = CaseSpan.__table__, programmes()[code].steps[-1].criteria
    same = sa.and_(ENTRIES.c.province == span.c.province, ENTRIES.c.id == span.c.met_entry)
    by_date = sa.case((span.c.met <= span.c.due, 1), else_=0)
    by_record = sa.case((sa.and_(span.c.met <= span.c.due, ENTRIES.c.recorded_at <= span.c.due), 1), else_=0)
    query = sa.select(span.c.unit_id, sa.func.count(), sa.func.sum(by_date), sa.func.sum(by_record)).join(ENTRIES, same)
    query = query.where(
        span.c.province == province(), span.c.programme == code, span.c.criterion.in_(criteria),
        span.c.due.is_not(None), span.c.arises.between(first, last),
    )  # fmt: skip
    return session.execute(query.group_by(span.c.unit_id)).all()


def _entries(session, code: str, first: datetime, last: datetime):
    def number(*where):
        return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(*where), 1), else_=0)), 0)

    served = ENTRIES.c.kind == "served"
    unproven = sa.or_(ENTRIES.c.coded.like('%"proof":"none"%'), ENTRIES.c.coded.not_like('%"proof":%'))
    query = sa.select(
        ENTRIES.c.unit,
        sa.func.count(),
        number(ENTRIES.c.recorded_at > last - timedelta(days=SETTINGS["burst_days"])),
        number(served),
        number(served, sa.not_(unproven)),
        number(ENTRIES.c.kind == "refused"),
    ).where(
        ENTRIES.c.province == province(),
        ENTRIES.c.recorded_at.between(first, last),
        ENTRIES.c.definition.like(f"{code}@%"),
    )
    return session.execute(query.group_by(ENTRIES.c.unit)).all()


def _excluded(session, code: str, last: datetime):
    table = Verdict.__table__
    query = sa.select(table.c.unit_id, sa.func.count()).where(
        table.c.province == province(), table.c.programme == code, table.c.verdict == "excluded",
        table.c.start <= last, table.c.end > last,
    )  # fmt: skip
    return session.execute(query.group_by(table.c.unit_id)).all()
