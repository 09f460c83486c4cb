"""The first page of the day, and the decisions that wait."""

from datetime import datetime, time, timedelta

from flask import Blueprint, redirect, render_template, url_for

from casemgr.access import web
from casemgr.access.web import Permission, current_actor, guard, log_access
from casemgr.cases.clocks import Running, left, overdue
from casemgr.clock import now
from casemgr.db import db
from casemgr.units.loading import calendar
from casemgr.units.web import current_tree
from casemgr.work import queries
from casemgr.work.rules import Task, arrange

bp = Blueprint("work", __name__)

AHEAD = timedelta(days=7)


@bp.get("/")
@guard()
def today():
    actor, tree, moment = current_actor(), current_tree(), now()
    roles = {grant.role for grant in actor.grants}
    if not roles & {"worker", "supervisor"}:
        return redirect(web.home(), 303)
    writes = "worker" in roles
    until = datetime.combine(moment.date() + AHEAD, time.max)
    wanted = (["worker"] if writes else []) + (["supervisor", "above"] if "supervisor" in roles else [])
    tasks = queries.tasks(db.session, actor, tree, wanted, until, mine=writes and "supervisor" not in roles)
    day = arrange(tasks, moment)
    queries.add_labels(db.session, actor, [task for cards in day.groups.values() for task in cards])
    log_access(Permission.CASE_LIST, detail="today")
    return render_template(
        "work/today.html",
        day=day,
        now=moment,
        words=_words(moment),
        address=_address,
        page_of=_page,
        open_count=queries.open_count(db.session, actor, tree, mine=writes),
        waiting=len(queries.waiting(db.session, actor, tree)) if "supervisor" in roles else 0,
        overdue=queries.overdue_count(db.session, actor, tree, moment) if "supervisor" in roles else 0,
        writes=writes,
    )


@bp.get("/approvals")
@guard(Permission.CASE_DECIDE)
def approvals():
    actor, tree, moment = current_actor(), current_tree(), now()
    tasks = queries.waiting(db.session, actor, tree)
    queries.add_labels(db.session, actor, tasks)
    log_access(Permission.CASE_DECIDE, detail="approvals")
    return render_template(
        "work/approvals.html",
        tasks=tasks,
        now=moment,
        words=_words(moment),
        address=_address,
        page_of=_page,
    )


def _words(moment: datetime):
    """How late a task is, or how long is left, in the unit its rule counts in."""
    days = calendar(db.session)

    def words(task: Task):
        clock = Running(None, task.version) if task.version else None
        late = task.due is not None and task.due < moment
        return overdue(task.due, clock, days, moment) if late else left(task.due, clock, days, moment)

    return words


def _page(task: Task) -> str:
    return url_for("detections.page" if task.track == "detection" else "cases.case", number=task.number)


def _address(task: Task) -> str:
    """Where the reader does a task: the entry form of its file or the decision page; else the page it stands on."""
    if task.criterion.task == "decided":
        return _decision(task)
    kind = task.programme.case.kinds.get(task.criterion.task or "") if task.track == "case" else None
    # The page of the file knows which of several entries comes next, and whether a plan already waits for its decision.
    asked = task.criterion.parts or (kind is not None and kind.decide)
    if kind is not None and kind.offer and not asked and _may_write(task, kind):
        return url_for("cases.entry", number=task.number, kind=kind.code)
    return _page(task)


def _decision(task: Task) -> str:
    """The page of the decision for whoever decides; a commune's plan is not decided above it."""
    detected = task.track == "detection"
    needed = Permission.DETECTION_DECIDE if detected else Permission.CASE_DECIDE
    if not web.may(needed, unit=task.unit, programme=task.programme.code):
        return _page(task)
    return url_for("detections.decide" if detected else "cases.decide", number=task.number, id=task.anchor)


def _may_write(task: Task, kind) -> bool:
    """Whether the reader writes this kind of entry; whoever only looks on is shown the file."""
    needed = Permission.CASE_DECIDE if kind.by == "supervisor" else Permission.CASE_WRITE
    facts = {"unit": task.unit, "programme": task.programme.code, "worker": task.worker}
    return web.may(needed, read=task.programme.readers, **facts)
