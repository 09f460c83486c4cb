"""A report as a paper: the table of Nghị định 30, body I-IV, caveats and appendices."""

from datetime import date

from casemgr import papers
from casemgr.papers import Break, Cell, Heading, Paper, Signature, Table, Text
from casemgr.papers.model import Block
from casemgr.reports.content import Appendix, Content, Line
from casemgr.units.names import letterhead
from casemgr.units.rules import UnitTree

HEADS = ("STT", "Chỉ tiêu", "ĐVT", "Kế hoạch", "Thực hiện", "% so kế hoạch", "So cùng kỳ", "Ghi chú")
WIDTHS = (5.5, 24, 9, 11, 13.5, 9, 10, 18)
SHAPES = {"share": "0.0%", "points": "0.00", "money": "#,##0", "count": "#,##0"}
INDENT = "   "


def paper_of(
    content: Content, tree: UnitTree, *, number: str | None = None, day: date | None = None,
    signature: Signature | None = None, recipients: tuple[str, ...] = (), mark: str = "",
) -> Paper:  # fmt: skip
    """The paper of a report; number, day and signature are the clerk's, dots where there are none yet."""
    node = tree[content.unit_id]
    return Paper(
        template="report",
        agency=letterhead(node.kind, node.name),
        number=papers.number(number, "BC-UBND"),
        place=node.name,
        day=day,
        year=date.fromisoformat(content.through).year,
        title="BÁO CÁO",
        about=content.title,
        body=tuple(_body(content)),
        appendix=tuple(_appendices(content)),
        signatures=(signature or Signature(("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),),
        recipients=recipients or ("……", "Lưu: VT."),
        mark=mark,
        sheet="Báo cáo",
    )


def _body(content: Content):
    yield Heading("I. TÌNH HÌNH CHUNG")
    yield from (Text(text) for text in content.situation)
    yield Heading("II. KẾT QUẢ THỰC HIỆN")
    yield Table(HEADS, tuple(_rows(content)), WIDTHS, "clccrrrl")
    if content.caveats:
        yield Text("Ghi chú số liệu:", "bold")
        yield from (Text(f"({n}) {text}", "note") for n, text in enumerate(content.caveats, 1))
    yield Heading("III. HẠN CHẾ, NGUYÊN NHÂN")
    yield from (Text(f"- {text}") for text in content.shortfalls or ("……",))
    yield Heading("IV. KIẾN NGHỊ")
    yield Text("……")


def _rows(content: Content):
    for heading, lines in content.sections:
        if heading:
            yield ("", heading.upper(), *[""] * 6)
        yield from (_row(line) for line in lines)


def _row(line: Line) -> tuple:
    said = f"{line.value}\n{line.parts}" if line.parts else line.value
    value = (
        Cell(said, line.number, SHAPES[line.measure]) if line.number is not None and line.measure in SHAPES else said
    )
    return (
        Cell(str(line.order), line.order),
        f"{line.name} ({line.code})",
        line.unit_of_count,
        line.target,
        value,
        line.of_target,
        line.change,
        line.note,
    )


def _appendices(content: Content):
    for n, appendix in enumerate(content.appendices, 1):
        yield from _appendix(n, appendix)


def _appendix(n: int, appendix: Appendix) -> list[Block]:
    rows = tuple(
        (
            INDENT * part.level + part.name,
            *(
                Cell(text, number) if number is not None else text
                for text, number in zip(part.counts, part.numbers, strict=True)
            ),
            part.value,
        )
        for part in appendix.parts
    )
    blocks: list[Block] = [Break(f"Phụ lục {n}"), Heading(f"PHỤ LỤC {n}"), Text(appendix.title, "bold")]
    if all(part.hidden for part in appendix.parts):
        return [
            *blocks,
            Text("Mọi đơn vị đều có số nhỏ hoặc có thể suy ra số nhỏ, nên không hiển thị theo đơn vị.", "note"),
        ]
    blocks.append(Table(appendix.heads, rows, (36, 14, 14, 20), "lrrr"))
    if appendix.hidden:
        blocks.append(Text(f"{appendix.hidden} đơn vị có số nhỏ, hoặc có thể suy ra số nhỏ, không hiển thị.", "note"))
    return blocks
