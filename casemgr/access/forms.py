"""Forms of sign-in, passwords, accounts and roles."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from casemgr.ui.fields import PasswordField, SelectField, TextField, VietDateField
from casemgr.ui.forms import Form


class SignInForm(Form):
    username = TextField(
        _l("Tên đăng nhập"),
        [InputRequired()],
        limit=80,
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = PasswordField(_l("Mật khẩu"), [InputRequired()], render_kw={"autocomplete": "current-password"})
    next = HiddenField()
    typed = HiddenField()


class PasswordForm(Form):
    current_password = PasswordField(
        _l("Mật khẩu hiện tại"), [InputRequired()], render_kw={"autocomplete": "current-password"}
    )
    password = PasswordField(
        _l("Mật khẩu mới"),
        [InputRequired()],
        description=_l("Ít nhất 10 ký tự; nên là một câu dễ nhớ mà người khác không đoán được."),
        render_kw={"autocomplete": "new-password"},
    )
    again_password = PasswordField(
        _l("Nhập lại mật khẩu mới"), [InputRequired()], render_kw={"autocomplete": "new-password"}
    )


class UserForm(Form):
    username = TextField(
        _l("Tên đăng nhập"),
        [InputRequired()],
        limit=40,
        description=_l("Chữ thường không dấu, chữ số, dấu chấm; ví dụ: nuito.canbo1"),
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )
    full_name = TextField(_l("Họ và tên"), [InputRequired()], limit=120, render_kw={"autocomplete": "off"})
    unit_id = SelectField(_l("Đơn vị công tác"), [InputRequired()])


class GrantForm(Form):
    role = SelectField(_l("Vai trò"), [InputRequired()])
    unit_id = SelectField(
        _l("Tại đơn vị"), [InputRequired()], description=_l("Vai trò có hiệu lực ở đơn vị này và mọi đơn vị bên dưới.")
    )
    programmes = SelectMultipleField(
        _l("Cho chương trình"),
        [InputRequired()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    valid_from = VietDateField(_l("Từ ngày"), [InputRequired()])
    valid_to = VietDateField(_l("Đến hết ngày"))


class EmptyForm(Form):
    """Only the token that shows that the request comes from our own page."""
