"""The pages of samples: for auditors what was drawn and how it stands, for a unit what it has to answer."""

import secrets
from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, may, require
from casemgr.cases.forms import options
from casemgr.cases.queries import barred, hidden_from, names_of
from casemgr.clock import now
from casemgr.coverage import present as figures
from casemgr.coverage import services as coverage
from casemgr.coverage.asked import LEVELS, Asked
from casemgr.coverage.cases import COUNTS_CASES
from casemgr.db import db
from casemgr.plans import plans
from casemgr.plans.model import Indicator, Plan
from casemgr.refused import N_, Refused
from casemgr.samples import rules, services
from casemgr.samples.forms import ENDINGS, STANCES, AnswerForm, DrawForm, FoundForm, SettleForm, choose
from casemgr.samples.model import settings
from casemgr.samples.rules import Drawn, Sample
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language, say
from casemgr.units.web import current_tree

bp = Blueprint("samples", __name__, url_prefix="/samples")
# (shape, words) of how a case stands
STATES = {
    rules.OPEN: ("plain", N_("chưa kiểm tra")),
    rules.FINE: ("met", N_("khớp")),
    rules.WAITING: ("not_due", N_("chờ đơn vị trả lời")),
    rules.ANSWERED_STATE: ("not_due", N_("chờ kết luận")),
    rules.UPHELD: ("missed", N_("có sai sót")),
    rules.DROPPED: ("met", N_("không có sai sót")),
}


@bp.get("")
@guard(Permission.SAMPLE_READ)
def index():
    """For auditors the samples in their scope; for those who answer the cases their units are asked about."""
    hidden = set(hidden_from(db.session, current_actor()))
    return render_template(
        "samples/index.html",
        samples=[s for s in services.every(db.session) if may(Permission.SAMPLE_DRAW, **_facts(s))],
        asked=services.of_units(
            db.session, lambda s, c: c.subject not in hidden and may(Permission.SAMPLE_ANSWER, **_facts(s, c))
        ),
        may_draw=may(Permission.SAMPLE_DRAW),
        plans=plans(),
        states=STATES,
        rules=rules,
        results=settings().results,
        lang=language(),
    )


@bp.route("/new", methods=["GET", "POST"])
@guard(Permission.SAMPLE_DRAW)
def new():
    moment, kept = now(), settings()
    start = {"through": moment.date(), "size": kept.size, "minimum": kept.minimum}
    fresh = request.method == "GET"
    form = DrawForm(data=start | {"seed": secrets.randbelow(services.SEEDS)}) if fresh else DrawForm()
    _choices(form)
    if not fresh and form.validate():
        try:
            return _drawn(form, moment)
        except Refused as refused:
            form.refuse(refused)
    return show_form("samples/new.html", form)


def _choices(form: DrawForm) -> None:
    held, tree, lang = scope(current_actor(), Permission.SAMPLE_DRAW), current_tree(), language()
    indicators = [
        (f"{plan.code}/{i.code}", f"{i.code} · {i.name[lang]}")
        for plan in plans().values()
        for i in plan.indicators.values()
        if i.rule in COUNTS_CASES and any(i.programme in one.programmes for one in held)
    ]
    mine = {u for one in held for u in one.units if u in tree}
    units = sorted(mine, key=lambda u: (LEVELS.index(tree.level(u)), tree[u].path, tree[u].code))
    choose(form, indicators, [(u, tree.full_label(u)) for u in units])


def _drawn(form: DrawForm, moment: datetime):
    code, _, indicator = form.indicator.data.partition("/")
    plan = plans()[code]
    found = plan.indicators[indicator]
    actor = require(Permission.SAMPLE_DRAW, unit=form.unit.data, programme=found.programme)
    asked = coverage.ask(plan, current_tree(), moment, through=form.through.data, unit=form.unit.data)
    subject = services.draw(
        db.session,
        asked,
        found,
        seed=form.whole("seed"),
        size=form.whole("size"),
        minimum=form.whole("minimum"),
        author=str(actor.user_id),
        at=form.unit.data,
        now=moment,
        subject=form.id,
    )
    return redirect(url_for("samples.show", sample=subject), 303)


