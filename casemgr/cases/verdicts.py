"""The verdict of a case as time passes: segments between the moments at which anything about it changes. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from casemgr.cases.rules import CaseState, Item
from casemgr.programmes.events import matches
from casemgr.programmes.model import Programme
from casemgr.programmes.spans import MET, MISSED, NOT_DUE, UNKNOWN, WORST, Span, select, verdict

FOREVER = datetime(9999, 12, 31)
EXCLUDED = "excluded"
# One letter per step of the funnel, so that a whole funnel is one short text to group by.
LETTERS = {MET: "m", NOT_DUE: "n", MISSED: "x", UNKNOWN: "u", None: "-"}


class Segment(NamedTuple):
    """From `start` (included) to `end` (excluded) the item has this verdict, charged to `unit`.

    `steps` has one letter per step of the programme: m met, n not due, x missed, u unknown, - nothing to judge.
    `band` is set when every shortfall is of one band (refused, unavailable).
    """

    item: int
    start: datetime
    end: datetime
    verdict: str
    steps: str
    band: str
    unit: str
    counted_at: datetime


def step_verdicts(programme: Programme, spans: Sequence[Span], t: datetime) -> list[str | None]:
    """The verdict of each step at time t: the worst of its criteria."""
    places, found = programme.places, [None] * len(programme.steps)
    for span in spans:
        steps = places.get(span.criterion.code)
        value = verdict(span, t) if steps else None
        if value is None or (value == NOT_DUE and span.criterion.only_when_due):
            continue
        for n in steps:
            before = found[n]
            if before is None or WORST[value] > WORST[before]:
                found[n] = value
    return found


def overall(verdicts: Sequence[str | None]) -> str:
    """The conjunction of all steps; a step with nothing to judge yet is not due."""
    for value in (MISSED, UNKNOWN):
        if value in verdicts:
            return value
    return NOT_DUE if NOT_DUE in verdicts or None in verdicts or not verdicts else MET


def counted_at(programme: Programme, state: CaseState, item: Item) -> datetime | None:
    """When this item began to count in the programme's figures; None when it does not belong to them."""
    if programme.population == "detections" and not programme.in_population(item.opening.coded):
        return None
    moment = select(state.ledger, programme.counts_from, item.opening)
    return moment.at if moment else None


def counts_at(state: CaseState, item: Item, t: datetime) -> bool:
    """Whether the item counts in the programme's figures at time t."""
    start = counted_at(state.programme, state, item)
    return start is not None and start <= t and [on for at, on in _counts(state, item) if at <= t][-1:] != [False]


def _counts(state: CaseState, item: Item) -> list[tuple[datetime, bool]]:
    """From when on the item counts or no longer counts, in order: a person taken off the list and listed again."""
    programme = state.programme
    if programme.counts_until is None:
        return []
    turns = [(m.at, False) for m in matches(state.ledger, programme.counts_until, item.opening, None)]
    turns += [(m.at, True) for m in matches(state.ledger, programme.counts_from, item.opening, None)]
    return sorted(turns, key=lambda turn: turn[0])


def band_of(programme: Programme, spans: Sequence[Span], t: datetime) -> str:
    """The band that explains every shortfall at time t, or nothing."""
    bands = {s.band for s in spans if s.criterion.code in programme.places and verdict(s, t) == MISSED}
    return bands.pop() if len(bands) == 1 else ""


def charged_to(state: CaseState, spans: Sequence[Span], t: datetime) -> str:
    """The unit that held the file when the first missed promise was due, else the one that holds it at time t."""
    if len(state.charged) == 1:
        return state.charged[0][1]
    places = state.programme.places
    dues = [s.due for s in spans if s.due is not None and s.criterion.code in places and verdict(s, t) == MISSED]
    return state.charged_at(min(dues)) if dues else state.charged_at(t)


def item_spans(state: CaseState, number: int) -> list[Span]:
    places = state.programme.places
    return [s for s in state.spans if s.item == number and s.criterion.code in places]


def judge(state: CaseState, number: int, t: datetime) -> tuple[str, str, str, str]:
    """(verdict, steps, band, unit) of one item at time t."""
    return _judge(state, number, item_spans(state, number), t)


def _judge(state: CaseState, number: int, spans: Sequence[Span], t: datetime) -> tuple[str, str, str, str]:
    verdicts = step_verdicts(state.programme, spans, t)
    value = EXCLUDED if state.items[number].excluded_at(t) else overall(verdicts)
    letters = "".join([LETTERS[v] for v in verdicts])
    band = band_of(state.programme, spans, t) if value == MISSED else ""
    return value, letters, band, charged_to(state, spans, t)


def segments(state: CaseState) -> list[Segment]:
    """The segments of every item that counts, in order; together they cover all time from `counted_at` on,
    but for the time after `counts_until`."""
    result: list[Segment] = []
    for number, item in enumerate(state.items):
        start = counted_at(state.programme, state, item)
        if start is None:
            continue
        counts, spans = _counts(state, item), item_spans(state, number)
        points = {p for p in [*_turns(state, number, spans), *(at for at, _on in counts)] if p > start}
        points = [start, *sorted(points)]
        last: Segment | None = None
        for position, point in enumerate(points):
            if counts and [on for at, on in counts if at <= point][-1:] == [False]:
                last = None
                continue
            end = points[position + 1] if position + 1 < len(points) else FOREVER
            value, letters, band, unit = _judge(state, number, spans, point)
            if last is not None and (last.verdict, last.steps, last.band, last.unit) == (value, letters, band, unit):
                last = last._replace(end=end)
                result[-1] = last
            else:
                last = Segment(number, point, end, value, letters, band, unit, start)
                result.append(last)
    return result


def _turns(state: CaseState, number: int, spans: Sequence[Span]):
    """Every moment at which the verdict of an item may change."""
    for span in spans:
        yield span.arises
        # A promise kept in time says nothing new when its day has passed.
        if span.due is not None and (span.met is None or span.met > span.due):
            yield span.due + timedelta(seconds=1)
        for moment in (span.met, span.failed, span.ended):
            if moment is not None:
                yield moment
    for moment, _reason in state.items[number].excluded:
        yield moment
    if len(state.charged) > 1:
        for moment, _unit in state.charged:
            yield moment


def age_band(programme: Programme, birth_year: int | None, on: date) -> str:
    """The programme's age band on a day, like '6-10' or '30+'; empty when the birth year is not known.

    Only the year of birth is counted with, so an age may be one year too high before the birthday.
    """
    if birth_year is None:
        return ""
    age = on.year - birth_year
    for low, high in programme.age_bands:
        if age >= low and (high is None or age < high):
            return f"{low}+" if high is None else f"{low}-{high - 1}"
    return ""
