"""The pages of figures: a plan, one indicator, and the cases behind a number."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases.queries import held_above, hidden_from
from casemgr.clock import now
from casemgr.coverage import live, present, present_groups, services, silence, trend
from casemgr.coverage.asked import AREA_KINDS, Asked
from casemgr.coverage.asking import (
    asked_of,
    kept_args,
    levels_below,
    list_link,
    may_list,
    may_read,
    plan_of,
    require_figure,
    unit_choices,
    unit_link,
)
from casemgr.coverage.basis_line import page_basis
from casemgr.coverage.cases import COUNTS_CASES, Case
from casemgr.coverage.figures import Figure
from casemgr.coverage.ground import OF_AREAS, Ground
from casemgr.db import db
from casemgr.plans import plans
from casemgr.plans import services as reported
from casemgr.plans.model import Indicator, Plan
from casemgr.programmes import programmes
from casemgr.ui.i18n import language
from casemgr.ui.paging import Page, page_number
from casemgr.units.web import current_tree

bp = Blueprint("coverage", __name__, url_prefix="/coverage")

PAGE = 50
SHORT = 10  # cases that fall short on the page of the plan
PERSONS = ("sex", "age", "ethnicity")


@bp.get("")
@guard(Permission.FIGURE_READ)
def index():
    """The plan in force, or the last one."""
    found = sorted(plans().values(), key=lambda plan: (plan.start, -plan.end.toordinal()))
    if not found:
        abort(404)
    return redirect(url_for("coverage.plan", code=found[-1].code), 303)


@bp.get("/<code>")
@guard(Permission.FIGURE_READ)
def plan(code: str):
    """All indicators of a plan for one unit and period."""
    chosen, moment = plan_of(code), now()
    asked, period = asked_of(chosen, moment)
    wanted = [i.code for i in chosen.indicators.values() if may_read(asked, i)]
    report = services.report(db.session, asked, moment, indicators=wanted, details=False)
    named = {r.indicator.code: silence.named_words(r) for r in report.results if r.indicator.rule == "list_share"}
    rows = [present.row(result.indicator, result.figure, chosen) for result in report.results]
    for line in rows:
        line.beside += named.get(line.code, [])
        line.links["page"] = url_for("coverage.indicator", code=code, indicator=line.code, **kept_args())
    first = next((r for r in report.results if r.indicator.rule == "all_steps"), None)
    short, more = [], None
    if first is not None and may_list(asked, first.indicator):
        log_access(
            Permission.FIGURE_CASES,
            None,
            asked.unit,
            first.indicator.programme,
            f"{first.indicator.code.lower()}:missed",
        )
        question = services.question_of(asked, [first.indicator], current_tree(), moment)
        hidden = hidden_from(db.session, current_actor())
        short = [
            _case(c, asked, first.indicator, hidden)
            for c in live.find_cases(db.session, question, first.indicator, state="missed", limit=SHORT)
        ]
        more = url_for("coverage.indicator", code=code, indicator=first.indicator.code, state="missed", **kept_args())
    return render_template(
        "coverage/plan.html",
        plan=chosen,
        asked=asked,
        period=period,
        sections=_sections(chosen, rows),
        plans=plans().values(),
        funnel=_funnel(first),
        first=first.indicator if first else None,
        missed=first.figure.short if first else 0,
        short=short,
        more=more,
        definitions=[programmes()[p] for p in dict.fromkeys(r.indicator.programme for r in report.results) if p],
        units=unit_choices(asked),
        bases=page_basis(asked, period),
        silent=silence.lines(asked, report),
        trends=_trends(asked, report, moment),
        lang=language(),
    )


@bp.get("/<code>/<indicator>")
@guard(Permission.FIGURE_READ)
def indicator(code: str, indicator: str):
    """One indicator by unit, sex, age and ethnicity; with `state`, the cases behind that number."""
    chosen, moment = plan_of(code), now()
    if indicator not in chosen.indicators:
        abort(404)
    found = chosen.indicators[indicator]
    asked, period = asked_of(chosen, moment)
    require_figure(asked.unit, found.programme)
    if "state" in request.args:
        return _cases_page(asked, period, found, moment)
    areas_too = AREA_KINDS if asked.within is None and "commune" in levels_below(asked) else ()
    dimensions = [*levels_below(asked), *areas_too, *(PERSONS if found.programme else ())]
    result, groups = services.breakdown(db.session, asked, moment, found, dimensions)
    line = present.row(found, result.figure, chosen)
    line.beside += silence.named_words(result)
    disputed, may_dispute = silence.disputed(asked, found, period)
    return render_template(
        "coverage/indicator.html",
        plan=chosen,
        asked=asked,
        period=period,
        indicator=found,
        row=line,
        disputes=disputed,
        may_dispute=may_dispute,
        funnel=_funnel(result),
        tables=present_groups.tables(result, groups, current_tree(), chosen),
        states=_states(asked, found, result.figure),
        list_link=list_link(asked, found) if may_list(asked, found) else None,
        unit_link=unit_link(asked, found, period),
        programme=programmes().get(found.programme),
        map_link=_map_link(asked, found),
        areas=_areas(asked, found),
        held=_held(asked, found),
        trend=_trend(asked, found, result.figure, moment),
        told=reported.notes_of(db.session, result.figure.told) if result.figure.told else "",
        units=unit_choices(asked),
        bases=page_basis(asked, period, found),
        lang=language(),
    )


def _held(asked: Asked, found: Indicator) -> int:
    """How many of its files stand with a unit above for a conflict of interest, for who looks over that unit."""
    looks = found.programme and may(Permission.CASELOAD_READ, unit=asked.unit, programme=found.programme)
    return held_above(db.session, current_actor(), current_tree(), asked.unit, found.programme) if looks else 0


def _areas(asked: Asked, found: Indicator) -> list:
    """The plan's named areas with whoever is in charge of them, for the two tasks that are about them."""
    if found.rule not in OF_AREAS:
        return []
    ground = Ground.on(db.session, asked.through)
    return ground.named(found, current_tree().below(asked.unit))


