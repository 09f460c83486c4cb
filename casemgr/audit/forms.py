"""The forms of the auditor's pages."""

from datetime import datetime

from flask_babel import gettext, lazy_gettext
from wtforms.validators import Optional

from casemgr.coverage.services import AS_WERE, TODAY
from casemgr.programmes.deadlines import DAY_END
from casemgr.ui.fields import Required, SelectField, VietDateField, VietTimeField
from casemgr.ui.forms import Form


class AskForm(Form):
    """A figure through a day, as it was known at a time."""

    indicator = SelectField(lazy_gettext("Chỉ tiêu"), [Required()])
    unit = SelectField(lazy_gettext("Đơn vị"), [Required()])
    through = VietDateField(lazy_gettext("Số liệu đến hết ngày"), [Required()])
    known = VietDateField(
        lazy_gettext("Theo dữ liệu nhập đến ngày"),
        [Required()],
        description=lazy_gettext("Chỉ tính những gì đã được nhập đến lúc này."),
    )
    known_time = VietTimeField(lazy_gettext("Lúc"), description=lazy_gettext("Để trống: hết ngày."))
    basis = SelectField(
        lazy_gettext("Tính theo đơn vị"),
        [Required()],
        choices=[(AS_WERE, lazy_gettext("như vào ngày đó")), (TODAY, lazy_gettext("quy về đơn vị hiện nay"))],
    )
    rule = SelectField(lazy_gettext("Cách tính"), [Optional()])

    def choose(self, indicators: list[tuple[str, str]], units: list[tuple[str, str]], rules: list[tuple[str, str]]):
        self.indicator.choices = [("", gettext("Chọn…")), *indicators]
        self.unit.choices = units
        self.rule.choices = rules

    def known_at(self, now: datetime) -> datetime:
        """The moment asked about; the end of today means now."""
        at = datetime.combine(self.known.data, self.known_time.data or DAY_END)
        return min(at, now) if at.date() == now.date() else at


class CompareForm(Form):
    """Two figures of one indicator."""

    indicator = SelectField(lazy_gettext("Chỉ tiêu"), [Required()])
    unit = SelectField(lazy_gettext("Đơn vị"), [Required()])
    through_a = VietDateField(lazy_gettext("Số liệu thứ nhất đến hết ngày"), [Required()])
    known_a = VietDateField(lazy_gettext("theo dữ liệu nhập đến hết ngày"), [Required()])
    through_b = VietDateField(lazy_gettext("Số liệu thứ hai đến hết ngày"), [Required()])
    known_b = VietDateField(lazy_gettext("theo dữ liệu nhập đến hết ngày"), [Required()])
    rule_a = SelectField(lazy_gettext("Cách tính của số liệu thứ nhất"), [Optional()])
    rule_b = SelectField(lazy_gettext("Cách tính của số liệu thứ hai"), [Optional()])
    basis = SelectField(
        lazy_gettext("Tính theo đơn vị"),
        [Required()],
        choices=[(AS_WERE, lazy_gettext("như vào ngày đó")), (TODAY, lazy_gettext("quy về đơn vị hiện nay"))],
    )

    def choose(self, indicators: list[tuple[str, str]], units: list[tuple[str, str]], rules: list[tuple[str, str]]):
        self.indicator.choices = [("", gettext("Chọn…")), *indicators]
        self.unit.choices = units
        self.rule_a.choices = self.rule_b.choices = rules


class LogForm(Form):
    """Which lines of the access log are shown; read from the address."""

    class Meta(Form.Meta):
        csrf = False

    user = SelectField(lazy_gettext("Tài khoản"), [Optional()])
    day = VietDateField(lazy_gettext("Ngày"), [Optional()])
    failed = SelectField(lazy_gettext("Kết quả"), [Optional()])

    def choose(self, users: list[tuple[str, str]]) -> None:
        self.user.choices = [("", gettext("Mọi tài khoản")), *users]
        self.failed.choices = [("", gettext("Mọi kết quả")), ("1", gettext("Chỉ lần bị từ chối, không thành"))]
