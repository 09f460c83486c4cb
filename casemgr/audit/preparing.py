"""The page on which a report on a closed period is prepared, or one that corrects a sealed report."""

from datetime import datetime
from uuid import UUID

from flask import abort, redirect, request, url_for
from flask_babel import gettext, lazy_gettext

from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, may, require
from casemgr.audit import closing
from casemgr.audit.closing import Report
from casemgr.audit.report_views import bp, report_for
from casemgr.clock import now
from casemgr.coverage.asked import AS_WERE, LEVELS, TODAY
from casemgr.db import db
from casemgr.plans import plans
from casemgr.refused import Refused
from casemgr.ui.fields import Required, SelectField
from casemgr.ui.forms import Form, show_form
from casemgr.ui.i18n import language
from casemgr.units.web import current_tree


class NewForm(Form):
    """Which figures: a reporting period of a plan, for a unit."""

    period = SelectField(lazy_gettext("Kỳ báo cáo"), [Required()])
    unit = SelectField(lazy_gettext("Đơn vị"), [Required()])
    basis = SelectField(
        lazy_gettext("Tính theo đơn vị"),
        [Required()],
        choices=[(AS_WERE, lazy_gettext("như vào ngày đó")), (TODAY, lazy_gettext("quy về đơn vị hiện nay"))],
    )


@bp.route("/reports/new", methods=["GET", "POST"])
@guard(Permission.REPORT_PREPARE)
def new():
    """A report is prepared; with `corrects` it corrects a sealed one."""
    moment, form = now(), NewForm()
    corrects = _corrected()
    _choose(form, moment)
    if form.is_submitted() and form.validate():
        try:
            return _prepared(form, corrects, moment)
        except Refused as refused:
            form.refuse(refused)
    elif corrects and not form.is_submitted():
        form.unit.data, form.basis.data = corrects.unit, corrects.basis
        form.period.data = next((c for c, _n in form.period.choices if _same_period(c, corrects)), "")
    return show_form("audit/report_new.html", form, corrects=corrects)


def _corrected() -> Report | None:
    text = request.args.get("corrects", "")
    if not text:
        return None
    try:
        return report_for(UUID(text), Permission.REPORT_PREPARE)
    except ValueError:
        abort(404)


def _same_period(code: str, report: Report) -> bool:
    plan, _, period = code.partition("/")
    found = plans()[plan].period(period) if plan in plans() else None
    return found is not None and (plan, found.start, found.end) == (report.plan, report.start, report.through)


def _choose(form: NewForm, moment: datetime) -> None:
    lang, tree = language(), current_tree()
    form.period.choices = [("", gettext("Chọn…"))] + [
        (f"{plan.code}/{period.code}", f"{plan.title[lang]}: {period.name[lang]}")
        for plan in plans().values()
        for period in plan.periods
    ]
    held = {u for s in scope(current_actor(), Permission.REPORT_PREPARE) for u in s.units if u in tree}
    units = sorted(held, key=lambda u: (LEVELS.index(tree.level(u)), tree[u].path))
    form.unit.choices = [(u, tree.full_label(u)) for u in units]


def _prepared(form: NewForm, corrects: Report | None, moment: datetime):
    plan, _, code = form.period.data.partition("/")
    chosen = plans()[plan]
    period = chosen.period(code)
    actor = require(Permission.REPORT_PREPARE, unit=form.unit.data)
    wanted = [i.code for i in chosen.indicators.values() if _readable(i, form.unit.data)]
    subject = closing.prepare(
        db.session,
        chosen,
        indicators=wanted,
        unit=form.unit.data,
        start=period.start,
        through=period.end,
        basis=form.basis.data,
        corrects=corrects.subject if corrects else None,
        author=str(actor.user_id),
        at=form.unit.data,
        now=moment,
    )
    return redirect(url_for("reports.show", report=subject), 303)


def _readable(indicator, unit: str) -> bool:
    facts = {"programme": indicator.programme} if indicator.programme else {}
    return may(Permission.FIGURE_READ, unit=unit, **facts)
