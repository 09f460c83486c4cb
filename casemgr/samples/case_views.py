"""The page of one case of a sample: what the auditor found, what the unit answers, the conclusion."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from casemgr.access.web import Permission, current_actor, guard, may
from casemgr.cases.forms import options
from casemgr.cases.queries import names_of
from casemgr.clock import now
from casemgr.coverage import present as figures
from casemgr.db import db
from casemgr.refused import Refused
from casemgr.samples import rules, services
from casemgr.samples.forms import ENDINGS, STANCES, AnswerForm, FoundForm, SettleForm
from casemgr.samples.model import settings
from casemgr.samples.rules import Drawn, Sample
from casemgr.samples.web import STATES, about, answering, bp, facts_of, found_case
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language


@bp.get("/<uuid:sample>/cases/<int:place>")
@guard(Permission.SAMPLE_READ)
def case(sample: UUID, place: int):
    one, drawn, _unit = found_case(sample, place, Permission.SAMPLE_READ)
    return _case_page(one, drawn)


@bp.post("/<uuid:sample>/cases/<int:place>/found")
@guard(Permission.SAMPLE_DRAW)
def found(sample: UUID, place: int):
    one, drawn, unit = found_case(sample, place, Permission.SAMPLE_DRAW)
    form = _found_form()
    return _write(one, drawn, unit, form, services.say_found, lambda: {"result": form.result.data})


@bp.post("/<uuid:sample>/cases/<int:place>/answer")
@guard(Permission.SAMPLE_ANSWER)
def answer(sample: UUID, place: int):
    one, drawn, unit = found_case(sample, place, Permission.SAMPLE_ANSWER)
    form = AnswerForm()
    return _write(one, drawn, unit, form, services.answer, lambda: {"stance": form.stance.data})


@bp.post("/<uuid:sample>/cases/<int:place>/settle")
@guard(Permission.SAMPLE_DRAW)
def settle(sample: UUID, place: int):
    one, drawn, unit = found_case(sample, place, Permission.SAMPLE_DRAW)
    form = SettleForm()
    return _write(one, drawn, unit, form, services.settle, lambda: {"upheld": form.ending.data == "upheld"})


def _write(sample: Sample, drawn: Drawn, unit: str, form, verb, values):
    if form.validate():
        try:
            verb(
                db.session,
                sample.subject,
                drawn.place,
                note=form.note.data,
                author=str(current_actor().user_id),
                at=unit,
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
    plan, indicator = about(sample)
    holder = services.holders(db.session, [drawn]).get(drawn.subject, drawn.unit)
    form = sent or _form(sample, drawn, holder)
    audits = may(Permission.SAMPLE_DRAW, **facts_of(sample))
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
        "until": rules.answer_until(drawn, settings().answer_days),
        "audits": audits,
        "holder": holder,
        "may_open": audits or may(Permission.SAMPLE_ANSWER, unit=holder, programme=sample.programme),
        "lang": language(),
    }
    if form is None:
        return render_template("samples/case.html", form=None, **context)
    return show_form("samples/case.html", form, **context)


def _form(sample: Sample, drawn: Drawn, holder: str):
    own = drawn.found is not None and drawn.found.author == str(current_actor().user_id)
    if may(Permission.SAMPLE_DRAW, **facts_of(sample)):
        if drawn.found is None:
            return _found_form()
        return SettleForm() if own and _may_settle(drawn) else None
    if drawn.status == rules.WAITING and answering(sample, drawn, holder):
        return AnswerForm()
    return None


def _may_settle(drawn: Drawn) -> bool:
    last = rules.answer_until(drawn, settings().answer_days)
    return drawn.status == rules.ANSWERED_STATE or (last is not None and now().date() > last)


def _found_form() -> FoundForm:
    form, lang = FoundForm(), language()
    form.result.choices = options((code, each.name[lang]) for code, each in settings().results.items())
    return form
