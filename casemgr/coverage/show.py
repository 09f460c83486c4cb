"""The figures as a table for a terminal, CSV or JSON."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from casemgr.coverage.asked import LEVELS
from casemgr.coverage.cases import Case, Line
from casemgr.coverage.figures import IN_PERIOD, MET, MISSED, TOLD, UNKNOWN, Figure
from casemgr.coverage.services import Report
from casemgr.plans.model import COUNT, MONEY, POINTS, Indicator
from casemgr.plans.notes import Note
from casemgr.ui.rules import show_number, show_percent
from casemgr.units.rules import UnitTree

WORDS = {
    MET: "Đạt",
    MISSED: "Chưa đạt",
    UNKNOWN: "Chưa đủ căn cứ đánh giá",
    IN_PERIOD: "Trong kỳ",
    TOLD: "Không giao mức",
}
HEADS = (
    "indicator", "group", "numerator", "denominator", "value", "upper", "target", "not_due", "unknown", "excluded",
    "verdict", "why", "caveats",
)  # fmt: skip


def _value(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 6)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _figure(figure: Figure) -> dict:
    said = {
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "value": _value(figure.value),
        "not_due": figure.not_due,
        "unknown": figure.unknown,
        "excluded": figure.excluded,
        "verdict": figure.verdict,
    }
    if figure.upper is not None:
        said["upper"] = _value(figure.upper)
    if figure.second is not None:
        said["second"] = {"numerator": figure.second[0], "denominator": figure.second[1]}
    if figure.why is not None:
        said["why"] = str(figure.why)
    if figure.warnings:
        said["warnings"] = [str(note) for note in figure.warnings]
    if figure.documents:
        said["documents"] = [str(note) for note in figure.documents]
    if figure.bounds:
        said["bounds"] = [{"bound": _value(end), "reached": reached} for end, reached in figure.bounds]
    if figure.panel:
        said["panel"] = {code: None if isinstance(n, Note) else _value(n) for code, n in figure.panel.items()}
    if figure.end is not None:
        said["date"] = figure.end.isoformat()
    if figure.baseline is not None:
        said["baseline"], said["current"] = _value(figure.baseline), _value(figure.current)
    return said | {"beside": figure.beside}


def _line(line: Line) -> dict:
    return {
        "code": line.criterion.code,
        "arises": line.arises.isoformat(),
        "due": line.due.isoformat() if line.due else None,
        "met": line.met.isoformat() if line.met else None,
        "verdict": line.verdict,
        "entry": line.entry.hex if line.entry else None,
    } | ({"detail": line.detail} if line.detail else {})


def as_json(report: Report, cases: Mapping[str, Sequence[Case]] | None, tree: UnitTree) -> str:
    """One JSON document; a value that cannot be computed is null and says why."""
    asked, indicators = report.asked, []
    for result in report.results:
        indicator = result.indicator
        said = {
            "code": indicator.code,
            "name": indicator.name.vi,
            "unit_of_count": indicator.unit_of_count.vi,
            "measure": indicator.measure,
            "target": _number(indicator.target),
            "direction": indicator.direction,
            "range": [float(end) for end in indicator.range] if indicator.range else None,
            **_figure(result.figure),
            "source": indicator.source.vi,
            "text": indicator.text.vi,
            "rule": indicator.rule,
            "proxy": indicator.rule == "proxy",
            "note": indicator.note.vi if indicator.note else None,
            "settings": {
                name: float(s.value) if isinstance(s.value, Decimal) else s.value
                for name, s in indicator.settings.items()
            },
            "funnel": dict(result.funnel),
            "groups": [{"group": named(names, tree), **_figure(figure)} for names, figure in result.groups],
        }
        if cases is not None:
            said["cases"] = [
                {"number": c.number, "verdict": c.state, "criteria": [_line(line) for line in c.lines]}
                for c in cases.get(indicator.code, ())
            ]
        indicators.append(said)
    document = {
        "plan": asked.plan.code,
        "definition": asked.plan.definition,
        "from": asked.start.isoformat(),
        "through": asked.through.isoformat(),
        "known_at": asked.known_at.isoformat() if asked.known_at else None,
        "unit": tree[asked.unit].code,
        "basis": asked.basis,
        "under": asked.rule or None,
        "indicators": indicators,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def named(names: Mapping[str, str], tree: UnitTree) -> dict[str, str]:
    """A group with the codes of units instead of their ids; '' where it is not known."""
    return {d: tree[code].code if d in LEVELS and code in tree else code for d, code in names.items()}


def as_csv(report: Report, cases: Mapping[str, Sequence[Case]] | None, tree: UnitTree) -> str:
    """One row for each figure; with cases one row for each criterion of each case instead."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if cases is not None:
        writer.writerow(
            ("indicator", "number", "case_verdict", "criterion", "arises", "due", "met", "verdict", "entry")
        )
        for code, found in cases.items():
            for case in found:
                for line in case.lines or [None]:
                    rest = (
                        [_line(line)[k] for k in ("code", "arises", "due", "met", "verdict", "entry")] if line else []
                    )
                    writer.writerow((code, case.number, case.state, *rest))
        return out.getvalue()
    writer.writerow(HEADS)
    for result in report.results:
        for names, figure in [({}, result.figure), *result.groups]:
            said = _figure(figure) | {"indicator": result.indicator.code, "target": _number(result.indicator.target)}
            said["group"] = " ".join(f"{k}={v}" for k, v in named(names, tree).items())
            said["caveats"] = "; ".join(_caveats(result.indicator, figure, why=False))
            writer.writerow([said.get(head, "") if said.get(head) is not None else "" for head in HEADS])
    return out.getvalue()


