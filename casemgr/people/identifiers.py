"""Personal numbers, phones and birth dates: what is accepted, and what is only pointed out.

Sources: Nghị định 137/2015/NĐ-CP and Thông tư 07/2016/TT-BCA (12-digit personal number: 3 digits where the birth was
registered, 1 century and sex, 2 birth year, 6 random; no check digit).
"""

import re
from dataclasses import dataclass
from datetime import date

from casemgr.refused import N_, Refused

KINDS = {
    "cccd": N_("Số định danh cá nhân / CCCD"),
    "cmnd": N_("Số CMND (9 số)"),
    "bhyt": N_("Mã số BHYT"),
    "khac": N_("Giấy tờ khác"),
}
_BHYT_CARD = re.compile(r"^[A-Z]{2}\d{13}$")
_OTHER = re.compile(r"^[A-Z0-9]{3,30}$")
# Mobile numbers of 11 digits were shortened to 10 in 2018; old lists still have them.
_OLD_MOBILE = {
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036", "0167": "037", "0168": "038",
    "0169": "039", "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078", "0123": "083",
    "0124": "084", "0125": "085", "0127": "081", "0129": "082", "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """`kind` is a key of KINDS; `value` has neither spaces nor punctuation."""

    kind: str
    value: str

    @property
    def index_value(self) -> str:
        """What two spellings of the same number share: the health-insurance number is the card's last ten digits."""
        return self.value[-10:] if self.kind == "bhyt" else self.value


@dataclass(frozen=True, slots=True)
class Birth:
    """A birth date known to the day, the month or the year; `estimated` when the year itself is a guess."""

    year: int
    month: int | None = None
    day: int | None = None
    estimated: bool = False

    @property
    def precision(self) -> str:
        if self.estimated:
            return "estimated"
        return "day" if self.day else "month" if self.month else "year"

    def __str__(self) -> str:
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part)]
        return "-".join(parts) + ("~" if self.estimated else "")

    @classmethod
    def parse(cls, text: str) -> "Birth | None":
        """The opposite of str(); None for an empty text."""
        if not text:
            return None
        return cls(*map(int, text.rstrip("~").split("-")), estimated=text.endswith("~"))


def check_birth(birth: Birth, on: date) -> Birth:
    """Raises Refused when there is no such day, it lies after `on`, or more than 130 years before."""
    try:
        first = date(birth.year, birth.month or 1, birth.day or 1)
    except ValueError:
        raise Refused(N_("Ngày sinh không có thật. Nhập theo dạng ngày/tháng/năm."), "birth") from None
    if birth.day and not birth.month:
        raise Refused(N_("Ngày sinh thiếu tháng."), "birth")
    if first > on:
        raise Refused(N_("Ngày sinh ở sau ngày đăng ký. Kiểm tra lại năm sinh."), "birth")
    if on.year - birth.year > 130:
        raise Refused(N_("Năm sinh quá xa. Nhập đủ bốn chữ số của năm."), "birth")
    return birth


def parse_identifier(kind: str, text: str) -> Identifier:
    """A typed number without spaces, dots and dashes. Raises Refused (field `identifiers`) where its form is wrong."""
    value = re.sub(r"[\s.\-/]", "", text or "").upper()
    if kind not in KINDS:
        raise Refused(N_("Loại giấy tờ không có trong danh mục."), "identifiers")
    if kind == "cccd" and not _digits(value, 12):
        raise Refused(N_("Số định danh cá nhân (CCCD) phải có đúng 12 chữ số."), "identifiers")
    if kind == "cmnd" and not _digits(value, 9):
        raise Refused(N_("Số CMND phải có đúng 9 chữ số."), "identifiers")
    if kind == "bhyt" and not (_digits(value, 10) or _BHYT_CARD.match(value)):
        raise Refused(N_("Mã số BHYT phải có 10 chữ số, hoặc 15 ký tự như in trên thẻ cũ."), "identifiers")
    if kind == "khac" and not _OTHER.match(value):
        raise Refused(N_("Số giấy tờ chỉ gồm chữ cái và chữ số, từ 3 đến 30 ký tự."), "identifiers")
    return Identifier(kind, value)


def _digits(value: str, count: int) -> bool:
    return len(value) == count and value.isascii() and value.isdigit()


def warnings(identifier: Identifier, sex: str, birth_year: int | None) -> list[str]:
    """What in a personal number does not fit the person. Never an error: sex is changed, births registered late."""
    if identifier.kind != "cccd":
        return []
    found, digit = [], int(identifier.value[3])
    if sex in ("nam", "nu") and (digit % 2 == 0) != (sex == "nam"):  # even male, odd female
        found.append(N_("Chữ số thứ tư của số định danh không khớp với giới tính đã nhập."))
    year = 1900 + 100 * (digit // 2) + int(identifier.value[4:6])
    if birth_year and year != birth_year:
        found.append(N_("Năm sinh trong số định danh không khớp với năm sinh đã nhập."))
    if not "001" <= identifier.value[:3] <= "096":
        found.append(N_("Ba số đầu của số định danh không phải là mã tỉnh, thành phố."))
    return found


def parse_phone(text: str) -> str:
    """A Vietnamese phone number as 10 or 11 digits from 0; "" for an empty text. Raises Refused (field `phone`)."""
    value = re.sub(r"[\s.\-()]", "", text or "")
    if not value:
        return ""
    value = re.sub(r"^(\+84|0084|84(?=\d{9,10}$))", "0", value)
    if len(value) == 11 and value[:4] in _OLD_MOBILE:
        value = _OLD_MOBILE[value[:4]] + value[4:]
    if not (value.isascii() and value.isdigit() and value.startswith("0") and len(value) in (10, 11)):
        raise Refused(N_("Số điện thoại phải có 10 hoặc 11 chữ số, bắt đầu bằng số 0."), "phone")
    return value
