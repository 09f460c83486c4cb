"""Figures as they were known, what changed between two of them, and why a case counts as it does."""

from datetime import date, datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.audit import asking, present, replays, why
from casemgr.audit.difference import Row
from casemgr.audit.forms import DAY_END, AskForm, CompareForm
from casemgr.audit.work import pair_of
from casemgr.cases import services as cases
from casemgr.cases.queries import barred, hidden_from
from casemgr.cases.web import facts_of
from casemgr.clock import now
from casemgr.coverage import present as figures
from casemgr.coverage import services
from casemgr.coverage.asked import LEVELS, Asked
from casemgr.coverage.cases import COUNTS_CASES
from casemgr.db import db
from casemgr.detections import services as detections
from casemgr.detections.web import place_of
from casemgr.jobs import start
from casemgr.plans import plans
from casemgr.plans.model import Indicator, Plan
from casemgr.programmes import programmes
from casemgr.refused import Refused
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language, say
from casemgr.units.web import current_tree

bp = Blueprint("audit", __name__)


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
        known = datetime.fromisoformat(request.args["known"]) if request.args.get("known") else None
        first = date.fromisoformat(request.args["start"]) if request.args.get("start") else None
        return services.ask(chosen, current_tree(), moment, start=first, through=through, unit=unit, known_at=known)
    except ValueError:
        abort(400)
    except Refused as refused:
        abort(400, say(refused))


# ---------------------------------------------------------------- as it was known


@bp.route("/audit/figures", methods=["GET", "POST"])
@guard(Permission.FIGURE_CASES)
def ask():
    """Any figure through any day, as it was known at any moment."""
    moment, form = now(), AskForm()
    indicators, units = _choices(moment)
    form.choose(_names(indicators), units, _rules(indicators))
    if not form.is_submitted():
        _prefill(form, moment, units)
    elif form.validate():
        try:
            return _answer(form, moment)
        except Refused as refused:
            form.refuse(refused)
    return show_form("audit/ask.html", form)


def _answer(form: AskForm, moment: datetime):
    chosen, found = _named(form.indicator.data)
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
    asking.under_rule(asked, found, form.rule.data)
    require(Permission.FIGURE_READ, unit=asked.unit, programme=found.programme)
    return _shown_or_asked(
        "audit.figure", asking.to_params(asked, found), replays.figure(db.session, asked, found, moment)
    )


def _shown_or_asked(kind: str, params: dict, known):
    """The page with the answer where it is kept; else the page of the work that finds it."""
    if known is not None:
        return redirect(url_for(kind, **params), 303)
    actor = current_actor()
    made = start(db.session, kind, params, author=str(actor.user_id), unit=params["unit"], now=now())
    return redirect(url_for("jobs.show", job=made), 303)


@bp.get("/audit/figure")
@guard(Permission.FIGURE_CASES)
def figure():
    """A figure as it was known, beside the same figure as it is known now."""
    moment = now()
    asked, found = _question(request.args, moment)
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
        compare=_compare_link(asked, found, moment),
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


def _question(params, moment: datetime) -> tuple[Asked, Indicator]:
    try:
        asked, found = asking.from_params(db.session, params, current_tree(), moment)
    except Refused as refused:
        abort(400, say(refused))
    require(Permission.FIGURE_READ, unit=asked.unit, programme=found.programme)
    return asked, found


# ---------------------------------------------------------------- what changed


@bp.route("/audit/compare", methods=["GET", "POST"])
@guard(Permission.FIGURE_CASES)
def compare():
    """Two figures of one indicator, to be taken apart."""
    moment = now()
    form = CompareForm() if request.method == "POST" else CompareForm(request.args)
    indicators, units = _choices(moment)
    form.choose(_names([(plan, i) for plan, i in indicators if i.rule in COUNTS_CASES]), units, _rules(indicators))
    if form.is_submitted() and form.validate():
        try:
            return _compared(form, moment)
        except Refused as refused:
            form.refuse(refused)
    return show_form("audit/compare.html", form)


def _compared(form: CompareForm, moment: datetime):
    chosen, found = _named(form.indicator.data)
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
        said = asking.to_params(asking.under_rule(asked, found, form[f"rule_{each}"].data, f"rule_{each}"), found)
        params |= {k: said[k] for k in ("plan", "indicator", "unit", "start", "basis")}
        params |= {f"through_{each}": said["through"], f"known_{each}": said["known"], f"rule_{each}": said["rule"]}
    require(Permission.FIGURE_CASES, unit=form.unit.data, programme=found.programme)
    return _shown_or_asked("audit.changes", params, None)


@bp.get("/audit/changes")
@guard(Permission.FIGURE_CASES)
def changes():
    """The difference of two figures, taken apart until it adds up, each part with its cases."""
    moment = now()
    (first, found), (second, _same) = (_question(params, moment) for params in pair_of(request.args))
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


# ---------------------------------------------------------------- shared


def _indicator(plan: str, indicator: str) -> tuple[Plan, Indicator]:
    chosen = plans().get(plan)
    if chosen is None or indicator not in chosen.indicators or chosen.indicators[indicator].rule not in COUNTS_CASES:
        abort(404)
    return chosen, chosen.indicators[indicator]


def _named(text: str) -> tuple[Plan, Indicator]:
    plan, _, code = text.partition("/")
    return plans()[plan], plans()[plan].indicators[code]


def _choices(moment: datetime) -> tuple[list[tuple[Plan, Indicator]], list[tuple[str, str]]]:
    """The indicators and units that the reader may ask about."""
    held = scope(current_actor(), Permission.FIGURE_CASES)
    indicators = [
        (plan, i)
        for plan in plans().values()
        for i in plan.indicators.values()
        if i.programme and any(i.programme in one.programmes for one in held)
    ]
    tree = current_tree()
    mine = {u for one in held for u in one.units if u in tree}
    mine = sorted(mine, key=lambda u: (LEVELS.index(tree.level(u)), tree[u].path, tree[u].code))
    return indicators, [(u, tree.full_label(u)) for u in mine]


def _rules(indicators) -> list[tuple[str, str]]:
    """The versions of the methods, for those who may ask about them."""
    names = sorted({name for _plan, i in indicators for name in asking.rules_of(i)})
    return [("", gettext("đang áp dụng")), *((name, name) for name in names)]


def _names(indicators: list[tuple[Plan, Indicator]]) -> list[tuple[str, str]]:
    return [(f"{plan.code}/{i.code}", f"{i.code} · {i.name[language()]}") for plan, i in indicators]


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
