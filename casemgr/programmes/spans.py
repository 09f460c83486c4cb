"""From the effective entries of one ledger to the spans of each criterion: pure, no clock of its own.

A span says when one promise arose, when it is due, when it was kept, when it ended. `verdict(span, t)` reads it at
a time t. Times are naive Vietnamese wall time; a due day ends at 23:59:59.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casemgr.programmes.deadlines import Deadline, deadline, run, year_end
from casemgr.programmes.events import OPENINGS, Calendar, Event, Ledger, Moment, matches, select
from casemgr.programmes.model import Criterion, Met, Track
from casemgr.programmes.needs import NeedState, need_states

__all__ = [
    "MET", "MISSED", "NOT_DUE", "UNKNOWN",
    "Calendar", "Event", "Ledger", "NeedState", "Span", "need_states", "overdue", "select", "spans", "verdict", "worst",
]  # fmt: skip

MET, NOT_DUE, MISSED, UNKNOWN = "met", "not_due", "missed", "unknown"
WORST = {MISSED: 3, UNKNOWN: 2, NOT_DUE: 1, MET: 0}


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
    return MISSED if overdue(span.due, t) else NOT_DUE


def overdue(due: datetime | None, t: datetime) -> bool:
    """Whether a promise not yet kept is late at time t: the one definition behind the figures, the case page, the
    work of the day, the caseload and the exceptions (in SQL: `cases.queries.late`)."""
    return due is not None and due < t


def worst(verdicts: Sequence[str | None]) -> str | None:
    """The verdict of a conjunction: missed > unknown > not_due > met; None when there is nothing to judge."""
    return max([v for v in verdicts if v is not None], key=WORST.__getitem__, default=None)


def spans(track: Track, ledger: Ledger, only: Container[str] | None = None) -> list[Span]:
    """The spans of every criterion of this ledger (or of those in `only`), in the order of the programme file; none
    without an opening."""
    if not ledger.openings:
        return []
    if ledger.needs is None:
        ledger.needs = need_states(ledger)
    result: list[Span] = []
    for criterion in track.criteria:
        if only is not None and criterion.code not in only:
            continue
        if criterion.needs:
            result += [_need_span(ledger, criterion, state) for state in ledger.needs]
        elif criterion.yearly:
            result += _yearly_spans(ledger, criterion)
        else:
            result += _event_spans(ledger, criterion)
    for band in ledger.programme.bands:
        if band.criteria and matches(ledger, band.selector, None, None):
            for span in result:
                if span.criterion.code in band.criteria and span.met is None:
                    span.band = band.code
    return result


def _anchors(ledger: Ledger, criterion: Criterion) -> list[Moment]:
    moments = [m for selector in criterion.each for m in matches(ledger, selector, None, None)]
    if len(moments) < 2:
        return moments
    moments.sort(key=_in_order)
    if criterion.once:
        first: dict[int, Moment] = {}
        for moment in moments:
            first.setdefault(ledger.item_of(moment.at), moment)
        return list(first.values())
    return moments


def _in_order(moment: Moment) -> tuple:
    """Of one day, what was written down later comes later: a plan that was returned in the morning and mended in the
    afternoon waits as the mended one."""
    return moment.at, moment.event.recorded_at, moment.event.id.int


def _event_spans(ledger: Ledger, criterion: Criterion) -> list[Span]:
    result: list[Span] = []
    anchors = _anchors(ledger, criterion)
    for position, moment in enumerate(anchors):
        anchor = moment.event
        if anchor.kind in OPENINGS:
            item = next(n for n, opening in enumerate(ledger.openings) if opening is anchor)
            arises = min(ledger.received[item], moment.at)
        else:
            item, arises = ledger.item_of(moment.at), moment.at
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
            if criterion.keep and (met is None or failed.at >= met.at):
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
    opening = ledger.openings[0]
    start = opening.occurred_at
    result = []
    for year in range(start.year, ledger.horizon + 1):
        span = Span(criterion, 0, opening.id, max(start, datetime(year, 1, 1)))
        due = deadline(ledger, criterion.due, opening) if criterion.due else year_end(year)
        _fill(ledger, span, opening, due, year)
        turn = datetime(year + 1, 1, 1)
        span.ended = turn if span.ended is None else min(turn, span.ended)
        if span.ended > span.arises:
            result += _in_turn(ledger, span, opening, year)
    return result


def _in_turn(ledger: Ledger, span: Span, opening: Event, year: int) -> list[Span]:
    """Where the last word of a year counts: a later one takes the place of an earlier one from its day on, so that a
    family found well off in February and looked at again in May was well off in March."""
    criterion, selector = span.criterion, span.criterion.met.selector
    if selector is None or selector.pick != "last":
        return [span]
    said = [(moment, True) for moment in matches(ledger, selector, opening, year)]
    if criterion.fails is not None and criterion.fails.selector is not None:
        said += [(moment, False) for moment in matches(ledger, criterion.fails.selector, opening, year)]
    if len(said) < 2:
        return [span]
    said.sort(key=lambda each: each[0].at)  # of one minute that which falls short comes last
    parts = []
    for position, (moment, kept) in enumerate(said):
        arises = span.arises if not position else max(moment.at, span.arises)
        ended = span.ended if position + 1 == len(said) else min(said[position + 1][0].at, span.ended)
        if ended <= arises:
            continue
        part = Span(criterion, span.item, span.anchor, arises, span.due, span.due_missing, ended=ended, band=span.band)
        if kept:
            _keep_promise(part, moment, Deadline(span.due))
        else:
            part.failed = moment.at
        part.detail = str(moment.event.coded.get(criterion.keep) or "") if criterion.keep else ""
        parts.append(part)
    return parts


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
        until = run(ledger, met.lasted, Moment(anchor.occurred_at, anchor.precision, anchor)).at
        return None if until is None else Moment(until, "day", anchor)
    return select(ledger, met.selector, anchor, year) if met.selector else None
