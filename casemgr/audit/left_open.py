"""What was still open in the period of a report when it was looked at: shown to whoever approves, and kept with the
approval, so that a sealed report says what was known to be missing from it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext

from casemgr.audit import trust
from casemgr.audit.closing import Report
from casemgr.cases.models import Verdict
from casemgr.coverage import silence
from casemgr.ledger.services import province
from casemgr.programmes import programmes
from casemgr.programmes.deadlines import DAY_END
from casemgr.reconciling.models import Dispute
from casemgr.refused import N_
from casemgr.ui.i18n import language
from casemgr.ui.rules import show_number
from casemgr.units.rules import UnitTree

WORDS = {
    "pending": N_("Trường hợp phát hiện chờ xác minh"),
    "unknown": N_("Trường hợp thiếu thông tin"),
    "not_due": N_("Trường hợp chưa đến hạn"),
    "excluded": N_("Trường hợp không tính vào chỉ tiêu (đã duyệt)"),
    "disputed": N_("Đề nghị xem xét lại số liệu, trường hợp chưa trả lời"),
    "disputes": N_("Đề nghị xem xét lại chưa trả lời (toàn hệ thống)"),
    "silent": N_("Xã chưa xác nhận số phát hiện tháng %(month)s: %(group)s"),
}
OF_CASES = ("pending", "unknown", "not_due", "excluded")

Point = Sequence  # [kind, number, programme, month]: plain JSON


def points(session, found: Report, groups: Collection[str], tree: UnitTree, now: datetime) -> list[Point]:
    """A number for each kind; `groups`: the programmes that the report is about."""
    units = sorted(tree.below(found.unit)) if found.unit in tree else []
    numbers = _cases(session, found, units, groups, now)
    table = Dispute.__table__
    disputed = sa.select(sa.func.count()).where(
        table.c.province == province(), table.c.outcome == "", table.c.unit_id.in_(units),
        sa.or_(table.c.programme == "", table.c.programme.in_(sorted(groups))),
    )  # fmt: skip
    over = replace(found, through=found.through + timedelta(days=1))  # a month is over on the day after it
    return [
        *([kind, numbers.get(kind, 0), "", ""] for kind in OF_CASES),
        ["disputed", session.scalar(disputed), "", ""],
        ["disputes", trust.at_a_glance(session, now).disputes, "", ""],
        *(
            ["silent", each.missing, each.programme, each.month.isoformat()]
            for each in silence.unconfirmed(session, over, tree, sorted(groups))
        ),
    ]


def _cases(session, found: Report, units: list[str], groups: Collection[str], now: datetime) -> dict[str, int]:
    t, table = min(datetime.combine(found.through, DAY_END), now), Verdict.__table__
    query = sa.select(table.c.verdict, sa.func.count()).where(
        table.c.province == province(), table.c.unit_id.in_(units), table.c.programme.in_(sorted(groups)),
        table.c.start <= t, table.c.end > t,
        table.c.counted_at >= datetime.combine(found.start, datetime.min.time()),
    )  # fmt: skip
    return dict(session.execute(query.group_by(table.c.verdict)).all())


def said(listed: Iterable[Point]) -> list[tuple[str, int]]:
    """[(what, number)] in the reader's language."""
    return [(_words(*point), point[1]) for point in listed]


def on_paper(listed: Iterable[Point]) -> list[str]:
    """What is not nothing, as lines for what leaves the unit: of communes and disputes. Cases are not counted there:
    two reports, one on a part of the other's unit, would tell of a few."""
    kept = [point for point in listed if point[1] and point[0] not in (*OF_CASES, "disputes")]
    return [f"{_words(*point)}: {show_number(point[1])}" for point in kept]


def _words(kind: str, _number: int, programme: str, month: str) -> str:
    if kind != "silent":
        return gettext(WORDS[kind])
    group = programmes()[programme].short[language()]
    return gettext(WORDS[kind], month=f"{date.fromisoformat(month):%m/%Y}", group=group)
