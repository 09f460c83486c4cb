"""The forms of transfers, successions and conflicts of interest."""

from collections.abc import Collection
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from casemgr.cases.forms import OnceForm
from casemgr.cases.handover import REASONS
from casemgr.ui.fields import CheckboxesField, LongTextField, RadiosField, Required, SelectField, WantedSometimes
from casemgr.ui.forms import Form


class AskForm(OnceForm):
    to = SelectField(_l("Chuyển đến"), [Required()], blank=_l("Chọn…"), choices=[])
    reason = RadiosField(_l("Lý do"), [Required()], choices=[(code, _l(text)) for code, text in REASONS.items()])
    note = LongTextField(_l("Lý do cụ thể, điều cần lưu ý"), limit=2000)


class AnswerForm(Form):
    outcome = RadiosField(
        _l("Trả lời"),
        [Required()],
        choices=[("accepted", _l("Tiếp nhận")), ("declined", _l("Không tiếp nhận"))],
    )
    worker = SelectField(_l("Phân công cán bộ phụ trách"), blank=_l("Phân công sau"), choices=[])
    note = LongTextField(
        _l("Ý kiến, lý do"), [WantedSometimes()], limit=2000, description=_l("Cần khi không tiếp nhận.")
    )


class ConfirmForm(Form):
    """The answer about one mark, or about its end; several may wait on one page."""

    outcome = RadiosField(
        _l("Ý kiến của người thứ hai"),
        [Required()],
        choices=[("approved", _l("Xác nhận")), ("returned", _l("Không xác nhận, hồ sơ ở lại nơi đang giữ"))],
        description=_l(
            "Nếu không xác nhận, những người nêu trên đây lại được xem hồ sơ khi hồ sơ thuộc phạm vi của họ; những người "
            "mà ghi nhận khác nêu vẫn không được xem."
        ),
    )
    why = LongTextField(_l("Lý do"), [WantedSometimes()], limit=2000, description=_l("Cần khi không xác nhận."))

    @classmethod
    def of(cls, mark: UUID, **kwargs) -> "ConfirmForm":
        form = cls(prefix=f"mark-{mark}-", **kwargs)
        form.mark = mark
        return form

    def sends_back_to(self, unit: str) -> None:
        """Says where the file goes when the mark is not confirmed."""
        said = _l("Không xác nhận, trả hồ sơ về %(unit)s", unit=unit)
        self.outcome.choices = [self.outcome.choices[0], ("returned", said)]

    def about_end(self, back: str | None) -> None:
        """Says what the answer does where it is about the end of a confirmed mark. `back`: where the file goes then,
        None: it stays."""
        ended = _l("Xác nhận chấm dứt, hồ sơ ở lại nơi đang giữ")
        if back is not None:
            ended = _l("Xác nhận chấm dứt, trả hồ sơ về %(unit)s", unit=back)
        self.outcome.choices = [("approved", ended), ("returned", _l("Không xác nhận, xung đột lợi ích vẫn còn"))]
        self.outcome.description = _l(
            "Nếu xác nhận, những người nêu trên đây lại được xem hồ sơ khi hồ sơ thuộc phạm vi của họ; những người mà "
            "ghi nhận khác nêu vẫn không được xem."
        )


class ConflictForm(Form):
    accounts = CheckboxesField(
        _l("Người có liên quan, không được biết về hồ sơ này"),
        [WantedSometimes()],
        choices=[],
        description=_l("Họ mất quyền xem ngay, không được báo; hồ sơ chuyển lên đơn vị cấp trên giữ."),
    )
    note = LongTextField(_l("Lý do"), [Required()], limit=2000)
    seen = HiddenField()  # the last entry of marks that the page was made of

    def catches_up(self, version: str, named: Collection[str]) -> None:
        """The page says what holds now: whom others have named meanwhile is ticked too."""
        if self.seen.data != version:
            self.seen.data, self.accounts.data = version, sorted({*(self.accounts.data or ()), *named})


class SuccessionForm(Form):
    """The choices stand in the table, one select a file: `to-<number>`; or those ticked go together."""

    together = SelectField(_l("Các hồ sơ đã đánh dấu chuyển về"), [WantedSometimes()], blank=_l("Chọn…"), choices=[])
    note = LongTextField(
        _l("Lý do, căn cứ"),
        [WantedSometimes()],
        limit=1000,
        description=_l("Ghi vào từng hồ sơ. Cần khi chọn cho nhiều hồ sơ cùng lúc."),
    )


class HandOnForm(OnceForm):
    worker = SelectField(_l("Giao cho"), [Required()], blank=_l("Chọn…"), choices=[])
    note = LongTextField(_l("Lý do"), [Required()], limit=1000)
