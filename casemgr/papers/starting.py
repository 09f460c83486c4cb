"""The Word templates as the project starts with them: `python -m casemgr.papers.starting [FOLDER]`.

A clerk changes the .docx files themselves, in Word or LibreOffice; this only makes them anew. Tags are those of
docxtpl: {{ value }} within a text, {%p … %} for a paragraph, {%tr … %} for a row, {%tc … %} for a column.
"""

import sys
from pathlib import Path

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as Align
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from casemgr.papers.files import FOLDER
from casemgr.papers.word import FITTED

FONT = "Times New Roman"
LANDSCAPE = {"list": True}
NAMES = ("report", "form", "letter", "list")


def template(landscape: bool):
    doc = Document()
    style = doc.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(13)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    style.element.rPr.rFonts.set(qn("w:cs"), FONT)
    style.paragraph_format.space_after, style.paragraph_format.space_before = Pt(4), Pt(2)
    _page(doc, landscape)
    _head(doc, 253 if landscape else 163)
    para(doc, "{%p if form %}")
    para(doc, "{{ form }}", italic=True, size=11, align=Align.RIGHT)
    para(doc, "{%p endif %}")
    para(doc, "{{ title }}", bold=True, size=14, align=Align.CENTER, before=10)
    para(doc, "{%p if about %}")
    para(doc, "{{ about }}", bold=True, size=14, align=Align.CENTER)
    line(para(doc, "", size=2), 65 if not landscape else 110)
    para(doc, "{%p endif %}")
    para(doc, "{%p if to|length == 1 %}")
    para(doc, "Kính gửi: {{ to[0] }}", align=Align.CENTER, after=8)
    para(doc, "{%p elif to %}")
    para(doc, "Kính gửi:", left=40)
    para(doc, "{%p for each in to %}")
    para(doc, "- {{ each }}", left=50)
    para(doc, "{%p endfor %}")
    para(doc, "{%p endif %}")
    _blocks(doc, "body", 253 if landscape else 163, room=5 if landscape else 1)
    _foot(doc, 253 if landscape else 163)
    _blocks(doc, "appendix", 253 if landscape else 163)
    return doc


def para(
    where, text="", *, bold=False, italic=False, size=None, align=None, before=None, after=None, left=None, indent=None
):
    paragraph = where.add_paragraph()
    run = paragraph.add_run(text)
    run.bold, run.italic = bold or None, italic or None
    if size:
        run.font.size = Pt(size)
    shape = paragraph.paragraph_format
    if align is not None:
        shape.alignment = align
    for name, value in (("space_before", before), ("space_after", after)):
        if value is not None:
            setattr(shape, name, Pt(value))
    if left is not None:
        shape.left_indent = Mm(left)
    if indent is not None:
        shape.first_line_indent = Mm(indent)
    return paragraph


def line(paragraph, inset: int) -> None:
    """A line under a paragraph, `inset` mm from both of its ends."""
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = Mm(inset)
    shape.space_before, shape.space_after, shape.line_spacing = Pt(0), Pt(2), Pt(3)
    border, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    paragraph._p.get_or_add_pPr().append(border)


def _page(doc, landscape: bool) -> None:
    section = doc.sections[0]
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = (Mm(22), Mm(22)) if landscape else (Mm(30), Mm(17))
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = Align.CENTER
    run = number.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)
    for footer in (section.footer, section.first_page_footer):
        mark = footer.paragraphs[0]
        mark.alignment = Align.CENTER
        mark.add_run("{{ mark }}").font.size = Pt(9)