def _trend(asked: Asked, found: Indicator, figure: Figure, moment: datetime):
    """At the end of each quarter so far: what had come together since the plan began; at the end the figure itself."""
    if not trend.has_one(found):
        return None
    days = trend.quarter_ends(asked.plan.start, min(asked.plan.end, asked.through))
    before = days[:-1] if asked.start == asked.plan.start else days
    figures = services.through_days(db.session, asked, moment, [found], before).get(found.code, [])
    if len(before) < len(days):
        figures = [*figures, figure]
    rows = [(day, present.row(found, each, asked.plan)) for day, each in zip(days, figures, strict=True)]
    return trend.draw(rows)


def _trends(asked: Asked, report: services.Report, moment: datetime) -> dict[str, trend.Spark]:
    """The same for every indicator of the plan that has one, over the last year, as small as a line of text."""
    days = trend.quarter_ends(asked.plan.start, asked.through)[-trend.YEAR :]
    results = [r for r in report.results if trend.has_one(r.indicator)]
    before = days[:-1] if asked.start == asked.plan.start else days
    figures = services.through_days(db.session, asked, moment, [r.indicator for r in results], before)
    found = {}
    for result in results:
        each = list(figures.get(result.indicator.code, ()))
        if len(before) < len(days):
            each.append(result.figure)
        if len(each) > 1 and any(figure.value is not None for figure in each):
            found[result.indicator.code] = trend.spark(result.indicator, days, each)
    return found


def _map_link(asked: Asked, found: Indicator) -> str | None:
    if not trend.has_one(found) or "commune" not in levels_below(asked):
        return None
    return url_for("coverage.map_page", code=asked.plan.code, indicator=found.code, **kept_args())


def _sections(chosen: Plan, rows: list) -> list[tuple[str, list]]:
    """[(heading, rows)] in the order of the plan's groups."""
    if not chosen.groups:
        return [("", rows)]
    found = [(name[language()], [r for r in rows if r.group == code]) for code, name in chosen.groups.items()]
    return [(heading, lines) for heading, lines in found if lines]


