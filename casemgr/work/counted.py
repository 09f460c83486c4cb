"""What supervision counts, unit by unit: open files, promises still to be kept, signs.

Derived from the projections and kept in the process by unit: a write makes the counts again of the units it touched,
and the hour only of those in which something has become due since. Readers add up the units of their own scope.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

import sqlalchemy as sa

from casemgr.cases.models import CaseFile, CaseSpan
from casemgr.cases.queries import late
from casemgr.db import one_of
from casemgr.ledger.kept import ByUnit, kept_by_unit
from casemgr.ledger.services import province
from casemgr.work.lists import supervision
from casemgr.work.models import CaseSign
from casemgr.work.scope import OPEN, PENDING, View

WEEK = timedelta(days=7)
NOW = timedelta()
FOREVER = datetime.max


class Files(NamedTuple):
    """Open files that are alike."""

    programme: str
    worker: str | None
    risk: str
    stage: str
    n: int
    needs: int
    contact: datetime  # the file that waits longest for a contact: when it had the last, or was opened
    late: int  # with something overdue


class Steps(NamedTuple):
    """Promises still to be kept that are alike."""

    programme: str
    worker: str | None
    track: str
    criterion: str
    due: dict[timedelta, int]  # how many are due before so long from now


class Signs(NamedTuple):
    """Signs that are alike."""

    programme: str
    code: str
    n: int


def files(view: View) -> Iterator[tuple[str, Files]]:
    """(unit, alike) of the open files the reader looks over."""
    return _seen(view, everywhere_files(view))


def everywhere_files(view: View) -> ByUnit:
    """The same of the whole province: what is usual is read from all of it."""

    def count(units: Collection[str] | None) -> ByUnit:
        key = (CaseFile.unit_id, CaseFile.programme, CaseFile.worker, CaseFile.risk, CaseFile.stage)
        contact = sa.func.min(sa.func.coalesce(CaseFile.last_contact, CaseFile.opened_at))
        counts = (sa.func.count(), sa.func.sum(CaseFile.needs), contact)
        query = sa.select(*key, *counts, *_before(CaseFile.next_due, view.now, (NOW,)))
        return _by_unit(
            view.session.execute(query.where(*_where(view, CaseFile, units), OPEN).group_by(*key)),
            lambda row: Files(*row[1:9]),
            lambda row: _until((row[9], NOW)),
        )

    return _kept(view, "files", count)


def steps(view: View) -> Iterator[tuple[str, Steps]]:
    """(unit, alike) of the open promises the reader looks over."""
    ahead = _ahead()

    def count(units: Collection[str] | None) -> ByUnit:
        key = (CaseSpan.unit_id, CaseSpan.programme, CaseSpan.worker, CaseSpan.track, CaseSpan.criterion)
        query = sa.select(*key, *_before(CaseSpan.due, view.now, ahead))
        return _by_unit(
            view.session.execute(
                query.where(*_where(view, CaseSpan, units), PENDING, CaseSpan.due.is_not(None)).group_by(*key)
            ),
            lambda row: Steps(*row[1:5], dict(zip(ahead, row[5::2], strict=True))),
            lambda row: _until(*zip(row[6::2], ahead, strict=True)),
        )

    return _seen(view, _kept(view, "steps", count))


def signs(view: View) -> Iterator[tuple[str, Signs]]:
    """(unit, alike) of the signs that hold now, as the reader looks over them."""

    def count(units: Collection[str] | None) -> ByUnit:
        key = (CaseSign.unit_id, CaseSign.programme, CaseSign.code)
        begun, ended = CaseSign.since <= view.now, CaseSign.until <= view.now
        change = (
            sa.func.min(sa.case((sa.not_(begun), CaseSign.since))),
            sa.func.min(sa.case((sa.not_(ended), CaseSign.until))),
        )
        n = sa.func.sum(sa.case((sa.and_(begun, sa.not_(ended)), 1), else_=0))
        query = sa.select(*key, n, *change).where(*_where(view, CaseSign, units), sa.not_(ended))
        return _by_unit(
            view.session.execute(query.group_by(*key)),
            lambda row: Signs(*row[1:4]),
            # A sign holds from its very moment on, where a due date is late only after it.
            lambda row: min((at for at in row[4:] if at is not None), default=FOREVER),
        )

    return _seen(view, _kept(view, "signs", count))


@cache
def _ahead() -> tuple[timedelta, ...]:
    """How far ahead the lists look."""
    days = {rule.ahead_days for rule in supervision().lists.values()} | {0, WEEK.days}
    return tuple(timedelta(days=each) for each in sorted(days))


def _before(due, now: datetime, ahead) -> list:
    """For each: how many are due before so long from now, and the first that is not."""
    found = []
    for each in ahead:
        before = late(due, now + each)
        found.append(sa.func.sum(sa.case((before, 1), else_=0)))
        found.append(sa.func.min(sa.case((due >= now + each, due))))
    return found


def _until(*changes: tuple[datetime | None, timedelta]) -> datetime:
    """Until when counts hold: a thing that is due at 12:00 is late after it, and due within a week from a week before."""
    return min((at - ahead + timedelta(microseconds=1) for at, ahead in changes if at is not None), default=FOREVER)


def _where(view: View, table, units: Collection[str] | None) -> list:
    where = [table.province == province()]
    if units is not None:
        where.append(one_of(table.unit_id, units))
    if view.hidden:
        where.append(table.subject.not_in(view.hidden))
    return where


def _by_unit(rows, alike, until) -> ByUnit:
    found: dict[str, list] = {}
    for row in rows:
        made, holds = found.setdefault(row[0], [[], FOREVER])
        made.append(alike(row))
        found[row[0]][1] = min(holds, until(row))
    return {unit: (made, holds) for unit, (made, holds) in found.items()}


def _kept(view: View, name: str, count) -> ByUnit:
    return kept_by_unit(view.session, (name, view.hidden), count, view.position, view.now)


def _seen(view: View, counted: ByUnit) -> Iterator[tuple[str, tuple]]:
    for unit, (found, _) in counted.items():
        programmes = view.programmes_in(unit)
        for each in found if programmes else ():
            if each.programme in programmes:
                yield unit, each