def _plain_table(where, columns, rows=1):
    """A table without lines, of fixed columns in mm."""
    table = where.add_table(rows, len(columns))
    table.autofit = False
    _narrow_cells(table)
    for column, width in zip(table.columns, columns, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
            cell.paragraphs[0].paragraph_format.space_after = Pt(0)
    return table


def _narrow_cells(table) -> None:
    """One millimetre between a cell's edge and its text."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        part = OxmlElement(f"w:{side}")
        part.set(qn("w:w"), "57")
        part.set(qn("w:type"), "dxa")
        margins.append(part)
    table._tbl.tblPr.append(margins)


def _drop(paragraph) -> None:
    paragraph._p.getparent().remove(paragraph._p)


def _head(doc, width: int) -> None:
    left = round(width * 0.43)
    table = _plain_table(doc, (left, width - left))
    agency, country = table.rows[0].cells
    for cell in (agency, country):
        _drop(cell.paragraphs[0])
    tight = {"align": Align.CENTER, "before": 0, "after": 0}
    para(agency, "{%p for line in over %}")
    para(agency, "{{ line }}", size=12, **tight)
    para(agency, "{%p endfor %}")
    para(agency, "{%p for line in agency %}")
    para(agency, "{{ line }}", size=12, bold=True, **tight)
    para(agency, "{%p endfor %}")
    line(para(agency, "", size=2, **tight), round(left / 2 - 12))
    para(agency, "{{ number }}", size=13, align=Align.CENTER, before=4, after=0)
    para(country, "{{ country }}", size=12, bold=True, **tight)
    para(country, "{{ motto }}", size=13, bold=True, **tight)
    line(para(country, "", size=2, **tight), round((width - left) / 2 - 31))
    para(country, "{{ place_and_day }}", size=13, italic=True, align=Align.CENTER, before=4, after=0)


def _blocks(doc, name: str, width: int, room: int = 1) -> None:
    def when(kind: str, *, word="if"):
        para(doc, f"{{%p {word} {kind} %}}")

    para(doc, f"{{%p for b in {name} %}}")
    when("b.kind == 'heading'")
    para(doc, "{{ b.text }}", bold=True, before=6).paragraph_format.keep_with_next = True
    when("b.kind == 'text' and b.style == 'note'", word="elif")
    para(doc, "{{ b.text }}", italic=True, size=11)
    when("b.kind == 'text' and b.style == 'italic'", word="elif")
    para(doc, "{{ b.text }}", italic=True, align=Align.JUSTIFY, indent=10)
    when("b.kind == 'text' and b.style == 'bold'", word="elif")
    para(doc, "{{ b.text }}", bold=True)
    when("b.kind == 'text'", word="elif")
    para(doc, "{{ b.text }}", align=Align.JUSTIFY, indent=10)
    when("b.kind == 'rows'", word="elif")
    para(doc, "{%p for row in b.pairs %}")
    para(doc, "{{ row.label }} {{ row.value }}")
    para(doc, "{%p endfor %}")
    when("b.kind == 'break'", word="elif")
    para(doc, "", size=2, before=0, after=0).paragraph_format.page_break_before = True
    when("b.kind == 'table'", word="elif")
    para(doc, "{%p if b.text %}")
    para(doc, "{{ b.text }}", bold=True).paragraph_format.keep_with_next = True
    para(doc, "{%p endif %}")
    _table(doc, width, 11, room)
    para(doc, "", size=4, after=0)
    para(doc, "{%p endif %}")
    para(doc, "{%p endfor %}")


def _table(doc, width: int, size: int, room: int) -> None:
    """Columns and rows come from the data: {%tc … %} repeats a cell, {%tr … %} a row."""
    table = doc.add_table(4, 3)
    table.style, table.autofit = "Table Grid", False
    for column in table.columns:
        for cell in column.cells:
            cell.width = Mm(width / 3)
        column.width = Mm(width / 3)
    _narrow_cells(table)
    description = OxmlElement("w:tblDescription")
    description.set(qn("w:val"), FITTED + "{{ b.widths|join(' ') }}|{{ b.align|join(' ') }}")
    table._tbl.tblPr.append(description)
    texts = (
        ("{%tc for head in b.heads %}", "{{ head }}", "{%tc endfor %}"),
        ("{%tr for row in b.rows %}", "", ""),
        ("{%tc for cell in row %}", "{{ cell }}", "{%tc endfor %}"),
        ("{%tr endfor %}", "", ""),
    )
    for number, (row, cells) in enumerate(zip(table.rows, texts, strict=True)):
        facts = row._tr.get_or_add_trPr()
        facts.append(OxmlElement("w:cantSplit"))
        if number == 0:
            facts.append(OxmlElement("w:tblHeader"))
        for cell, text in zip(row.cells, cells, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(room)
            run = paragraph.add_run(text)
            run.font.size, run.bold = Pt(size), number == 0 or None


def _foot(doc, width: int) -> None:
    """The recipients and the signatures, one column each."""
    para(doc, "", size=6, after=0)
    table = _plain_table(doc, (width / 3,) * 3)
    description = OxmlElement("w:tblDescription")
    description.set(qn("w:val"), FITTED + "{% for f in foot %}1 {% endfor %}|{% for f in foot %}k {% endfor %}")
    table._tbl.tblPr.append(description)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    first, middle, last = table.rows[0].cells
    first.paragraphs[0].add_run("{%tc for f in foot %}")
    last.paragraphs[0].add_run("{%tc endfor %}")
    _drop(middle.paragraphs[0])
    tight = {"before": 0, "after": 0}
    para(middle, "{%p if f.recipients %}")
    para(middle, "Nơi nhận:", bold=True, italic=True, size=12, **tight)
    para(middle, "{%p for each in f.recipients %}")
    para(middle, "- {{ each }}", size=11, **tight)
    para(middle, "{%p endfor %}")
    para(middle, "{%p endif %}")
    para(middle, "{%p for line in f.lines %}")
    para(middle, "{{ line }}", bold=True, align=Align.CENTER, **tight)
    para(middle, "{%p endfor %}")
    para(middle, "{%p if f.note %}")
    para(middle, "{{ f.note }}", italic=True, size=12, align=Align.CENTER, **tight)
    para(middle, "{%p endif %}")
    para(middle, "", before=0, after=56)
    para(middle, "{{ f.name }}", bold=True, align=Align.CENTER, **tight)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for name in NAMES:
        template(LANDSCAPE.get(name, False)).save(folder / f"{name}.docx")


if __name__ == "__main__":
    main()
