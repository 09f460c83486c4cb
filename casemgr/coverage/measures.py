"""Targets, values and bars as they are written: shares, numbers, money and percentage points, never one for another."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from flask_babel import gettext

from casemgr.coverage.figures import Figure
from casemgr.coverage.present_notes import BESIDE
from casemgr.plans.model import COUNT, MONEY, POINTS, SHARE, Indicator, Input
from casemgr.plans.notes import Note
from casemgr.refused import N_
from casemgr.ui.i18n import language
from casemgr.ui.rules import show_number, show_percent

BILLION, MILLION = 10**9, 10**6
SIGNS = {">=": "≥ ", "<=": "≤ ", "<": "< ", "~>=": ""}
WITHOUT_A_NUMBER = {
    "up": N_("tăng (không giao mức)"),
    "down": N_("giảm (không giao mức)"),
    "Q": N_("nêu bằng lời (không giao mức)"),
    "-": N_("theo danh sách"),
}


def money(amount) -> str:
    """As a leader reads it: 2,61 tỷ đ."""
    amount = int(amount)
    if abs(amount) >= BILLION:
        return gettext("%(n)s tỷ đ", n=show_number(Decimal(amount) / BILLION, 2))
    if abs(amount) >= MILLION:
        return gettext("%(n)s triệu đ", n=show_number(Decimal(amount) / MILLION, 1))
    return gettext("%(n)s đ", n=show_number(amount))


def points(value) -> str:
    """Percentage points: 1,1 điểm %."""
    number = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(value)
    digits = 1 if abs(number * 10 % 1) < Decimal("0.005") else 2
    return gettext("%(n)s điểm %%", n=show_number(number, digits))


def _share(value) -> str:
    value = float(value)
    return show_percent(value, 0 if abs(value * 100 % 1) < 1e-9 else 1)


def _written(indicator: Indicator, value) -> str:
    if indicator.measure == SHARE:
        return _share(value)
    if indicator.measure == MONEY:
        return money(value)
    return points(value) if indicator.measure == POINTS else show_number(int(value))


def target(indicator: Indicator) -> str:
    """The target with its direction."""
    if indicator.target is None:
        way = "Q" if indicator.rule == "narrative" else indicator.direction
        return gettext(WITHOUT_A_NUMBER[way])
    if indicator.rule == "reduction":
        return f"−{_share(indicator.target)}"
    if indicator.range is not None:
        low, high = indicator.range
        text = gettext("giảm %(low)s – %(high)s điểm %%", low=show_number(low, 1), high=show_number(high, 1))
        return text + gettext("/năm") if indicator.rule == "yearly_cut" else text
    text = _written(indicator, indicator.target)
    if indicator.direction == "~>=":
        return gettext("khoảng %(number)s", number=text)
    if indicator.measure == SHARE and indicator.target == 1:
        return text
    return SIGNS[indicator.direction] + text


def baseline(indicator: Indicator, figure: Figure) -> str:
    if indicator.rule == "reduction":
        return f"{show_number(figure.denominator)} {indicator.unit_of_count[language()]}" if figure.denominator else ""
    return "" if figure.baseline is None else show_percent(float(figure.baseline), 2)


def value(indicator: Indicator, figure: Figure) -> str:
    if indicator.rule == "narrative":
        return gettext("có báo cáo") if figure.told else "–"
    if indicator.rule == "panel":
        known = sum(not isinstance(each, Note) for each in figure.panel.values())
        return gettext("%(n)s / %(all)s số liệu", n=known, all=len(figure.panel))
    if figure.value is None:
        return "–"
    number = float(figure.value)
    if indicator.rule == "reduction":
        # A fall is written with a minus sign, a rise with a plus.
        sign = "−" if number > 0 else "+" if number < 0 else ""
        return sign + show_percent(abs(number))
    if indicator.measure == POINTS:
        word = N_("giảm %(points)s") if number >= 0 else N_("tăng %(points)s")
        return gettext(word, points=points(abs(figure.value)))
    if indicator.measure == MONEY:
        return money(figure.value)
    if indicator.measure == COUNT:
        return show_number(int(figure.value))
    if figure.upper is not None and figure.upper != figure.value:
        return f"{show_percent(number).removesuffix('%')} – {show_percent(float(figure.upper))}"
    return show_percent(number)


def parts(indicator: Indicator, figure: Figure) -> str:
    """What the value is made of."""
    unit = indicator.unit_of_count[language()]
    if indicator.rule == "reduction":
        if figure.numerator is None:
            return ""
        return gettext(
            "%(now)s vụ, cùng kỳ 2021: %(before)s vụ",
            now=show_number(figure.numerator),
            before=show_number(figure.denominator),
        )
    if indicator.measure == POINTS:
        if figure.baseline is None or figure.current is None:
            return ""
        if figure.value is None:  # not to be compared: the baseline stands with the target
            return gettext("hiện nay %(now)s", now=show_percent(float(figure.current), 2))
        before, now = show_percent(float(figure.baseline), 2), show_percent(float(figure.current), 2)
        return gettext("từ %(before)s còn %(now)s", before=before, now=now)
    if figure.numerator is None or indicator.measure == MONEY:
        return ""
    if figure.denominator is None:
        return f"{show_number(figure.numerator)} {unit}" if indicator.measure == SHARE else unit
    text = f"{show_number(figure.numerator)} / {show_number(figure.denominator)} {unit}"
    if indicator.rule == "two_readings":
        text += " " + (gettext("có hồ sơ") if indicator.setting("reading") == "file" else gettext("phát hiện"))
    children = figure.beside.get("beneficiaries")
    if not children:
        return text
    # The children are those of every case counted, a case that is not due among them.
    word = N_("%(n)s trẻ em, cả chưa đến hạn") if figure.not_due else BESIDE["beneficiaries"]
    return f"{text} ({gettext(word, n=show_number(children))})"


def panel(figure: Figure, inputs: Mapping[str, Input]) -> list[tuple[str, str]]:
    """[(what, how much)] of the values that stand side by side."""
    found = []
    for code, number in figure.panel.items():
        item = inputs[code]
        if isinstance(number, Note):
            text = "–"
        elif item.kind == SHARE:
            text = show_percent(float(number) / 100)
        elif item.kind == MONEY:
            text = money(number)
        else:
            text = f"{show_number(int(number))} {item.unit_of_count[language()]}"
        found.append((item.name[language()], text))
    return found


def bar(indicator: Indicator, figure: Figure) -> tuple[float | None, float | None, float]:
    """(reached, target, not yet decided) as shares of the bar; no tick where there is nothing to reach."""
    if indicator.rule in ("areas", "assigned"):
        return (float(figure.value) / figure.denominator if figure.value is not None else None), None, 0.0
    if indicator.target is None:
        return (float(figure.value) if figure.value is not None and indicator.measure == SHARE else None), None, 0.0
    goal, number = float(indicator.target), None if figure.value is None else float(figure.value)
    if indicator.rule == "reduction" or indicator.measure in (COUNT, MONEY):
        return (None if number is None else max(0.0, number / goal)), 1.0, 0.0
    if indicator.range is not None:
        top = float(indicator.range[1]) * 1.25
        return (None if number is None else max(0.0, number / top)), goal / top, 0.0
    if indicator.direction in ("<", "<="):
        # A small ceiling would be a tick at the edge: the bar reaches to twice the target.
        return (None if number is None else number / (2 * goal)), 0.5, 0.0
    if number is None:
        return None, goal, 0.0
    return number, goal, float(figure.upper - figure.value) if figure.upper is not None else 0.0
