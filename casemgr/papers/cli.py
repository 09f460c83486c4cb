"""flask papers check: fills every template once and says which is broken."""

import sys

import click
from flask.cli import AppGroup

from casemgr.papers.files import FOLDER, folders
from casemgr.papers.model import Break, Heading, Paper, PaperError, Rows, Signature, Table, Text
from casemgr.papers.pdf import pdf
from casemgr.papers.word import word

cli = AppGroup("papers", help="Templates of papers.")

SAMPLE = (
    Heading("I. Mục thử"),
    Heading("1. Mục nhỏ", 2),
    Text("Đoạn văn thử."),
    Text("Ghi chú thử.", "note"),
    Rows((("Nhãn", "Nội dung"),)),
    Table(("STT", "Nội dung"), (("1", "Dòng thử"),)),
)


@cli.command("check")
def check() -> None:
    """Exit 1 if a template cannot be filled."""
    names = {path.stem for folder in folders() for path in folder.glob("*.docx")}
    names |= {path.stem for path in FOLDER.glob("*.docx")}
    wrong = 0
    for name in sorted(names):
        paper = Paper(
            template=name, agency=("CƠ QUAN",), title="VĂN BẢN THỬ", body=SAMPLE, appendix=(Break("Phụ lục"), *SAMPLE), to=("Nơi nhận",), form="Mẫu",
            recipients=("Như trên;",), signatures=(Signature(("CHỨC VỤ",), "Tên", "Ghi chú"),), mark="thử",
        )  # fmt: skip
        for ending, make in (("docx", word), ("typ", pdf)):
            try:
                make(paper)
            except PaperError as error:
                wrong += 1
                click.echo(str(error))
            else:
                click.echo(f"{name}.{ending}: được")
    sys.exit(1 if wrong else 0)
