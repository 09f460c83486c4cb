"""Excel: the same paper as sheets, numbers as numbers. What was typed is text, whatever sign it begins with."""

import io
import re
from datetime import datetime

from casemgr.papers.model import Break, Cell, Heading, Paper, Rows, Table, Text, clean, place_and_day, text_of

FONT = "Times New Roman"
RISKY = ("=", "+", "-", "@", "\t", "\r", "−")
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
WIDEST, NARROWEST = 48, 6
LINE = 16.0  # points


def excel(paper: Paper) -> bytes:
    """The paper as .xlsx: the head and body on one sheet, a sheet more for each Break."""
    out = io.BytesIO()
    import xlsxwriter  # at the first table: a worker that makes none does without its memory

    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": clean(paper.title), "created": datetime(2020, 1, 1)})
    writer = _Writer(book, paper)
    writer.write()
    book.close()
    return out.getvalue()


class _Writer:
    def __init__(self, book, paper: Paper):
        self.book, self.paper = book, paper
        self.shapes: dict = {}
        self.names: set[str] = set()

    def format(self, **facts):
        key = tuple(sorted(facts.items()))
        if key not in self.shapes:
            self.shapes[key] = self.book.add_format({"font_name": FONT, "font_size": 12, "valign": "top", **facts})
        return self.shapes[key]

    def write(self) -> None:
        blocks = (*self.paper.body, *self.paper.appendix)
        # The widest table of the paper; a form has two columns.
        self.columns = max((len(b.heads) for b in blocks if isinstance(b, Table)), default=2)
        self.new_sheet(self.paper.sheet)
        if not self.paper.bare:
            self.head()
        for block in blocks:
            match block:
                case Break(name):
                    self.finish()
                    self.new_sheet(name)
                case Heading(text) | Text(text):
                    self.line(text, bold=isinstance(block, Heading))
                case Rows(pairs):
                    for label, value in pairs:
                        self.text(0, label, self.format(bold=True))
                        self.text(1, value, self.format(text_wrap=True))
                        self.row += 1
                case Table():
                    self.table(block)
        self.finish()

    def new_sheet(self, name: str) -> None:
        plain = FORBIDDEN.sub(" ", clean(name)).strip("' ")[:28] or "Bảng"
        unique, count = plain, 1
        while unique.lower() in self.names:
            count += 1
            unique = f"{plain[:25]} {count}"
        self.names.add(unique.lower())
        self.sheet, self.row, self.widths = self.book.add_worksheet(unique), 0, {}
        self.lines: list[tuple[int, str]] = []
        self.cells: list[tuple[int, int, str]] = []
        self.sheet.set_paper(9)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=1.18, right=0.6, top=0.8, bottom=0.8)
        self.sheet.set_footer(f"&L&9{clean(self.paper.mark).replace('&', '&&')[:180]}&R&P/&N")

    def head(self) -> None:
        paper = self.paper
        for text in (*paper.over, *paper.agency, paper.number):
            if text:
                self.line(text, bold=text in paper.agency)
        if paper.dated:
            self.line(place_and_day(paper.place, paper.day, paper.year), italic=True)
        self.line(paper.title, bold=True, font_size=14)
        if paper.about:
            self.line(paper.about, bold=True)
        if paper.mark:
            self.line(paper.mark, italic=True)
        self.row += 1

    def line(self, text: str, **facts) -> None:
        """A line of text over the whole width of the sheet's tables, so that it does not widen the printed page."""
        text, last = clean(text)[:32000], self.columns - 1
        shape = self.format(text_wrap=True, **facts)
        if last > 0:
            self.sheet.merge_range(self.row, 0, self.row, last, "", shape)
        self.sheet.write_string(self.row, 0, text, shape)
        self.lines.append((self.row, text))
        self.row += 1

    def text(self, column: int, text: str, shape) -> None:
        text = clean(text)[:32000]
        self.sheet.write_string(self.row, column, text, shape)
        longest = max(map(len, text.split("\n")))
        self.widths[column] = max(self.widths.get(column, NARROWEST), min(longest + 2, WIDEST))
        self.cells.append((self.row, column, text))

    def table(self, table: Table) -> None:
        if table.caption:
            self.line(table.caption, bold=True)
        head = self.format(bold=True, border=1, text_wrap=True, align="center", valign="vcenter")
        for column, text in enumerate(table.heads):
            self.text(column, text, head)
        self.row += 1
        for row in table.rows:
            for column, cell in enumerate(row):
                self.cell(column, cell)
            self.row += 1
        self.row += 1

    def cell(self, column: int, cell: str | Cell) -> None:
        if isinstance(cell, Cell) and cell.number is not None:
            shape = self.format(border=1, num_format=cell.shape, align="right")
            self.sheet.write_number(self.row, column, cell.number, shape)
            self.widths[column] = max(self.widths.get(column, NARROWEST), len(cell.text) + 3)
            return
        text = text_of(cell)
        facts = {"border": 1, "text_wrap": True} | ({"quote_prefix": True} if text.startswith(RISKY) else {})
        self.text(column, text, self.format(**facts))

    def finish(self) -> None:
        """Widths by what the columns hold, heights by how often it wraps: not every program works that out itself."""
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, width)
        whole = sum(self.widths.get(column, 9) for column in range(self.columns))
        heights: dict[int, int] = {}
        for row, column, text in self.cells:
            heights[row] = max(heights.get(row, 1), _wraps(text, self.widths[column]))
        heights |= {row: _wraps(text, whole) for row, text in self.lines}
        for row, lines in heights.items():
            if lines > 1:
                self.sheet.set_row(row, min(LINE * lines, 400))


def _wraps(text: str, width: float) -> int:
    return sum(max(1, -(-len(part) // max(1, int(width)))) for part in text.split("\n"))