def table(report: Report, cases: Mapping[str, Sequence[Case]] | None, tree: UnitTree) -> str:
    asked = report.asked
    out = [f"{asked.plan.title.vi} · {tree.label(asked.unit)} · {asked.start:%d/%m/%Y} - {asked.through:%d/%m/%Y}"]
    if asked.known_at:
        out.append(f"theo dữ liệu nhập đến {asked.known_at:%d/%m/%Y %H:%M}")
    if asked.rule:
        out.append(f"theo cách tính {asked.rule}")
    for result in report.results:
        out.append("")
        out.append(f"{result.indicator.code}  {result.indicator.name.vi}")
        out += _lines(result.indicator, result.figure, "  ")
        for names, figure in result.groups:
            label = ", ".join(tree.label(v) if v in tree else v or "không rõ" for v in names.values())
            out.append(f"  {label}: {_share(result.indicator, figure)}  {WORDS[figure.verdict]}")
            out += [f"    {text}" for text in _caveats(result.indicator, figure)]
        for case in (cases or {}).get(result.indicator.code, ()):
            out.append(f"  {case.number}  {case.state}")
            out += [
                f"    {line.criterion.code:16} {line.verdict:8} due={line.due or '-'} met={line.met or '-'}"
                for line in case.lines
            ]
    return "\n".join(out) + "\n"


def _share(indicator: Indicator, figure: Figure) -> str:
    if figure.value is None:
        return "-"
    if indicator.measure == POINTS:
        return f"{show_number(Decimal(float(figure.value)), 2)} điểm %"
    if indicator.measure in (COUNT, MONEY):
        return show_number(int(figure.value))
    if figure.denominator is None:
        return show_percent(float(figure.value))
    percent = show_percent(float(figure.value))
    if figure.upper is not None:
        percent += f" - {show_percent(float(figure.upper))}"
    return f"{percent} ({show_number(figure.numerator)} / {show_number(figure.denominator)})"


def _caveats(indicator: Indicator, figure: Figure, why: bool = True) -> list[str]:
    """What must be read with a figure, never apart from it. `why`: also why it cannot be computed or judged."""
    stands_for = [indicator.note.vi] if indicator.rule == "proxy" and indicator.note else []
    return [*stands_for, *map(str, ([figure.why] if why and figure.why else []) + figure.warnings)]


def _lines(indicator: Indicator, figure: Figure, indent: str) -> list[str]:
    out = [f"{_share(indicator, figure)}  {WORDS[figure.verdict]}"]
    out += [*_caveats(indicator, figure), *map(str, figure.documents)]
    rest = {"chưa đến hạn": figure.not_due, "thiếu thông tin": figure.unknown, "không tính": figure.excluded}
    rest |= {name: number for name, number in figure.beside.items() if number is not None}
    out.append(" · ".join(f"{name}: {show_number(number)}" for name, number in rest.items() if number))
    return [indent + line for line in out if line]
