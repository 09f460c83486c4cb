"""Deciding on an entry, striking one through, giving the file to a worker."""

from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext

from casemgr.access.holders import who_may
from casemgr.access.policy import deciding_unit
from casemgr.access.web import Permission, current_actor, guard, require
from casemgr.cases import services
from casemgr.cases.cautions import same_day
from casemgr.cases.changes import otherwise, plan_changes, previous_plan, rows
from casemgr.cases.forms import options, refuse
from casemgr.cases.marks import barred
from casemgr.cases.page import Reader
from casemgr.cases.page_forms import AssignForm, DecideForm, VoidForm
from casemgr.cases.views import bp, teller
from casemgr.cases.web import Dossier, open_dossier
from casemgr.clock import now
from casemgr.db import db
from casemgr.ledger.rules import Entry
from casemgr.ledger.services import Stale
from casemgr.refused import Refused
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.ui.rules import show_moment
from casemgr.units.web import current_tree


@bp.route("/<number>/entries/<uuid:id>/decide", methods=["GET", "POST"])
@guard(Permission.CASE_READ)
def decide(number: str, id: UUID):
    dossier = open_dossier(number)
    entry = dossier.entry(id)
    needed, file = dossier.deciding(entry), dossier.file
    actor = require(needed, subject=file.subject, author=entry.author, **dossier.facts)
    above = needed is not Permission.CASE_DECIDE
    unit = deciding_unit(actor, file.unit_id, file.programme) if above else file.unit_id
    form = DecideForm(data={"occurred": (now(), "day")}) if request.method == "GET" else DecideForm()
    signers = dossier.programme.codes.get("signer", {})
    form.signer.choices = form.signer.choices[:1] + options((c, code.name[language()]) for c, code in signers.items())
    if request.method == "POST" and _stored(dossier, form, entry):
        return redirect(url_for("cases.case", number=number), 303)
    if not dossier.decidable(entry):
        said = _no_longer(dossier, entry)
        if said is None:
            abort(404)
        if request.method == "POST":  # what was typed is not lost: it may belong into another entry
            form.form_errors.append(said)
            return _show_decide(form, dossier, entry)[0], 409
        flash(said, "error")
        return redirect(url_for("cases.case", number=number), 303)
    if request.method == "POST" and form.validate():
        try:
            services.decide(
                db.session,
                dossier.file.subject,
                id,
                on_seq=form.seen_seq,
                outcome=form.outcome.data,
                number=form.number.data,
                note=form.note.data,
                signer=form.signer.data,
                occurred=form.occurred.data,
                author=str(actor.user_id),
                unit=unit,
                now=now(),
                entry_id=form.id,
            )
        except Stale as stale:
            refuse(form, stale)
            return _show_decide(form, dossier, entry)[0], 409
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(gettext("Đã ghi quyết định."), "success")
            return redirect(url_for("cases.case", number=number), 303)
    return _show_decide(form, dossier, entry)


def _no_longer(dossier: Dossier, entry: Entry) -> str | None:
    """Why an entry that waited for a decision waits no more; None for one that never did."""
    decision = dossier.state.decision_on(entry)
    if decision is not None:
        said = teller(dossier).one(decision)
        return gettext(
            "Nội dung này đã được quyết định trước đó: %(outcome)s, %(who)s ghi lúc %(when)s (bản ghi %(seq)s).",
            outcome=said.title,
            who=said.author,
            when=show_moment(said.recorded_at),
            seq=said.seq,
        )
    if all(e.id != entry.id for e in dossier.state.entries):
        return gettext("Nội dung cần quyết định không còn trong hồ sơ.")
    return None


def _stored(dossier: Dossier, form: DecideForm, entry: Entry) -> bool:
    """Whether this very decision was stored before: the button was pressed twice."""
    return any(
        str(e.id) == form.entry_id.data
        and e.coded.get("on") == entry.id.hex
        and e.coded.get("outcome") == form.outcome.data
        for e in dossier.entries
    )


