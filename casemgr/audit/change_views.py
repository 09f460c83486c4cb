"""Two figures side by side, and what their difference is made of."""

from datetime import datetime

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.audit import asking, present, replays
from casemgr.audit.difference import Row
from casemgr.audit.forms import CompareForm
from casemgr.audit.web import bp, choices, indicator_choices, named, question, rule_choices, shown_or_asked
from casemgr.audit.work import pair_of
from casemgr.cases.queries import hidden_from
from casemgr.clock import now
from casemgr.coverage import present as figures
from casemgr.coverage.cases import COUNTS_CASES
from casemgr.coverage.services import Asked
from casemgr.coverage.versions import under_rule
from casemgr.db import db
from casemgr.plans.model import Indicator
from casemgr.programmes import programmes
from casemgr.programmes.deadlines import DAY_END
from casemgr.refused import Refused
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.units.web import current_tree


@bp.route("/audit/compare", methods=["GET", "POST"])
@guard(Permission.FIGURE_CASES)
def compare():
    """Two figures of one indicator, to be taken apart."""
    moment = now()
    form = CompareForm() if request.method == "POST" else CompareForm(request.args)
    indicators, units = choices(moment)
    form.choose(
        indicator_choices([(plan, i) for plan, i in indicators if i.rule in COUNTS_CASES]),
        units,
        rule_choices(indicators),
    )
    if form.is_submitted() and form.validate():
        try:
            return _compared(form, moment)
        except Refused as refused:
            form.refuse(refused)
    return show_form("audit/compare.html", form)


def _compared(form: CompareForm, moment: datetime):
    chosen, found = named(form.indicator.data)
    params: dict = {}
    for each in "ab":
        through, known = form[f"through_{each}"].data, datetime.combine(form[f"known_{each}"].data, DAY_END)
        asked = asking.ask(
            db.session,
            chosen,
            current_tree(),
            moment,
            unit=form.unit.data,
            through=through,
            known_at=min(known, moment) if known.date() == moment.date() else known,
            basis=form.basis.data,
            names={"through": f"through_{each}", "known": f"known_{each}"},
        )
        said = asking.to_params(under_rule(asked, found.programme, form[f"rule_{each}"].data, f"rule_{each}"), found)
        params |= {k: said[k] for k in ("plan", "indicator", "unit", "start", "basis")}
        params |= {f"through_{each}": said["through"], f"known_{each}": said["known"], f"rule_{each}": said["rule"]}
    require(Permission.FIGURE_CASES, unit=form.unit.data, programme=found.programme)
    return shown_or_asked("audit.changes", params, None)


@bp.get("/audit/changes")
@guard(Permission.FIGURE_CASES)
def changes():
    """The difference of two figures, taken apart until it adds up, each part with its cases."""
    moment = now()
    (first, found), (second, _same) = (question(params, moment) for params in pair_of(request.args))
    require(Permission.FIGURE_CASES, unit=first.unit, programme=found.programme)
    if found.rule not in COUNTS_CASES:
        abort(404)
    if None in (replays.figure(db.session, asked, found, moment) for asked in (first, second)):
        return redirect(url_for("audit.compare"), 303)
    log_access(Permission.FIGURE_CASES, None, first.unit, found.programme, f"{found.code.lower()}:changes")
    before, after, made = replays.compare(db.session, first, second, found, moment)
    hidden = {subject.hex for subject in hidden_from(db.session, current_actor())}
    return render_template(
        "audit/changes.html",
        plan=first.plan,
        indicator=found,
        first=first,
        second=second,
        before=figures.row(found, before, first.plan),
        after=figures.row(found, after, first.plan),
        changed=present.parts(made, found, lambda row: _link(row, second, found, hidden)),
        rules=[asking.rule_of(asked, found) for asked in (first, second)],
        total=[
            present.signed((getattr(after, name) or 0) - (getattr(before, name) or 0))
            for name in ("numerator", "denominator")
        ],
        lang=language(),
    )


def _link(row: Row, asked: Asked, found: Indicator, hidden: set[str]) -> tuple[str, str | None]:
    """The number of a case and the page that says why it counts as it does, where the reader may open it."""
    programme, facts = programmes()[found.programme], {"unit": row.unit, "programme": found.programme}
    opened = row.number.startswith("HS")
    readable = (
        may(Permission.CASE_READ, **facts, read=programme.readers)
        if opened
        else may(Permission.DETECTION_READ, **facts)
    )
    if not readable or row.subject in hidden:
        return gettext("hồ sơ của người khác"), None
    address = url_for(
        "audit.explain",
        plan=asked.plan.code,
        indicator=found.code,
        number=row.number,
        through=asked.through.isoformat(),
        known=asked.known_at.isoformat(),
    )
    return row.number, address
