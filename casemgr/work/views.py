"""The first page of the day."""

from datetime import datetime, time

from flask import Blueprint, redirect, render_template

from casemgr.access import web
from casemgr.access.web import Permission, current_actor, guard, log_access
from casemgr.clock import now
from casemgr.db import db
from casemgr.units.web import current_tree
from casemgr.work import caseload, exceptions, inbox, queries
from casemgr.work.lists import supervision
from casemgr.work.queries import AHEAD
from casemgr.work.rules import arrange
from casemgr.work.web import address_of, current_view, kind_name, late_at, page_of, words_at

bp = Blueprint("work", __name__)


@bp.get("/")
@guard()
def today():
    actor, tree, moment = current_actor(), current_tree(), now()
    roles = {grant.role for grant in actor.grants}
    if not roles & {"worker", "supervisor"}:
        return redirect(web.home(), 303)
    writes, leads = "worker" in roles, "supervisor" in roles
    until = datetime.combine(moment.date() + AHEAD, time.max)
    wanted = (["worker"] if writes else []) + (["supervisor", "above"] if leads else [])
    tasks = queries.tasks(db.session, actor, tree, wanted, until, mine=writes and not leads)
    day, view = arrange(tasks, moment), current_view()
    total = caseload.loads(view, caseload.Asked())[1] if leads else caseload.Load()
    returned = exceptions.sent_back(db.session, actor, tree, moment) if writes else []
    queries.add_labels(db.session, actor, [task for cards in day.groups.values() for task in cards] + returned)
    log_access(Permission.CASE_LIST, detail="today")
    return render_template(
        "work/today.html",
        day=day,
        now=moment,
        words=words_at(moment),
        overdue_at=late_at(moment),
        address=address_of,
        page_of=page_of,
        open_count=queries.open_count(db.session, actor, tree, mine=True) if writes else total.open,
        waiting=inbox.count(view) if leads else 0,
        overdue=total.late_files,
        notable=_notable(view) if leads else [],
        returned=returned,
        kind_name=kind_name,
        writes=writes,
    )


def _notable(view) -> list:
    """(list, how many stand on it) of every list that is not empty, as a leader's morning begins."""
    counts = exceptions.counts(view)
    return [(each, counts[code]) for code, each in supervision().lists.items() if counts[code]]