def _show_decide(form: DecideForm, dossier: Dossier, entry: Entry):
    # What is decided on is the file as it lies before the reader now.
    form.on_seq.data = str(dossier.entries[-1].seq)
    seen = request.form.get("on_seq", "")
    newer = [e for e in dossier.entries if seen.isdigit() and len(seen) < 9 and e.seq > int(seen)]
    tell = teller(dossier)
    kinds = dossier.programme.case.kinds
    before = previous_plan(dossier.state.entries, entry) if entry.kind == "planned" else None
    decision = dossier.state.decision_on(before) if before is not None else None
    sentence, earlier = tell.one(entry), tell.one(before) if before is not None else None
    changes = rows(dossier.programme, plan_changes(before, entry), language())
    if earlier is not None:
        changes += otherwise(earlier.lines, sentence.lines, {need for _kind, need, _was, _is in changes})
    return show_form(
        "cases/decide.html",
        form,
        dossier=dossier,
        file=dossier.file,
        label=dossier.label,
        sentence=sentence,
        newer=[tell.one(each) for each in newer],
        before=earlier,
        decided=tell.one(decision) if decision is not None else None,
        changes=changes,
        needs=Reader(dossier, now(), language()).needs(),
        same_day=[kinds[code].name[language()] for code in same_day(dossier.state.entries, entry)],
    )


@bp.route("/<number>/entries/<uuid:id>/void", methods=["GET", "POST"])
@guard(Permission.CASE_READ)
def void(number: str, id: UUID):
    dossier = open_dossier(number)
    entry = dossier.entry(id)
    if not dossier.may_void(entry):
        # A void is refused in words (below) to those who write here; to others the page does not open at all.
        require(Permission.CASE_WRITE, **dossier.facts)
        if entry.voids is None and not dossier.state.approved(entry):
            abort(403)
    form = VoidForm(services.void_reasons(entry.kind))
    if request.method == "POST" and form.validate():
        try:
            services.void(
                db.session,
                dossier.file.subject,
                id,
                reason=form.reason.data,
                note=form.note.data,
                author=str(current_actor().user_id),
                unit=dossier.state.unit,
                now=now(),
                leads=dossier.may_take_back(entry),
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(gettext("Đã hủy bản ghi %(seq)s.", seq=entry.seq), "success")
            return redirect(url_for("cases.case", number=number), 303)
    sentence = teller(dossier).one(entry)
    return show_form(
        "cases/void.html", form, dossier=dossier, file=dossier.file, label=dossier.label, sentence=sentence
    )


@bp.route("/<number>/assign", methods=["GET", "POST"])
@guard(Permission.CASE_ASSIGN)
def assign(number: str):
    dossier = open_dossier(number, Permission.CASE_ASSIGN)
    form = AssignForm(data={"worker": dossier.file.worker}) if request.method == "GET" else AssignForm()
    file = dossier.file
    workers = who_may(db.session, Permission.CASE_WRITE, current_tree(), file.unit_id, file.programme)
    named = barred(dossier.state.entries)
    offered = [(str(user.id), user.full_name) for user in workers if str(user.id) not in named]
    form.worker.choices = form.worker.choices[:1] + options(offered)
    again = bool(dossier.state.worker) and form.worker.data != dossier.state.worker
    if request.method == "POST" and form.validate() and again and not form.note.data:
        form.note.errors = [gettext("Cần ghi lý do giao lại hồ sơ cho người khác.")]
    elif request.method == "POST" and not form.errors:
        try:
            if form.worker.data != dossier.state.worker:
                services.assign(
                    db.session,
                    dossier.file.subject,
                    form.worker.data,
                    author=str(current_actor().user_id),
                    unit=dossier.state.unit,
                    now=now(),
                    note=form.note.data or "",
                )
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(gettext("Đã phân công."), "success")
            return redirect(url_for("cases.case", number=number), 303)
    return show_form("cases/assign.html", form, dossier=dossier, file=dossier.file, label=dossier.label)
