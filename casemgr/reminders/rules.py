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
    """(subject, text) of the e-mail: counts only, no name, number or group."""
    lines = [
        (counts.emergencies, "việc khẩn cấp"),
        (counts.overdue, "việc quá hạn"),
        (counts.due_today, "việc đến hạn hôm nay"),
        (counts.decisions, "nội dung chờ quyết định"),
        (counts.lists, "danh sách cần chú ý"),  # their names would say which group
    ]
    told = "\n".join(f"- {n} {words}" for n, words in lines if n) or "- không có việc đến hạn"
    text = f"Việc ngày {day:%d/%m/%Y}:\n\n{told}\n\nXem chi tiết sau khi đăng nhập: {address}\n"
    return f"Việc ngày {day:%d/%m/%Y}", text


def letter_id(user: UUID, day: date) -> str:
    """The Message-ID of somebody's letter of one day: a mail server that gets it twice can tell."""
    return f"<{uuid5(NAMES, f'{user}/{day:%Y%m%d}')}@casemgr.invalid>"


@dataclass(frozen=True, slots=True)
class Due:
    """A promise with its day. `key` tells it apart from the others of its file."""

    number: str
    key: str
    on: date


def calendar(dues: Iterable[Due], made_at: datetime) -> bytes:
    """An iCalendar file: one entry of a whole day for each due date, named by the neutral number alone."""
    from icalendar import Calendar, Event  # only here: a worker does without its memory

    book = Calendar()
    book.add("prodid", "-//casemgr//VN")
    book.add("version", "2.0")
    for due in dues:
        event = Event()
        event.add("uid", f"{uuid5(NAMES, f'{due.number}/{due.key}')}@casemgr")
        event.add("dtstamp", made_at)
        event.add("summary", due.number)
        event.add("dtstart", due.on)
        event.add("dtend", due.on + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        book.add_component(event)
    return book.to_ical()
