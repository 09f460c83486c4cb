"""Word: a .docx template filled by docxtpl, then made the same byte for byte whenever its data are the same.

docxtpl is imported at the first paper: a worker that makes none does without its memory.
"""

import io
import zipfile
from datetime import datetime

from jinja2 import Environment, StrictUndefined, TemplateError

from casemgr.papers.files import broken, find
from casemgr.papers.model import Paper, as_data

# A table of the template whose description (table properties, alternative text) begins so gets its columns set.
FITTED = "columns "
# The zip's own dates: the oldest it can say.
STAMP = (1980, 1, 1, 0, 0, 0)


def word(paper: Paper) -> bytes:
    """The paper as .docx. Raises PaperError naming the template."""
    from docx.opc.exceptions import OpcError
    from docxtpl import DocxTemplate
    from lxml.etree import LxmlError

    name = f"{paper.template}.docx"
    path = find(name)
    try:
        template = DocxTemplate(path)
        # What is typed is escaped by docxtpl (autoescape); a misspelt tag is an error and not an empty place.
        template.render(as_data(paper), Environment(undefined=StrictUndefined, autoescape=True), autoescape=True)  # noqa: S701
        _fit_tables(template)
        facts = template.docx.core_properties
        facts.title, facts.author, facts.last_modified_by, facts.comments = paper.title, "", "", ""
        facts.created = facts.modified = datetime(2020, 1, 1)
        out = io.BytesIO()
        template.save(out)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise broken(name, f"{error}" + (f" (dòng {line} của tệp)" if line else "")) from None
    except (OpcError, zipfile.BadZipFile, LxmlError, KeyError, ValueError, TypeError, IndexError) as error:
        raise broken(name, f"{type(error).__name__}: {error}") from None
    return _settled(out.getvalue())


def _fit_tables(template) -> None:
    """Sets the widths and the alignment of the columns that only the data know."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH as TO
    from docx.oxml.ns import qn

    align = {"l": TO.LEFT, "c": TO.CENTER, "r": TO.RIGHT}
    for table in template.docx.element.body.iter(qn("w:tbl")):
        facts = table.tblPr.find(qn("w:tblDescription"))
        said = facts.get(qn("w:val")) if facts is not None else ""
        if not said.startswith(FITTED):
            continue
        widths, _, aligns = said.removeprefix(FITTED).partition("|")
        facts.set(qn("w:val"), "")
        shares, letters = [float(w) for w in widths.split()], aligns.split()
        grid = table.tblGrid.findall(qn("w:gridCol"))
        whole = sum(int(column.get(qn("w:w"))) for column in grid)
        for column in grid[len(shares) :]:
            table.tblGrid.remove(column)
        sizes = [round(whole * share / sum(shares)) for share in shares]
        for column, size in zip(grid, sizes, strict=False):
            column.set(qn("w:w"), str(size))
        for number, row in enumerate(table.tr_lst):
            for cell, size, letter in zip(row.tc_lst, sizes, letters, strict=False):
                cell.width = size * 635
                for paragraph in cell.p_lst:
                    if letter in align:
                        paragraph.get_or_add_pPr().jc_val = align["c" if number == 0 else letter]


def _settled(content: bytes) -> bytes:
    """The same archive without the time at which it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(zipfile.ZipInfo(item.filename, STAMP), old.read(item), zipfile.ZIP_DEFLATED)
    return out.getvalue()
