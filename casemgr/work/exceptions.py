"""The lists of exceptions: how many stand on each, and one page of one. A constant number of queries."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

import sqlalchemy as sa

from casemgr.access.policy import Actor, Permission
from casemgr.cases.queries import FILES, late, visible
from casemgr.programmes import programmes
from casemgr.programmes.model import Programme
from casemgr.units.rules import UnitTree
from casemgr.work import counted
from casemgr.work.bursts import bursts
from casemgr.work.counted import NOW
from casemgr.work.left import Place, left_places, of_places
from casemgr.work.lists import BURSTS, PROMISES, SIGN, UNITS, WORKERS, List, supervision
from casemgr.work.models import CaseSign
from casemgr.work.queries import COLUMNS, SPANS, tasks_of
from casemgr.work.rules import Task
from casemgr.work.scope import OPEN, View
from casemgr.work.signs import RETURNED

SIGNS = CaseSign.__table__


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
    sign: sa.Row | None = None  # of `case_sign`
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
        return view.kept(("signs",), lambda: _count_signs(view))[rule.code]
    if rule.sort == PROMISES:
        ahead = timedelta(days=rule.ahead_days)
        found = _promises_due(view, ahead)
        return sum(n for (_p, code), n in found.items() if not rule.criteria or code in rule.criteria)
    if rule.sort == UNITS:
        return len(few_needs(view, rule))
    if rule.sort == BURSTS:
        return len(bursts(view, rule))
    return sum(left_places(view).values())


def by_rule(view: View) -> Counter:
    """{(programme, criterion): how many promises are overdue}."""
    return _promises_due(view, NOW)


def _promises_due(view: View, ahead: timedelta) -> Counter:
    return view.kept(("promises", ahead), lambda: _count_promises(view, ahead))


def _count_promises(view: View, ahead: timedelta) -> Counter:
    found: Counter = Counter()
    for _unit, steps in counted.steps(view):
        found[steps.programme, steps.criterion] += steps.due[ahead]
    return found


def _count_signs(view: View) -> Counter:
    found: Counter = Counter()
    for _unit, signs in counted.signs(view):
        found[signs.code] += signs.n
    return found


def conflicts_by_unit(view: View) -> list[tuple[str, int, int]]:
    """(the unit they came from, files held above it, of which so many wait for a second person), the most first. Without
    those that no mark has moved, or that somebody has accepted since."""
    waits = sa.func.sum(sa.case((SIGNS.c.asks, 1), else_=0))
    moved = (view.holds(SIGNS.c), SIGNS.c.code == "conflict", SIGNS.c.detail != "")
    query = sa.select(SIGNS.c.detail, sa.func.count(), waits).where(*moved)
    grouped = query.where(*_holds_at(view.now)).group_by(SIGNS.c.detail)
    return sorted(map(tuple, view.session.execute(grouped)), key=lambda row: (-row[1], row[0]))


def _holds_at(moment) -> tuple:
    return SIGNS.c.since <= moment, SIGNS.c.until > moment


def _promised(holds: Callable, *asked: tuple[str | None, str | None]) -> sa.Select:
    """The first of each criterion, for each then lies in its order in the index, however few there are."""
    parts = [_of_criterion(holds, *each) for each in asked]
    return parts[0] if len(parts) == 1 else sa.union_all(*(sa.select(part.subquery()) for part in parts))


def _of_criterion(holds: Callable, programme: str | None, code: str | None) -> sa.Select:
    due = late(SPANS.c.due, sa.bindparam("until", type_=sa.DateTime()))
    query = sa.select(*COLUMNS).where(holds(SPANS.c), SPANS.c.pending, due)
    for column, wanted in ((SPANS.c.programme, programme), (SPANS.c.criterion, code)):
        query = query.where(column == wanted) if wanted else query
    return query.order_by(SPANS.c.due, SPANS.c.unit_id, SPANS.c.subject).limit(sa.bindparam("most"))


def page(view: View, rule: List, number: int, size: int, only: tuple[str, str] | None = None) -> tuple[list[Row], int]:
    """One page of a list of files or detections, and how many stand on the list; `only` narrows overdue work to one
    rule of one programme."""
    if rule.sort != WORKERS:
        return _rows(view, rule, number, size, only), count(view, rule)
    places = left_places(view)
    return [_file(file) for file in _left(view, places, (number - 1) * size, size)], sum(places.values())


def _rows(view: View, rule: List, number: int, size: int, only: tuple[str, str] | None) -> list[Row]:
    cut = {"offset": (number - 1) * size, "limit": size}
    if rule.sort == PROMISES:
        return [_promise(task) for task in tasks_of(_promises(view, rule, number * size, only)[cut["offset"] :])]
    query = view.written(_signs, rule.code, rule.newest)
    return [_signed(sign) for sign in view.session.execute(query, {"now": view.now, **cut})]


def _signs(holds: Callable, code: str, newest: bool) -> sa.Select:
    now = sa.bindparam("now", type_=sa.DateTime())
    query = sa.select(SIGNS).where(holds(SIGNS.c), SIGNS.c.code == code, *_holds_at(now))
    query = query.order_by(SIGNS.c.since.desc() if newest else SIGNS.c.since, SIGNS.c.subject)
    return query.offset(sa.bindparam("offset")).limit(sa.bindparam("limit"))


def sent_back(session, actor: Actor, tree: UnitTree, now: datetime) -> list[Row]:
    """What a leader has sent back in the files of this worker, the newest first."""
    query = sa.select(SIGNS).where(visible(actor, Permission.CASE_READ, SIGNS.c, tree), *_holds_at(now))
    query = query.where(SIGNS.c.code == RETURNED, SIGNS.c.worker == str(actor.user_id))
    return [_signed(sign) for sign in session.execute(query.order_by(SIGNS.c.since.desc()))]


def _left(view: View, places: Mapping[Place, int], offset: int, limit: int) -> Sequence:
    """The files of workers who left, by worker: only those whose files lie on the page are asked for."""
    shown: list[Place] = []
    passed = before = 0
    for worker in sorted({place.worker for place in places}):
        theirs = {place: n for place, n in places.items() if place.worker == worker}
        here = sum(theirs.values())
        if passed + here <= offset:
            before = passed + here
        elif passed < offset + limit:
            shown += theirs
        passed += here
    if not shown:
        return []
    query = view.written(_of_left, *sorted(shown))
    return view.session.execute(query, {"offset": offset - before, "limit": limit}).all()


def _of_left(holds: Callable, *places: Place) -> sa.Select:
    workers = {place.worker for place in places}  # named, so that their index is used
    theirs = (FILES.c.worker.in_(sorted(workers)), of_places(places))
    # Found before they are put in order: else SQLite walks all numbers until a page is full.
    found = sa.select(FILES).where(holds(FILES.c), OPEN, *theirs).cte().prefix_with("MATERIALIZED")
    query = sa.select(found).order_by(found.c.worker, found.c.number)
    return query.offset(sa.bindparam("offset")).limit(sa.bindparam("limit"))


def _promises(view: View, rule: List, most: int, only: tuple[str, str] | None) -> list:
    """The first of the promises, by due date."""
    ahead = timedelta(days=rule.ahead_days)
    waits = {code for (_programme, code), n in _promises_due(view, ahead).items() if n}
    asked = [(None, code) for code in rule.criteria if code in waits] if rule.criteria else [only or (None, None)]
    if not asked:
        return []
    found = view.session.execute(view.written(_promised, *asked), {"until": view.now + ahead, "most": most})
    return sorted(found, key=lambda row: (row.due, row.unit_id, row.subject))[:most]


def _promise(task: Task) -> Row:
    place = (task.subject, task.track, task.number, task.programme, task.unit, task.worker)
    return Row(*place, since=task.due, task=task)


def _signed(sign: sa.Row) -> Row:
    place = (sign.subject, sign.track, sign.number, programmes()[sign.programme], sign.unit_id, sign.worker)
    return Row(*place, since=sign.since, sign=sign)


def _file(file: sa.Row) -> Row:
    place = (file.subject, "case", file.number, programmes()[file.programme], file.unit_id, file.worker)
    return Row(*place, since=file.opened_at)


def few_needs(view: View, rule: List) -> list[Few]:
    """The communes in scope whose files name far fewer needs than is usual in the whole province."""
    return view.kept((rule.code,), lambda: _few_needs(view, rule))


def _few_needs(view: View, rule: List) -> list[Few]:
    everywhere = _needs(view, rule)
    usual = {
        code: median(e.average for e in everywhere if e.programme == code) for code in {e.programme for e in everywhere}
    }
    found = [
        Few(each.unit, each.programme, each.files, each.average, usual[each.programme])
        for each in everywhere
        if each.programme in view.programmes_in(each.unit) and each.average * 100 < usual[each.programme] * rule.share
    ]
    return sorted(found, key=lambda few: few.average / few.usual)


def _needs(view: View, rule: List) -> list[Few]:
    files, needs = Counter(), Counter()
    for unit, (found, _until) in counted.everywhere_files(view).items():
        for each in found:
            if each.programme in rule.groups and each.stage != "new":
                files[unit, each.programme] += each.n
                needs[unit, each.programme] += each.needs
    return [Few(*key, n, needs[key] / n, 0) for key, n in files.items() if n >= rule.least]
