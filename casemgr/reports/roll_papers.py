"""The papers of lists that name people. Each bears a mark: for what, for whom, by whose leave."""

from casemgr import papers
from casemgr.papers import Break, Paper, Rows, Signature, Table, Text
from casemgr.reports.persons import Roll
from casemgr.units.names import letterhead
from casemgr.units.rules import UnitTree

Listed = list[tuple[str, ...]]


def gift_paper(roll: Roll, unit: str, listed: Listed, *, tree: UnitTree, year: int, mark: str) -> Paper:
    """With a column to sign in."""
    node = tree[unit]
    heads = ("STT", *(column.head for column in roll.columns))
    return Paper(
        template="list",
        agency=letterhead(node.kind, node.name),
        number=papers.number(None, "DS-UBND"),
        place=node.name,
        day=None,
        year=year,
        title=roll.title.vi.upper(),
        about=f"Năm {year}",
        body=(
            Table(
                heads,
                tuple((str(n), *row) for n, row in enumerate(listed, 1)),
                _gift_widths(roll),
                "c" + "l" * len(roll.columns),
            ),
            Text(f"Danh sách có {len(listed)} hộ."),
        ),
        signatures=(
            Signature(("NGƯỜI LẬP",), "", "(Ký, ghi rõ họ tên)"),
            Signature(("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), "", "(Ký, đóng dấu)"),
        ),
        mark=mark,
        sheet="Danh sách",
    )


def _gift_widths(roll: Roll) -> tuple[float, ...]:
    wide = {"name": 24, "birth_year": 8, "category": 26, "address": 26}
    return (5, *(wide.get(column.take, 14) for column in roll.columns))


def export_paper(roll: Roll, listed: Listed, why: tuple[tuple[str, str], ...], mark: str) -> Paper:
    """The first sheet is what the software reads; the second says for whom and for what it was made."""
    return Paper(
        template="list",
        agency=("",),
        title="",
        body=(Table(tuple(column.head for column in roll.columns), tuple(listed)),),
        appendix=(Break("Muc dich"), Rows(why)),
        mark=mark,
        sheet="Du lieu",
        dated=False,
        bare=True,
    )
