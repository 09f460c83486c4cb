"""One's own reminders: the e-mail, the address of the calendar; and the calendar itself."""

from email_validator import EmailNotValidError, validate_email
from flask import Blueprint, Response, abort, current_app, flash, g, redirect, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError

from casemgr.access.web import actor_of, current_actor, guard, log_access, public
from casemgr.clock import VIETNAM, now
from casemgr.db import db
from casemgr.reminders import services
from casemgr.reminders.rules import calendar as ics
from casemgr.ui.fields import TextField
from casemgr.ui.forms import Form, show_form
from casemgr.units.web import current_tree

bp = Blueprint("reminders", __name__)


class EmailForm(Form):
    email = TextField(
        _l("Địa chỉ thư nhận tóm tắt buổi sáng"),
        limit=254,
        description=_l("Thư chỉ có số lượng việc, không có tên ai. Để trống nếu không muốn nhận."),
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )

    def validate_email(self, field) -> None:
        if not field.data:
            return
        try:
            field.data = validate_email(field.data, check_deliverability=False).normalized
        except EmailNotValidError:
            raise ValidationError(gettext("Địa chỉ thư điện tử chưa đúng.")) from None


@bp.route("/reminders", methods=["GET", "POST"])
@guard()
def own():
    user, row = current_actor().user_id, services.setting(db.session, current_actor().user_id)
    form = EmailForm(data={"email": row.email if row else None})
    if form.validate_on_submit():
        services.set_email(db.session, user, form.email.data or None, now())
        flash(gettext("Đã lưu."), "success")
        return redirect(url_for("reminders.own"), 303)
    return _page(form, row)


@bp.post("/reminders/calendar")
@guard()
def new_calendar():
    """The address is shown on this page alone."""
    user = current_actor().user_id
    token = services.new_calendar(db.session, user, now())
    row = services.setting(db.session, user)
    log_access("calendar:new")
    address = url_for("reminders.calendar", token=token, _external=True)
    return _page(EmailForm(formdata=None, data={"email": row.email}), row, address)


@bp.post("/reminders/calendar/end")
@guard()
def end_calendar():
    services.end_calendar(db.session, current_actor().user_id, now())
    log_access("calendar:end")
    flash(gettext("Địa chỉ lịch cũ không còn dùng được."), "success")
    return redirect(url_for("reminders.own"), 303)


@bp.get("/calendar/<token>.ics")
@public
def calendar(token: str):
    """Due dates by case number, for whoever has the secret address; who that is, is in the log like every reader."""
    user = services.reader_of(db.session, token)
    if user is None:
        abort(404)
    g.actor = actor_of(user)
    log_access("calendar:read")
    content = ics(services.dues(db.session, g.actor, current_tree(), now()), now().replace(tzinfo=VIETNAM))
    return Response(content, content_type="text/calendar; charset=utf-8")


def _page(form: EmailForm, row, address: str | None = None):
    mail = bool(current_app.config["CASEMGR_SMTP_URL"])
    return show_form("reminders/own.html", form, has_calendar=bool(row and row.calendar), address=address, mail=mail)
