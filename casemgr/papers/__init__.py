"""Papers made from data: Word, PDF and Excel in the layout of Nghị định 30/2020.

    from casemgr import papers
    from casemgr.papers import Heading, Paper, Rows, Signature, Table, Text

    paper = Paper(
        template="letter",                                 # report, form, letter or list; see templates/papers/
        agency=("ỦY BAN NHÂN DÂN", "XÃ CÔ TÔ"),            # the last lines bold; `over` stands above them, not bold
        number="Số: 05/PCG-UBND",                          # papers.number("05", "PCG-UBND"); the clerk's number or dots
        place="Cô Tô", day=date(2022, 3, 5),               # no day: dots to be filled in by hand
        title="PHIẾU CHUYỂN GỬI", about="…",
        to=("Trung tâm Công tác xã hội tỉnh",),
        body=(Text("…"), Rows((("Nhu cầu", "…"),)), Table(heads=("STT", "…"), rows=(("1", "…"),))),
        signatures=(Signature(("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), name=""),),
        recipients=("Như trên;", "Lưu: VT."),
        mark="",                                           # a watermark: for what purpose and for whom it was made
    )
    papers.pdf(paper), papers.word(paper), papers.excel(paper)      # bytes; the same data gives the same bytes
    return papers.answer(paper, "pdf", "phieu-chuyen-gui")          # a download; 'pdf', 'docx' or 'xlsx'

A file name holds no name of a person, no number of a case and no group. What somebody typed is passed as data and
never becomes markup, a template tag or a formula.

The templates are `templates/papers/NAME.docx` and `NAME.typ`. A file of the same name in `papers/` of the instance
folder comes first: a clerk changes the Word file there, or the one of the project, without touching code. Every
template gets the same data (`model.as_data`). `flask papers check` tries them all; a tag that is broken raises
PaperError, which names the file and says what is wrong, and `answer` shows that sentence on a page.
"""

from casemgr.papers.excel import excel
from casemgr.papers.model import (
    Break,
    Cell,
    Heading,
    Paper,
    PaperError,
    Rows,
    Signature,
    Table,
    Text,
    number,
    place_and_day,
)
from casemgr.papers.pdf import pdf
from casemgr.papers.web import MAKERS, answer
from casemgr.papers.word import word

__all__ = [
    "MAKERS",
    "Break",
    "Cell",
    "Heading",
    "Paper",
    "PaperError",
    "Rows",
    "Signature",
    "Table",
    "Text",
    "answer",
    "excel",
    "number",
    "pdf",
    "place_and_day",
    "word",
]


def init_app(app) -> None:
    from casemgr.papers.cli import cli

    app.cli.add_command(cli)
