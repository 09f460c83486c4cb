"""Asking for lists of people: where, and for what."""

from flask_babel import lazy_gettext as _l

from casemgr.refused import N_
from casemgr.ui.fields import RadiosField, Required, SelectField, TextField
from casemgr.ui.forms import Form

# code: what a list of people or a flash report is for; the code goes into the access log
PURPOSES = {
    "official": N_("Báo cáo cơ quan cấp trên theo quy định"),
    "software": N_("Nhập vào phần mềm của cơ quan quản lý"),
    "protect": N_("Phối hợp bảo vệ, can thiệp khẩn cấp"),
    "inspect": N_("Thanh tra, kiểm tra có văn bản"),
}
ENDINGS = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel"}


class GiftForm(Form):
    occasion = RadiosField(_l("Dịp tặng quà"), [Required()], choices=[])
    unit = SelectField(_l("Xã, phường, thị trấn"), [Required()], blank=_l("Chọn…"), choices=[])
    ending = RadiosField(_l("Định dạng"), [Required()], choices=list(ENDINGS.items()), default="pdf")


class ExportForm(Form):
    roll = RadiosField(_l("Theo cột của"), [Required()], choices=[])
    unit = SelectField(_l("Đơn vị"), [Required()], blank=_l("Chọn…"), choices=[])
    purpose = RadiosField(_l("Mục đích"), [Required()], choices=[(code, _l(text)) for code, text in PURPOSES.items()])
    document = TextField(
        _l("Số văn bản yêu cầu, nơi nhận"),
        [Required()],
        limit=200,
        description=_l("In trên tệp và ở trang «Mục đích»."),
    )


class FlashForm(Form):
    to = TextField(
        _l("Nơi nhận"), [Required()], limit=200, description=_l("Ví dụ: Chủ tịch UBND huyện; Công an huyện.")
    )
    purpose = RadiosField(_l("Mục đích"), [Required()], choices=[(code, _l(text)) for code, text in PURPOSES.items()])
    ending = RadiosField(_l("Định dạng"), [Required()], choices=[("pdf", "PDF"), ("docx", "Word")], default="pdf")
