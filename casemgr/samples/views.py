"""The pages of samples: for auditors what was drawn and how it stands, for a unit what it has to answer."""

from datetime import datetime
from uuid import UUID

from flask import redirect, render_template, request, url_for

from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, may, require
from casemgr.cases.queries import hidden_from, names_of
from casemgr.clock import now
from casemgr.coverage import present as figures
from casemgr.coverage import services as coverage
from casemgr.coverage.asked import LEVELS
from casemgr.coverage.cases import COUNTS_CASES
from casemgr.db import db
from casemgr.jobs import start
from casemgr.plans import plans
from casemgr.plans.model import Indicator
from casemgr.refused import Refused
from casemgr.samples import rules, services
from casemgr.samples.forms import DrawForm, choose
from casemgr.samples.model import settings
from casemgr.samples.rules import Drawn, Sample
from casemgr.samples.web import STATES, WRONG, about, answering, bp, facts_of, found_sample
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.units.web import current_tree


@bp.get("")
@guard(Permission.SAMPLE_READ)
def index():
    """For auditors the samples in their scope; for those who answer the cases their units are asked about."""
    hidden, every = set(hidden_from(db.session, current_actor())), services.every(db.session)
    asked = services.asked(every)
    held = services.holders(db.session, [case for _sample, case in asked])
    return render_template(
        "samples/index.html",
        samples=[s for s in every if may(Permission.SAMPLE_DRAW, **facts_of(s))],
        asked=[(s, c) for s, c in asked if c.subject not in hidden and answering(s, c, held.get(c.subject))],
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
    fresh = request.method == "GET"
    offered = {"through": moment.date(), "size": kept.size, "minimum": kept.minimum}
    form = DrawForm(data=offered) if fresh else DrawForm()
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
    """What the form alone can tell is refused on its fields; then the cases are drawn as long work."""
    code, _, indicator = form.indicator.data.partition("/")
    plan = plans()[code]
    actor = require(Permission.SAMPLE_DRAW, unit=form.unit.data, programme=plan.indicators[indicator].programme)
    rules.check_sizes(form.whole("size"), form.whole("minimum"), settings().largest)
    coverage.ask(plan, current_tree(), moment, through=form.through.data, unit=form.unit.data)
    params = {
        "sample": str(form.id),
        "plan": code,
        "indicator": indicator,
        "unit": form.unit.data,
        "through": form.through.data.isoformat(),
        "size": form.whole("size"),
        "minimum": form.whole("minimum"),
    }
    job = start(db.session, "samples.draw", params, author=str(actor.user_id), unit=form.unit.data, now=moment)
    return redirect(url_for("jobs.show", job=job), 303)


@bp.get("/<uuid:sample>")
@guard(Permission.SAMPLE_DRAW)
def show(sample: UUID):
    """The cases that were drawn, how each stands, and the error rate beside the figure."""
    found = found_sample(sample)
    plan, indicator = about(found)
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
        names=names_of(db.session, [found.author, *(check.author for check in found.checks)]),
        code=services.seals().code_of(bytes.fromhex(found.digest)) if found.seal else "",
        wrong=WRONG,
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
    """Draws once more from what was known then, as long work; whether the same cases come is kept with the sample."""
    found = found_sample(sample)
    author = str(current_actor().user_id)
    job = start(db.session, "samples.again", {"sample": str(sample)}, author=author, unit=found.unit, now=now())
    return redirect(url_for("jobs.show", job=job), 303)
