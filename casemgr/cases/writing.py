"""Adding an entry to a case file."""

from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext

from casemgr.access.web import Permission, guard, require
from casemgr.cases import services
from casemgr.cases.forms import EntryForm, entry_form, refuse, typed
from casemgr.cases.reading import values_of
from casemgr.cases.views import bp
from casemgr.cases.web import Dossier, open_dossier
from casemgr.clock import now
from casemgr.db import db
from casemgr.ledger import services as ledger
from casemgr.programmes.model import Kind
from casemgr.refused import Refused
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language


@bp.route("/<number>/entries/<kind>", methods=["GET", "POST"])
@guard(Permission.CASE_READ)
def entry(number: str, kind: str):
    dossier = open_dossier(number)
    wanted = dossier.programme.case.kinds.get(kind)
    if wanted is None or not wanted.offer:
        abort(404)
    needed = Permission.CASE_DECIDE if wanted.by == "supervisor" else Permission.CASE_WRITE
    actor = require(needed, subject=dossier.file.subject, **dossier.facts)
    form_class = entry_form(dossier.programme, wanted)
    if request.method == "GET":
        return _show(form_class(formdata=None, data=_prefill(dossier, wanted)), dossier)
    form = form_class()
    if form.validate():
        try:
            services.add_entry(
                db.session,
                dossier.file.subject,
                wanted.code,
                form.values(),
                occurred=form.occurred_at,
                author=str(actor.user_id),
                unit=dossier.state.unit,
                now=now(),
                entry_id=form.id,
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(gettext("Đã ghi: %(name)s.", name=wanted.name[language()]), "success")
            return redirect(url_for("cases.case", number=number), 303)
    return _show(form, dossier)


def _show(form: EntryForm, dossier: Dossier):
    form.prepare(dossier.state)
    return show_form("cases/entry.html", form, dossier=dossier, file=dossier.file, label=dossier.label, kind=form.kind)


def _prefill(dossier: Dossier, kind: Kind) -> dict:
    """Today's date; the need a link came from; and, to write an entry again, what it said."""
    data: dict = {"occurred": (now(), "day") if kind.precision == "minute" else now().date()}
    again = _again(dossier, kind)
    if again is not None:
        sealed = ledger.read_sealed(db.session, [again]).get(again.id, {})
        data |= typed(kind, values_of(kind, again.coded, sealed))
    position = request.args.get("need", "")
    if position.isascii() and position.isdigit() and int(position) < len(dossier.state.needs):
        need = dossier.state.needs[int(position)]
        services_of = dossier.programme.needs[need.code].services
        for field in kind.fields:
            if field.type == "need":
                data[field.name] = need.code
            elif field.type == "service":
                data[field.name] = need.service or services_of[0]
    return data


def _again(dossier: Dossier, kind: Kind):
    """The entry named in the address, or the last one of this kind that was returned for completion."""
    if not dossier.full:
        return None
    text = request.args.get("again")
    if text:
        try:
            found = dossier.entry(UUID(text))
        except ValueError:
            abort(404)
        hidden = any(e.voids == found.id and e.coded.get("reason") == "wrong_file" for e in dossier.entries)
        return None if hidden or found.kind != kind.code else found
    for entry in reversed(dossier.state.entries):
        if entry.kind == kind.code:
            decision = dossier.state.decision_on(entry)
            returned = decision is not None and decision.coded.get("outcome") == "returned"
            return entry if returned else None
    return None
