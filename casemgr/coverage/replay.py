"""The same tallies from the ledgers themselves, leaving out what was recorded later than a time."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from casemgr.cases.projection import state_of
from casemgr.cases.rules import CaseState
from casemgr.cases.verdicts import age_band, counted_at, counts_at, judge
from casemgr.coverage import apart, processes, residents
from casemgr.coverage.cases import Case, criteria_of, lines, state
from casemgr.coverage.tally import COUNTED, RESIDENT, Key, Question, Tally, marks_of
from casemgr.detections import projection as detections
from casemgr.detections.verdicts import counts
from casemgr.detections.verdicts import judge as judge_detection
from casemgr.ledger.rules import Entry
from casemgr.ledger.services import Part, replay
from casemgr.plans.model import Indicator
from casemgr.programmes import programmes
from casemgr.programmes.events import OPENINGS
from casemgr.programmes.spans import Span
from casemgr.units.loading import calendar as working_days


class Item(NamedTuple):
    """One item that counts at the time asked about."""

    subject: UUID
    item: int
    number: str
    programme: str
    unit: str
    key: Key
    beneficiary: UUID
    incident: UUID
    spans: list[Span]
    counted_at: datetime
    opened: bool  # a case file exists
    resident: bool  # of a hamlet that is asked about


def items(
    session,
    question: Question,
    known_at: datetime,
    part: Part | None = None,
    also: Collection[str] = (),
    tell: Callable[[CaseState], None] | None = None,
) -> Iterator[Item]:
    """Every item of these programmes at `question.t`, as known at `known_at`, whenever it came up and wherever it is;
    `question.wants` says which of them are asked for. The caller has settled open writes.

    `part` keeps to subjects from one id to another. An item has the spans of the criteria that the steps and the marks
    are about, and of those in `also`. `tell` hears of every file, also of those that do not count.
    """
    calendar, only = working_days(session, known_at), _criteria(question, also)
    there = residents.known(session, question.hamlets, known_at)
    for subject, entries in replay(session, "case", known_at, part):
        state = state_of(entries, calendar, only=only) if _programme(entries) in only else None
        if state is None:
            continue
        if tell is not None:
            tell(state)
        yield from _of_file(subject, state, question, there)
    yield from _detections(session, question, calendar, known_at, part, there)


def _of_file(subject: UUID, state: CaseState, question: Question, there: Collection[UUID]) -> Iterator[Item]:
    for number, item in enumerate(state.items):
        since = counted_at(state.programme, state, item)
        if since is None or not counts_at(state, item, question.t):
            continue
        verdict, steps, band, unit = judge(state, number, question.t)
        resident = state.beneficiary in there
        group = question.group(
            _named(question, unit, resident),
            state.identity.get("sex") or "",
            age_band(state.programme, state.identity.get("birth_year"), since.date()),
            state.identity.get("ethnicity") or "",
        )
        incident = item.opening.coded.get("incident")
        yield Item(
            subject,
            number,
            state.number,
            state.programme.code,
            unit,
            Key(group, verdict, steps, band),
            state.beneficiary or subject,
            UUID(incident) if incident else subject,
            [s for s in state.spans if s.item == number],
            since,
            True,
            resident,
        )


def items_of(entries: Sequence[Entry], question: Question, calendar, there: Collection[UUID] = ()) -> list[Item]:
    """The items of one ledger, a case file's or a detection's, from these entries of it alone."""
    openings = [e.kind for e in entries if e.kind in OPENINGS]
    if not openings or _programme(entries) not in question.counting:
        return []
    subject, only = entries[0].subject, _criteria(question, ())
    if "detected" in openings:
        return list(_of_detection(subject, detections.state_of(entries, calendar), question, there))
    state = state_of(entries, calendar, only=only)
    return list(_of_file(subject, state, question, there)) if state else []


def _named(question: Question, unit: str, resident: bool) -> str:
    return unit + RESIDENT if resident and "resident" in question.dims else unit


def _programme(entries: Sequence[Entry]) -> str:
    return entries[0].definition.partition("@")[0]


def _criteria(question: Question, also: Collection[str]) -> dict[str, frozenset[str]]:
    """By programme, the criteria that an answer depends on."""
    found = {code: {*programmes()[code].places, *also} for code in question.counting}
    for mark in question.marks:
        if mark.programme in found:
            found[mark.programme].update(mark.criteria, [mark.also] if mark.also else ())
    return {code: frozenset(criteria) for code, criteria in found.items()}


def _detections(
    session, question: Question, calendar, known_at: datetime, part: Part | None, there: set[UUID]
) -> Iterator[Item]:
    """Detected persons as long as no case file exists."""
    wanted = {code for code in question.counting if programmes()[code].population == "detections"}
    for subject, entries in replay(session, "detected", known_at, part):
        state = detections.state_of(entries, calendar) if _programme(entries) in wanted else None
        yield from _of_detection(subject, state, question, there)


def _of_detection(subject: UUID, state, question: Question, there: Collection[UUID]) -> Iterator[Item]:
    if state is None or not counts(state):
        return
    since = state.received[0]
    if since > question.t:
        return
    verdict, steps, band = judge_detection(state, question.t)
    facts = state.facts
    resident = state.beneficiary in there
    group = question.group(
        _named(question, state.unit, resident),
        facts.get("sex") or "",
        age_band(state.programme, facts.get("birth_year"), since.date()),
        facts.get("ethnicity") or "",
    )
    yield Item(
        subject,
        0,
        state.number,
        state.programme.code,
        state.unit,
        Key(group, verdict, steps, band),
        state.beneficiary or subject,
        state.incident or subject,
        [s for s in state.spans if s.item == 0],
        since,
        False,
        resident,
    )


class Counted(NamedTuple):
    """What some of the subjects add to the tallies; the sets by programme, for what is counted once over all."""

    tallies: dict[str, Tally]
    beneficiaries: dict[str, set[UUID]]
    incidents: dict[str, set[UUID]]


def tallies(
    session, question: Question, known_at: datetime, windows: Sequence[tuple[datetime, datetime]] = ()
) -> dict[str, Tally]:
    """{programme: Tally} with marks and distinct numbers; equals the live one where nothing was recorded later.

    `distinct` also has how many items came up in each window, as 'received:0', 'received:1'.
    """
    parts = processes.parts(session)
    if len(parts) == 1:
        found = [count(session, question, known_at, windows)]
    else:
        found = processes.share(parts, question, known_at, windows)
    result = {code: Tally() for code in question.counting}
    for code, tally in result.items():
        for part in found:
            tally.add(part.tallies[code])
        tally.distinct["beneficiaries"] = len(set().union(*(part.beneficiaries[code] for part in found)))
        tally.distinct["incidents"] = len(set().union(*(part.incidents[code] for part in found)))
    return result


def count(
    session,
    question: Question,
    known_at: datetime,
    windows: Sequence[tuple[datetime, datetime]],
    part: Part | None = None,
) -> Counted:
    """The tallies over a part of the subjects."""
    found = Counted(*({code: new() for code in question.counting} for new in (Tally, set, set)))
    apart_too = any(mark.apart for mark in question.marks)

    def tell(state: CaseState) -> None:
        code, charged = state.programme.code, state.charged[-1][1]
        for name, key in apart.marks_of(question, code, charged, state.spans):
            found.tallies[code].mark(name, key)

    for item in items(session, question, known_at, part, tell=tell if apart_too else None):
        tally = found.tallies[item.programme]
        if question.has(item.unit, item.resident):
            for number, (first, last) in enumerate(windows):
                name = f"received:{number}"
                tally.distinct[name] = tally.distinct.get(name, 0) + (first <= item.counted_at <= last)
        if not question.wants(item.programme, item.counted_at, item.unit, item.resident):
            continue
        tally.cells[item.key] += 1
        for name in marks_of(question, item.programme, item.key.steps, item.spans):
            tally.mark(name, item.key)
        if item.key.verdict in COUNTED:
            found.beneficiaries[item.programme].add(item.beneficiary)
            found.incidents[item.programme].add(item.incident)
    return found


def cases(session, question: Question, indicators: Sequence[Indicator], known_at: datetime) -> dict[str, list[Case]]:
    """{indicator: cases behind it}, by number."""
    result: dict[str, list[Case]] = {indicator.code: [] for indicator in indicators}
    also = {code for i in indicators for code in criteria_of(i, programmes()[i.programme])}
    for item in items(session, question, known_at, also=also):
        if not question.wants(item.programme, item.counted_at, item.unit, item.resident):
            continue
        programme = programmes()[item.programme]
        for indicator in indicators:
            if indicator.programme == item.programme:
                value = state(indicator, programme, item.key.verdict, item.key.steps)
                found = lines(item.spans, criteria_of(indicator, programme), question.t)
                result[indicator.code].append(
                    Case(
                        item.subject,
                        item.item,
                        item.number,
                        item.programme,
                        item.unit,
                        value,
                        item.key.group,
                        item.counted_at,
                        found,
                        None,
                        item.opened,
                    )
                )
    return result
