"""How figures are written on pages: texts in the reader's language, verdicts, bars, reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask_babel import gettext

from casemgr.coverage import measures
from casemgr.coverage.asked import LEVELS
from casemgr.coverage.cases import Line
from casemgr.coverage.figures import IN_PERIOD, MET, MISSED, TOLD, UNKNOWN, Figure
from casemgr.coverage.present_notes import BESIDE, say
from casemgr.plans.model import Indicator, Input, Plan
from casemgr.programmes import programmes
from casemgr.programmes.model import Programme
from casemgr.refused import N_
from casemgr.ui.i18n import language
from casemgr.ui.rules import show_moment, show_number, show_percent
from casemgr.units.rules import UnitTree

# verdict: (name of the shape, word)
VERDICTS = {
    MET: ("met", N_("Đạt")),
    MISSED: ("missed", N_("Chưa đạt")),
    UNKNOWN: ("unknown", N_("Chưa đủ căn cứ đánh giá")),
    IN_PERIOD: ("not_due", N_("Trong kỳ")),
    TOLD: ("plain", N_("Không giao mức")),
}
# state of a case: (name of the shape, word)
STATES = {
    "met": ("met", N_("đạt")),
    "not_due": ("not_due", N_("chưa đến hạn")),
    "missed": ("missed", N_("chưa đạt")),
    "unknown": ("unknown", N_("thiếu thông tin")),
    "excluded": ("plain", N_("không tính vào chỉ tiêu (đã duyệt)")),
    "pending": ("not_due", N_("chờ xác minh")),
    "unsubstantiated": ("plain", N_("không có căn cứ")),
}
# The same states where a rule has words of its own.
OWN_STATES = {
    "list_share": {"met": N_("có điều trị"), "missed": N_("chưa điều trị")},
    "two_readings": {"met": N_("được hỗ trợ"), "missed": N_("chưa được hỗ trợ")},
    "reviewed_range": {"met": N_("bằng hoặc cao hơn"), "missed": N_("thấp hơn"), "not_due": N_("chưa rà soát")},
}
DIMENSIONS = {
    "province": N_("Tỉnh"),
    "district": N_("Huyện, thị xã, thành phố"),
    "commune": N_("Xã, phường, thị trấn"),
    "focus": N_("Địa bàn trọng tâm của Chỉ thị và phần còn lại"),
    "hamlet": N_("Ấp đặc biệt khó khăn được nêu trong Chỉ thị"),
    "zone": N_("Khu vực"),
    "sex": N_("Giới tính"),
    "age": N_("Nhóm tuổi"),
    "ethnicity": N_("Dân tộc"),
}
AREAS = {
    "focus": {"focus": N_("Xã khu vực III, khu vực I"), "rest": N_("Các xã còn lại")},
    "focus+": {"focus": N_("Xã khu vực III, khu vực I và các ấp được nêu"), "rest": N_("Phần còn lại")},
    "hamlet": {"hamlet": N_("Sống tại các ấp được nêu"), "rest": N_("Nơi khác, hoặc chưa rõ ấp")},
    "zone": {"III": N_("Khu vực III"), "II": N_("Khu vực II"), "I": N_("Khu vực I"), "": N_("Không thuộc khu vực nào")},
}
SEXES = {"nam": N_("Nam"), "nu": N_("Nữ"), "khong_biet": N_("Không rõ")}
PEOPLES = {"kinh": "Kinh", "khmer": "Khmer", "cham": "Chăm", "hoa": "Hoa", "khac": N_("Dân tộc khác")}


@dataclass(slots=True)
class Row:
    """A figure as a line of a table. Shares are of 1; `bar`, `tick` and `waiting` draw the target bar."""

    code: str
    name: str
    group: str
    source: str
    text: str
    target: str
    baseline: str
    value: str
    parts: str
    panel: list[tuple[str, str]]
    bar: float | None
    tick: float
    waiting: float
    verdict: tuple[str, str]
    bounds: list[tuple[str, str, str]]
    beside: list[str]
    warnings: list[str]
    why: str
    documents: list[str]
    end: date | None
    figure: Figure
    links: dict[str, str] = field(default_factory=dict)


def row(indicator: Indicator, figure: Figure, inputs: Plan | Mapping[str, Input]) -> Row:
    """`inputs`: the plan, or the inputs themselves where its file may have changed since."""
    lang = language()
    bar, tick, waiting = measures.bar(indicator, figure)
    return Row(
        code=indicator.code,
        name=indicator.name[lang],
        group=indicator.group,
        source=indicator.source[lang],
        text=indicator.text[lang],
        target=measures.target(indicator),
        baseline=measures.baseline(indicator, figure),
        value=measures.value(indicator, figure),
        parts=measures.parts(indicator, figure),
        panel=measures.panel(figure, inputs.inputs if isinstance(inputs, Plan) else inputs),
        bar=bar,
        tick=tick,
        waiting=waiting,
        verdict=_verdict(indicator, figure),
        bounds=[_bound(end, reached, figure.verdict) for end, reached in figure.bounds],
        beside=_beside(indicator, figure),
        warnings=[*_proxy(indicator), *(say(note) for note in figure.warnings)],
        why=say(figure.why),
        documents=list(dict.fromkeys(say(note) for note in figure.documents)),
        end=figure.end,
        figure=figure,
    )


def _proxy(indicator: Indicator) -> list[str]:
    """A number that stands for something else says so wherever it stands."""
    return [indicator.note[language()]] if indicator.rule == "proxy" and indicator.note else []


def _bound(end, reached: bool, verdict: str) -> tuple[str, str, str]:
    """(which end of the range, shape, word)"""
    name = gettext("mức %(number)s", number=measures.points(end))
    if reached:
        return name, "met", gettext("đạt")
    return (name, "missed", gettext("chưa đạt")) if verdict == MISSED else (name, "not_due", gettext("chưa tới"))


def _verdict(indicator: Indicator, figure: Figure) -> tuple[str, str]:
    shape, word = VERDICTS[figure.verdict]
    text = gettext(word)
    if figure.verdict == MISSED and figure.short:
        number = show_number(figure.short)
        if indicator.rule == "reviewed_range":
            return shape, text + " · " + gettext("%(n)s hộ thấp hơn", n=number)
        return shape, text + " · " + gettext("còn %(n)s %(unit)s", n=number, unit=indicator.unit_of_count[language()])
    return shape, text


def _beside(indicator: Indicator, figure: Figure) -> list[str]:
    programme = programmes().get(indicator.programme)
    found = []
    if figure.unknown and indicator.rule != "reviewed_range":
        found.append(gettext("%(n)s thiếu thông tin", n=show_number(figure.unknown)))
    if figure.not_due:
        found.append(gettext("%(n)s chưa đến hạn", n=show_number(figure.not_due)))
    if figure.excluded:
        found.append(gettext("%(n)s không tính vào chỉ tiêu (đã duyệt)", n=show_number(figure.excluded)))
    if indicator.rule == "list_share" and figure.denominator:
        share = show_percent(figure.beside["system"] / figure.denominator)
        found.append(gettext("hệ thống có %(share)s danh sách", share=share))
    if figure.second is not None:
        text = {
            "list_share": N_("không kể người bị giam giữ: %(top)s / %(whole)s"),
            "two_readings": N_("%(top)s / %(whole)s phát hiện"),
        }[indicator.rule]
        top, whole = figure.second
        found.append(gettext(text, top=show_number(top), whole=show_number(whole)))
    found += [
        _number(name, number, programme) for name, number in figure.beside.items() if _shown(indicator, name, number)
    ]
    return found


def _shown(indicator: Indicator, name: str, number: int | None) -> bool:
    hidden = {"below", "beneficiaries", "detected", "register", "register_filed"} | (
        {"incidents"} if indicator.rule != "reduction" else set()
    )
    if name == "system" and indicator.rule == "list_share":
        return False
    if indicator.rule == "two_readings" and name.removeprefix("band:") in indicator.setting("refusals"):
        return False
    return bool(number) and name not in hidden


def _number(name: str, number: int, programme: Programme | None) -> str:
    kind, _, code = name.partition(":")
    if name == "paid":
        return gettext("đã chi %(money)s", money=measures.money(number))
    if kind == "band":
        band = next((b.name[language()] for b in programme.bands if b.code == code), code)
        return f"{band}: {show_number(number)}"
    if kind == "modality":
        names = programme.codes.get("modality", {})
        label = names[code].name[language()] if code in names else code or gettext("không rõ")
        return f"{label}: {show_number(number)}"
    return gettext(BESIDE[name], n=show_number(number))


def group_name(dimension: str, code: str, tree: UnitTree) -> str:
    if dimension in LEVELS:
        if code not in tree:
            return gettext("chưa phân bổ")
        label = tree.label(code)
        return label[:1].upper() + label[1:]
    if dimension in AREAS:
        return gettext(AREAS[dimension].get(code, code))
    if not code:
        return gettext("không rõ")
    if dimension == "age":
        return code.replace("-", "–")
    names = SEXES if dimension == "sex" else PEOPLES
    return gettext(names.get(code, code))


def step_name(programme: Programme, code: str) -> str:
    if code == "substantiated":
        return gettext("Đã xác minh, đúng") if programme.population == "detections" else gettext("Đang quản lý")
    return next(step.name[language()] for step in programme.steps if step.code == code)


def state(indicator: Indicator, code: str) -> tuple[str, str]:
    """(shape, word) of a case's state."""
    shape, word = STATES.get(code, ("plain", code))
    return shape, gettext(OWN_STATES.get(indicator.rule, {}).get(code, word))


