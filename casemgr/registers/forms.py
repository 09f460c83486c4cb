"""The form with which a register is sent."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from casemgr.registers.drafts import Facts
from casemgr.ui.fields import FileField, Required, SelectField, TextField, VietDateField, not_in_future
from casemgr.ui.forms import Form


class SendForm(Form):
    """What came, from whom, for which unit and period."""

    source = SelectField(_l("Nguồn và nhóm đối tượng"), [Required()])
    unit = SelectField(_l("Đơn vị mà danh sách bao quát"), [Required()])
    start = VietDateField(_l("Kỳ của danh sách: từ ngày"), [Required(), not_in_future])
    end = VietDateField(
        _l("Đến ngày"),
        [Required(), not_in_future],
        description=_l("Danh sách tại một thời điểm: ghi ngày của danh sách ở cả hai ô."),
    )
    document = TextField(_l("Số văn bản gửi kèm"), limit=60)
    document_date = VietDateField(_l("Ngày văn bản"), [not_in_future])
    file = FileField(_l("Tệp danh sách"), [Required()], description=_l("XLSX, XLS, ODS hoặc CSV."))

    def choose(self, kinds: list[tuple[str, str]], units: list[tuple[str, str]]) -> None:
        empty = [("", gettext("Chọn…"))]
        self.source.choices = empty + kinds
        self.unit.choices = empty + units

    def facts(self) -> Facts:
        source, _, programme = self.source.data.partition("/")
        return Facts(
            source=source,
            programme=programme,
            unit=self.unit.data,
            start=self.start.data,
            end=self.end.data,
            document=self.document.data or "",
            document_date=self.document_date.data,
        )


class DraftForm(Form):
    """Only the token; the columns are as many as the file has."""
