"""A worker asks to give a file to a colleague; the leader answers in the inbox."""

from flask import flash, redirect, url_for
from flask_babel import gettext

from casemgr.access.holders import who_may
from casemgr.access.web import Permission, current_actor, guard
from casemgr.cases import moves
from casemgr.cases.forms import options
from casemgr.cases.handover import asked_assignment
from casemgr.cases.marks import barred
from casemgr.cases.views import teller
from casemgr.cases.web import open_dossier
from casemgr.clock import now
from casemgr.db import db
from casemgr.handover.forms import HandOnForm
from casemgr.handover.views import bp
from casemgr.refused import Refused
from casemgr.ui.forms import show_form
from casemgr.units.web import current_tree


@bp.route("/cases/<number>/hand-on", methods=["GET", "POST"])
@guard(Permission.CASE_WRITE)
def hand_on(number: str):
    dossier = open_dossier(number, Permission.CASE_WRITE)
    form, hidden = HandOnForm(), {dossier.state.worker, *barred(dossier.state.entries)}
    file = dossier.file
    workers = who_may(db.session, Permission.CASE_WRITE, current_tree(), file.unit_id, file.programme)
    others = [(str(user.id), user.full_name) for user in workers if str(user.id) not in hidden]
    form.worker.choices = form.worker.choices[:1] + options(others)
    if form.validate_on_submit():
        try:
            moves.ask_assignment(
                db.session,
                dossier.file.subject,
                form.worker.data,
                note=form.note.data,
                author=str(current_actor().user_id),
                now=now(),
                entry_id=form.id,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(gettext("Đã gửi đề nghị. Cho đến khi được duyệt, người đang phụ trách vẫn giữ hồ sơ."), "success")
            return redirect(url_for("cases.case", number=number), 303)
    waiting = asked_assignment(dossier.state.entries)
    said = teller(dossier).one(waiting) if waiting is not None else None
    return show_form("handover/hand_on.html", form, file=dossier.file, label=dossier.label, waiting=said)
