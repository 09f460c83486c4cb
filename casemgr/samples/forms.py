"""The forms of a sample: drawing it, what the auditor found, the unit's answer, the conclusion."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from casemgr.cases.forms import OnceForm, options
from casemgr.ui.fields import (
    LongTextField,
    RadiosField,
    Required,
    SelectField,
    VietDateField,
    VietNumberField,
    WantedSometimes,
    not_in_future,
)

STANCES = {"accepts": _l("Thống nhất với nội dung kiểm tra"), "contests": _l("Không thống nhất")}
ENDINGS = {"upheld": _l("Giữ nội dung kiểm tra: hồ sơ có sai sót"), "dropped": _l("Bỏ nội dung kiểm tra: hồ sơ đúng")}


class DrawForm(OnceForm):
    indicator = SelectField(_l("Chỉ tiêu"), [Required()], choices=[])
    unit = SelectField(_l("Đơn vị"), [Required()], choices=[])
    through = VietDateField(_l("Số liệu đến hết ngày"), [Required(), not_in_future])
    size = VietNumberField(
        _l("Số hồ sơ cần chọn"),
        [Required()],
        description=_l("Chia cho các nhóm huyện × đánh giá theo tỷ lệ số trường hợp."),
    )
    minimum = VietNumberField(
        _l("Ít nhất mỗi nhóm"), [Required()], description=_l("Nhóm nhỏ cũng có số này; tổng số có thể nhiều hơn.")
    )

    def whole(self, name: str) -> int:
        """The number of a field, -1 where it is not whole: refused by the service."""
        value = self._fields[name].data
        return int(value) if value == value.to_integral_value() and abs(value) < 10**9 else -1


class FoundForm(OnceForm):
    result = RadiosField(_l("Kết quả kiểm tra"), [Required()], choices=[])
    note = LongTextField(
        _l("Nội dung kiểm tra"), [WantedSometimes()], limit=2000, description=_l("Không ghi họ tên, địa chỉ.")
    )


class AnswerForm(OnceForm):
    stance = RadiosField(_l("Ý kiến của đơn vị"), [Required()], choices=list(STANCES.items()))
    note = LongTextField(_l("Giải trình"), [Required()], limit=2000, description=_l("Không ghi họ tên, địa chỉ."))


class SettleForm(OnceForm):
    ending = RadiosField(_l("Kết luận"), [Required()], choices=list(ENDINGS.items()))
    note = LongTextField(_l("Căn cứ kết luận"), [Required()], limit=2000, description=_l("Không ghi họ tên, địa chỉ."))


def choose(form: DrawForm, indicators: list[tuple[str, str]], units: list[tuple[str, str]]) -> None:
    form.indicator.choices = options([("", gettext("Chọn…")), *indicators])
    form.unit.choices = options(units)
