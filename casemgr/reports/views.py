"""The page of reports: which plan, unit and period; what it will say; and the papers."""

from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, abort, render_template, request, url_for

from casemgr import papers
from casemgr.access.web import Permission, guard, log_access
from casemgr.clock import now
from casemgr.coverage import services
from casemgr.coverage.asking import basis_args, basis_of, may_read, own_unit, require_figure, unit_choices
from casemgr.coverage.basis_line import basis_line
from casemgr.coverage.services import Asked
from casemgr.db import db
from casemgr.papers.web import download
from casemgr.plans import plans
from casemgr.plans.model import Plan
from casemgr.refused import Refused
from casemgr.reports import calendars, dataout, mapping
from casemgr.reports.content import Content
from casemgr.reports.papers import paper_of
from casemgr.reports.periods import Calendar, Span, fixed_day, month_ends, nested
from casemgr.reports.prepare import prepare
from casemgr.ui.errors import NoAnswer
from casemgr.ui.i18n import language, say
from casemgr.units.web import current_tree

bp = Blueprint("outgoing", __name__, url_prefix="/reports/outgoing")
DATA = {
    "csv": (dataout.as_csv, "text/csv; charset=utf-8"),
    "json": (lambda content: dataout.as_dhis2(content, mapping()), "application/json"),
}
UNCONFIRMED = "so-lieu-ma-chua-xac-nhan"
NAMES = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel", "csv": "CSV", "json": "DHIS2"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for, defaults filled in."""

    plan: Plan
    calendar: Calendar
    span: Span
    year: int
    asked: Asked

    @property
    def period(self) -> dict[str, str]:
        return {"calendar": self.calendar.code, "period": self.span.code, "year": str(self.year)}

    @property
    def address(self) -> dict[str, str]:
        """Period, unit and, where the unit does not say it, the basis."""
        asked = self.asked
        basis = basis_args(current_tree(), asked.unit, asked.through, asked.basis)
        return self.period | {"unit": asked.unit} | basis


@bp.get("")
@guard(Permission.FIGURE_READ)
def index():
    """The report as it will read, with links to its papers."""
    wanted = read_address()
    content = content_of(wanted)
    return render_template(
        "reports/report.html",
        wanted=wanted,
        content=content,
        plans=plans().values(),
        calendars=calendars().values(),
        years=years(),
        units=unit_choices(wanted.asked),
        bases=basis_line(
            wanted.asked, lambda unit: url_for("outgoing.index", plan=wanted.plan.code, **wanted.period, **unit)
        ),
        endings=NAMES,
        agreed=_agreed("json"),
        lang=language(),
    )


@bp.get("/<code>/<ending>")
@guard(Permission.FIGURE_READ)
def paper(code: str, ending: str):
    if ending not in NAMES or code not in plans():
        abort(404)
    wanted = read_address(code)
    log_access(
        "report:print", None, wanted.asked.unit, None, f"{code.lower()},{wanted.span.code},{wanted.year},{ending}"
    )
    content = content_of(wanted)
    if ending in DATA:
        return _data(content, ending)
    return papers.answer(paper_of(content, current_tree()), ending, "bao-cao")


def _agreed(ending: str) -> bool:
    """Whether the codes of this format have been compared with the system that reads them."""
    return ending != "json" or mapping().confirmed


def _data(content: Content, ending: str):
    """The figures for another system, or a page that says why there are none."""
    make, kind = DATA[ending]
    try:
        return download(make(content), kind, f"{'so-lieu' if _agreed(ending) else UNCONFIRMED}.{ending}")
    except Refused as refused:
        return render_template("reports/no_data.html", sentence=say(refused)), 422


def content_of(wanted: Wanted) -> Content:
    return prepare(
        db.session,
        wanted.asked,
        now(),
        title=wanted.span.title(wanted.year, "vi"),
        calendar=f"{wanted.calendar.name.vi.lower()}; {wanted.calendar.article}"
        if wanted.calendar.tag != "D"
        else wanted.calendar.name.vi.lower(),
        tree=current_tree(),
        ends=wanted.span.days(wanted.year)[1],
        inner=_inner(wanted),
    )


def _inner(wanted: Wanted) -> list[tuple[date, date]]:
    """The periods whose reports can be subtracted from this one: those nested in it, and itself as far as it had come."""
    start, end = wanted.span.days(wanted.year)
    so_far = [(start, day) for day in month_ends(start, wanted.asked.through)]
    return list(dict.fromkeys([*nested(calendars().values(), start, end, wanted.year), *so_far]))


def years() -> list[int]:
    this = now().year
    found = {year for plan in plans().values() for year in range(plan.start.year, plan.end.year + 1)}
    return sorted(year for year in found if year <= this) or [this]


def read_address(code: str | None = None) -> Wanted:
    """What does not fit falls back to the plan in force and its running half-year; the unit must be the reader's, and so
    must be the programme of every figure."""
    today = now().date()
    plan = plans().get(code or request.args.get("plan", "")) or _in_force(today)
    found = calendars()
    calendar = found.get(request.args.get("calendar", "")) or next(iter(found.values()))
    year = _year(plan, today)
    span = calendar.spans.get(request.args.get("period", "")) or _running(calendar, year, today)
    start, through = span.days(year)
    if start > today:
        span = _running(calendar, year, today)
        start, through = span.days(year)
    through = fixed_day(start, through, today)
    tree = current_tree()
    unit = request.args.get("unit") or own_unit(through)
    if unit is None or unit not in tree:
        abort(404)
    require_figure(unit)
    basis = basis_of(unit, through)
    try:
        asked = services.ask(plan, tree, now(), start=start, through=through, unit=unit, basis=basis)
    except Refused as refused:
        raise NoAnswer(refused) from None
    readable = {code: each for code, each in plan.indicators.items() if may_read(asked, each)}
    asked.plan = replace(plan, indicators=readable)
    return Wanted(plan, calendar, span, year, asked)


def _in_force(today: date) -> Plan:
    known = sorted(plans().values(), key=lambda plan: (plan.start, -plan.end.toordinal()))
    if not known:
        abort(404)
    return known[-1]


def _year(plan: Plan, today: date) -> int:
    asked = request.args.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    return max(plan.start.year, min(year, plan.end.year, today.year))


def _running(calendar: Calendar, year: int, today: date) -> Span:
    """The first six months, or the year once its second half has begun."""
    code = "nam" if today >= date(year, 7, 1) and "nam" in calendar.spans else "6-thang"
    return calendar.spans.get(code) or next(iter(calendar.spans.values()))
