"""The text of a morning e-mail and of a calendar. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

# Ids of calendar entries and of letters are made from what they are about, so that what comes again is known again.
NAMES = UUID("3c2a55a2-7a5f-5c43-9d0b-0a6a5d0f7b11")


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits for somebody on one day."""

    emergencies: int = 0
    overdue: int = 0
    due_today: int = 0
    decisions: int = 0
    lists: int = 0  # of exceptions on which something stands, for leaders

    @property
    def any(self) -> bool:
        return bool(self.emergencies or self.overdue or self.due_today or self.decisions or self.lists)


def letter(counts: Counts, day: date, address: str) -> tuple[str, str]:
    """(subject, text) of the e-mail: counts only, no name, number or group. `address`: of the pages, if it is known."""
    lines = [
        (counts.emergencies, "việc khẩn cấp"),
        (counts.overdue, "việc quá hạn"),
        (counts.due_today, "việc đến hạn hôm nay"),
        (counts.decisions, "nội dung chờ quyết định"),
        (counts.lists, "danh sách cần chú ý"),  # their names would say which group
    ]
    told = "\n".join(f"- {n} {words}" for n, words in lines if n) or "- không có việc đến hạn"
    where = f"Xem chi tiết sau khi đăng nhập: {address}" if address else "Xem chi tiết sau khi đăng nhập hệ thống."
    text = (
        f"Việc ngày {day:%d/%m/%Y}:\n\n{told}\n\n{where}\nThay đổi, ngừng nhận thư: trang Tài khoản, mục Nhắc việc.\n"
    )
    return f"Hồ sơ an sinh: việc ngày {day:%d/%m/%Y}", text


def letter_id(user: UUID, day: date) -> str:
    """The Message-ID of somebody's letter of one day: a mail server that gets it twice can tell."""
    return f"<{uuid5(NAMES, f'{user}/{day:%Y%m%d}')}@casemgr.invalid>"


@dataclass(frozen=True, slots=True)
class Due:
    """A day on which something in a file is due."""

    number: str
    on: date


def calendar(dues: Iterable[Due], made_at: datetime) -> bytes:
    """An iCalendar file: one entry of a whole day for each file and day, named by the neutral number alone. Several
    things due on one day would look the same. `made_at` has its time zone."""
    from icalendar import Calendar, Event  # only here: a worker does without its memory

    book = Calendar()
    book.add("prodid", "-//casemgr//VN")
    book.add("version", "2.0")
    book.add("x-wr-calname", "Việc đến hạn")  # else it would bear its secret address where it is shown
    book.add_component(_zone())
    for due in dues:
        event = Event()
        event.add("uid", f"{uuid5(NAMES, f'{due.number}/{due.on:%Y%m%d}')}@casemgr")
        event.add("dtstamp", made_at)
        event.add("summary", due.number)
        event.add("dtstart", due.on)
        event.add("dtend", due.on + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        book.add_component(event)
    return book.to_ical()


def _zone():
    """That of Vietnam: a calendar of nothing at all is none (RFC 5545, 3.6), and nothing may be due."""
    from icalendar import Timezone, TimezoneStandard

    zone, hours = Timezone(), TimezoneStandard()
    zone.add("tzid", "Asia/Ho_Chi_Minh")
    hours.add("dtstart", datetime(1975, 6, 13))
    hours.add("tzoffsetfrom", timedelta(hours=7))
    hours.add("tzoffsetto", timedelta(hours=7))
    zone.add_component(hours)
    return zone
