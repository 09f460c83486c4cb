"""What the pages of supervision share: the reader's view, the words of a clock, the places a line leads to."""

from datetime import datetime

from flask import request, url_for
from flask_babel import gettext

from casemgr.access import policy, web
from casemgr.access.web import Permission, current_actor
from casemgr.cases.clocks import Running, left, overdue
from casemgr.cases.forms import options
from casemgr.clock import now
from casemgr.db import db
from casemgr.detections.telling import TITLES
from casemgr.programmes.spans import overdue as is_late
from casemgr.ui.i18n import language
from casemgr.units.loading import calendar
from casemgr.units.web import current_tree, offered
from casemgr.work.rules import Task
from casemgr.work.scope import View


def current_view(units: frozenset[str] | None = None) -> View:
    """What the reader looks over, or only what of it lies in these units."""
    actor = current_actor() if units is None else policy.narrowed(current_actor(), units)
    return View.of(db.session, actor, current_tree(), now())


def units_of(unit: str) -> frozenset[str] | None:
    """A unit, all below it and what went into it; None where none is asked for."""
    return current_tree().with_predecessors(unit) if unit else None


def filled(form_class, offer):
    """The filters of the address, where `offer(form)` says what can be chosen; those that cannot are left out."""
    form = form_class(request.args)
    offer(form)
    if not form.validate():
        form = form_class(formdata=None)
        offer(form)
    return form


def offer_units(form) -> None:
    """The units that the reader looks over, to choose from."""
    tree, today = current_tree(), now().date()
    reached = policy.scope(current_actor(), Permission.CASELOAD_READ)
    units = {unit for each in reached for unit in each.units if unit in tree}
    # Roles may still be those of units that have ended: what they became is offered.
    named = [*offered(tree, frozenset(filter(None, (tree.map_to(unit, today) for unit in units))), today)]
    ended = request.args.get("unit", "")
    if ended in units and not tree[ended].valid(today):  # some lists name the unit of their time
        named.append((ended, gettext("%(unit)s (đơn vị cũ)", unit=tree.label(ended))))
    form.unit.choices = form.unit.choices[:1] + options(named)


def words_at(moment: datetime):
    """How late a task is, or how long is left, in the unit its rule counts in."""
    days = calendar(db.session)

    def words(task: Task):
        clock = Running(None, task.version) if task.version else None
        return (overdue if is_late(task.due, moment) else left)(task.due, clock, days, moment)

    return words


def late_at(moment: datetime):
    """Whether a task is overdue: the definition behind the figures, not a comparison of its own."""
    return lambda task: is_late(task.due, moment)


def kind_name(programme, code: str, track: str = "case") -> str:
    """What an entry of this kind is called."""
    if track == "detection" and code in TITLES:
        return gettext(TITLES[code])
    kind = (programme.detection if track == "detection" else programme.case).kinds.get(code)
    return kind.name[language()] if kind else code


def page_of(task) -> str:
    """The file or detection of a task, or of a line of a list."""
    return url_for("detections.page" if task.track == "detection" else "cases.case", number=task.number)


def address_of(task: Task) -> str:
    """Where the reader does a task: the entry form of its file or the decision page; else the page it stands on."""
    if task.criterion.task == "decided":
        return _decision(task)
    if task.track == "detection":
        return _step(task)
    kind = task.programme.case.kinds.get(task.criterion.task or "")
    # The page of the file knows which of several entries comes next, and whether a plan already waits for its decision.
    asked = task.criterion.parts or (kind is not None and kind.decide)
    if kind is not None and kind.offer and not asked and _may_write(task, kind):
        return url_for("cases.entry", number=task.number, kind=kind.code)
    return page_of(task)


def _step(task: Task) -> str:
    """The form of a leader's own step on a detection; what a worker does is chosen on the page."""
    kind = task.programme.detection.kinds.get(task.criterion.task or "")
    place = {"unit": task.unit, "programme": task.programme.code}
    if kind is None or not kind.offer or task.criterion.role != "supervisor":
        return page_of(task)
    if not web.may(Permission.DETECTION_WRITE, **place):
        return page_of(task)
    return url_for("detections.step", number=task.number, kind=kind.code)


def _decision(task: Task) -> str:
    """The page of the decision for whoever decides; a commune's plan is not decided above it."""
    needed = Permission.DETECTION_DECIDE if task.criterion.role == "above" else Permission.CASE_DECIDE
    if not web.may(needed, unit=task.unit, programme=task.programme.code):
        return page_of(task)
    return url_for(
        "detections.decide" if task.track == "detection" else "cases.decide", number=task.number, id=task.anchor
    )


def _may_write(task: Task, kind) -> bool:
    needed = Permission.CASE_DECIDE if kind.by == "supervisor" else Permission.CASE_WRITE
    facts = {"unit": task.unit, "programme": task.programme.code, "worker": task.worker}
    return web.may(needed, **facts, read=task.programme.readers)
