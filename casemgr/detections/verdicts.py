"""The verdict of a detection over time, as long as no case file has taken over. Pure."""

from datetime import datetime, timedelta

from casemgr.cases.verdicts import EXCLUDED, FOREVER, LETTERS, Segment, band_of, overall, step_verdicts
from casemgr.detections.rules import (
    DUPLICATE,
    PENDING,
    UNSUBSTANTIATED,
    VERIFIED,
    DetectedState,
    last_proposal,
    standing,
)
from casemgr.programmes.spans import MISSED, NOT_DUE, UNKNOWN


def _unverified(state: DetectedState, t: datetime) -> str:
    """The verdict of a detection that is not verified at t: not due before the clock has run out, then missed.

    While a proposal («not substantiated», a duplicate) waits for the unit above, the commune has done its part; but one
    that nobody decides in time does not take the child out of the count.
    """
    last = last_proposal(state, t)
    if last is not None:
        decision = state.decision_on(last)
        if decision is None or decision.occurred_at > t:
            waiting = next((s for s in state.spans if s.criterion.role == "above" and s.anchor == last.id), None)
            late = waiting is not None and waiting.due is not None and t > waiting.due
            return MISSED if late else NOT_DUE
    span = next((s for s in state.spans if s.criterion.code == VERIFIED), None)
    if span is None:
        return NOT_DUE
    if span.due_missing:
        return UNKNOWN
    return MISSED if span.due is not None and t > span.due else NOT_DUE


def judge(state: DetectedState, t: datetime) -> tuple[str, str, str]:
    """(verdict, steps, band) of a detection without a case file at time t; see `cases.verdicts.Segment`."""
    now, steps = standing(state, t), state.programme.steps
    if now in (EXCLUDED, DUPLICATE, UNSUBSTANTIATED):
        return now, LETTERS[None] * len(steps), ""
    values = step_verdicts(state.programme, state.spans, t)
    if now == PENDING:
        verified = _unverified(state, t)
        values = [verified if VERIFIED in step.criteria else v for step, v in zip(steps, values, strict=True)]
        verdict = PENDING if verified == NOT_DUE else verified
    else:
        verdict = overall(values)
    band = band_of(state.programme, state.spans, t) if verdict == MISSED else ""
    return verdict, "".join(LETTERS[v] for v in values), band


def counts(state: DetectedState) -> bool:
    """Whether the detection itself is in the figures: not once a case file is linked, nor where it does not belong."""
    return state.case is None and state.programme.population == "detections" and state.counted


def segments(state: DetectedState) -> list[Segment]:
    """The segments of a detection in the figures, from its receipt on."""
    if not counts(state):
        return []
    start = state.received[0]
    points = sorted({start, *(p for p in _turns(state) if p > start)})
    result: list[Segment] = []
    for point, end in zip(points, [*points[1:], FOREVER], strict=True):
        value, letters, band = judge(state, point)
        if result and (result[-1].verdict, result[-1].steps, result[-1].band) == (value, letters, band):
            result[-1] = result[-1]._replace(end=end)
        else:
            result.append(Segment(0, point, end, value, letters, band, state.unit, start))
    return result


def _turns(state: DetectedState):
    """Every moment at which the verdict may change."""
    for span in state.spans:
        yield span.arises
        if span.due is not None:
            yield span.due + timedelta(seconds=1)
        for moment in (span.met, span.failed, span.ended):
            if moment is not None:
                yield moment
    for entry in state.entries:
        yield entry.occurred_at
    for moment, _reason in state.excluded:
        yield moment
