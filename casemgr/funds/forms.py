"""Forms of a fund's book."""

from flask_babel import lazy_gettext as _l

from casemgr.cases.forms import OnceForm
from casemgr.funds.model import WAYS
from casemgr.ui.fields import (
    BooleanField,
    LongTextField,
    RadiosField,
    Required,
    SelectField,
    TextField,
    VietDateField,
    VietNumberField,
    WantedSometimes,
    not_in_future,
)
from casemgr.ui.forms import Form

GOODS_HELP = _l("Cần khi là hiện vật. Ví dụ: 20 xe đạp; số tiền ghi giá trị quy đổi.")


class MoveForm(OnceForm):
    amount = VietNumberField(_l("Số tiền (đồng)"), [Required()], description=_l("Ví dụ: 50.000.000"))
    way = RadiosField(_l("Hình thức"), [Required()], choices=[(code, _l(name)) for code, name in WAYS.items()])
    goods = TextField(_l("Hiện vật, số lượng"), [WantedSometimes()], limit=300, description=GOODS_HELP)
    day = VietDateField(_l("Ngày"), [Required(), not_in_future])

    def values(self) -> dict:
        names = ("amount", "way", "goods", "day", "note", "donor", "address", "anonymous")
        return {name: self._fields[name].data for name in names if name in self._fields}


class PledgeForm(MoveForm):
    donor = TextField(_l("Người, đơn vị đăng ký"), [WantedSometimes()], limit=200)
    address = TextField(_l("Địa chỉ, liên hệ"), limit=300)
    anonymous = BooleanField(_l("Không nêu tên"))
    note = LongTextField(_l("Ghi chú"), limit=1000)


class ReceiptForm(PledgeForm):
    pledge = SelectField(_l("Theo khoản đã đăng ký"), blank=_l("Không đăng ký trước"), choices=[])
    donor = TextField(_l("Người, đơn vị đóng góp"), [WantedSometimes()], limit=200)


class PaymentForm(MoveForm):
    case_number = TextField(
        _l("Mã số hồ sơ được hỗ trợ"), [Required()], limit=20, description=_l("Ví dụ: HS-7K4-29Q. Không ghi họ tên.")
    )
    service = VietNumberField(
        _l("Bản ghi dịch vụ số"), description=_l("Số của bản ghi «Dịch vụ đã thực hiện» mà khoản chi này trả cho.")
    )
    purpose = SelectField(_l("Mục đích chi"), [Required()], blank=_l("Chọn…"), choices=[])
    reason = LongTextField(
        _l("Lý do chi vượt số còn lại"), [WantedSometimes()], limit=1000, description=_l("Chỉ khi quỹ không còn đủ.")
    )
    note = LongTextField(_l("Ghi chú"), limit=1000, description=_l("Không ghi họ tên người được hỗ trợ."))

    def values(self) -> dict:
        said = super().values() | {name: self._fields[name].data for name in ("case_number", "purpose", "reason")}
        number = self.service.data
        return said | {"service": int(number) if number is not None and number == int(number) else number}


class VoidForm(Form):
    reason = LongTextField(_l("Vì sao hủy"), [Required()], limit=1000)
