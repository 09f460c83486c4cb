"""What pages and commands say about a file and its import."""

from collections.abc import Mapping

from flask_babel import gettext

from casemgr.people.rules import SEXES
from casemgr.registers import rules, values
from casemgr.registers.checking import Checked
from casemgr.registers.drafts import Look
from casemgr.registers.old_fonts import convert
from casemgr.ui.rules import show_date, show_moment

SAMPLES, ROWS, LINES = 3, 8, 6


def columns_shown(look: Look) -> list[tuple[int, str, list[str], str]]:
    """(number, heading, first values, field) of each column that holds anything."""
    shown = []
    for column, heading in enumerate(look.table.headings):
        said = (values.text(cells[column]) for _line, cells in look.table.lines if column < len(cells))
        samples = [each[:40] for _n, each in zip(range(SAMPLES), filter(None, said), strict=False)]
        if heading or samples:
            shown.append((column, heading, samples, look.columns.get(column, "")))
    return shown


def first_rows(look: Look) -> list[dict]:
    """The first rows as they were understood."""
    shown = []
    for row in look.checked.rows[:ROWS] if look.checked else ():
        person = row.person
        birth = person.birth
        shown.append(
            {
                "line": row.number,
                "name": person.name or row.code,
                "birth": _birth(birth) if birth else "",
                "sex": gettext(SEXES[person.sex]) if person.sex != "khong_biet" else "",
                "number": ", ".join(number.value for number in person.identifiers),
                "unit": person.home,
                "place": row.place,
                "received": _received(row),
                "doubts": [gettext(rules.DOUBTS[code]) for code in row.doubts],
            }
        )
    return shown


def _birth(birth) -> str:
    parts = [f"{part:02d}" for part in (birth.day, birth.month) if part]
    return ("~" if birth.estimated else "") + "/".join([*parts, str(birth.year)])


def _received(row) -> str:
    if row.received is None:
        return ""
    return show_moment(row.received) if row.precision == "minute" else show_date(row.received, row.precision)


def problems(counts: Mapping, checked: Checked | None = None) -> list[tuple[str, str, int, list[int]]]:
    """(mark, sentence, how many, the first lines) of everything that is wrong, doubtful or was put right."""
    lines: dict[str, list[int]] = {}
    if checked is not None:
        for line, _cells, codes in checked.wrong:
            for code in codes:
                lines.setdefault(code, []).append(line)
        for row in checked.rows:
            for code in row.doubts:
                lines.setdefault(code, []).append(row.number)
            if row.same_as is not None and not row.doubts:
                lines.setdefault("duplicates", []).append(row.number)
    found = [
        (mark, gettext(words[code]), count, lines.get(code, [])[:LINES])
        for mark, name, words in (("missed", "errors", rules.WRONG), ("unknown", "doubts", rules.DOUBTS))
        for code, count in sorted(counts[name].items(), key=lambda each: -each[1])
    ]
    if counts["duplicates"]:
        text = gettext("Dòng lặp lại hoàn toàn một dòng trước; chỉ tính một lần.")
        found.append(("plain", text, counts["duplicates"], lines.get("duplicates", [])[:LINES]))
    found += [("plain", gettext(rules.REPAIRS[code]), count, []) for code, count in counts["repairs"].items()]
    return found


def old_text(look: Look) -> tuple[str, str] | None:
    """A text in an old font, as it stood and as it is read now."""
    how = look.sheet.old_font
    cells = (cell for _line, cells in look.sheet.lines for cell in cells if isinstance(cell, str))
    return (
        next(((cell[:60], convert(cell, how)[:60]) for cell in cells if convert(cell, how) != cell), None)
        if how
        else None
    )
