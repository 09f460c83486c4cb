"""The forms of supervision: late entries decided together, the caseload's filters, reassignment, a saved view."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from casemgr.ui.fields import LongTextField, RadiosField, Required, SelectField, TextField, WantedSometimes
from casemgr.ui.forms import Form


class LateForm(Form):
    outcome = RadiosField(
        _l("Quyết định"),
        [Required()],
        choices=[("approved", _l("Chấp nhận")), ("returned", _l("Trả lại"))],
    )
    number = TextField(_l("Số văn bản"), [WantedSometimes()], limit=60, description=_l("Cần khi chấp nhận."))
    note = LongTextField(_l("Ý kiến, lý do"), [WantedSometimes()], limit=1000, description=_l("Cần khi trả lại."))


class ReassignForm(Form):
    worker = SelectField(_l("Phân công cho"), [Required()], blank=_l("Chọn…"), choices=[])
    note = TextField(_l("Lý do"), [Required()], limit=200, description=_l("Ghi vào diễn biến của từng hồ sơ."))


class ViewForm(Form):
    name = TextField(_l("Tên cách xem"), [Required()], limit=60, description=_l("Không ghi tên người, số hồ sơ."))
    shared = BooleanField(_l("Cho người cùng theo dõi đơn vị này dùng chung"))


class UnitForm(Form):
    """Read from the address: codes only."""

    class Meta(Form.Meta):
        csrf = False

    unit = SelectField(_l("Đơn vị"), blank=_l("Mọi đơn vị"), choices=[])


class LoadForm(UnitForm):
    """Programmes are numbered: no address names one."""

    by = SelectField(
        _l("Xem theo"),
        default="worker",
        choices=[("worker", _l("Cán bộ phụ trách")), ("unit", _l("Xã, phường, thị trấn"))],
    )
    group = SelectField(_l("Chương trình"), blank=_l("Mọi chương trình"), choices=[])
    sort = SelectField(
        _l("Sắp xếp"),
        default="late",
        choices=[
            ("late", _l("Nhiều việc quá hạn")),
            ("open", _l("Nhiều hồ sơ")),
            ("high", _l("Nhiều nguy cơ cao")),
            ("week", _l("Nhiều việc trong 7 ngày tới")),
            ("contact", _l("Lâu nhất chưa gặp")),
            ("name", _l("Theo tên")),
        ],
    )


class FilesForm(LoadForm):
    by = None
    worker = HiddenField()  # an account, or `caseload.NOBODY`
    stage = SelectField(
        _l("Bước"),
        blank=_l("Mọi bước"),
        choices=[
            ("new", _l("Mới")),
            ("assessed", _l("Đã đánh giá")),
            ("planned", _l("Có kế hoạch")),
            ("served", _l("Đã có dịch vụ")),
            ("reviewed", _l("Đã rà soát")),
        ],
    )
    risk = SelectField(_l("Nguy cơ"), blank=_l("Mọi mức"), choices=[])
    state = SelectField(
        _l("Việc"),
        blank=_l("Tất cả"),
        choices=[("late", _l("Có việc quá hạn")), ("week", _l("Đến hạn trong 7 ngày tới"))],
    )
    sort = SelectField(
        _l("Sắp xếp"), default="due", choices=[("due", _l("Hạn gần nhất")), ("contact", _l("Lâu nhất chưa gặp"))]
    )
