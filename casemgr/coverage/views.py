"""The pages of figures: a plan, one indicator, and the cases behind a number."""

from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.clock import now
from casemgr.coverage import live, present, services, silence
from casemgr.coverage.cases import COUNTS_CASES, Case
from casemgr.coverage.services import AS_WERE, LEVELS, TODAY, Asked
from casemgr.db import db
from casemgr.plans import plans
from casemgr.plans import services as reported
from casemgr.plans.model import Indicator, Plan
from casemgr.programmes import programmes
from casemgr.refused import Refused
from casemgr.ui.i18n import language, say
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
    chosen, moment = _plan(code), now()
    asked, period = _asked(chosen, moment)
    wanted = [i.code for i in chosen.indicators.values() if _may_read(asked, i)]
    report = services.report(db.session, asked, moment, indicators=wanted, details=False)
    named = {
        r.indicator.code: silence.named_words(asked, r) for r in report.results if r.indicator.rule == "list_share"
    }
    rows = [present.row(result.indicator, result.figure, chosen) for result in report.results]
    for line in rows:
        line.beside += named.get(line.code, [])
    for line in rows:
        line.links["page"] = url_for("coverage.indicator", code=code, indicator=line.code, **_kept())
    first = next((r for r in report.results if r.indicator.rule == "all_steps"), None)
    short, more = [], None
    if first is not None and _may_list(asked, first.indicator):
        log_access(
            Permission.FIGURE_CASES,
            None,
            asked.unit,
            first.indicator.programme,
            f"{first.indicator.code.lower()}:missed",
        )
        question = services.question_of(asked, [first.indicator], current_tree(), moment)
        short = [
            _case(c, asked, first.indicator)
            for c in live.find_cases(db.session, question, first.indicator, state="missed", limit=SHORT)
        ]
        more = url_for("coverage.indicator", code=code, indicator=first.indicator.code, state="missed", **_kept())
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
        silent=silence.lines(asked, report),
        lang=language(),
    )


@bp.get("/<code>/<indicator>")
@guard(Permission.FIGURE_READ)
def indicator(code: str, indicator: str):
    """One indicator by unit, sex, age and ethnicity; with `state`, the cases behind that number."""
    chosen, moment = _plan(code), now()
    if indicator not in chosen.indicators:
        abort(404)
    found = chosen.indicators[indicator]
    asked, period = _asked(chosen, moment)
    require(Permission.FIGURE_READ, unit=asked.unit, programme=found.programme)
    if "state" in request.args:
        return _cases_page(asked, period, found, moment)
    dimensions = [*_levels_below(asked), *(PERSONS if found.programme else ())]
    result, groups = services.breakdown(db.session, asked, moment, found, dimensions)
    return render_template(
        "coverage/indicator.html",
        plan=chosen,
        asked=asked,
        period=period,
        indicator=found,
        row=present.row(found, result.figure, chosen),
        funnel=_funnel(result),
        tables=present.tables(result, groups, current_tree(), chosen),
        states=_states(asked, found, result.figure),
        list_link=_list_link(asked, found) if _may_list(asked, found) else None,
        programme=programmes().get(found.programme),
        told=reported.notes_of(db.session, result.figure.told) if result.figure.told else "",
        units=unit_choices(asked),
        lang=language(),
    )


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
    return render_template(
        "coverage/cases.html",
        plan=asked.plan,
        asked=asked,
        period=period,
        indicator=found,
        state=present.state(found, state),
        group=[present.group_name(d, code, current_tree()) for d, code in group.items()],
        page=Page([_case(c, asked, found) for c in listed], number, PAGE, total),
        back=url_for("coverage.indicator", code=asked.plan.code, indicator=found.code, **_kept()),
        lang=language(),
    )


def _plan(code: str) -> Plan:
    return plans().get(code) or abort(404)