def reason(line: Line, t: datetime, programme: Programme) -> str:
    """Why a criterion keeps a case from being met, with its dates."""
    name = line.criterion.name[language()]
    if detail := _detail(line, programme):
        name += f" «{detail}»"
    if line.verdict == UNKNOWN:
        return (
            name
            + ": "
            + (gettext("thiếu ngày, giờ để tính hạn") if line.due_missing else gettext("ngày, giờ ghi chưa đủ rõ"))
        )
    if line.due is None:
        return name + ": " + gettext("chưa đạt")
    hourly = line.due.time().second != 59
    due = show_moment(line.due, "minute" if hourly else "day")
    if line.met is not None:
        return gettext(
            "%(name)s: hạn %(due)s, thực hiện %(met)s (chậm %(late)s)",
            name=name,
            due=due,
            met=show_moment(line.met, "minute" if hourly else "day"),
            late=_span(line.met - line.due, hourly),
        )
    return gettext(
        "%(name)s: hạn %(due)s, chưa thực hiện (quá %(late)s)", name=name, due=due, late=_span(t - line.due, hourly)
    )


def _detail(line: Line, programme: Programme) -> str:
    for codes in (
        programme.needs,
        programme.services,
        programme.codes.get("modality", {}),
        programme.codes.get("level", {}),
    ):
        if line.detail in codes:
            return codes[line.detail].name[language()]
    return ""


def _span(lateness: timedelta, hourly: bool) -> str:
    if hourly and lateness < timedelta(days=2):
        return gettext("%(n)s giờ", n=show_number(max(1, -(-int(lateness.total_seconds()) // 3600))))
    return gettext("%(n)s ngày", n=show_number(max(1, -(-int(lateness.total_seconds()) // 86400))))
