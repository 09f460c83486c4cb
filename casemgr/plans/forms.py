"""The form of a reported figure; the same checks as in `rules.check` put their sentences on its fields."""

from collections.abc import Collection

from flask_babel import gettext, lazy_gettext

from casemgr.plans.model import Plan
from casemgr.ui.fields import (
    FileField,
    LongTextField,
    Required,
    SelectField,
    TextField,
    VietDateField,
    VietNumberField,
    not_in_future,
)
from casemgr.ui.forms import Form
from casemgr.ui.i18n import language


class FigureForm(Form):
    """What a document from outside says."""

    input = SelectField(lazy_gettext("Số liệu"), [Required()])
    unit = SelectField(lazy_gettext("Đơn vị"), [Required()])
    start = VietDateField(lazy_gettext("Kỳ số liệu: từ ngày"), [Required(), not_in_future])
    end = VietDateField(
        lazy_gettext("Đến ngày"),
        [Required(), not_in_future],
        description=lazy_gettext("Danh sách tại một thời điểm: ghi ngày của danh sách ở cả hai ô."),
    )
    source = SelectField(lazy_gettext("Cơ quan cung cấp"), [Required()])
    document = TextField(lazy_gettext("Số văn bản"), [Required()], limit=60)
    document_date = VietDateField(lazy_gettext("Ngày văn bản"), [Required(), not_in_future])
    standard = SelectField(
        lazy_gettext("Chuẩn nghèo"),
        validate_choice=False,  # rules.check knows which figures need one
        description=lazy_gettext("Chỉ chọn khi số liệu là tỷ lệ hộ nghèo, hộ cận nghèo."),
    )
    value = VietNumberField(
        lazy_gettext("Giá trị"),
        [],
        description=lazy_gettext(
            "Số đếm, số tiền (đồng), hoặc tỷ lệ phần trăm. Có số đạt và tổng số thì tỷ lệ tự tính. Báo cáo bằng lời: để trống."
        ),
    )
    numerator = VietNumberField(lazy_gettext("Số đạt (nếu là tỷ lệ)"))
    denominator = VietNumberField(lazy_gettext("Tổng số (nếu là tỷ lệ)"))
    file = FileField(
        lazy_gettext("Văn bản (tệp quét, bảng tính)"),
        description=lazy_gettext("PDF, ảnh, Word hoặc bảng tính. Được mã hóa khi lưu."),
    )
    note = LongTextField(
        lazy_gettext("Ghi chú, nội dung báo cáo"),
        limit=4000,
        description=lazy_gettext("Không ghi họ tên, địa chỉ hay điều gì nhận ra được một người."),
    )

    def choose(self, plan: Plan, units: list[tuple[str, str]], inputs: Collection[str]) -> None:
        """Fills the lists; `inputs` are the codes that may be entered."""
        lang, empty = language(), [("", gettext("Chọn…"))]
        self.input.choices = empty + [(i.code, i.name[lang]) for i in plan.inputs.values() if i.code in inputs]
        self.source.choices = empty + [(code, name[lang]) for code, name in plan.sources.items()]
        self.unit.choices = empty + units
        self.standard.choices = [("", gettext("Chọn…"))] + [(s.code, s.name[lang]) for s in plan.standards.values()]
        _only_what_is_asked(self, plan)

    def values(self) -> dict:
        """Clean values as `rules.check` takes them."""
        said = {"from": self.start.data, "to": self.end.data, "value": self.value.data, "note": self.note.data}
        said |= {name: getattr(self, name).data for name in ("input", "unit", "source", "document", "document_date")}
        for name in ("numerator", "denominator", "standard"):
            if name in self._fields:
                said[name] = self._fields[name].data
        return said


def _only_what_is_asked(form: Form, plan: Plan) -> None:
    """Leaves out what no figure of this plan has."""
    kinds = {i.kind for i in plan.inputs.values() if i.home is None}
    if "share" not in kinds:
        del form.numerator, form.denominator
        if "text" not in kinds:
            form.value.flags.required = True  # nothing else says the figure; rules.check refuses its absence
    if "standard" in form and not plan.standards:
        del form.standard


class CorrectionForm(FigureForm):
    """A correction keeps input, unit, period and source, and says why."""

    input = unit = start = end = source = standard = None
    note = LongTextField(
        lazy_gettext("Lý do đính chính"),
        [Required()],
        limit=4000,
        description=lazy_gettext("Với báo cáo bằng lời: ghi lại toàn bộ nội dung đúng, kèm lý do."),
    )

    def choose(self, plan: Plan, units=(), inputs=()) -> None:
        _only_what_is_asked(self, plan)

    def values(self) -> dict:
        names = ("value", "numerator", "denominator", "note", "document", "document_date")
        return {name: self._fields[name].data for name in names if name in self._fields}


class ConfirmForm(Form):
    """Only the token."""


# The fields of `rules.check` that have another name in the form.
FIELDS = {"from": "start", "to": "end"}