@bp.get("/<uuid:sample>")
@guard(Permission.SAMPLE_DRAW)
def show(sample: UUID):
    """The cases that were drawn, how each stands, and the error rate beside the figure."""
    found = _found(sample)
    plan, indicator = _about(found)
    kept = settings()
    return render_template(
        "samples/show.html",
        sample=found,
        cases=_open_to_reader(found),
        plan=plan,
        indicator=indicator,
        strata=[_stratum(found, indicator, s) for s in found.strata],
        state_of=lambda case: figures.state(indicator, case.stratum.rpartition("/")[2]),
        rate=rules.error_rate(found, {code for code, each in kept.results.items() if each.error}),
        drawer=names_of(db.session, [found.author]).get(found.author, ""),
        states=STATES,
        results=kept.results,
        lang=language(),
    )


def _open_to_reader(sample: Sample) -> list[Drawn]:
    """Without the files that a conflict of interest keeps from this reader: another auditor looks at them."""
    hidden = set(hidden_from(db.session, current_actor()))
    return [case for case in sample.cases if case.subject not in hidden]


def _stratum(sample: Sample, indicator: Indicator, stratum: rules.Stratum) -> tuple:
    """(district, state, how many there are, drawn, looked at, errors that stand) of one stratum."""
    unit, _, state = stratum.name.rpartition("/")
    own = [c for c in sample.cases if c.stratum == stratum.name]
    looked = [c for c in own if c.found is not None]
    errors = [c for c in looked if c.status not in (rules.FINE, rules.DROPPED)]
    return unit, figures.state(indicator, state), stratum.total, stratum.drawn, len(looked), len(errors)


@bp.post("/<uuid:sample>/again")
@guard(Permission.SAMPLE_DRAW)
def again(sample: UUID):
    """Draws once more from what was known then, and says whether the same cases come."""
    found = _found(sample)
    plan, indicator = _about(found)
    try:
        same = services.drawn_again(db.session, found, _question(found, plan), indicator, now())
    except Refused as refused:  # the clock was set back
        flash(say(refused), "error")
        return redirect(url_for("samples.show", sample=sample), 303)
    if same:
        flash(gettext("Chọn lại với cùng số khởi đầu: ra đúng các hồ sơ này."), "success")
    else:
        flash(gettext("Chọn lại với cùng số khởi đầu: KHÔNG ra đúng các hồ sơ này."), "error")
    return redirect(url_for("samples.show", sample=sample), 303)


def _question(sample: Sample, plan: Plan) -> Asked:
    asked = coverage.ask(
        plan,
        current_tree(),
        now(),
        start=sample.start,
        through=sample.through,
        unit=sample.unit,
        known_at=sample.known_at,
    )
    asked.t = min(asked.t, sample.known_at)
    return asked


@bp.get("/<uuid:sample>/cases/<int:place>")
@guard(Permission.SAMPLE_READ)
def case(sample: UUID, place: int):
    return _case_page(*_case(sample, place, Permission.SAMPLE_READ))


@bp.post("/<uuid:sample>/cases/<int:place>/found")
@guard(Permission.SAMPLE_DRAW)
def found(sample: UUID, place: int):
    one, drawn = _case(sample, place, Permission.SAMPLE_DRAW)
    form = _found_form()
    return _write(one, drawn, form, services.say_found, lambda: {"result": form.result.data})


@bp.post("/<uuid:sample>/cases/<int:place>/answer")
@guard(Permission.SAMPLE_ANSWER)
def answer(sample: UUID, place: int):
    one, drawn = _case(sample, place, Permission.SAMPLE_ANSWER)
    form = AnswerForm()
    return _write(one, drawn, form, services.answer, lambda: {"stance": form.stance.data})


