"""A paper as the answer of a page."""

from dataclasses import replace

from flask import Response, current_app, render_template

from casemgr.papers.excel import excel
from casemgr.papers.model import Paper, PaperError, Text
from casemgr.papers.pdf import pdf
from casemgr.papers.word import word
from casemgr.ui.i18n import say

# ending: (how it is made, its type)
MAKERS = {
    "pdf": (pdf, "application/pdf"),
    "docx": (word, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": (excel, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}

INVENTED = "BẢN TRÌNH DIỄN: mọi người, hồ sơ và số liệu đều là hư cấu."


def answer(paper: Paper, ending: str, name: str):
    """A download `name.ending`, or a page that says what is wrong with the template. `name` is neutral: no person, no
    case, no group."""
    make, kind = MAKERS[ending]
    try:
        content = make(_of_the_demo(paper))
    except PaperError as error:
        return render_template("papers/broken.html", sentence=say(error)), 500
    return download(content, kind, f"{name}.{ending}")


def _of_the_demo(paper: Paper) -> Paper:
    """Papers of the invented province say so like its pages; a table for software to read has no room for it."""
    if not current_app.config["CASEMGR_TODAY"] or paper.bare:
        return paper
    return replace(paper, body=(Text(INVENTED, "bold"), *paper.body))


def download(content: bytes, kind: str, name: str) -> Response:
    if not (name.isascii() and name.replace("-", "").replace(".", "").isalnum()):
        raise ValueError("a file name is plain and says nothing")
    return Response(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
