"""The forms of a person and of a household.

A view sets the choices of `home` and `hamlet` from the units the user may write in, validates, and hands
`form.facts()` to `services.register` or `services.correct`; a Refused of theirs goes to `form.refuse`.
"""

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from casemgr.people.identifiers import Birth, parse_identifier, parse_phone
from casemgr.people.rules import ETHNICITIES, FIELDS, RELATIONS, SEXES, Person
from casemgr.refused import N_, Refused
from casemgr.ui.fields import SelectField, TextField, VietDateField
from casemgr.ui.forms import Form
from casemgr.ui.i18n import say


def choices_of(names: dict[str, str]) -> list[SelectChoice]:
    """Options of a select from a dict of code → Vietnamese source string."""
    return [SelectChoice(value=code, label=_l(name)) for code, name in names.items()]


class _BeneficiaryForm(Form):
    """What persons and households share."""

    ethnicity = SelectField(_l("Dân tộc"), choices=choices_of(ETHNICITIES), default="")
    home = SelectField(_l("Nơi cư trú (xã, phường, thị trấn)"), [InputRequired()], choices=[])
    hamlet = SelectField(_l("Ấp, khóm"), choices=[], default="")
    address = TextField(_l("Địa chỉ cụ thể"), limit=300)
    phone = TextField(_l("Số điện thoại"), limit=30)
    different = BooleanField(_l("Đã xem danh sách có thể trùng: đây là người khác, chưa có trong hệ thống"))

    def validate_phone(self, field) -> None:
        _checked(parse_phone, field.data or "")

    def places(self, units: list[tuple[str, str]], hamlets: list[tuple[str, str]]) -> None:
        """Sets the choices: (id, label) of communes and of hamlets."""
        self.home.choices = [SelectChoice(value=unit, label=label) for unit, label in units]
        self.hamlet.choices = choices_of({"": N_("Chưa rõ")})
        self.hamlet.choices += [SelectChoice(value=hamlet, label=label) for hamlet, label in hamlets]

    def facts(self) -> dict:
        """The fields of Person that this form knows, for services.register and services.correct."""
        names = ("name", "ethnicity", "home", "hamlet", "address", "phone")
        return {name: self[name].data or "" for name in names}


class HouseholdForm(_BeneficiaryForm):
    name = TextField(_l("Họ tên chủ hộ"), [InputRequired()], limit=120)

    @classmethod
    def of(cls, person: Person) -> "HouseholdForm":
        """The form filled for a correction."""
        return cls(obj=person)


class PersonForm(_BeneficiaryForm):
    name = TextField(_l("Họ và tên"), [InputRequired()], limit=120, description=_l("Ghi đúng như trên giấy tờ."))
    other_names = TextField(
        _l("Tên gọi khác"), limit=240, description=_l("Tên thường gọi, tên tục; cách nhau bằng dấu chấm phẩy.")
    )
    sex = SelectField(_l("Giới tính"), choices=choices_of(SEXES), default="khong_biet")
    birth = VietDateField(
        _l("Ngày sinh"),
        precisions=("day", "month", "year"),
        description=_l("Nếu không rõ ngày, ghi tháng/năm hoặc chỉ ghi năm."),
    )
    birth_estimated = BooleanField(_l("Năm sinh ước lượng"))
    cccd = TextField(_l("Số định danh cá nhân / CCCD"), limit=30, description=_l("12 chữ số."))
    cmnd = TextField(_l("Số CMND cũ"), limit=30, description=_l("9 chữ số."))
    bhyt = TextField(_l("Mã số BHYT"), limit=30, description=_l("10 số cuối, hoặc đủ 15 ký tự trên thẻ cũ."))
    khac = TextField(_l("Số giấy tờ khác"), limit=40, description=_l("Ví dụ giấy khai sinh, hộ chiếu."))
    mother = TextField(_l("Họ tên mẹ"), limit=120)
    father = TextField(_l("Họ tên cha"), limit=120)

    def validate_cccd(self, field) -> None:
        _checked_number(field)

    def validate_cmnd(self, field) -> None:
        _checked_number(field)

    def validate_bhyt(self, field) -> None:
        _checked_number(field)

    def validate_khac(self, field) -> None:
        _checked_number(field)

    def facts(self) -> dict:
        numbers = [parse_identifier(kind, self[kind].data) for kind in NUMBERS if self[kind].data]
        others = [part.strip() for part in (self.other_names.data or "").split(";")]
        return super().facts() | {
            "other_names": tuple(part for part in others if part),
            "sex": self.sex.data,
            "birth": _birth(self.birth.data, self.birth.precision, self.birth_estimated.data),
            "identifiers": tuple(numbers),
            "mother": self.mother.data or "",
            "father": self.father.data or "",
        }

    @classmethod
    def of(cls, person: Person) -> "PersonForm":
        """The form filled for a correction."""
        birth = person.birth
        form = cls(
            data={name: getattr(person, name) for name in FIELDS}
            | {
                "other_names": "; ".join(person.other_names),
                "birth": date(birth.year, birth.month or 1, birth.day or 1) if birth else None,
                "birth_estimated": bool(birth and birth.estimated),
                **{number.kind: number.value for number in person.identifiers},
            },
        )
        if birth and not form.birth.raw_data:
            form.birth.precision = "day" if birth.day else "month" if birth.month else "year"
        return form


class MemberForm(Form):
    """A person of a household; the person is chosen before."""

    relation = SelectField(_l("Quan hệ với chủ hộ"), choices=choices_of(RELATIONS))


NUMBERS = ("cccd", "cmnd", "bhyt", "khac")


def _birth(day: date | None, precision: str, estimated: bool) -> Birth | None:
    if day is None:
        return None
    month = day.month if precision in ("day", "month") else None
    return Birth(day.year, month, day.day if precision == "day" else None, estimated)


def _checked_number(field) -> None:
    if field.data:
        _checked(parse_identifier, field.name, field.data)


def _checked(parse, *args) -> None:
    try:
        parse(*args)
    except Refused as refused:
        raise ValidationError(say(refused)) from None
