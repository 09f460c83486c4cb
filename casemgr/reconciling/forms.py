"""The forms of the reconciliation pages."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField
from wtforms.validators import InputRequired

from casemgr.cases.forms import OnceForm, options
from casemgr.ui.fields import LongTextField, SelectField, TextField


class RowForm(OnceForm):
    """What is written of one row. `turns`: how much had been written of it when it was shown."""

    turns = HiddenField(default="")

    def shown_with(self, turns: int) -> None:
        """Remembers it in a page that is made; one that comes back says what it was made with."""
        if not self.is_submitted():
            self.turns.data = str(turns)


class AnswerForm(RowForm):
    """The buttons under a pair; `who` is set where the answer is about somebody."""

    said = HiddenField()
    kind = HiddenField()
    who = HiddenField()


class DetectForm(RowForm):
    """What is asked besides the programme's own fields when a row becomes a detection."""

    unit = SelectField(_l("Giao cho xã, phường, thị trấn"), [InputRequired()], blank=_l("Chọn…"), choices=[])
    worker = SelectField(_l("Cán bộ phụ trách"), blank=_l("Xã tự phân công"), choices=[])


class ExcludeForm(RowForm):
    reason = RadioField(_l("Lý do"), [InputRequired()], choices=[])
    document = TextField(_l("Số, ngày văn bản làm căn cứ"), [InputRequired()], limit=200)
    note = LongTextField(_l("Giải thích"), limit=2000)


class DisputeForm(OnceForm):
    note = LongTextField(
        _l("Nội dung đề nghị xem xét lại"),
        [InputRequired()],
        limit=2000,
        description=_l("Đề nghị được trả lời và luôn được giữ lại, không bị xóa."),
    )


class DecideForm(OnceForm):
    outcome = RadioField(_l("Quyết định"), [InputRequired()], choices=[])
    note = LongTextField(_l("Ý kiến, lý do"), limit=2000)

    def ask(self, dispute: bool) -> None:
        words = (
            (_l("Đồng ý với đề nghị"), _l("Giữ nguyên số liệu"))
            if dispute
            else (_l("Duyệt"), _l("Không duyệt, trả lại"))
        )
        self.outcome.choices = options(zip(("approved", "returned"), words, strict=True))
        self.note.flags.required = dispute


class RowDisputeForm(DisputeForm, RowForm):
    """A dispute about a row."""


class RowDecideForm(DecideForm, RowForm):
    """The decision on what was asked about a row."""
