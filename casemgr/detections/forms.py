"""The forms of the detection pages. A report is one form for itself and one for each person, all on one page."""

from dataclasses import replace

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, ValidationError
from wtforms.validators import InputRequired

from casemgr.cases.forms import EntryForm, build, options
from casemgr.detections.drafts import Reporter, Seen
from casemgr.people.forms import choices_of
from casemgr.people.identifiers import Birth, parse_phone
from casemgr.people.rules import ETHNICITIES, SEXES
from casemgr.programmes.model import Programme
from casemgr.refused import N_, Refused
from casemgr.ui.fields import LongTextField, SelectField, TextField, VietDateField, VietMomentField, VietNumberField
from casemgr.ui.forms import Form
from casemgr.ui.i18n import language, say

PERSONS = 3  # blocks on the page; more persons come with a further report of the same incident

STATUS_NAMES = {
    "pending": N_("Chờ xác minh"),
    "substantiated": N_("Đã xác minh, chưa có hồ sơ"),
    "unsubstantiated": N_("Không có căn cứ (đã duyệt)"),
    "matched": N_("Đã có hồ sơ"),
    "duplicate": N_("Trùng"),
    "excluded": N_("Không tính vào chỉ tiêu (đã duyệt)"),
    "refused": N_("Từ chối lập hồ sơ"),
}
# A programme whose detections need no verification says less.
UNFILED = N_("Chưa có hồ sơ")


class FilterForm(Form):
    """Read from the address; nothing in it says who or what group. Programmes are numbered."""

    class Meta(Form.Meta):
        csrf = False

    group = SelectField(_l("Chương trình"), blank=_l("Mọi chương trình"), choices=[])
    unit = SelectField(_l("Đơn vị"), blank=_l("Mọi đơn vị"), choices=[])
    status = SelectField(
        _l("Tình trạng"),
        choices=[
            ("open", _l("Còn việc phải làm")),
            ("waiting", _l("Chờ cấp trên duyệt")),
            *((code, _l(text)) for code, text in STATUS_NAMES.items()),
            ("all", _l("Mọi tình trạng")),
        ],
        default="open",
    )
    mine = BooleanField(_l("Tôi phụ trách"))


class ReportForm(EntryForm):
    """What is asked once for a report, whatever the programme."""

    unit = SelectField(_l("Đơn vị tiếp nhận"), [InputRequired()], choices=[])
    received = VietMomentField(
        _l("Ngày, giờ tiếp nhận"),
        [InputRequired()],
        description=_l("Các thời hạn tính từ lúc này. Không nhớ giờ thì để trống: hệ thống ghi «thiếu thông tin»."),
    )
    source_received = VietMomentField(
        _l("Ngày, giờ nơi báo tin đã tiếp nhận"),
        description=_l("Tổng đài 111, Công an ghi giờ của mình: giờ đó được tính thay cho giờ ở trên."),
    )
    source = SelectField(_l("Nguồn tin"), blank=_l("Chọn…"), choices=[])
    mode = SelectField(_l("Hình thức báo tin"), blank=_l("Không ghi"), choices=[])
    officer = TextField(_l("Người tiếp nhận"), limit=120)
    happened = VietMomentField(_l("Ngày xảy ra vụ việc"), precisions=("day", "month", "year"))
    incident = TextField(
        _l("Vụ việc đã có trong hệ thống"),
        limit=20,
        description=_l("Nhiều nơi báo cùng một vụ việc: ghi số VV-… hoặc số PH-… của một người trong vụ việc."),
    )
    note = LongTextField(_l("Nội dung báo tin"), limit=4000)
    reporter_agreed = BooleanField(_l("Người báo tin đồng ý cho ghi họ tên, điện thoại, địa chỉ"))
    reporter_name = TextField(_l("Họ tên người báo tin"), limit=120)
    reporter_phone = TextField(_l("Điện thoại người báo tin"), limit=30)
    reporter_address = TextField(_l("Địa chỉ người báo tin"), limit=300)

    def validate_source(self, field) -> None:
        if len(field.choices) > 1 and not field.data:
            raise ValidationError(gettext(N_("Cần nhập nội dung này.")))

    def validate_reporter_phone(self, field) -> None:
        try:
            parse_phone(field.data or "")
        except Refused as refused:
            raise ValidationError(say(refused)) from None

    @property
    def reporter(self) -> Reporter | None:
        told = (self.reporter_name.data, self.reporter_phone.data, self.reporter_address.data)
        found = Reporter(*(text or "" for text in told), agreed=self.reporter_agreed.data)
        return found or None

    def arrange(self, programme: Programme, units: list[tuple[str, str]]) -> None:
        """The lists of this programme, and the communes in which whoever acts may write."""
        self.unit.choices = options(units)
        if len(units) == 1 and not self.unit.data:
            self.unit.data = units[0][0]
        for name in ("source", "mode"):
            codes = programme.codes.get(name, {})
            self[name].flags.required = name == "source" and bool(codes)
            self[name].choices = self[name].choices[:1] + options(
                (c, code.name[language()]) for c, code in codes.items()
            )


