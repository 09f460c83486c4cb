"""Asking for lists of people: where, for what, and a second person's answer."""

from flask_babel import lazy_gettext as _l

from casemgr.cases.forms import OnceForm
from casemgr.refused import N_
from casemgr.reports.named import APPROVED, DECLINED, GIFT
from casemgr.ui.fields import LongTextField, RadiosField, Required, SelectField, TextField, WantedSometimes
from casemgr.ui.forms import Form

# code: what a list of people or a flash report is for; the code goes into the access log
PURPOSES = {
    "official": N_("Báo cáo cơ quan cấp trên theo quy định"),
    "software": N_("Nhập vào phần mềm của cơ quan quản lý"),
    "protect": N_("Phối hợp bảo vệ, can thiệp khẩn cấp"),
    "inspect": N_("Thanh tra, kiểm tra có văn bản"),
}
# What the lists are for, those included that need no choice.
REASONS = {**PURPOSES, GIFT: N_("Trao quà, lấy chữ ký người nhận")}
ENDINGS = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel"}


class GiftForm(OnceForm):
    occasion = RadiosField(_l("Dịp tặng quà"), [Required()], choices=[])
    unit = SelectField(_l("Xã, phường, thị trấn"), [Required()], blank=_l("Chọn…"), choices=[])
    document = TextField(
        _l("Lý do, số văn bản"),
        [Required()],
        limit=200,
        description=_l("Ví dụ: Quyết định tặng quà số, ngày. Người duyệt đọc lý do này."),
    )


class ExportForm(OnceForm):
    roll = RadiosField(_l("Theo cột của"), [Required()], choices=[])
    unit = SelectField(_l("Đơn vị"), [Required()], blank=_l("Chọn…"), choices=[])
    purpose = RadiosField(_l("Mục đích"), [Required()], choices=[(code, _l(text)) for code, text in PURPOSES.items()])
    document = TextField(
        _l("Số văn bản yêu cầu, nơi nhận"),
        [Required()],
        limit=200,
        description=_l("Người duyệt đọc; in trên tệp, ở trang «Mục đích»."),
    )


class ListAnswerForm(Form):
    """The second person's word on a list that names people."""

    outcome = RadiosField(
        _l("Trả lời"),
        [Required()],
        choices=[(APPROVED, _l("Duyệt: người đề nghị được tải")), (DECLINED, _l("Không duyệt"))],
    )
    note = LongTextField(
        _l("Ý kiến"), [WantedSometimes()], limit=1000, description=_l("Cần khi không duyệt: ghi rõ vì sao.")
    )


class TokenForm(Form):
    """Only the token."""


class FlashForm(Form):
    to = TextField(
        _l("Nơi nhận"), [Required()], limit=200, description=_l("Ví dụ: Chủ tịch UBND huyện; Công an huyện.")
    )
    purpose = RadiosField(_l("Mục đích"), [Required()], choices=[(code, _l(text)) for code, text in PURPOSES.items()])
    ending = RadiosField(_l("Định dạng"), [Required()], choices=[("pdf", "PDF"), ("docx", "Word")], default="pdf")
