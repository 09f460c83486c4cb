"""Figures as they were known, and why a case counts as it does."""

from datetime import date, datetime

from flask import abort, redirect, render_template, request, url_for

from casemgr.access.web import Permission, current_actor, guard, require
from casemgr.audit import asking, replays, why
from casemgr.audit.forms import AskForm
from casemgr.audit.web import (
    bp,
    choices,
    figure_facts,
    indicator_choices,
    named,
    question,
    rule_choices,
    shown_or_asked,
)
from casemgr.cases import services as cases
from casemgr.cases.queries import barred
from casemgr.cases.web import facts_of
from casemgr.clock import now
from casemgr.coverage import present as figures
from casemgr.coverage import services
from casemgr.coverage.asked import Asked
from casemgr.coverage.cases import COUNTS_CASES
from casemgr.coverage.versions import under_rule
from casemgr.db import db
from casemgr.detections import services as detections
from casemgr.detections.web import place_of
from casemgr.plans import plans
from casemgr.plans.model import Indicator, Plan
from casemgr.programmes import programmes
from casemgr.refused import Refused
from casemgr.ui.errors import NoAnswer
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.units.web import current_tree

# ---------------------------------------------------------------- why


@bp.get("/coverage/<plan>/<indicator>/why/<number>")
@guard(Permission.FIGURE_CASES)
def explain(plan: str, indicator: str, number: str):
    """Each promise of one case for one indicator; the same page for one that counted and one that did not."""
    chosen, found = _indicator(plan, indicator)
    moment, programme = now(), programmes()[found.programme]
    file = cases.find(db.session, number)
    row = None if file else detections.find(db.session, number)
    either = file or row
    if either is None or either.programme != found.programme or barred(db.session, current_actor(), either.subject):
        abort(404)
    if file:
        require(Permission.CASE_READ, subject=file.subject, detail="why", **facts_of(file))
    else:
        require(Permission.DETECTION_READ, subject=row.subject, detail="why", **place_of(row))
    asked = _asked_of_page(chosen, either.unit_id, moment)
    return render_template(
        "audit/why.html",
        plan=chosen,
        indicator=found,
        programme=programme,
        asked=asked,
        moment=moment,
        answers=why.explain(db.session, asked, found, programme, either.subject, moment),
        number=number,
        unit=either.unit_id,
        back=url_for("cases.case", number=number) if file else url_for("detections.page", number=number),
        ledger="e" if file else "",
        state_of=lambda code: figures.state(found, code),
        lang=language(),
    )


def _asked_of_page(chosen: Plan, unit: str, moment: datetime) -> Asked:
    """The question of the address: through a day and as known at a time, today where it names none."""
    try:
        through = date.fromisoformat(request.args["through"]) if request.args.get("through") else None
        known = asking.moment(request.args["known"]) if request.args.get("known") else None
        first = date.fromisoformat(request.args["start"]) if request.args.get("start") else None
        if known is not None:
            asking.check_known(db.session, known, through, moment)
        asked = services.ask(chosen, current_tree(), moment, start=first, through=through, unit=unit, known_at=known)
        asked.t = min(asked.t, known or asked.t)
        return asked
    except ValueError:
        abort(400)
    except Refused as refused:
        raise NoAnswer(refused) from None


# ---------------------------------------------------------------- as it was known


@bp.route("/audit/figures", methods=["GET", "POST"])
@guard(Permission.FIGURE_CASES)
def ask():
    """Any figure through any day, as it was known at any moment."""
    moment, form = now(), AskForm()
    indicators, units = choices(moment)
    form.choose(indicator_choices(indicators), units, rule_choices(indicators))
    if not form.is_submitted():
        _prefill(form, moment, units)
    elif form.validate():
        try:
            return _answer(form, moment)
        except Refused as refused:
            form.refuse(refused)
    return show_form("audit/ask.html", form)


def _answer(form: AskForm, moment: datetime):
    chosen, found = named(form.indicator.data)
    asked = asking.ask(
        db.session,
        chosen,
        current_tree(),
        moment,
        unit=form.unit.data,
        through=form.through.data,
        known_at=form.known_at(moment),
        basis=form.basis.data,
    )
    under_rule(asked, found.programme, form.rule.data)
    require(Permission.FIGURE_READ, **figure_facts(asked.unit, found))
    return shown_or_asked(
        "audit.figure", asking.to_params(asked, found), replays.figure(db.session, asked, found, moment)
    )


@bp.get("/audit/figure")
@guard(Permission.FIGURE_CASES)
def figure():
    """A figure as it was known, beside the same figure as it is known now."""
    moment = now()
    asked, found = question(request.args, moment)
    made = replays.figure(db.session, asked, found, moment)
    if made is None:
        return redirect(url_for("audit.ask", **request.args), 303)
    today = services.ask(
        asked.plan, current_tree(), moment, start=asked.start, through=asked.through, unit=asked.unit, basis=asked.basis
    )
    (live,) = services.report(db.session, today, moment, indicators=[found.code]).results
    return render_template(
        "audit/figure.html",
        plan=asked.plan,
        indicator=found,
        asked=asked,
        row=figures.row(found, made, asked.plan),
        live=figures.row(found, live.figure, asked.plan),
        moment=moment,
        rule=asking.rule_of(asked, found),
        compare=_compare_link(asked, found, moment) if found.rule in COUNTS_CASES else "",
        lang=language(),
    )


def _compare_link(asked: Asked, found: Indicator, moment: datetime) -> str:
    """The form of a comparison with the same figure as known now."""
    return url_for(
        "audit.compare",
        indicator=f"{asked.plan.code}/{found.code}",
        unit=asked.unit,
        basis=asked.basis,
        through_a=f"{asked.through:%d/%m/%Y}",
        known_a=f"{asked.known_at:%d/%m/%Y}",
        through_b=f"{asked.through:%d/%m/%Y}",
        known_b=f"{moment:%d/%m/%Y}",
        rule_a=asked.rule,
    )


def _indicator(plan: str, indicator: str) -> tuple[Plan, Indicator]:
    chosen = plans().get(plan)
    if chosen is None or indicator not in chosen.indicators or chosen.indicators[indicator].rule not in COUNTS_CASES:
        abort(404)
    return chosen, chosen.indicators[indicator]


def _prefill(form: AskForm, moment: datetime, units) -> None:
    """What the address names already, else today."""
    given = request.args
    form.indicator.data = f"{given.get('plan', '')}/{given.get('indicator', '')}"
    form.unit.data = given.get("unit") or (units[0][0] if units else "")
    form.through.data = _day(given.get("through")) or moment.date()
    form.known.data = _day(given.get("known", "")[:10]) or moment.date()
    form.basis.data = given.get("basis") or services.AS_WERE
    form.rule.data = given.get("rule") or ""


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
