"""What one cell of a register says: a date, a number of a person, a sex. Plain Python; nothing is guessed in silence.

Each function gives what it read and a code: of rules.REPAIRS where it put something right, of rules.DOUBTS or
rules.WRONG where it could not; "" where there was nothing to say.
"""

import re
from datetime import date, datetime, time, timedelta

from casemgr.people.identifiers import Birth, Identifier, parse_identifier, parse_phone
from casemgr.people.names import clean, fold_name
from casemgr.refused import Refused
from casemgr.registers.reading import Cell

EPOCH = date(1899, 12, 30)  # day 0 of spreadsheets
SERIALS = range(7306, 73051)  # 1920 to 2099: as days. Smaller numbers are years.
YEARS = range(1880, 2100)
_DATE = re.compile(r"^(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{1,4})$")
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$")
_MONTH = re.compile(r"^(\d{1,2})[/.\-](\d{4})$")
_CLOCK = re.compile(r"\s+\d{1,2}[:h]\d{0,2}(:\d{2})?$|^\d{1,2}[:h]\d{2}(:\d{2})?\s*,?\s+(ngày\s+)?")
_HOUR = re.compile(r"(?<![\d/.\-])(\d{1,2})[:hg](\d{2})?(?!\d)")
_LOST = re.compile(r"^\d(?:[.,]\d+)?[eE]\+?\d+$")
_ABOUT = re.compile(r"^(khoảng|khoang|k\.|ước|uoc|~)\s*", re.I)
_EMPTY = frozenset(
    {"", "-", "--", "x", "?", "k", "ko", "khong", "khong ro", "khong biet", "chua ro", "chua co", "khong co"}
)
_MALE, _FEMALE = (
    frozenset({"nam", "m", "male", "trai", "be trai", "con trai"}),
    frozenset({"nu", "f", "female", "gai", "be gai", "con gai"}),
)
_TICKS = frozenset({"x", "v", "1", "co", "+"})


