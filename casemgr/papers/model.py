"""What a paper says, before anything is drawn. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from casemgr.refused import Refused

DOTS = "……"
ROOM = {"report": 84, "list": 130}  # characters of a table's size in one line; others are as wide as a report
LONG = 60
COUNTRY, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"


class PaperError(Refused):
    """A template that cannot be filled. The sentence names its file."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A number in a table: as people read it, and as a spreadsheet counts with it. `shape` is a format of Excel."""

    text: str
    number: int | float | Decimal | None = None
    shape: str = "#,##0"


@dataclass(frozen=True, slots=True)
class Heading:
    """I, II … (level 1) or a smaller one (level 2)."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; line breaks stay. `style`: plain, note (small, under a table), italic, bold."""

    text: str
    style: str = "plain"


@dataclass(frozen=True, slots=True)
class Rows:
    """Lines of a form: a label and what was filled in."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`widths` are relative, by the length of what the columns hold when left out; `align`: l, c or r per column."""

    heads: tuple[str, ...]
    rows: tuple[tuple["str | Cell", ...], ...]
    widths: tuple[float, ...] = ()
    align: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """A new page, in Excel a new sheet of this name."""

    sheet: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs: the lines above (TM. …, KT. …, the office), a remark in italics, and the name where it is known."""

    lines: tuple[str, ...]
    name: str = ""
    note: str = ""


Block = Heading | Text | Rows | Table | Break


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper; see the package for an example."""

    template: str
    agency: tuple[str, ...]
    title: str
    body: tuple[Block, ...]
    appendix: tuple[Block, ...] = ()  # after the signatures
    over: tuple[str, ...] = ()
    number: str = ""
    place: str = ""
    day: date | None = None
    year: int | None = None  # of the date line, where the day is to be filled in by hand
    about: str = ""
    form: str = ""
    to: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    recipients: tuple[str, ...] = ()
    mark: str = ""
    sheet: str = "Báo cáo"
    dated: bool = True  # a list within a report has no date line of its own
    bare: bool = False  # in Excel the first sheet is the table alone, for software to read


def number(given: str | None, symbol: str) -> str:
    """Số: 05/BC-UBND; with dots where the clerk has not given one."""
    return f"Số: {given or DOTS}/{symbol}" if "/" not in (given or "") else f"Số: {given}"


def place_and_day(place: str, day: date | None, year: int | None = None) -> str:
    """Cô Tô, ngày 05 tháng 02 năm 2022: days below 10 and the months 1 and 2 have a leading zero."""
    if day is None:
        return f"{place}, ngày {DOTS} tháng {DOTS} năm {year or DOTS}"
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{place}, ngày {day.day:02d} tháng {month} năm {day.year}"


def clean(text: object) -> str:
    """Without what neither XML nor a font has: control characters and halves of characters."""
    return "".join(c for c in str(text) if c in "\n\t" or (ord(c) >= 0x20 and not 0xD800 <= ord(c) <= 0xDFFF))


def as_data(paper: Paper) -> dict:
    """What every template is given: texts, lists of texts, and `body` and `appendix`, lists of blocks
    that all have the same keys."""
    room = ROOM.get(paper.template, ROOM["report"])
    foot = [{"recipients": list(map(clean, paper.recipients)), "lines": [], "name": "", "note": ""}]
    foot = foot if paper.recipients else []
    foot += [
        {"recipients": [], "lines": list(map(clean, s.lines)), "name": clean(s.name), "note": clean(s.note)}
        for s in paper.signatures
    ]
    if len(foot) == 1 and not foot[0]["recipients"]:  # one signature alone stands on the right
        foot.insert(0, {"recipients": [], "lines": [], "name": "", "note": ""})
    return {
        "country": COUNTRY,
        "motto": MOTTO,
        "over": list(map(clean, paper.over)),
        "agency": list(map(clean, paper.agency)),
        "number": clean(paper.number),
        "place_and_day": clean(place_and_day(paper.place, paper.day, paper.year)) if paper.dated else "",
        "title": clean(paper.title),
        "about": clean(paper.about),
        "form": clean(paper.form),
        "to": list(map(clean, paper.to)),
        "body": [_block(block, room) for block in paper.body],
        "appendix": [_block(block, room) for block in paper.appendix],
        "foot": foot,
        "mark": clean(paper.mark),
    }


def _block(block: Block, room: int) -> dict:
    said: dict = {"kind": type(block).__name__.lower(), "text": "", "level": 0, "style": "plain", "pairs": []}
    said |= {"heads": [], "rows": [], "widths": [], "align": []}
    match block:
        case Heading(text, level):
            said |= {"text": clean(text), "level": level}
        case Text(text, style):
            said |= {"text": clean(text), "style": style}
        case Rows(pairs):
            said["pairs"] = [{"label": _colon(clean(label)), "value": clean(value)} for label, value in pairs]
        case Table():
            rows = [[clean(text_of(cell)) for cell in row] for row in block.rows]
            said |= {"text": clean(block.caption), "heads": list(map(clean, block.heads)), "rows": rows}
            said |= {"widths": list(block.widths or _widths(said["heads"], rows, room))}
            said |= {"align": list(block.align or "l" * len(block.heads))}
        case Break(sheet):
            said["text"] = clean(sheet)
    return said


def _colon(label: str) -> str:
    return label if label.endswith(("?", ":", ".")) else f"{label}:"


def text_of(cell: str | Cell) -> str:
    return cell.text if isinstance(cell, Cell) else cell


def _widths(heads: list[str], rows: list[list[str]], room: int) -> list[float]:
    """Widths in characters: the longest word of each column fits, and long texts share what is left."""
    texts = [[head, *(row[n] for row in rows)] for n, head in enumerate(heads)]
    least = [max((len(w) for text in column for w in text.split()), default=1) + 2.5 for column in texts]
    wanted = [max(0.5, min(max(map(len, column)), LONG) - low) for column, low in zip(texts, least, strict=True)]
    left = max(0.0, room - sum(least))
    return [round(low + left * want / sum(wanted), 1) for low, want in zip(least, wanted, strict=True)]
