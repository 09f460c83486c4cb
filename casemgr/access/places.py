"""Units and hamlets, for administrators. No list of hamlets exists: they are typed here or come as a file."""

from datetime import date
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from casemgr.access.forms import EmptyForm
from casemgr.access.policy import Permission, scope
from casemgr.access.web import current_actor, guard, log_access, require
from casemgr.clock import now
from casemgr.db import db
from casemgr.ui.fields import SelectField, TextField, VietDateField
from casemgr.ui.forms import Form, show_form
from casemgr.units import services as units
from casemgr.units.models import Hamlet
from casemgr.units.names import HAMLET_WORDS, UnitError
from casemgr.units.web import current_tree

bp = Blueprint("places", __name__, url_prefix="/admin/units")


class HamletForm(Form):
    kind = SelectField(_l("Loại"), [InputRequired()], choices=list(HAMLET_WORDS.items()))
    name = TextField(_l("Tên ấp, khóm"), [InputRequired()], limit=80, render_kw={"autocomplete": "off"})
    valid_from = VietDateField(_l("Có hiệu lực từ ngày"), [InputRequired()])


@bp.get("")
@guard(Permission.UNIT_MANAGE)
def index():
    """The units of the administrator in force today, by the unit above them."""
    tree, today = current_tree(), now().date()
    mine = frozenset().union(*(each.units for each in scope(current_actor(), Permission.UNIT_MANAGE)))
    groups: dict = {}
    for node in sorted((tree[id] for id in mine if tree[id].valid(today)), key=lambda node: (node.path, node.name)):
        if tree.level(node.id) == "commune":
            groups.setdefault(node.parent, []).append(node)
    return render_template("access/units.html", groups=groups)


@bp.get("/<id>")
@guard(Permission.UNIT_MANAGE)
def page(id: str):
    _unit(id)
    form = HamletForm(formdata=None, valid_from=_first_day(id))
    return render_template("access/hamlets.html", **_context(id), form=form)


@bp.post("/<id>/hamlets")
@guard(Permission.UNIT_MANAGE)
def add_hamlet(id: str):
    _unit(id)
    form = HamletForm()
    if form.validate():
        facts = {"kind": form.kind.data, "name": form.name.data, "valid_from": form.valid_from.data}
        try:
            units.add_hamlet(db.session, id, **facts, now=now())
        except UnitError as error:
            form.name.errors = [gettext(error.text, **error.values)]
        else:
            log_access("unit:hamlet", unit=id)
            flash(gettext("Đã thêm."), "success")
            return redirect(url_for("places.page", id=id), 303)
    return show_form("access/hamlets.html", form, **_context(id))


@bp.post("/<id>/hamlets/<uuid:hamlet>/end")
@guard(Permission.UNIT_MANAGE)
def end_hamlet(id: str, hamlet: UUID):
    """Ends a hamlet yesterday: it was dissolved or merged into another."""
    _unit(id)
    found = db.session.get(Hamlet, hamlet)
    if found is None or found.unit_id != id or not EmptyForm().validate():
        abort(404)
    try:
        units.close_hamlet(db.session, hamlet, now().date())
    except UnitError as error:
        flash(gettext(error.text, **error.values), "error")
    else:
        log_access("unit:hamlet", unit=id)
        flash(gettext("Đã kết thúc hiệu lực từ hết hôm nay."), "success")
    return redirect(url_for("places.page", id=id), 303)


def _unit(id: str):
    tree = current_tree()
    if id not in tree or tree.level(id) != "commune":
        abort(404)
    require(Permission.UNIT_MANAGE, unit=id)
    return tree[id]


def _first_day(id: str) -> date:
    return current_tree()[id].valid_from


def _context(id: str) -> dict:
    return {"id": id, "hamlets": units.hamlets(db.session, id, now().date()), "node": current_tree()[id]}
