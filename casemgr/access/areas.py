"""Zones of communes, specially difficult hamlets, and the members of the steering committee in charge of them."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from casemgr.access.forms import EmptyForm
from casemgr.access.policy import Permission, scope
from casemgr.access.web import current_actor, guard, log_access, require
from casemgr.clock import now
from casemgr.db import db
from casemgr.refused import N_
from casemgr.ui.fields import SelectField, TextField, VietDateField, VietNumberField
from casemgr.ui.forms import Form, show_form
from casemgr.units import areas
from casemgr.units.area_rules import HAMLETS, AreaRow
from casemgr.units.models import Area
from casemgr.units.names import UnitError
from casemgr.units.web import current_tree

bp = Blueprint("areas", __name__, url_prefix="/areas")
ZONES = {"III": N_("Khu vực III"), "II": N_("Khu vực II"), "I": N_("Khu vực I"), HAMLETS: N_("Ấp đặc biệt khó khăn")}


class AreaForm(Form):
    unit = SelectField(_l("Xã, phường, thị trấn"), [InputRequired()])
    zone = SelectField(_l("Loại"), [InputRequired()])
    hamlet = TextField(_l("Ấp, khóm"), limit=100, description=_l("Chỉ ghi khi loại là ấp đặc biệt khó khăn."))
    poor_rate = VietNumberField(_l("Tỷ lệ hộ nghèo (%)"))
    minority_rate = VietNumberField(_l("Tỷ lệ hộ dân tộc thiểu số (%)"))
    document = TextField(_l("Văn bản phê duyệt"), [InputRequired()], limit=200)
    valid_from = VietDateField(_l("Có hiệu lực từ ngày"), [InputRequired()])
    valid_to = VietDateField(_l("Đến hết ngày"))


class MemberForm(Form):
    member = TextField(
        _l("Người phụ trách"), [InputRequired()], limit=160, description=_l("Họ tên, chức vụ trong Ban Chỉ đạo.")
    )
    document = TextField(_l("Văn bản phân công"), [InputRequired()], limit=200)
    start = VietDateField(_l("Từ ngày"), [InputRequired()])


@bp.get("")
@guard(Permission.AREA_MANAGE)
def index():
    """The areas of today in the reader's units."""
    mine = _units()
    found = [area for area in areas.on(db.session, now().date()) if area.unit in mine]
    groups = [(gettext(name), [a for a in found if a.zone == zone]) for zone, name in ZONES.items()]
    return render_template("access/areas.html", groups=[each for each in groups if each[1]])


@bp.route("/new", methods=["GET", "POST"])
@guard(Permission.AREA_MANAGE)
def new():
    form, tree = AreaForm(), current_tree()
    day = now().date()
    communes = sorted((u for u in _units() if tree.level(u) == "commune" and tree[u].valid(day)), key=_by_name)
    form.unit.choices = [
        ("", gettext("Chọn…")),
        *((u, ", ".join(map(tree.label, reversed(tree.line(u)[1:])))) for u in communes),
    ]
    form.zone.choices = [("", gettext("Chọn…")), *((code, gettext(name)) for code, name in ZONES.items())]
    if form.validate_on_submit():
        require(Permission.AREA_MANAGE, unit=form.unit.data)
        try:
            areas.add(db.session, form.unit.data, _row(form), now())
        except UnitError as error:
            form.unit.errors = [gettext(error.text, **error.values)]
        else:
            log_access("area:add", unit=form.unit.data)
            flash(gettext("Đã thêm."), "success")
            return redirect(url_for("areas.index"), 303)
    return show_form("access/area_form.html", form, heading=gettext("Thêm địa bàn"))


def _row(form: AreaForm) -> AreaRow:
    rates = [form.poor_rate.data, form.minority_rate.data]
    if any(r is not None and not 0 <= r <= 100 for r in rates):
        raise UnitError(N_("Tỷ lệ phải từ 0 đến 100."))
    if (form.zone.data == HAMLETS) != bool(form.hamlet.data):
        raise UnitError(N_("Ấp, khóm đi với loại ĐBKK; khu vực I, II, III là của cả xã."))
    if form.valid_to.data and form.valid_to.data < form.valid_from.data:
        raise UnitError(N_("Ngày hết hiệu lực trước ngày bắt đầu."))
    poor, minority = (None if r is None else int(r * 100) for r in rates)
    return AreaRow(
        0, "", form.zone.data, form.hamlet.data or "", poor, minority, form.document.data,
        form.valid_from.data, form.valid_to.data, "", None, None, "",
    )  # fmt: skip


@bp.route("/<uuid:id>", methods=["GET", "POST"])
@guard(Permission.AREA_MANAGE)
def member(id: UUID):
    """Who was and is in charge of one area; a new member from a day on."""
    area, form = _area(id), MemberForm()
    if form.validate_on_submit():
        said = {"member": form.member.data, "document": form.document.data, "start": form.start.data}
        try:
            areas.assign(db.session, area, **said, author=str(current_actor().user_id), now=now())
        except UnitError as error:
            form.start.errors = [gettext(error.text, **error.values)]
        else:
            log_access("area:assign", unit=area.unit_id)
            flash(gettext("Đã ghi phân công."), "success")
            return redirect(url_for("areas.member", id=id), 303)
    shown = next((a for a in areas.on(db.session, max(now().date(), area.valid_from)) if a.id == id), None)
    past = areas.members(db.session, id)
    zone = gettext(ZONES[area.zone])
    last = areas.last_day(db.session, area)
    return show_form("access/area.html", form, area=area, shown=shown, zone=zone, past=past, last=last)


@bp.post("/<uuid:id>/end")
@guard(Permission.AREA_MANAGE)
def end(id: UUID):
    """From tomorrow on it is no longer an area of its kind."""
    area = _area(id)
    if not EmptyForm().validate():
        abort(400)
    try:
        areas.end(db.session, area, now().date(), author=str(current_actor().user_id), now=now())
    except UnitError as error:
        flash(gettext(error.text, **error.values), "error")
    else:
        log_access("area:end", unit=area.unit_id)
        flash(gettext("Đã kết thúc hiệu lực từ hết hôm nay."), "success")
    return redirect(url_for("areas.index"), 303)


def _area(id: UUID) -> Area:
    found = db.session.get(Area, id, with_for_update=request.method == "POST") or abort(404)
    require(Permission.AREA_MANAGE, unit=found.unit_id)
    return found


def _units() -> frozenset[str]:
    return frozenset().union(*(each.units for each in scope(current_actor(), Permission.AREA_MANAGE)))


def _by_name(unit: str) -> str:
    return current_tree()[unit].path
