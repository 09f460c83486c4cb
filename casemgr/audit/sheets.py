"""A sealed report on paper: the figures with their caveats, the short code and the digest on every copy."""

from collections.abc import Mapping
from datetime import date, datetime

from flask_babel import gettext

from casemgr.audit import described, left_open, replays
from casemgr.audit.closing import Report
from casemgr.audit.present import cause_name, signed
from casemgr.coverage import present as figures
from casemgr.coverage.asked import AS_WERE, TODAY
from casemgr.papers import Cell, Heading, Paper, Rows, Table, Text
from casemgr.plans import plans
from casemgr.reports.hiding import HIDDEN, unsafe
from casemgr.reports.prepare import SMALL, sensitive
from casemgr.reports.rules import counts, guarded
from casemgr.ui.rules import show_date, show_moment

BASES = {
    AS_WERE: lambda: gettext("như vào ngày đó"),
    TODAY: lambda: gettext("quy về đơn vị hiện nay"),
}


def figure_rows(said: Mapping) -> list:
    """The figures of a sealed report as lines of a table: names and targets are those that were sealed."""
    return [figures.row(indicator, figure, inputs) for indicator, figure, inputs in _sealed(said)]


def _sealed(said: Mapping) -> list[tuple]:
    """[(indicator, figure, the inputs it names)] as sealed, whatever the plan's file says today."""
    today, found = plans().get(said["plan"]), []
    for one in said["indicators"]:
        indicator = described.indicator_of(one, today)
        if indicator is not None:
            found.append((indicator, replays.figure_from(one["figure"]), described.inputs_of(one, today)))
    return found


def lines(said: Mapping) -> list[tuple]:
    """The same for paper, which leaves the unit: no small number of a sensitive group, nor one to work it out from."""
    return list(_by_code(said).values())


def _by_code(said: Mapping) -> dict[str, tuple]:
    found = {}
    for indicator, figure, inputs in _sealed(said):
        close = sensitive(indicator)
        gone = close and unsafe(counts(indicator, figure))
        row = figures.row(indicator, guarded(figure) if close else figure, inputs)
        # Of a group guarded, the caveats stay, with their small numbers hidden; the counts beside it do not.
        beside = row.warnings if close else [*row.beside, *row.warnings]
        notes = "; ".join(text.rstrip(".") for text in [row.why, *beside] if text)
        value, parts, verdict = (HIDDEN, "", SMALL) if gone else (row.value, row.parts, row.verdict[1])
        found[row.code] = (f"{row.code} {row.name}", row.target, value, parts, verdict, notes)
    return found


def others(said: Mapping, before: Mapping) -> list[tuple[str, str, str]]:
    """[(indicator, what it was, what it is)] of what no case explains: figures that others reported and have changed
    since the report that is corrected. As on paper."""
    was, explained = _by_code(before), said["corrects"]["parts"]
    return [
        (line[0], _whole(was[code]), _whole(line))
        for code, line in _by_code(said).items()
        if code not in explained and code in was and was[code][2:4] != line[2:4]
    ]


def _whole(line: tuple) -> str:
    return f"{line[2]} ({line[3]})" if line[3] else line[2]


def paper(report: Report, said: Mapping, before: Mapping | None = None) -> Paper:
    """The report in the layout of Nghị định 30/2020; the clerk's number and the date are filled in by hand. `before`:
    what the report said that it corrects."""
    table = Table(
        heads=(gettext("Chỉ tiêu"), gettext("Kế hoạch"), gettext("Thực hiện"), gettext("Số đạt / tổng số phải tính"),
               gettext("Đánh giá"), gettext("Lưu ý")),
        rows=tuple(lines(said)),
    )  # fmt: skip
    facts = (
        (gettext("Kỳ số liệu"), f"{show_date(report.start)} – {show_date(report.through)}"),
        (gettext("Theo dữ liệu nhập đến"), show_moment(report.known_at)),
        (gettext("Tính theo đơn vị"), BASES[report.basis]()),
        (gettext("Cách tính"), ", ".join(rule["name"] for rule in said["rules"].values())),
        (gettext("Mã ngắn"), report.code),
        (gettext("Mã xác thực số liệu"), report.digest),
        (gettext("Dựa trên lần chốt sổ số"), str(said["seal"]["number"])),
    )
    body = [Rows(facts), table]
    if left := left_open.on_paper(report.open):
        body.append(Text(gettext("Khi phê duyệt còn: %(what)s.", what="; ".join(left)), "note"))
    if said["corrects"]:
        body.append(Heading(gettext("Điều chỉnh báo cáo %(number)s", number=said["corrects"]["number"])))
        parts = _parts(said)
        body.append(parts if parts.rows else Text(gettext("Không trường hợp nào được tính khác trước.")))
    if before is not None and (changed := others(said, before)):
        heads = (gettext("Chỉ tiêu"), gettext("Báo cáo trước"), gettext("Báo cáo này"))
        body += [Text(gettext("Số liệu được cung cấp đã thay đổi")), Table(heads=heads, rows=tuple(changed))]
    body.append(Text(gettext("Kiểm tra mã ngắn tại trang «Kiểm tra báo cáo» của hệ thống."), "note"))
    return Paper(
        template="report",
        agency=(said["unit"]["name"].upper(),),
        title=gettext("BÁO CÁO SỐ LIỆU ĐÃ CHỐT"),
        about=said["title"],
        place=said["unit"]["place"],
        year=date.fromisoformat(said["through"]).year,
        body=tuple(body),
        mark=f"{report.number} · {report.code}",
    )


def _parts(said: Mapping) -> Table:
    """The difference to the report that is corrected; of a sensitive group only what caused it."""
    known, rows = {indicator.code: indicator for indicator, _figure, _inputs in _sealed(said)}, []
    for code, parts in said["corrects"]["parts"].items():
        close = code not in known or sensitive(known[code])
        for part in parts:
            numbers = [HIDDEN if close else Cell(signed(part[n]), part[n]) for n in ("numerator", "denominator")]
            rows.append((code, cause_name(part["cause"]), *numbers))
    return Table(
        heads=(gettext("Chỉ tiêu"), gettext("Nguyên nhân"), gettext("Số đạt"), gettext("Tổng số phải tính")),
        rows=tuple(rows),
    )


def checked_at(said: Mapping) -> datetime:
    return datetime.fromisoformat(said["at"])
