"""From the effective entries of one ledger to the spans of each criterion: pure, no clock of its own.

A span says when one promise arose, when it is due, when it was kept, when it ended. `verdict(span, t)` reads it at
a time t. Times are naive Vietnamese wall time; a due day ends at 23:59:59.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple, Protocol
from uuid import UUID

from casemgr.programmes.model import Band, Criterion, Due, Met, Programme, Selector, Track

MET, NOT_DUE, MISSED, UNKNOWN = "met", "not_due", "missed", "unknown"
WORST = {MISSED: 3, UNKNOWN: 2, NOT_DUE: 1, MET: 0}
DAY_END = time(23, 59, 59)
OPENINGS = ("opened", "linked", "detected")


class Event(Protocol):
    """What a ledger entry must offer here."""

    id: UUID
    kind: str
    occurred_at: datetime
    precision: str
    coded: dict
    unit: str


class Moment(NamedTuple):
    at: datetime
    precision: str
    event: "Event"


class Calendar(Protocol):
    def add_working_days(self, day: date, n: int) -> date: ...


@dataclass(slots=True)
class Span:
    """One promise of one ledger. `item` numbers the detection it belongs to; `due_missing`: a date the clock needs
    is not known; `blurred`: kept, but the date is too coarse for the clock."""

    criterion: Criterion
    item: int
    anchor: UUID
    arises: datetime
    due: datetime | None = None
    due_missing: bool = False
    met: datetime | None = None
    met_entry: UUID | None = None
    blurred: bool = False
    failed: datetime | None = None
    ended: datetime | None = None
    detail: str = ""
    band: str = ""


def verdict(span: Span, t: datetime) -> str | None:
    """met, not_due, missed, unknown at time t; None when the span has not arisen or has ended by then.

    Where a promise was both kept and broken (two ratings of one year), the later entry counts.
    """
    if t < span.arises or (span.ended is not None and span.ended <= t):
        return None
    failed = span.failed is not None and span.failed <= t
    if span.met is not None and span.met <= t and not (failed and span.failed >= span.met):
        if span.criterion.late == MET:
            return MET
        if span.blurred or span.due_missing:
            return UNKNOWN
        return MISSED if span.due is not None and span.met > span.due else MET
    if failed:
        return MISSED
    if span.due_missing:
        return UNKNOWN
    return MISSED if span.due is not None and t > span.due else NOT_DUE


def worst(verdicts: Sequence[str | None]) -> str | None:
    """The verdict of a conjunction: missed > unknown > not_due > met; None when there is nothing to judge."""
    return max((v for v in verdicts if v is not None), key=WORST.__getitem__, default=None)


class Ledger:
    """The effective entries of one subject, arranged for selectors.

    `facts` are those of the subject as a whole that conditions may name (age, sex); an entry's own coded values win.
    """

    def __init__(
        self,
        programme: Programme,
        events: Sequence[Event],
        calendar: Calendar,
        horizon: int,
        facts: Mapping[str, object] | None = None,
    ):
        self.programme, self.calendar, self.horizon, self.facts = programme, calendar, horizon, facts or {}
        self.by_kind: dict[str, list[Event]] = defaultdict(list)
        self.decisions: dict[str, Event] = {}
        for event in events:
            self.by_kind[event.kind].append(event)
            if event.kind == "decided":
                self.decisions[event.coded["on"]] = event
        self.openings = [e for kind in OPENINGS for e in self.by_kind.get(kind, ())]
        self.received = [_received(e) for e in self.openings]

    def holds(self, selector: Selector, event: "Event") -> bool:
        return selector.where({**self.facts, **event.coded} if self.facts else event.coded)

    @cached_property
    def needs(self) -> "list[NeedState]":
        return need_states(self)

    def item_of(self, at: datetime) -> int:
        """The detection that an entry at this time belongs to: the last one received by that day."""
        item = 0
        for number, received in enumerate(self.received):
            if number and received.date() <= at.date():
                item = number
        return item

    def since(self, anchor: Event) -> "Event | None":
        """What an answer must not precede: nothing for the first opening, the anchor otherwise."""
        return None if self.openings and anchor is self.openings[0] else anchor


def _received(opening: Event) -> datetime:
    text = opening.coded.get("received_at")
    return datetime.fromisoformat(text) if text else opening.occurred_at


def _date_field(event: Event, field: str) -> Moment | None:
    text = event.coded.get(field)
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return Moment(at, event.coded.get(f"{field}_precision") or ("minute" if len(text) > 10 else "day"), event)


def _matches(ledger: Ledger, selector: Selector, anchor: Event | None, year: int | None) -> Iterator[Moment]:
    """The moments a selector gives, in the order things happened."""
    if selector.decision:
        event = ledger.decisions.get(anchor.id.hex) if anchor is not None else None
        if event is not None and ledger.holds(selector, event):
            yield Moment(event.occurred_at, event.precision, event)
        return
    if selector.anchor or (not selector.kinds and selector.field):
        if anchor is not None and ledger.holds(selector, anchor):
            moment = _of(selector, anchor)
            if moment is not None:
                yield moment
        return
    yield from _of_kinds(ledger, selector, year)


def _of_kinds(ledger: Ledger, selector: Selector, year: int | None) -> Iterator[Moment]:
    kinds = selector.kinds
    events = ledger.by_kind.get(kinds[0], ()) if len(kinds) == 1 else _merged(ledger, kinds)
    for event in events:
        if year is not None and selector.this_year and event.coded.get(selector.this_year) != year:
            continue
        if selector.same and anchor is not None and event.coded.get(selector.same) != anchor.coded.get(selector.same):
            continue
        if not ledger.holds(selector, event):
            continue
        if selector.approved:
            decision = ledger.decisions.get(event.id.hex)
            if decision is None or decision.coded.get("outcome") != "approved":
                continue
            if not selector.field:
                yield Moment(decision.occurred_at, decision.precision, event)
                continue
        moment = _of(selector, event)
        if moment is not None:
            yield moment


def _of(selector: Selector, event: Event) -> Moment | None:
    if selector.field:
        return _date_field(event, selector.field)
    return Moment(event.occurred_at, event.precision, event)


def _merged(ledger: Ledger, kinds: Sequence[str]) -> list[Event]:
    events = [e for kind in kinds for e in ledger.by_kind.get(kind, ())]
    events.sort(key=lambda e: (e.occurred_at, e.id.int))
    return events


def _not_before(moment: Moment, anchor: Event, decided: bool = False) -> bool:
    """By the day when either is known only to the day. An entry never answers itself."""
    if moment.event is anchor and not decided:
        return False
    if moment.precision == "minute" and anchor.precision == "minute":
        return moment.at >= anchor.occurred_at
    return moment.at.date() >= anchor.occurred_at.date()


def select(ledger: Ledger, selector: Selector, anchor: Event | None, year: int | None = None) -> Moment | None:
    """The first (or last) moment a selector gives at or after its anchor."""
    since = ledger.since(anchor) if anchor is not None else None
    exact = selector.anchor or selector.decision or not selector.kinds
    found = None
    for moment in _matches(ledger, selector, anchor, year):
        if since is not None and not exact and not _not_before(moment, since, selector.approved):
            continue
        if selector.pick == "first" and found is not None and found.at <= moment.at:
            continue
        found = moment
    return found


def met_moment(ledger: Ledger, met: Met, anchor: Event, year: int | None = None) -> Moment | None:
    if met.all:
        parts = [met_moment(ledger, part, anchor, year) for part in met.all]
        return None if None in parts else max(parts, key=lambda m: m.at)
    if met.any:
        parts = [m for part in met.any if (m := met_moment(ledger, part, anchor, year)) is not None]
        return min(parts, key=lambda m: m.at, default=None)
    if met.served:
        item = ledger.item_of(anchor.occurred_at)
        served = [state.served for state in ledger.needs if state.served is not None and state.item == item]
        return min(served, key=lambda m: m.at, default=None)
    if met.lasted:
        until = _run(ledger, met.lasted, Moment(anchor.occurred_at, anchor.precision, anchor)).at
        return None if until is None else Moment(until, "day", anchor)
    return select(ledger, met.selector, anchor, year) if met.selector else None


class Deadline(NamedTuple):
    """`at` is None when there is no clock; `missing`: the date it runs from is not known; `exact`: an hour clock."""

    at: datetime | None
    missing: bool = False
    exact: bool = False


NO_DEADLINE = Deadline(None)
MISSING = Deadline(None, True)


def deadline(ledger: Ledger, due: Due | None, anchor: Event, need: "NeedState | None" = None) -> Deadline:
    if due is None:
        return NO_DEADLINE
    if due.year_end:
        return Deadline(datetime.combine(date(anchor.occurred_at.year, 12, 31), DAY_END))
    if due.planned:
        if need is not None and need.planned is not None:
            return Deadline(need.planned)
        return deadline(ledger, due.fallback, anchor, need)
    if due.earliest or due.latest:
        parts = [deadline(ledger, part, anchor, need) for part in due.earliest or due.latest]
        known = [part for part in parts if part.at is not None]
        if not known:
            return MISSING if any(part.missing for part in parts) else NO_DEADLINE
        return (min if due.earliest else max)(known, key=lambda part: part.at)
    for selector in due.start:
        start = select(ledger, selector, anchor)
        if start is not None:
            return _run(ledger, due.clock, start)
    return deadline(ledger, due.fallback, anchor, need) if due.fallback else MISSING


def _run(ledger: Ledger, code: str | None, start: Moment) -> Deadline:
    if code is None:
        at = start.at if start.precision == "minute" else datetime.combine(start.at.date(), DAY_END)
        return MISSING if start.precision in ("month", "year") else Deadline(at)
    version = ledger.programme.clocks[code].on(start.at.date())
    if version is None:
        return NO_DEADLINE
    if version.unit == "hours":
        if start.precision != "minute":
            return MISSING
        return Deadline(start.at + timedelta(hours=version.amount), exact=True)
    if start.precision in ("month", "year"):
        return MISSING
    day = start.at.date()
    if version.unit == "workdays":
        day = ledger.calendar.add_working_days(day, version.amount)
    elif version.unit == "days":
        day += timedelta(days=version.amount)
    else:
        day = add_months(day, version.amount)
    return Deadline(datetime.combine(day, DAY_END))


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last day of that month where it is shorter."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    for candidate in range(day.day, 27, -1):
        try:
            return date(year, month + 1, candidate)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


@dataclass(slots=True)
class NeedState:
    """One need of one item: who asked for it, what was planned, what was delivered, what stood in the way."""

    code: str
    item: int
    anchor: Event
    planned: datetime | None = None
    service: str = ""
    plan: UUID | None = None
    served: Moment | None = None
    ended: datetime | None = None
    band: str = ""
    refused_by: str = ""


def need_states(ledger: Ledger) -> list[NeedState]:
    """Every need that an assessment found, in the order found; a later assessment may end it.

    Only a service delivered with proof meets a need. The first approved plan fixes the due date; a later plan never
    moves it.
    """
    states: dict[tuple[int, str], NeedState] = {}
    for event in ledger.by_kind.get("assessed", ()):
        item = ledger.item_of(event.occurred_at)
        for code, answer in (event.coded.get("needs") or {}).items():
            state = states.get((item, code))
            if answer == "yes" and (state is None or state.ended is not None):
                states[item, code] = NeedState(code, item, event)
            elif answer == "no" and state is not None:
                state.ended = event.occurred_at
    if not states:
        return []
    _add_plans(ledger, states)
    for event in ledger.by_kind.get("served", ()):
        for state in _touched(ledger, states, event):
            if state.served is None and event.coded.get("proof") not in (None, "", "none"):
                state.served = Moment(event.occurred_at, event.precision, event)
    for event in ledger.by_kind.get("refused", ()):
        for state in _touched(ledger, states, event):
            state.refused_by = event.coded.get("by", "")
    for band in ledger.programme.bands:
        _add_band(ledger, states, band)
    return list(states.values())


def _add_plans(ledger: Ledger, states: dict) -> None:
    for event in ledger.by_kind.get("planned", ()):
        decision = ledger.decisions.get(event.id.hex)
        approved = decision is not None and decision.coded.get("outcome") == "approved"
        for row in event.coded.get("items") or ():
            state = states.get((ledger.item_of(event.occurred_at), row["need"]))
            if state is None or (state.plan is not None and state.planned is not None):
                continue
            state.service = row["service"]
            if approved:
                state.plan = event.id
                state.planned = datetime.combine(date.fromisoformat(row["due"]), DAY_END)


def _add_band(ledger: Ledger, states: dict, band: Band) -> None:
    for moment in _matches(ledger, band.selector, None, None):
        for state in _touched(ledger, states, moment.event):
            state.band = band.code


def _touched(ledger: Ledger, states: dict, event: Event) -> list[NeedState]:
    """The needs an entry speaks of: of its own item, or where that has no such need, of an earlier one."""
    last = ledger.item_of(event.occurred_at)
    found = []
    for code in event.coded.get("needs") or ():
        state = next((states[i, code] for i in range(last, -1, -1) if (i, code) in states), None)
        if state is not None:
            found.append(state)
    return found


def spans(track: Track, ledger: Ledger) -> list[Span]:
    """The spans of every criterion of this ledger, in the order of the programme file."""
    result: list[Span] = []
    for criterion in track.criteria:
        if criterion.needs:
            result += [_need_span(ledger, criterion, state) for state in ledger.needs]
        elif criterion.yearly:
            result += _yearly_spans(ledger, criterion)
        else:
            result += _event_spans(ledger, criterion)
    for band in ledger.programme.bands:
        if band.criteria and any(True for _ in _matches(ledger, band.selector, None, None)):
            for span in result:
                if span.criterion.code in band.criteria and span.met is None:
                    span.band = band.code
    return result


def _anchors(ledger: Ledger, criterion: Criterion) -> list[Moment]:
    moments = [m for selector in criterion.each for m in _matches(ledger, selector, None, None)]
    moments.sort(key=lambda m: (m.at, m.event.id.int))
    if criterion.once:
        first: dict[int, Moment] = {}
        for moment in moments:
            first.setdefault(ledger.item_of(moment.at), moment)
        return list(first.values())
    return moments


def _event_spans(ledger: Ledger, criterion: Criterion) -> list[Span]:
    result: list[Span] = []
    anchors = _anchors(ledger, criterion)
    for position, moment in enumerate(anchors):
        anchor = moment.event
        opening = anchor in ledger.openings
        item = ledger.openings.index(anchor) if opening else ledger.item_of(moment.at)
        arises = min(_received(anchor), moment.at) if opening else moment.at
        span = Span(criterion, item, anchor.id, arises)
        _fill(ledger, span, anchor, deadline(ledger, criterion.due, anchor))
        if criterion.supersede and position + 1 < len(anchors):
            following = anchors[position + 1].at
            if span.met is None or span.met > following:
                span.met = span.met_entry = None
                span.ended = following if span.ended is None else min(span.ended, following)
        result.append(span)
    return result


def _fill(ledger: Ledger, span: Span, anchor: Event, due: Deadline, year: int | None = None) -> None:
    criterion = span.criterion
    span.due, span.due_missing = due.at, due.missing
    met = met_moment(ledger, criterion.met, anchor, year)
    if met is not None:
        _keep_promise(span, met, due)
    if criterion.keep:
        source = anchor if anchor.coded.get(criterion.keep) is not None else met.event if met else anchor
        span.detail = str(source.coded.get(criterion.keep) or "")
    if criterion.fails is not None:
        failed = met_moment(ledger, criterion.fails, anchor, year)
        if failed is not None:
            span.failed = failed.at
            if criterion.keep:
                span.detail = str(failed.event.coded.get(criterion.keep) or "")
    if criterion.ends is not None:
        end = met_moment(ledger, criterion.ends, anchor, year)
        if end is not None:
            span.ended = end.at
    if criterion.met.lasted and span.ended is not None and span.met is not None:
        if span.ended.date() < span.met.date():
            span.met = span.met_entry = None
        else:
            span.ended = None


def _keep_promise(span: Span, met: Moment, due: Deadline) -> None:
    span.met, span.met_entry = max(met.at, span.arises), met.event.id
    if met.precision in ("month", "year") and due.at is not None:
        span.blurred = True
    if due.exact and met.precision != "minute":
        span.blurred = True


def _need_span(ledger: Ledger, criterion: Criterion, state: NeedState) -> Span:
    span = Span(criterion, state.item, state.anchor.id, state.anchor.occurred_at, detail=state.code, band=state.band)
    due = deadline(ledger, criterion.due, state.anchor, state)
    span.due, span.due_missing, span.ended = due.at, due.missing, state.ended
    if state.served is not None:
        _keep_promise(span, state.served, due)
        span.band = ""
    return span


def _yearly_spans(ledger: Ledger, criterion: Criterion) -> list[Span]:
    if not ledger.openings:
        return []
    opening = ledger.openings[0]
    start = opening.occurred_at
    result = []
    for year in range(start.year, ledger.horizon + 1):
        span = Span(criterion, 0, opening.id, max(start, datetime(year, 1, 1)))
        _fill(ledger, span, opening, Deadline(datetime.combine(date(year, 12, 31), DAY_END)), year)
        turn = datetime(year + 1, 1, 1)
        span.ended = turn if span.ended is None else min(turn, span.ended)
        if span.ended > span.arises:
            result.append(span)
    return result
