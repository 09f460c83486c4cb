"""A report from the figures: the same numbers as the page of the plan, but for small ones that may not leave."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from casemgr.coverage import present
from casemgr.coverage.asked import AS_WERE, TODAY
from casemgr.coverage.bases import basis_notes
from casemgr.coverage.figures import MET, MISSED, TOLD, UNKNOWN, Figure
from casemgr.coverage.services import Asked, Result, ask, report
from casemgr.plans.model import MONEY, POINTS, SHARE, Indicator, Plan
from casemgr.programmes import programmes
from casemgr.refused import Refused
from casemgr.reports import rules
from casemgr.reports.appendices import SMALL, appendices, number_of, sensitive
from casemgr.reports.content import Content, Line
from casemgr.reports.hiding import HIDDEN, unsafe
from casemgr.reports.periods import is_month_end
from casemgr.ui.i18n import in_vietnamese
from casemgr.ui.rules import show_date, show_moment
from casemgr.units.rules import UnitTree

UNITS = {SHARE: "%", POINTS: "điểm %", MONEY: "đồng"}
SMALL_NOTE = (
    "số từ 1 đến 4 của nhóm nhạy cảm, và số mà từ đó có thể suy ra, không hiển thị trong văn bản gửi ra ngoài đơn vị"
)


def prepare(
    session, asked: Asked, now: datetime, *, title: str, calendar: str, tree: UnitTree, ends: date | None = None,
    inner: Sequence[tuple[date, date]] = (),
) -> Content:  # fmt: skip
    """The content of a report on a question. Small numbers of sensitive groups are hidden throughout.

    `ends`: the last day of its period, which may not have come; `inner`: shorter periods that begin or end with it.
    """
    with in_vietnamese():
        before, lost = _year_before(session, asked, now, tree, inner)
        now_report = report(session, asked, now, details=False)
        hides = appendices(session, asked, now, tree, inner)
        caveats: list[str] = []
        stands = " ".join(map(present.say, basis_notes(asked, tree, now.date())))
        results = _in_order(asked.plan, now_report.results)
        made = [
            _line(
                asked.plan,
                result,
                before.get(result.indicator.code),
                hides.get(result.indicator.code),
                caveats,
                result.indicator.code in lost,
                ends is None or asked.through == ends or is_month_end(asked.through),
            )
            for result in results
        ]
        sections = _sections(asked.plan, results, made)
        lines = [line for _heading, some in sections for line in some]
        return Content(
            plan=asked.plan.code,
            definition=asked.plan.definition,
            document=asked.plan.document.vi,
            title=f"Kết quả thực hiện các chỉ tiêu {title}",
            unit=tree.label(asked.unit),
            unit_id=asked.unit,
            unit_code=tree[asked.unit].code,
            start=asked.start.isoformat(),
            through=asked.through.isoformat(),
            known_at=(asked.known_at or now).isoformat(timespec="minutes"),
            basis=asked.basis,
            calendar=calendar,
            situation=_situation(asked, now, calendar, tree, now_report.results, ends, stands),
            sections=sections,
            shortfalls=tuple(_shortfalls(lines, {r.indicator.code: r.figure for r in now_report.results})),
            caveats=tuple(caveats),
            appendices=tuple(a for _hidden, a in hides.values() if a is not None),
            stands=stands,
        )


def _in_order(plan: Plan, results: Sequence[Result]) -> list[Result]:
    """In the order of the plan's groups, so that the notes are numbered as they are read."""
    order = list(plan.groups)
    return sorted(results, key=lambda r: order.index(r.indicator.group) if r.indicator.group in order else 0)


def _year_before(
    session, asked: Asked, now: datetime, tree: UnitTree, inner: Sequence[tuple[date, date]]
) -> tuple[dict[str, Figure], set[str]]:
    """(the same figures for the same months of the year before, where the unit existed then or today's are asked for; those of them that were
    hidden in the report of that year, so that no change gives them away)"""
    start, through = _back(asked.start), _back(asked.through)
    plan = replace(asked.plan, start=_back(asked.plan.start), end=_back(asked.plan.end))
    if asked.basis == AS_WERE and not tree[asked.unit].valid(through):
        return {}, set()
    try:
        earlier = ask(
            plan, tree, now, start=start, through=through, unit=asked.unit, basis=asked.basis, known_at=asked.known_at
        )
    except Refused:
        return {}, set()
    spans = [(_back(first), _back(last)) for first, last in inner]
    hides = appendices(session, earlier, now, tree, spans)
    lost = {code for code, (hidden, _table) in hides.items() if "" in hidden}
    return {r.indicator.code: r.figure for r in report(session, earlier, now, details=False).results}, lost