def _cases_page(asked: Asked, period, found: Indicator, moment: datetime):
    """The list of cases in one state. It names cases, so it needs its own permission and leaves its own row."""
    state = request.args["state"]
    if state not in present.STATES:
        abort(404)
    if found.rule not in COUNTS_CASES:
        abort(404)
    require(Permission.FIGURE_CASES, unit=asked.unit, programme=found.programme)
    log_access(Permission.FIGURE_CASES, None, asked.unit, found.programme, f"{found.code.lower()}:{state}")
    question = services.question_of(asked, [found], current_tree(), moment)
    group = {d: request.args[d] for d in PERSONS if d in request.args}
    total = live.count_cases(db.session, question, found, state=state, group=group)
    number = min(page_number(), max(1, -(-total // PAGE)))
    listed = live.find_cases(
        db.session, question, found, state=state, group=group, limit=PAGE, offset=(number - 1) * PAGE
    )
    hidden = hidden_from(db.session, current_actor())
    return render_template(
        "coverage/cases.html",
        plan=asked.plan,
        asked=asked,
        period=period,
        indicator=found,
        state=present.state(found, state),
        group=[present.group_name(d, code, current_tree()) for d, code in group.items()],
        page=Page([_case(c, asked, found, hidden) for c in listed], number, PAGE, total),
        back=url_for("coverage.indicator", code=asked.plan.code, indicator=found.code, **kept_args()),
        lang=language(),
    )


def _funnel(result) -> list[tuple[str, int, float]]:
    """[(name, number, share of the first)]"""
    if result is None or result.indicator.rule not in COUNTS_CASES:
        return []
    programme, whole = programmes()[result.indicator.programme], result.funnel[0][1]
    return [(present.step_name(programme, code), n, n / whole if whole else 0.0) for code, n in result.funnel]


def _states(asked: Asked, found: Indicator, figure) -> list[tuple[str, str, str, int]]:
    """[(state, shape, word, number)] of the numbers that lead to a list of cases."""
    numbers = {
        "all_steps": {
            "met": figure.numerator,
            "missed": figure.short,
            "unknown": figure.unknown,
            "not_due": figure.not_due,
        },
        "list_share": {"met": figure.numerator, "missed": figure.beside.get("system", 0) - (figure.numerator or 0)},
        "two_readings": {"met": figure.numerator, "not_due": figure.not_due},
        "reviewed_range": {"met": figure.numerator, "missed": figure.short},
    }.get(found.rule, {})
    if found.rule == "two_readings":
        short = figure.beside["detected"] - figure.numerator - figure.not_due - figure.unknown
        numbers |= {"missed": short, "unknown": figure.unknown}
    if found.rule == "reviewed_range":
        numbers["not_due"] = figure.beside["system"] - figure.numerator - figure.short
    numbers["excluded"] = figure.excluded
    numbers |= {k: figure.beside[k] for k in ("pending", "unsubstantiated") if k in figure.beside}
    return [(state, *present.state(found, state), number) for state, number in numbers.items() if number]


def _case(case: Case, asked: Asked, found: Indicator, hidden: Collection[UUID]) -> dict:
    """A case as a line: number, address if the reader may open it, unit, reasons. `hidden`: by a conflict of interest."""
    programme = programmes()[case.programme]
    facts = {"unit": case.unit, "programme": case.programme}
    address = None
    if case.subject in hidden:
        pass  # as any other that the reader may not open
    elif case.opened and may(Permission.CASE_READ, **facts, worker=case.worker, read=programme.readers):
        address = f"/cases/{case.number}"
    elif not case.opened and may(Permission.DETECTION_READ, **facts):
        address = f"/detections/{case.number}"
    # Every figure counts the same for everyone; a file that the reader may not open keeps its number to itself.
    reasons = [present.reason(line, asked.t, programme) for line in case.failing]
    if not reasons and case.state == "missed":
        reasons = [gettext("chưa có đợt điều trị nào trong năm")]
    period = f"start={asked.start.isoformat()}&through={asked.through.isoformat()}"
    return {
        "why": f"/coverage/{asked.plan.code}/{found.code}/why/{case.number}?{period}" if address else None,
        "number": case.number if address else gettext("hồ sơ của người khác"),
        "address": address,
        "unit": case.unit,
        "reasons": reasons,
        "counted_at": case.counted_at,
    }
