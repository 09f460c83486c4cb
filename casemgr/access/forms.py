"""Forms of sign-in, passwords, accounts and roles."""

from flask_babel import lazy_gettext as _l

from casemgr.ui.fields import (
    CheckboxesField,
    HiddenField,
    PasswordField,
    Required,
    SelectField,
    TextField,
    VietDateField,
)
from casemgr.ui.forms import Form


class SignInForm(Form):
    username = TextField(
        _l("Tên đăng nhập"),
        [Required()],
        limit=80,
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = PasswordField(_l("Mật khẩu"), [Required()], render_kw={"autocomplete": "current-password"})
    next = HiddenField()
    typed = HiddenField()


class PasswordForm(Form):
    current_password = PasswordField(
        _l("Mật khẩu hiện tại"), [Required()], render_kw={"autocomplete": "current-password"}
    )
    password = PasswordField(
        _l("Mật khẩu mới"),
        [Required()],
        description=_l("Ít nhất 10 ký tự; nên là một câu dễ nhớ mà người khác không đoán được."),
        render_kw={"autocomplete": "new-password"},
    )
    again_password = PasswordField(
        _l("Nhập lại mật khẩu mới"), [Required()], render_kw={"autocomplete": "new-password"}
    )


class UserForm(Form):
    username = TextField(
        _l("Tên đăng nhập"),
        [Required()],
        limit=40,
        description=_l("Chữ thường không dấu, chữ số, dấu chấm; ví dụ: nuito.canbo1"),
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )
    full_name = TextField(_l("Họ và tên"), [Required()], limit=120, render_kw={"autocomplete": "off"})
    unit_id = SelectField(_l("Đơn vị công tác"), [Required()])


class GrantForm(Form):
    role = SelectField(_l("Vai trò"), [Required()])
    unit_id = SelectField(
        _l("Tại đơn vị"), [Required()], description=_l("Vai trò có hiệu lực ở đơn vị này và mọi đơn vị bên dưới.")
    )
    programmes = CheckboxesField(_l("Cho chương trình"), [Required()])
    valid_from = VietDateField(_l("Từ ngày"), [Required()])
    valid_to = VietDateField(_l("Đến hết ngày"))


class EmptyForm(Form):
    """Only the token that shows that the request comes from our own page."""