def _asked(chosen: Plan, moment: datetime):
    """(what is asked, the reporting period): the unit and period of the address, else the widest unit of the reader."""
    tree, period = current_tree(), chosen.period(request.args.get("period"))
    if period.start > moment.date():
        period = chosen.period(None)
    unit = request.args.get("unit") or own_unit(period.end)
    if unit is None or unit not in tree:
        abort(404)
    require(Permission.FIGURE_READ, unit=unit)
    # A unit that did not exist then is asked about on the basis of today's units.
    through = min(period.end, moment.date())
    basis = AS_WERE if tree[unit].valid(through) else TODAY
    try:
        asked = services.ask(chosen, tree, moment, start=period.start, through=through, unit=unit, basis=basis)
    except Refused as refused:
        abort(400, say(refused))
    return asked, period


def scope_units() -> frozenset[str]:
    return frozenset().union(*(s.units for s in scope(current_actor(), Permission.FIGURE_READ)))


def own_unit(day) -> str | None:
    """The widest unit that the reader may read figures of: one that existed then, if there is one."""
    tree = current_tree()
    mine = [u for u in scope_units() if u in tree]
    mine.sort(key=lambda u: (not tree[u].valid(day), LEVELS.index(tree.level(u)), u))
    return mine[0] if mine else None


def unit_choices(asked: Asked) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """The choices of the unit picker: [(heading, [(id, label, chosen)])], a group for each district."""
    tree, day = current_tree(), asked.through
    mine = scope_units()
    units = [u for u in mine if u in tree and (tree[u].valid(day) or u == asked.unit)]
    groups: dict[str, list] = {}
    for unit in sorted(units, key=lambda u: (tree[u].path, tree[u].code)):
        above = tree.at_level(unit, "district") if tree.level(unit) != "province" else None
        heading = tree.label(above) if above else ""
        groups.setdefault(heading, []).append((unit, tree.label(unit), unit == asked.unit))
    return list(groups.items())


def _levels_below(asked: Asked) -> list[str]:
    """The levels of units to break a figure down by: those below the unit asked about that exist then."""
    tree = current_tree()
    levels = {tree.level(u) for u in tree.below(asked.unit) if asked.basis == TODAY or tree[u].valid(asked.through)}
    return [level for level in LEVELS if level in levels and level != tree.level(asked.unit)]


def _kept() -> dict[str, str]:
    return {k: request.args[k] for k in ("unit", "period") if request.args.get(k)}


def _may_read(asked: Asked, found: Indicator) -> bool:
    return may(Permission.FIGURE_READ, unit=asked.unit, programme=found.programme)


def _may_list(asked: Asked, found: Indicator) -> bool:
    return found.rule in COUNTS_CASES and may(Permission.FIGURE_CASES, unit=asked.unit, programme=found.programme)


def _funnel(result) -> list[tuple[str, int, float]]:
    """[(name, number, share of the first)]"""
    if result is None or result.indicator.rule not in COUNTS_CASES:
        return []
    programme, whole = programmes()[result.indicator.programme], result.funnel[0][1]
    return [(present.step_name(programme, code), n, n / whole if whole else 0.0) for code, n in result.funnel]


def _list_link(asked: Asked, found: Indicator):
    """A function (state, {dimension: code}) -> address of the list of cases."""

    def link(state: str, group: dict[str, str] | None = None) -> str:
        kept = _kept()
        for dimension, code in (group or {}).items():
            kept["unit" if dimension in LEVELS else dimension] = code
        return url_for("coverage.indicator", code=asked.plan.code, indicator=found.code, state=state, **kept)

    return link


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


def _case(case: Case, asked: Asked, found: Indicator) -> dict:
    """A case as a line: number, address if the reader may open it, unit, reasons."""
    programme = programmes()[case.programme]
    facts = {"unit": case.unit, "programme": case.programme}
    address = None
    if case.opened and may(Permission.CASE_READ, **facts, worker=case.worker, read=programme.readers):
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
