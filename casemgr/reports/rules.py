"""How a figure becomes a line of a report that leaves the unit: shares of the plan, changes, small numbers. Pure."""

from dataclasses import replace
from fractions import Fraction

from casemgr.coverage.figures import Figure
from casemgr.plans.model import COUNT, MONEY, SHARE, Indicator
from casemgr.plans.notes import Note
from casemgr.reports.hiding import HIDDEN, LEAST, small, unsafe
from casemgr.ui.rules import show_number, show_percent


def counts(indicator: Indicator, figure: Figure) -> tuple[int | None, ...]:
    """What must not be small: the counts behind a figure, and of a share also those that fall short of it."""
    top, whole = figure.numerator, figure.denominator
    if indicator.rule == "reduction":
        return top, whole
    return top, None if top is None or whole is None else whole - top, whole


def of_target(indicator: Indicator, figure: Figure) -> str:
    """The value in per cent of the plan; nothing where less is better or the plan names no number."""
    if figure.value is None or not indicator.target or indicator.direction not in (">=", "~>="):
        return "–"
    return show_percent(Fraction(figure.value) / Fraction(indicator.target))


def change(indicator: Indicator, now: Figure, before: Figure | None) -> str:
    """Against the same period of the year before: shares in percentage points, numbers and money in per cent. Where a
    target is itself a fall, or the two are not by the same yardstick, nothing is compared."""
    if before is None or now.value is None or before.value is None or now.upper is not None:
        return "–"
    if indicator.rule in ("reduction", "cut", "yearly_cut"):
        return "–"
    if indicator.measure == SHARE:
        return f"{_signed((now.value - before.value) * 100)} điểm %"
    if indicator.measure in (COUNT, MONEY) and before.value > 0:
        return f"{_signed((now.value / before.value - 1) * 100)}%"
    return "–"


def change_of_few(indicator: Indicator, now: Figure, before: Figure | None, lost: bool) -> str:
    """`change` for a sensitive group. Value and change together give the figure of the year before: nothing is said where
    that was a small number, or was hidden in the report of its year (`lost`)."""
    if before is None or lost or unsafe(counts(indicator, before)):
        return "–"
    return change(indicator, now, before)


def _signed(value: Fraction) -> str:
    text = show_number(float(value), 1)
    return text if text.startswith("−") or text == "0,0" else f"+{text}"


def guarded(figure: Figure) -> Figure:
    """A figure of a sensitive group as it may leave the unit: no number beside it tells of 1 to 4 people."""
    numbers = [n for n in (figure.numerator, figure.denominator) if n is not None]
    second = figure.second
    if second is not None and unsafe((*second, second[1] - second[0], *(abs(n - m) for n in numbers for m in second))):
        second = None
    return replace(
        figure,
        second=second,
        beside=_beside(figure),
        short=0 if small(figure.short) else figure.short,
        # What is not due is said with the notes, unless it is small; here it says of whom the children are.
        not_due=0 if small(figure.not_due) else figure.not_due,
        unknown=0,
        excluded=0,
        warnings=[_note(note) for note in figure.warnings],
        why=_note(figure.why) if figure.why else None,
    )


def _beside(figure: Figure) -> dict[str, int | None]:
    """Parts of a whole could be told apart from each other: of those nothing is said, but how many children the cases
    are of, unless that tells of a few who came up twice."""
    found = {"system": figure.beside["system"]} if figure.beside.get("system", 0) >= LEAST else {"system": 0}
    children = figure.beside.get("beneficiaries")
    if children and not unsafe((children, (figure.denominator or 0) + figure.not_due - children)):
        found["beneficiaries"] = children
    return found


def waiting(figure: Figure) -> list[tuple[str, str]]:
    """[(what, number or <5)] of those that are in neither part of a figure."""
    found = (("chưa đến hạn", figure.not_due), ("thiếu thông tin", figure.unknown), ("không tính vào chỉ tiêu (đã duyệt)", figure.excluded))  # fmt: skip
    found += (("chờ xác minh", figure.beside.get("pending") or 0),)
    return [(name, HIDDEN if small(number) else show_number(number)) for name, number in found if number]


def _note(note: Note) -> Note:
    return Note(note.text, {k: HIDDEN if isinstance(v, int) and small(v) else v for k, v in note.params.items()})
