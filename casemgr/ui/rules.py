"""How people here write text, dates, hours and numbers; plain functions that refuse with a clear sentence."""

import re
import unicodedata
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from casemgr.refused import N_, Refused

PRECISIONS = ("day", "month", "year")
EARLIEST, LATEST = 1890, 2100

# Characters that are invisible and mean nothing: byte order mark, soft hyphen, zero-width space, word joiner.
_DROPPED: dict[int, None] = dict.fromkeys((0xFEFF, 0x00AD, 0x200B, 0x2060))
# Marks, embeddings, overrides and isolates that change the order in which text is read.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]+)")
_MONTH = re.compile(r"([0-9]{1,2})[/.-]([0-9]+)")
_YEAR = re.compile(r"[0-9]+")
_HOUR = re.compile(r"([0-9]{1,2})[:hH]([0-9]{2})")
_NUMBER = re.compile(r"[-−]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?")


def clean_text(text: str, limit: int, lines: bool = False) -> str:
    """Text as it is stored: NFC, no invisible filler, ends trimmed; one line unless `lines`.

    Raises Refused for control characters, for marks that reorder text, and above `limit` characters.
    """
    if len(text) > limit * 4:  # far too long: do not spend time on normalising it
        raise Refused(_TOO_LONG, limit=limit, length=len(text))
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").translate(_DROPPED))
    text = text.strip() if lines else " ".join(text.replace("\n", " ").replace("\t", " ").split(" ")).strip()
    if not lines:
        text = re.sub(" {2,}", " ", text)
    if any(_is_control(character) for character in text):
        raise Refused(N_("Nội dung có ký tự điều khiển không đọc được. Đã bỏ ký tự đó; hãy kiểm tra và gửi lại."))
    if len(text) > limit:
        raise Refused(_TOO_LONG, limit=limit, length=len(text))
    return text


_TOO_LONG = N_("Nội dung quá dài: %(length)d ký tự, tối đa %(limit)d ký tự.")


def printable(text: str) -> str:
    """What was typed, without the characters that cannot be shown on a page."""
    return "".join(character for character in text if not _is_control(character))


def _is_control(character: str) -> bool:
    if character in "\n\t":
        return False
    number = ord(character)
    if number < 0x20 or 0x7F <= number < 0xA0 or character in _BIDI:
        return True
    return 0xD800 <= number <= 0xDFFF or 0xFDD0 <= number <= 0xFDEF or number & 0xFFFE == 0xFFFE


def parse_date(text: str, precisions: tuple[str, ...] = ("day",)) -> tuple[date, str]:
    """(date, precision) of dd/mm/yyyy, and of mm/yyyy or yyyy where `precisions` allows; raises Refused."""
    text = text.strip()
    if match := _DAY.fullmatch(text):
        day, month, year, precision = match[1], match[2], match[3], "day"
    elif match := _MONTH.fullmatch(text):
        day, month, year, precision = "1", match[1], match[2], "month"
    elif _YEAR.fullmatch(text) and len(text) <= 4:
        day, month, year, precision = "1", "1", text, "year"
    else:
        raise Refused(N_("Hãy nhập ngày theo dạng ngày/tháng/năm, ví dụ 05/03/2022."))
    if len(year) != 4:
        raise Refused(N_("Năm phải đủ 4 chữ số, ví dụ 05/03/2022."))
    if precision not in precisions:
        raise Refused(_NEED[precisions[-1]])
    if not EARLIEST <= int(year) <= LATEST:
        raise Refused(N_("Năm phải từ %(first)d đến %(last)d."), first=EARLIEST, last=LATEST)
    try:
        return date(int(year), int(month), int(day)), precision
    except ValueError:
        raise Refused(N_("Không có ngày %(text)s trong lịch."), text=text) from None


_NEED = {
    "day": N_("Hãy nhập đủ ngày, tháng, năm, ví dụ 05/03/2022."),
    "month": N_("Hãy nhập ít nhất tháng và năm, ví dụ 03/2022."),
    "year": N_("Hãy nhập ít nhất năm, ví dụ 2022."),
}


def parse_time(text: str) -> time:
    """HH:MM (or 8h05) as a time; raises Refused."""
    match = _HOUR.fullmatch(text.strip())
    if not match:
        raise Refused(N_("Hãy nhập giờ theo dạng giờ:phút, ví dụ 08:05."))
    hour, minute = int(match[1]), int(match[2])
    if hour > 23 or minute > 59:
        raise Refused(N_("Không có giờ %(text)s; giờ từ 00:00 đến 23:59."), text=text.strip())
    return time(hour, minute)


def parse_moment(day: str, hour: str, precisions: tuple[str, ...] = ("day",)) -> tuple[datetime, str]:
    """(datetime, precision) of a date and an hour that may be empty; precision 'minute' when the hour is known."""
    on, precision = parse_date(day, precisions)
    if not hour.strip():
        return datetime.combine(on, time()), precision
    if precision != "day":
        raise Refused(N_("Đã nhập giờ thì phải nhập đủ ngày, tháng, năm."))
    return datetime.combine(on, parse_time(hour)), "minute"


def parse_number(text: str) -> Decimal:
    """A number as written here: 1.234,5 (dots between thousands, comma before decimals); raises Refused."""
    text = text.strip().replace(" ", "")
    if not _NUMBER.fullmatch(text) or len(text) > 24:
        raise Refused(N_("Hãy nhập số theo dạng 1.234,5 (dấu phẩy trước phần thập phân)."))
    return Decimal(text.replace(".", "").replace(",", ".").replace("−", "-"))


def show_date(value: date | datetime | None, precision: str = "day") -> str:
    """05/03/2022, 03/2022 or 2022; empty for None."""
    if value is None:
        return ""
    if precision == "year":
        return f"{value.year:04d}"
    if precision == "month":
        return f"{value.month:02d}/{value.year:04d}"
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def show_moment(value: datetime | None, precision: str = "minute") -> str:
    """05/03/2022 08:05; only as much of it as is known."""
    if value is None or precision != "minute":
        return show_date(value, precision)
    return f"{show_date(value)} {value.hour:02d}:{value.minute:02d}"


def show_number(value: int | float | Decimal | None, digits: int | None = None) -> str:
    """1.234,5; whole numbers without decimals, others with one unless `digits` says how many."""
    if value is None:
        return ""
    if digits is None and isinstance(value, int):
        return f"{value:,}".replace(",", ".").replace("-", "−")
    if digits is None:
        digits = 1
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{abs(exact):,.{digits}f}".translate(str.maketrans(",.", ".,"))
    return f"−{text}" if exact < 0 else text


def show_percent(share: float | Decimal | Fraction | None, digits: int = 1) -> str:
    """91,8% of a share (0.918). A share below 1 never reads as 100%, because that would say a target is reached."""
    if share is None:
        return ""
    exact = Decimal(share.numerator) / share.denominator if isinstance(share, Fraction) else Decimal(str(share))
    value = exact * 100
    step = Decimal(1).scaleb(-digits)
    if value < 100 and value.quantize(step, ROUND_HALF_UP) >= 100:
        value = 100 - step
    return show_number(value, digits) + "%"