def _back(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _line(
    plan: Plan, result: Result, before: Figure | None, hides, caveats: list[str], lost: bool, fixed: bool
) -> Line:
    """`lost`: the figure of the year before was hidden. `fixed`: drawn at a day without neighbours; before the first
    month of a period is over nothing of sensitive groups is said."""
    indicator, figure = result.indicator, result.figure
    close = sensitive(indicator)
    gone = close and (not fixed or unsafe(rules.counts(indicator, figure)) or (hides is not None and "" in hides[0]))
    shown = rules.guarded(figure) if close else figure
    row = present.row(indicator, shown, plan)
    if note := _caveat(indicator, row, figure, close, gone):
        caveats.append(note)
    change = rules.change_of_few(indicator, figure, before, lost) if close else rules.change(indicator, figure, before)
    verdict = SMALL if gone else row.verdict[1]
    numbers = (len(caveats),) if note else ()
    return Line(
        order=0,
        code=indicator.code,
        name=indicator.name.vi,
        unit_of_count=UNITS.get(indicator.measure, indicator.unit_of_count.vi),
        target=row.target,
        value=HIDDEN if gone else row.value,
        parts="" if gone else row.parts,
        of_target="–" if gone else rules.of_target(indicator, figure),
        change="–" if gone else change,
        verdict=verdict,
        note=verdict + (f" ({', '.join(map(str, numbers))})" if numbers else ""),
        number=None if gone else number_of(indicator, figure),
        measure=indicator.measure,
        hidden=gone,
        notes=numbers,
        counts=(None, None) if gone else (figure.numerator, figure.denominator),
    )


def _caveat(indicator: Indicator, row, figure: Figure, close: bool, gone: bool) -> str:
    """Everything that must be read with a figure, as one note that says which figure it is about."""
    said = [row.why] if row.why else []
    said += row.warnings
    said += [f"{number} {name}" for name, number in rules.waiting(figure)] if close else row.beside
    said += [SMALL_NOTE] if gone else []
    said += [f"{what}: {how}" for what, how in row.panel]
    said += [f"nguồn: {'; '.join(row.documents)}"] if row.documents else []
    if row.end is not None:
        said.append(f"số liệu đến ngày {show_date(row.end)}")
    return f"{indicator.code}: {'; '.join(text.rstrip('.') for text in said)}." if said else ""


def _situation(
    asked: Asked,
    now: datetime,
    calendar: str,
    tree: UnitTree,
    results: Sequence[Result],
    ends: date | None,
    stands: str,
) -> tuple[str, ...]:
    plan = asked.plan
    versions = dict.fromkeys(r.indicator.programme for r in results if r.indicator.programme)
    rules_said = ", ".join(f"{code} phiên bản {programmes()[code].version}" for code in versions)
    known = asked.known_at or now
    verdicts = [r.figure.verdict for r in results]
    below = (
        tree.territory(asked.unit, tree.newest(asked.through))
        if asked.basis == TODAY
        else tree.communes(asked.unit, asked.through)
    )
    communes = len(below) if tree.level(asked.unit) != "commune" else 0
    told = [
        f"Thực hiện {plan.document.vi}. Báo cáo tính từ ngày {show_date(asked.start)} đến hết ngày "
        f"{show_date(asked.through)} ({calendar}), theo dữ liệu nhập đến {show_moment(known)}. Số liệu chưa chốt: báo cáo lập "
        "vào lúc khác có thể khác, do có bản ghi nhập muộn.",
        (f"Phạm vi: {tree.full_label(asked.unit)}" + (f", gồm {communes} đơn vị cấp xã." if communes else ".")),
        *([stands] if stands else []),
        f"Trong {len(results)} chỉ tiêu, nhiệm vụ: {verdicts.count(MET)} đạt, {verdicts.count(MISSED)} chưa đạt, "
        f"{verdicts.count(UNKNOWN)} chưa đủ căn cứ đánh giá, {verdicts.count(TOLD)} không giao mức, "
        f"{len(verdicts) - sum(map(verdicts.count, (MET, MISSED, UNKNOWN, TOLD)))} còn trong kỳ.",
    ]
    if ends is not None and asked.through < ends:
        told.insert(1, f"Kỳ báo cáo chưa kết thúc (đến ngày {show_date(ends)}): đây là số liệu tạm tính.")
    if rules_said:
        told.append(f"Cách tính: {rules_said}; kế hoạch {plan.definition}.")
    return (*told, plan.note.vi) if plan.note else tuple(told)


def _sections(plan: Plan, results: Sequence[Result], lines: Sequence[Line]) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """[(heading, lines)] in the order of the plan's groups, numbered through."""
    groups = {code: name.vi for code, name in plan.groups.items()} or {"": ""}
    found, order = [], 0
    for code, heading in groups.items():
        mine = [line for r, line in zip(results, lines, strict=True) if not plan.groups or r.indicator.group == code]
        if mine:
            found.append((heading, tuple(replace(line, order=order + n) for n, line in enumerate(mine, 1))))
            order += len(mine)
    return tuple(found)


def _shortfalls(lines: Sequence[Line], figures: dict[str, Figure]):
    for line in lines:
        figure = figures[line.code]
        if line.hidden:
            continue
        if figure.verdict == MISSED:
            said = (
                f"thực hiện {line.value}" if figure.value is not None else line.verdict[:1].lower() + line.verdict[1:]
            )
            yield f"{line.code}, {line.name}: {said}, kế hoạch {line.target}. Nguyên nhân: ……"
        elif figure.verdict == UNKNOWN and figure.why is not None:
            yield f"{line.code}, {line.name}: chưa đủ căn cứ đánh giá. {present.say(figure.why)}"
