"""Files of a commune that was divided: a person chooses for each where its person lives now, or for several at once."""

from collections.abc import Mapping
from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext

from casemgr.access.web import Permission, current_actor, guard, log_access, require
from casemgr.cases import moves
from casemgr.cases.forms import options
from casemgr.clock import now
from casemgr.db import db
from casemgr.handover import queries
from casemgr.handover.forms import SuccessionForm
from casemgr.handover.views import bp
from casemgr.people import services as people
from casemgr.refused import N_, Refused
from casemgr.ui.forms import show_form
from casemgr.units.web import current_tree

MOST_FILES = 50


@bp.route("/succession/<unit>", methods=["GET", "POST"])
@guard(Permission.CASE_ASSIGN)
def succession(unit: str):
    actor, tree, moment = current_actor(), current_tree(), now()
    if unit not in queries.split_units(tree, moment.date()):
        abort(404)
    require(Permission.CASE_ASSIGN, unit=unit)
    found = queries.files_left(db.session, actor, tree, unit, MOST_FILES)
    heirs = [(new, tree.full_label(new)) for new, _default, _split in tree.successors(unit)]
    form = SuccessionForm()
    form.together.choices = form.together.choices[:1] + options(heirs)
    ticked = set(request.form.getlist("pick"))
    chosen = {file.subject: request.form.get(f"to-{file.number}") for file, _hamlet in found}
    if form.validate_on_submit():
        try:
            wanted = _wanted(form, chosen, [file.subject for file, _hamlet in found if file.number in ticked])
            facts = {"note": form.note.data, "author": str(actor.user_id), "unit": unit, "now": moment}
            for subject, to in wanted.items():
                moves.succeed(db.session, subject, to=to, tree=tree, **facts)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(gettext("Đã chuyển %(n)s hồ sơ về đơn vị mới.", n=len(wanted)), "success")
            return redirect(url_for("handover.succession", unit=unit), 303)
    log_access(Permission.CASE_LIST, unit=unit)
    left = next(
        (each.files for each in queries.left_behind(db.session, actor, tree, moment.date()) if each.unit == unit), 0
    )
    hamlets = queries.hamlet_names(db.session, [hamlet for _file, hamlet in found if hamlet])
    labels = people.labels(db.session, [file.beneficiary for file, _hamlet in found if file.beneficiary])
    rows = [
        (
            file,
            labels.get(file.beneficiary),
            hamlets.get(hamlet, ""),
            chosen[file.subject] or tree.map_to(unit, moment.date(), hamlet),
        )
        for file, hamlet in found
    ]
    shown = {"unit": unit, "rows": rows, "heirs": heirs, "left": left, "ticked": ticked}
    return show_form("handover/succession.html", form, **shown)


def _wanted(form: SuccessionForm, chosen: Mapping[UUID, str | None], ticked: list[UUID]) -> dict[UUID, str]:
    """{file: the unit chosen for it}: line by line, or one unit for all that are ticked. Raises Refused."""
    if form.together.data and not ticked:
        raise Refused(N_("Hãy đánh dấu các hồ sơ chuyển về đơn vị này."), "together")
    if ticked and not form.together.data:
        raise Refused(N_("Hãy chọn đơn vị cho các hồ sơ đã đánh dấu."), "together")
    if ticked and not form.note.data:
        raise Refused(N_("Chọn cho nhiều hồ sơ cùng lúc thì cần ghi lý do, căn cứ."), "note")
    if ticked:
        return dict.fromkeys(ticked, form.together.data)
    wanted = {subject: to for subject, to in chosen.items() if to}
    if not wanted:
        raise Refused(N_("Hãy chọn đơn vị cho ít nhất một hồ sơ."))
    return wanted
