"""How a figure went from quarter to quarter, as points of a line and as rows of the table beside it."""

from dataclasses import dataclass
from datetime import date, timedelta

from casemgr.coverage import measures
from casemgr.coverage.figures import Figure
from casemgr.coverage.ground import OF_AREAS
from casemgr.plans.model import TEXT, Indicator

WIDTH, HEIGHT, EDGE = 400, 120, 12
MOST = 16  # quarters: four years
YEAR = 4  # quarters on the page of the plan
SMALL = (60, 16, 2)  # a line as high as a line of text


@dataclass(frozen=True, slots=True)
class Point:
    """`x`, `y` in the drawing; y is None where there is no figure, and the line is broken there."""

    day: date
    row: object
    x: float
    y: float | None


@dataclass(frozen=True, slots=True)
class Trend:
    points: tuple[Point, ...]
    lines: tuple[str, ...]  # each without a gap, as SVG points
    target: float | None  # the height of the target

    def __bool__(self) -> bool:
        return len(self.points) > 1


@dataclass(frozen=True, slots=True)
class Spark:
    """A line without axes and what it says in words: [(the day, the value)]. `goal`: the height of the target."""

    points: str
    goal: float | None
    said: tuple[tuple[date, str], ...]


def has_one(indicator: Indicator) -> bool:
    """What is told in words, or is a list, has no line."""
    return indicator.measure != TEXT and indicator.rule not in OF_AREAS


def spark(indicator: Indicator, days: list[date], figures: list[Figure]) -> Spark:
    """Where a quarter has no figure the line leaves it out; its word is a dash."""
    bars = [measures.bar(indicator, figure) for figure in figures]
    known = [(n, bar) for n, (bar, _tick, _waiting) in enumerate(bars) if bar is not None]
    tick = bars[-1][1]
    top = max([1e-9, *(bar for _n, bar in known), *([tick] if tick is not None else [])])
    width, height, edge = SMALL

    def at(value: float) -> float:
        return round(height - edge - (height - 2 * edge) * max(value, 0) / top, 1)

    step = (width - 2 * edge) / max(len(figures) - 1, 1)
    line = " ".join(f"{round(edge + n * step, 1)},{at(bar)}" for n, bar in known) if len(known) > 1 else ""
    words = tuple((day, measures.value(indicator, figure)) for day, figure in zip(days, figures, strict=True))
    return Spark(line, at(tick) if line and tick is not None else None, words)


def quarter_ends(start: date, end: date) -> list[date]:
    """The last days of the quarters from one day to another, the last one cut off at the end."""
    days, day = [], start
    while day <= end:
        month = (day.month - 1) // 3 * 3 + 3
        last = date(day.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        days.append(min(last, end))
        day = last + timedelta(days=1)
    return days[-MOST:]


def draw(rows: list[tuple[date, object]]) -> Trend:
    """Rows as `present.row` makes them: `bar` is the value and `tick` the target, on one scale."""
    bars = [row.bar for _day, row in rows]
    ticks = [row.tick for _day, row in rows if row.tick is not None]
    top = max([1.0 if ticks or any(b is not None for b in bars) else 1.0, *(b for b in bars if b is not None), *ticks])

    def height(value: float) -> float:
        return round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * max(value, 0) / top, 1)

    step = (WIDTH - 2 * EDGE) / max(len(rows) - 1, 1)
    points = tuple(
        Point(day, row, round(EDGE + n * step, 1), None if row.bar is None else height(row.bar))
        for n, (day, row) in enumerate(rows)
    )
    lines, run = [], []
    for point in (*points, None):
        if point is None or point.y is None:
            if len(run) > 1:
                lines.append(" ".join(run))
            run = []
        else:
            run.append(f"{point.x},{point.y}")
    return Trend(points, tuple(lines), height(ticks[-1]) if ticks else None)
