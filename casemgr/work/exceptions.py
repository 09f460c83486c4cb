"""The lists of exceptions: how many stand on each, and one page of one. A constant number of queries."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

import sqlalchemy as sa

from casemgr.cases.models import CaseFile, CaseSpan
from casemgr.cases.queries import late
from casemgr.ledger.services import province
from casemgr.programmes import programmes
from casemgr.programmes.model import Programme
from casemgr.work.left import left_places, of_places
from casemgr.work.lists import PROMISES, SIGN, UNITS, List, supervision
from casemgr.work.models import CaseSign
from casemgr.work.queries import COLUMNS, tasks_of
from casemgr.work.rules import Task
from casemgr.work.scope import OPEN, PENDING, View


@dataclass(slots=True)
class Row:
    """One line of a list: whose, and what stands behind why it is there."""

    subject: UUID
    track: str
    number: str
    programme: Programme
    unit: str
    worker: str | None
    since: datetime
    sign: CaseSign | None = None
    task: Task | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Few:
    """A commune whose files name far fewer needs than elsewhere."""

    unit: str
    programme: str
    files: int
    average: float
    usual: float


def counts(view: View) -> dict[str, int]:
    """How many stand on each list."""
    return {code: count(view, rule) for code, rule in supervision().lists.items()}


def count(view: View, rule: List) -> int:
    """How many stand on one list."""
    if rule.sort == SIGN:
        return view.kept(("signs",), lambda: _count_signs(view)).get(rule.code, 0)
    if rule.sort == PROMISES and rule.ahead_days:
        return view.kept((rule.code,), lambda: _count_ahead(view, rule))
    if rule.sort == PROMISES:
        return sum(n for (_p, code), n in by_rule(view).items() if not rule.criteria or code in rule.criteria)
    if rule.sort == UNITS:
        return len(few_needs(view, rule))
    return _count_left(view)  # not kept: an account is closed without anything being written


def by_rule(view: View) -> Counter:
    """{(programme, criterion): how many promises are overdue}."""

    def count() -> Counter:
        query = sa.select(CaseSpan.programme, CaseSpan.criterion, sa.func.count())
        query = query.where(view.holds(CaseSpan), PENDING, late(CaseSpan.due, view.now))
        grouped = query.group_by(CaseSpan.programme, CaseSpan.criterion)
        return Counter({(row[0], row[1]): row[2] for row in view.session.execute(grouped)})

    return view.kept(("late",), count)


def _count_signs(view: View) -> dict[str, int]:
    query = sa.select(CaseSign.code, sa.func.count()).where(view.holds(CaseSign), *_holds_now(view))
    return {code: count for code, count in view.session.execute(query.group_by(CaseSign.code))}


def _holds_now(view: View) -> tuple:
    return CaseSign.since <= view.now, CaseSign.until > view.now


def _count_ahead(view: View, rule: List) -> int:
    return view.session.scalar(sa.select(sa.func.count()).select_from(CaseSpan).where(*_promised(view, rule)))


def _promised(view: View, rule: List, only: tuple[str, str] | None = None) -> list:
    until = view.now + timedelta(days=rule.ahead_days)
    where = [view.holds(CaseSpan), PENDING, late(CaseSpan.due, until)]
    if only is not None:
        where += [CaseSpan.programme == only[0], CaseSpan.criterion == only[1]]
    elif len(rule.criteria) == 1:  # one alone is found by rule and due date, already in order
        where.append(CaseSpan.criterion == rule.criteria[0])
    elif rule.criteria:
        where.append(CaseSpan.criterion.in_(rule.criteria))
    return where


def page(view: View, rule: List, number: int, size: int, only: tuple[str, str] | None = None) -> list[Row]:
    """One page of a list of files or detections; `only` narrows overdue work to one rule of one programme."""
    cut = {"offset": (number - 1) * size, "limit": size}
    if rule.sort == PROMISES:
        query = sa.select(*COLUMNS).where(*_promised(view, rule, only)).order_by(CaseSpan.due, CaseSpan.subject)
        return [_promise(task) for task in tasks_of(view.session.execute(query.offset(cut["offset"]).limit(size)))]
    if rule.sort == SIGN:
        query = sa.select(CaseSign).where(view.holds(CaseSign), CaseSign.code == rule.code, *_holds_now(view))
        order = CaseSign.since.desc() if rule.newest else CaseSign.since
        return [_signed(sign) for sign in _cut(view, query.order_by(order, CaseSign.subject), **cut)]
    query = sa.select(CaseFile).where(of_places(left_places(view)), *view.unhidden(CaseFile))
    return [_file(file) for file in _cut(view, query.order_by(CaseFile.worker, CaseFile.number), **cut)]


def _cut(view: View, query, offset: int, limit: int) -> Sequence:
    return view.session.scalars(query.offset(offset).limit(limit)).all()


def _promise(task: Task) -> Row:
    place = (task.subject, task.track, task.number, task.programme, task.unit, task.worker)
    return Row(*place, since=task.due, task=task)


def _signed(sign: CaseSign) -> Row:
    place = (sign.subject, sign.track, sign.number, programmes()[sign.programme], sign.unit_id, sign.worker)
    return Row(*place, since=sign.since, sign=sign)


def _file(file: CaseFile) -> Row:
    place = (file.subject, "case", file.number, programmes()[file.programme], file.unit_id, file.worker)
    return Row(*place, since=file.opened_at)


def _count_left(view: View) -> int:
    places = left_places(view)
    query = sa.select(sa.func.count()).select_from(CaseFile).where(of_places(places), *view.unhidden(CaseFile))
    return view.session.scalar(query) if places else 0


def few_needs(view: View, rule: List) -> list[Few]:
    """The communes in scope whose files name far fewer needs than is usual in the whole province."""
    everywhere = view.kept(("needs",), lambda: _needs(view, rule))
    usual = {
        code: median(e.average for e in everywhere if e.programme == code) for code in {e.programme for e in everywhere}
    }
    reach = {(unit, code) for unit, code in view.kept(("needs in scope",), lambda: _places(view, rule))}
    found = [
        Few(each.unit, each.programme, each.files, each.average, usual[each.programme])
        for each in everywhere
        if (each.unit, each.programme) in reach and each.average * 100 < usual[each.programme] * rule.share
    ]
    return sorted(found, key=lambda few: few.average / few.usual)


def _assessed(rule: List) -> list:
    return [CaseFile.province == province(), OPEN, CaseFile.programme.in_(rule.groups), CaseFile.stage != "new"]


def _needs(view: View, rule: List) -> list[Few]:
    query = sa.select(CaseFile.unit_id, CaseFile.programme, sa.func.count(), sa.func.sum(CaseFile.needs))
    grouped = query.where(*_assessed(rule)).group_by(CaseFile.unit_id, CaseFile.programme)
    rows = view.session.execute(grouped.having(sa.func.count() >= rule.least))
    return [Few(unit, code, files, needs / files, 0) for unit, code, files, needs in rows]


def _places(view: View, rule: List) -> list[tuple[str, str]]:
    query = sa.select(CaseFile.unit_id, CaseFile.programme).where(*_assessed(rule), view.holds(CaseFile)).distinct()
    return [(row.unit_id, row.programme) for row in view.session.execute(query)]