@bp.post("/<uuid:sample>/cases/<int:place>/settle")
@guard(Permission.SAMPLE_DRAW)
def settle(sample: UUID, place: int):
    one, drawn = _case(sample, place, Permission.SAMPLE_DRAW)
    form = SettleForm()
    return _write(one, drawn, form, services.settle, lambda: {"upheld": form.ending.data == "upheld"})


def _write(sample: Sample, drawn: Drawn, form, verb, values):
    if form.validate():
        try:
            verb(
                db.session,
                sample.subject,
                drawn.place,
                note=form.note.data,
                author=str(current_actor().user_id),
                at=drawn.unit if verb is services.answer else sample.unit,
                now=now(),
                id=form.id,
                **values(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(gettext("Đã ghi."), "success")
            return redirect(url_for("samples.case", sample=sample.subject, place=drawn.place), 303)
    return _case_page(sample, drawn, form)


def _case_page(sample: Sample, drawn: Drawn, sent=None):
    """Everything said about one case; with the one form that the reader may fill in now."""
    plan, indicator = _about(sample)
    form = sent or _form(sample, drawn)
    authors = [e.author for e in (drawn.found, drawn.answered, drawn.settled) if e is not None]
    target = {FoundForm: "found", AnswerForm: "answer", SettleForm: "settle"}.get(type(form))
    context = {
        "sample": sample,
        "case": drawn,
        "plan": plan,
        "indicator": indicator,
        "state": STATES[drawn.status],
        "verdict": figures.state(indicator, drawn.stratum.rpartition("/")[2]),
        "notes": services.notes(db.session, drawn),
        "names": names_of(db.session, authors),
        "target": target,
        "results": settings().results,
        "stances": STANCES,
        "endings": ENDINGS,
        "days": settings().answer_days,
        "audits": may(Permission.SAMPLE_DRAW, **_facts(sample)),
        "lang": language(),
    }
    if form is None:
        return render_template("samples/case.html", form=None, **context)
    return show_form("samples/case.html", form, **context)


def _form(sample: Sample, drawn: Drawn):
    own = drawn.found is not None and drawn.found.author == str(current_actor().user_id)
    if may(Permission.SAMPLE_DRAW, **_facts(sample)):
        if drawn.found is None:
            return _found_form()
        return SettleForm() if own and drawn.status in (rules.WAITING, rules.ANSWERED_STATE) else None
    if drawn.status == rules.WAITING and may(Permission.SAMPLE_ANSWER, **_facts(sample, drawn)):
        return AnswerForm()
    return None


def _found_form() -> FoundForm:
    form, lang = FoundForm(), language()
    form.result.choices = options((code, each.name[lang]) for code, each in settings().results.items())
    return form


def _facts(sample: Sample, drawn: Drawn | None = None) -> dict:
    return {"unit": drawn.unit if drawn else sample.unit, "programme": sample.programme}


def _found(subject: UUID) -> Sample:
    found = services.find(db.session, subject)
    if found is None:
        abort(404)
    require(Permission.SAMPLE_DRAW, subject=subject, **_facts(found))
    return found


def _case(subject: UUID, place: int, permission: Permission) -> tuple[Sample, Drawn]:
    """The case, if whoever acts may do this with it: an auditor of the sample, or the case's own unit once asked."""
    sample = services.find(db.session, subject)
    drawn = sample.case(place) if sample else None
    if drawn is None or barred(db.session, current_actor(), drawn.subject):
        abort(404)
    facts = _facts(sample) if permission == Permission.SAMPLE_DRAW else _facts(sample, drawn)
    require(permission, subject=drawn.subject, detail=f"sample,{place}", **facts)
    if drawn.found is None and not may(Permission.SAMPLE_DRAW, **_facts(sample)):
        abort(404)  # a unit does not know beforehand what is looked at
    return sample, drawn


def _about(sample: Sample) -> tuple[Plan, Indicator]:
    plan = plans()[sample.plan]
    return plan, plan.indicators[sample.indicator]