def text(cell: Cell) -> str:
    """A cell as it would be read aloud: whole numbers without ".0", days as dd/mm/yyyy."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, bool):
        return "x" if cell else ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return clean(str(cell)).removeprefix("'")


def is_blank(said: str) -> bool:
    """Whether a text says that nothing is known."""
    return fold_name(said) in _EMPTY


def day(cell: Cell) -> tuple[Birth | None, str]:
    """A date known to the day, month or year; `year_short` and `birth_bad` are errors."""
    if isinstance(cell, bool):
        return None, "birth_bad"
    if isinstance(cell, date):  # also a moment
        number = (date(cell.year, cell.month, cell.day) - EPOCH).days
        if number in YEARS:  # "2011" typed into a cell that shows days
            return Birth(number), "year_as_date"
        return Birth(cell.year, cell.month, cell.day), ""
    if isinstance(cell, int | float):
        return _number(float(cell))
    if cell is None:
        return None, ""
    plain = _DATE.match(cell)
    if plain and len(plain[3]) == 4:
        return _written(cell)
    said = _CLOCK.sub("", text(cell)).strip(" ,;")
    if not said or is_blank(said):
        return None, ""
    if re.fullmatch(r"\d+(\.0)?", said):
        return _number(float(said))
    guess = _ABOUT.match(said) is not None
    said = re.sub(r"^(sinh\s+)?(năm|nam|ngày|ngay)\s+", "", _ABOUT.sub("", said), flags=re.I).strip()
    if guess and re.fullmatch(r"\d{4}", said):
        return Birth(int(said), estimated=True), ""
    return _written(said)


def hour(cell: Cell) -> time | None:
    """The time of day beside a date; midnight in a spreadsheet is no time at all."""
    if isinstance(cell, datetime):
        return cell.time().replace(second=0, microsecond=0)
    found = _HOUR.search(cell) if isinstance(cell, str) else None
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return time(int(found[1]), int(found[2] or 0))


def _number(value: float) -> tuple[Birth | None, str]:
    if not abs(value) < 1e9:  # nor "not a number"
        return None, "birth_bad"
    whole = int(value)
    if whole in YEARS and whole == value:
        return Birth(whole), ""
    if whole in SERIALS:
        found = EPOCH + timedelta(days=whole)
        return Birth(found.year, found.month, found.day), "serial"
    return None, "birth_bad"


def _written(said: str) -> tuple[Birth | None, str]:
    if re.fullmatch(r"\d{4}", said):
        return _number(float(said))
    # Signs without numbers before a year: "//2011", "00/00/2011", ".../.../2011".
    only_year = re.fullmatch(r"[\s./\-_…0]*[/.\-…](\d{4})", said)
    if only_year:
        return _number(float(only_year[1]))
    iso = _ISO.match(said)
    parts = (iso[3], iso[2], iso[1]) if iso else None
    found = _DATE.match(re.sub(r"\s*([/.\-])\s*", r"\1", said))
    if parts is None and found:
        parts = found.groups()
    month = _MONTH.match(re.sub(r"\s+", "", said))
    if parts is None and month:
        value = Birth(int(month[2]), int(month[1]))
        return (value, "") if 1 <= value.month <= 12 and value.year in YEARS else (None, "birth_bad")
    if parts is None:
        return None, "birth_bad"
    d, m, y = (int(part) for part in parts)
    if len(parts[2]) < 4:
        return None, "year_short"
    if (d, m) == (0, 0):
        return _number(float(y))
    if d == 0 and 1 <= m <= 12 and y in YEARS:
        return Birth(y, m), ""
    try:
        date(y, m, d)
    except ValueError:
        return None, "birth_bad"
    return (Birth(y, m, d), "") if y in YEARS else (None, "birth_bad")


def personal_number(cell: Cell) -> tuple[Identifier | None, str]:
    """A personal number (12 digits), an old identity card (9) or a health insurance number.

    A number that the spreadsheet rounded is lost: `id_lost`. Eleven digits lack the zero that it dropped: `zero`.
    """
    if cell is None:
        return None, ""
    if isinstance(cell, float) and not cell.is_integer():
        return None, "id_lost" if cell >= 1e8 else "id_bad"
    said = (
        re.sub(r"[\s.\-'’_]", "", text(cell))
        if not (isinstance(cell, str) and _LOST.match(cell.strip()))
        else cell.strip()
    )
    if not said or is_blank(said):
        return None, ""
    if _LOST.match(said):
        return None, "id_lost"
    if not said.isdigit():
        try:
            return parse_identifier("bhyt", said), ""
        except Refused:
            return None, "id_bad"
    if len(said) >= 11 and said.endswith("00000"):
        return None, "id_lost"  # five digits became zeros when the number was shown as 8.9205E+11
    if len(said) == 12:
        return Identifier("cccd", said), ""
    if len(said) == 11 and "001" <= "0" + said[:2] <= "096":
        return Identifier("cccd", "0" + said), "zero"
    if len(said) == 9:
        return Identifier("cmnd", said), ""
    if len(said) == 10:
        return Identifier("bhyt", said), ""
    return None, "id_bad"


def phone(cell: Cell) -> tuple[str, str]:
    """A phone number; the zero that a spreadsheet dropped is put back."""
    said = re.split(r"[;,/]|\s-\s", text(cell))[0].strip() if cell is not None else ""
    if not said or is_blank(said):
        return "", ""
    digits = re.sub(r"[\s.\-()]", "", said)
    if digits.isdigit() and len(digits) in (9, 10) and digits[0] != "0":
        said = "0" + digits
    try:
        return parse_phone(said), ""
    except Refused:
        return "", "phone_bad"


def sex(cell: Cell) -> tuple[str, str]:
    if cell is None:
        return "khong_biet", ""
    said = fold_name(text(cell))
    if said in _MALE or said in _FEMALE:
        return ("nam" if said in _MALE else "nu"), ""
    return "khong_biet", "" if said in _EMPTY else "sex_unknown"


def is_tick(cell: Cell) -> bool:
    return fold_name(text(cell)) in _TICKS


ETHNIC = {"kinh": "kinh", "viet": "kinh", "khmer": "khmer", "kho me": "khmer", "kmer": "khmer", "khome": "khmer", "kho-me": "khmer",
          "cham": "cham", "hoa": "hoa", "tau": "hoa"}  # fmt: skip


def ethnicity(cell: Cell) -> str:
    if cell is None:
        return ""
    said = fold_name(text(cell))
    return "" if said in _EMPTY else ETHNIC.get(said, "khac")
