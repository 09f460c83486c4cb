"""Where the table begins in a sheet, and which column is which field: guessed from Vietnamese headings. Plain Python."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from casemgr.people.names import clean, fold_name
from casemgr.refused import N_, Refused
from casemgr.registers.old_fonts import convert
from casemgr.registers.reading import Cell, Sheet
from casemgr.registers.values import text

FIELDS = {
    "name": N_("Họ và tên"),
    "code": N_("Mã số của nguồn"),
    "birth": N_("Ngày sinh, năm sinh"),
    "sex": N_("Giới tính"),
    "male": N_("Cột «Nam» (đánh dấu hoặc năm sinh)"),
    "female": N_("Cột «Nữ» (đánh dấu hoặc năm sinh)"),
    "personal_id": N_("Số định danh, CCCD, CMND"),
    "insurance": N_("Mã số BHYT"),
    "phone": N_("Số điện thoại"),
    "mother": N_("Họ tên mẹ"),
    "father": N_("Họ tên cha"),
    "carer": N_("Cha mẹ, người chăm sóc"),
    "ethnicity": N_("Dân tộc"),
    "commune": N_("Xã, phường, thị trấn"),
    "district": N_("Huyện"),
    "hamlet": N_("Ấp, khóm"),
    "address": N_("Địa chỉ"),
    "received": N_("Ngày tiếp nhận, ngày vào danh sách"),
    "harm": N_("Hình thức xâm hại"),
    "note": N_("Ghi chú"),
    "number": N_("Số thứ tự (bỏ qua)"),
}
# What says who somebody is: not allowed in a register of codes.
NAMING = frozenset(
    {"name", "personal_id", "insurance", "phone", "mother", "father", "carer", "hamlet", "address", "note"}
)
# The last column of the file that goes back with the rows in error.
REASON = "Lý do chưa nhập được"
SEARCHED = 30  # lines in which the headings are looked for
NO_TABLE = N_(
    "Không tìm thấy dòng tiêu đề của bảng (họ tên, ngày sinh, xã…). Hãy kiểm tra tệp, hoặc chọn trang tính khác."
)
_COUNTING = re.compile(r"^\(?(\d{1,2}|[a-zđA-ZĐ])\)?$")


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet understood: titles above, one heading for each column, the lines below. Texts are Unicode."""

    titles: tuple[str, ...]
    headings: tuple[str, ...]
    lines: Sequence[tuple[int, list[Cell]]]
    guess: Mapping[int, str]  # field by column

    @property
    def digest(self) -> str:
        """Names this set of headings."""
        return hashlib.sha256("\n".join(map(fold_name, self.headings)).encode()).hexdigest()


class Vocabulary:
    """The words of headings, from sources.toml."""

    def __init__(self, said: Mapping):
        self.exact = {phrase: name for name, phrases in said["exact"].items() for phrase in phrases}
        pairs = [(phrase, name) for name, phrases in said.items() if name != "exact" for phrase in phrases]
        self.phrases = sorted(pairs, key=lambda pair: -len(pair[0]))
        self.exact |= {phrase: name for phrase, name in pairs if phrase not in self.exact}
        unknown = {name for _phrase, name in pairs} - set(FIELDS) - {"ignore"}
        if unknown:
            raise ValueError(f"sources.toml: headings of unknown fields {unknown}")

    def field(self, heading: str) -> str:
        """The field that a heading names, or ''. Of a heading of two rows the lower part is asked first."""
        if not heading or len(heading) > 120:
            return ""
        parts = heading.split(" / ")
        for asked in (parts[-1], heading) if len(parts) > 1 else parts:
            folded = re.sub(r"\bi\b", "", fold_name(asked)).strip()
            if folded in self.exact:
                return self.exact[folded]
            found = next((name for phrase, name in self.phrases if f" {phrase} " in f" {folded} "), "")
            if found:
                return found
        return ""

    def fields(self, headings: Sequence[str]) -> dict[int, str]:
        """Each field once, in its first column; columns without a known heading are absent."""
        found: dict[int, str] = {}
        for column, heading in enumerate(headings):
            name = self.field(heading)
            if name and name != "ignore" and name not in found.values():
                found[column] = name
        return found


def table(sheet: Sheet, words: Vocabulary, old_font: str = "") -> Table:
    """Finds the headings: one row, or two where the lower one says more. Raises Refused."""
    lines = sheet.lines
    if old_font:
        lines = [(number, [_unicode(cell, old_font) for cell in cells]) for number, cells in lines]
    head = [[clean(text(cell)) for cell in cells] for _number, cells in lines[:SEARCHED]]
    best, score = None, 1
    for at, row in enumerate(head):
        one = _score(words, row)
        if one > score:
            best, score = (at, 1), one
        if at + 1 < len(head) and not _holds_values(head[at + 1]):
            two = _score(words, _joined(row, head[at + 1]))
            if two > max(one, score) and two > _score(words, head[at + 1]):
                best, score = (at, 2), two
    if best is None:
        raise Refused(NO_TABLE, "file")
    at, rows = best
    headings = head[at] if rows == 1 else _joined(head[at], head[at + 1])
    above = head[at - 1] if at and rows == 1 else []
    headings = [heading or (above[column] if column < len(above) else "") for column, heading in enumerate(headings)]
    rest = lines[at + rows :]
    if rest and _counts_columns(rest[0][1]):
        rest = rest[1:]
    width = max([len(headings), *(len(cells) for _number, cells in rest)])
    headings += [""] * (width - len(headings))
    titles = tuple(cell for row in head[:at] for cell in row if cell)
    return Table(titles, tuple(headings), rest, words.fields(headings))


def _unicode(cell: Cell, old_font: str) -> Cell:
    return convert(cell, old_font) if isinstance(cell, str) else cell


def _score(words: Vocabulary, headings: Sequence[str]) -> int:
    return len(words.fields(headings)) + sum(words.field(heading) == "ignore" for heading in headings)


def _joined(top: Sequence[str], below: Sequence[str]) -> list[str]:
    """Two rows of headings as one: a heading above several columns holds for each of them."""
    width, last, made = max(len(top), len(below)), "", []
    for column in range(width):
        upper = top[column] if column < len(top) else ""
        lower = below[column] if column < len(below) else ""
        last = upper or (last if lower else "")
        made.append(" / ".join(part for part in (last, lower) if part))
    return made


def _holds_values(cells: Sequence[str]) -> bool:
    """Whether a row is data rather than headings: it has a number or a date in it."""
    return any(re.search(r"\d{2,}", cell) for cell in cells)


def _counts_columns(cells: Sequence[Cell]) -> bool:
    """The row (1) (2) (3), or A B 1 2, under the headings."""
    said = [text(cell) for cell in cells if cell is not None]
    return len(said) >= 3 and len(set(said)) == len(said) and all(_COUNTING.match(each) for each in said)
