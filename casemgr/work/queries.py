"""What the work pages ask of the database: open spans within the reader's scope. A constant number of queries."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from casemgr.access import policy
from casemgr.access.policy import Actor, Permission
from casemgr.cases.models import CaseSpan
from casemgr.cases.queries import FEW_UNITS, FILES, scopes, visible
from casemgr.db import one_of
from casemgr.detections.models import Detected
from casemgr.ledger.services import province
from casemgr.people import services as people
from casemgr.programmes import from_programmes, programmes
from casemgr.programmes.model import Criterion, Programme
from casemgr.units.rules import UnitTree
from casemgr.work.rules import Task

SPANS = CaseSpan.__table__
COLUMNS = [
    SPANS.c[name]
    for name in ("subject", "track", "number", "programme", "criterion", "due", "anchor", "arises", "detail")
    + ("unit_id", "worker")
]
MOST = 400  # more open tasks than anybody reads; beyond, the lists of cases and detections are the place
AHEAD = timedelta(days=7)  # what a leader does, and does not only decide, waits with the decisions from so long before


@from_programmes
def urgent_criteria() -> tuple[str, ...]:
    every = (c for p in programmes().values() for track in (p.case, p.detection) for c in track.criteria)
    return tuple(sorted({c.code for c in every if c.urgent}))


def tasks(session, actor: Actor, tree: UnitTree, roles: Sequence[str], until: datetime, *, mine: bool) -> list[Task]:
    """Open promises for these roles: urgent ones, those due by `until`, and detections that wait to be verified.

    With `mine` only files assigned to the actor or to nobody yet.
    """
    urgent = urgent_criteria()
    units = near(actor, Permission.CASE_READ, Permission.DETECTION_LIST)
    few = len(units) <= FEW_UNITS
    query = sa.select(*COLUMNS).where(
        SPANS.c.province == province(),
        SPANS.c.pending,
        # An emergency is everybody's, whoever should have taken it.
        sa.or_(SPANS.c.role.in_(roles), SPANS.c.criterion.in_(urgent)),
        sa.or_(SPANS.c.due <= until, SPANS.c.criterion.in_(urgent), SPANS.c.track == "detection"),
    )
    # Said once for the index, which cannot look into the alternatives: a few units, or the few rules that are a leader's.
    if few or "worker" in roles:
        query = query.where(one_of(SPANS.c.unit_id, units) if len(units) < len(tree) else sa.true())
    if "worker" not in roles:
        query = query.where(SPANS.c.criterion.in_(_criteria_of(roles)))
    if mine:
        # Two questions in one, for an index finds one worker, or nobody, but not either.
        whose = (SPANS.c.worker == str(actor.user_id), SPANS.c.worker.is_(None))
        parts = [query.where(_reached(actor, SPANS.c, tree), each) for each in whose]
        both = sa.union_all(*(sa.select(_most_pressing(part, SPANS.c, urgent).subquery()) for part in parts)).subquery()
        query, columns = sa.select(both), both.c
    elif "worker" in roles:
        query, columns = query.where(_reached(actor, SPANS.c, tree)), SPANS.c
    else:
        query, columns = by_rule(query, units, lambda table: _reached(actor, table, tree))
    return tasks_of(session.execute(_most_pressing(query, columns, urgent)))


def by_rule(query, units: Collection[str], holds: Callable) -> tuple:
    """(the rows of a query of spans that are few by their rules and of which `holds(table)` is true, its columns).
    With many units in sight the rules come first: a planner would walk them all."""
    if len(units) <= FEW_UNITS:
        return query.where(holds(SPANS.c)), SPANS.c
    ruled = query.add_columns(SPANS.c.province).cte().prefix_with("MATERIALIZED")
    return sa.select(ruled).where(holds(ruled.c)), ruled.c


def near(actor: Actor, *permissions: Permission) -> frozenset[str]:
    """The units of all these scopes together."""
    return frozenset().union(*(each.units for p in permissions for each in scopes(actor, p)))


def _reached(actor: Actor, table, tree: UnitTree):
    """The SQL condition of what the reader may see of files and of detections."""
    return sa.or_(
        sa.and_(table.track == "case", visible(actor, Permission.CASE_READ, table, tree)),
        sa.and_(table.track == "detection", visible(actor, Permission.DETECTION_LIST, table, tree)),
    )


def _most_pressing(query, columns, urgent: Sequence[str]):
    """What is most urgent, or most late, comes first."""
    order = (sa.case((columns.criterion.in_(urgent), 0), else_=1), columns.due.is_(None), columns.due, columns.number)
    return query.order_by(*order).limit(MOST)


def _criteria_of(roles: Sequence[str]) -> list[str]:
    every = (c for p in programmes().values() for track in (p.case, p.detection) for c in track.criteria)
    return sorted({c.code for c in every if c.urgent or c.role in roles})


@from_programmes
def _known() -> dict[tuple[str, str, str], tuple[Programme, Criterion]]:
    return {
        (programme.code, name, criterion.code): (programme, criterion)
        for programme in programmes().values()
        for name, track in (("case", programme.case), ("detection", programme.detection))
        for criterion in track.criteria
    }


def tasks_of(rows) -> list[Task]:
    """What each span still asks for; nothing where the programme no longer has its criterion."""
    known = _known()
    return [_task(row, *known[key]) for row in rows if (key := (row.programme, row.track, row.criterion)) in known]


def _task(row, programme: Programme, criterion: Criterion) -> Task:
    return Task(
        subject=row.subject,
        track=row.track,
        number=row.number,
        programme=programme,
        criterion=criterion,
        due=row.due,
        anchor=row.anchor,
        arises=row.arises,
        detail=row.detail if row.detail in programme.needs else "",
        unit=row.unit_id,
        worker=row.worker,
    )


def add_labels(session, actor: Actor, found: Sequence[Task]) -> None:
    """Puts the given name and initial on each task whose person the reader may know: two queries, however many."""
    labels, named = {}, [task for task in found if _may_identify(actor, task)]
    for table, track in ((FILES, "case"), (Detected.__table__, "detection")):
        labels |= people.labels_by(session, table, (task.subject for task in named if task.track == track))
    for task in found:
        task.label = labels.get(task.subject, "")


def _may_identify(actor: Actor, task: Task) -> bool:
    """As on the page of the file or the detection: one that nobody has taken yet could be the reader's."""
    worker = task.worker or (actor.user_id if task.track == "detection" else None)
    place = {"unit": task.unit, "programme": task.programme.code, "worker": worker}
    return policy.may(actor, Permission.IDENTITY_READ, **place, read=task.programme.readers)


def open_count(session, actor: Actor, tree: UnitTree, *, mine: bool) -> int:
    """How many open files the reader has before them."""
    query = sa.select(sa.func.count()).select_from(FILES)
    query = query.where(visible(actor, Permission.CASE_READ, FILES.c, tree), FILES.c.status != "closed")
    if mine:
        query = query.where(FILES.c.worker == str(actor.user_id))
    return session.scalar(query)