def _person_body() -> dict:
    return {
        "name": TextField(_l("Họ và tên"), limit=120, description=_l("Chưa biết thì để trống.")),
        "sex": SelectField(_l("Giới tính"), choices=choices_of(SEXES), default="khong_biet"),
        "birth": VietDateField(
            _l("Ngày sinh"), precisions=("day", "month", "year"), description=_l("Có thể chỉ ghi tháng/năm hoặc năm.")
        ),
        "age": VietNumberField(_l("Hoặc tuổi ước lượng lúc xảy ra")),
        "ethnicity": SelectField(_l("Dân tộc"), choices=choices_of(ETHNICITIES), default=""),
    }


PERSON = tuple(_person_body())
UNSAID = frozenset({"", "khong_biet"})


class PersonBlock(EntryForm):
    """One person of a report; `kind` and the programme's fields are added by `person_block`."""

    class Meta(EntryForm.Meta):
        csrf = False  # the report's token covers the page

    def filled(self) -> bool:
        """Whether anything was said about this person."""
        return any(v.strip() not in UNSAID for f in self if f.name != self["entry_id"].name for v in f.raw_data or ())

    def validate_age(self, field) -> None:
        if field.data is not None and (field.data != field.data.to_integral_value() or not 0 <= field.data <= 130):
            raise ValidationError(gettext(N_("Tuổi phải từ 0 đến 130.")))

    def seen(self) -> Seen:
        day, precision = self["birth"].data, self["birth"].precision
        birth = None
        if day is not None:
            month = day.month if precision in ("day", "month") else None
            birth = Birth(day.year, month, day.day if precision == "day" else None)
        age = self["age"].data
        return Seen(
            name=self["name"].data or "",
            sex=self["sex"].data,
            birth=birth,
            age=int(age) if age is not None else None,
            ethnicity=self["ethnicity"].data or "",
        )

    def own(self) -> list:
        """The fields about the person, then those of the programme, in the order of the page."""
        asked = [f for f in self if f.short_name not in (*PERSON, "entry_id")]
        return [*(self[name] for name in PERSON), *asked]


_BLOCKS: dict[tuple, type[PersonBlock]] = {}


def person_block(programme: Programme) -> type[PersonBlock]:
    """The form class of one person in this programme and the reader's language; built once."""
    key = (programme.definition, language())
    if key not in _BLOCKS:
        kind = programme.detection.kinds["detected"]
        # The source is asked once, with the report.
        kind = replace(kind, fields=tuple(f for f in kind.fields if f.name != "source"))
        asked = build(programme, kind, key[1], occurred=False)
        body = _person_body() | {f.name: getattr(asked, f.name) for f in kind.fields}
        _BLOCKS[key] = type("DetectedForm", (PersonBlock,), body | {"kind": kind, "programme": programme})
    return _BLOCKS[key]


class StepForm(EntryForm):
    """What every step has: when it happened."""

    occurred = VietMomentField(_l("Ngày, giờ thực hiện"), [InputRequired()])


class DuplicateForm(StepForm):
    of = TextField(
        _l("Trùng với số"), [InputRequired()], limit=12, description=_l("Số PH-… của trường hợp được giữ lại.")
    )
    note = LongTextField(_l("Vì sao là cùng một người, cùng vụ việc"), [InputRequired()], limit=2000)


class ExcludeForm(StepForm):
    reason = RadioField(_l("Lý do"), [InputRequired()], choices=[])
    document = TextField(_l("Số, ngày văn bản làm căn cứ"), [InputRequired()], limit=200)
    note = LongTextField(_l("Giải thích"), limit=2000)


class DecideForm(StepForm):
    on_seq = HiddenField()
    outcome = RadioField(
        _l("Quyết định"),
        [InputRequired()],
        choices=options([("approved", _l("Duyệt")), ("returned", _l("Không duyệt, trả lại"))]),
    )
    note = LongTextField(_l("Ý kiến, lý do"), limit=2000, description=_l("Cần khi trả lại."))

    @property
    def seen_seq(self) -> int:
        """The last entry on the page that was read; 0 when the field was tampered with."""
        text = self.on_seq.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


class IncludeForm(StepForm):
    note = LongTextField(_l("Lý do tính lại"), [InputRequired()], limit=2000)


class AssignForm(StepForm):
    worker = SelectField(_l("Cán bộ phụ trách"), [InputRequired()], blank=_l("Chọn…"), choices=[])
