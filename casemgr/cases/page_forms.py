"""The small forms of the case pages: filters, search, decision, void, assignment, identity."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from casemgr.cases.forms import OnceForm, options
from casemgr.cases.sentences import VOID_FORM
from casemgr.refused import N_
from casemgr.ui.fields import (
    LongTextField,
    RadiosField,
    Required,
    SelectField,
    TextField,
    VietMomentField,
    WantedSometimes,
)
from casemgr.ui.forms import Form

# Why an auditor opens an identity. Codes, because the access log holds no sentences.
IDENTITY_REASONS = {
    "sample": N_("Hồ sơ được chọn kiểm tra: đối chiếu với hồ sơ giấy"),
    "complaint": N_("Xử lý kiến nghị, phản ánh"),
    "duplicate": N_("Kiểm tra nghi trùng người"),
    "order": N_("Theo yêu cầu bằng văn bản của cấp có thẩm quyền"),
}


class SearchForm(Form):
    text = TextField(_l("Tìm theo tên hoặc số hồ sơ"), limit=80)


class FilterForm(Form):
    """Read from the address; nothing in it says who or what group. Programmes are numbered."""

    class Meta(Form.Meta):
        csrf = False

    group = SelectField(_l("Chương trình"), blank=_l("Mọi chương trình"), choices=[])
    unit = SelectField(_l("Đơn vị"), blank=_l("Mọi đơn vị"), choices=[])
    status = SelectField(
        _l("Tình trạng"),
        blank=_l("Mọi tình trạng"),
        choices=[("open", _l("Đang mở")), ("closing", _l("Chờ duyệt đóng")), ("closed", _l("Đã đóng"))],
    )
    risk = SelectField(_l("Nguy cơ"), blank=_l("Mọi mức"), choices=[])
    overdue = BooleanField(_l("Quá hạn"))
    mine = BooleanField(_l("Tôi phụ trách"))
    waiting = BooleanField(_l("Chờ quyết định"))


class DecideForm(OnceForm):
    on_seq = HiddenField()
    outcome = RadiosField(
        _l("Quyết định"),
        [Required()],
        choices=[("approved", _l("Phê duyệt")), ("returned", _l("Trả lại để bổ sung"))],
    )
    number = TextField(
        _l("Số quyết định"), [WantedSometimes()], limit=60, description=_l("Cần khi phê duyệt. Ví dụ: 41/QĐ-UBND.")
    )
    signer = SelectField(_l("Người ký"), blank=_l("Chọn…"), choices=[])
    occurred = VietMomentField(_l("Ngày, giờ ký"), [Required()])
    note = LongTextField(
        _l("Ý kiến, lý do"), [WantedSometimes()], limit=2000, description=_l("Cần khi trả lại: ghi rõ phải bổ sung gì.")
    )

    @property
    def seen_seq(self) -> int:
        """The last entry on the page that was read; 0 when the field was tampered with."""
        text = self.on_seq.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


class VoidForm(Form):
    reason = RadiosField(_l("Lý do hủy"), [Required()], choices=[])
    note = LongTextField(
        _l("Giải thích"), [Required()], limit=1000, description=_l("Bản ghi bị gạch ngang và vẫn nằm trong hồ sơ.")
    )

    def __init__(self, reasons: Iterable[str], **kwargs):
        super().__init__(**kwargs)
        self.reason.choices = options((code, _l(VOID_FORM[code])) for code in reasons)


class AssignForm(Form):
    worker = SelectField(_l("Cán bộ phụ trách"), [Required()], blank=_l("Chọn…"), choices=[])
    note = TextField(
        _l("Lý do"),
        [WantedSometimes()],
        limit=200,
        description=_l("Cần khi giao lại cho người khác; ghi vào diễn biến của hồ sơ."),
    )


class IdentityForm(Form):
    reason = RadiosField(
        _l("Lý do xem danh tính"),
        choices=[(code, _l(text)) for code, text in IDENTITY_REASONS.items()],
        validate_choice=False,
    )
