"""The same tallies from the ledgers themselves, leaving out what was recorded later than a time."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from casemgr.cases.projection import state_of
from casemgr.cases.verdicts import age_band, counted_at, counts_at, judge
from casemgr.coverage.cases import Case, criteria_of, lines, state
from casemgr.coverage.tally import COUNTED, Key, Question, Tally, marks_of
from casemgr.detections import projection as detections
from casemgr.ledger.services import replay
from casemgr.plans.model import Indicator
from casemgr.programmes import programmes
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


def items(session, question: Question, known_at: datetime) -> Iterator[Item]:
    """Every item of these programmes at `question.t`, as known at `known_at`, whenever it came up and wherever it is;
    `question.wants` says which of them are asked for. The caller has settled open writes."""
    calendar = working_days(session, known_at)
    for subject, entries in replay(session, "case", known_at):
        state = state_of(entries, calendar)
        if state is None or state.programme.code not in question.counting:
            continue
        for number, item in enumerate(state.items):
            since = counted_at(state.programme, state, item)
            if since is None or not counts_at(state, item, question.t):
                continue
            verdict, steps, band, unit = judge(state, number, question.t)
            group = question.group(
                unit,
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
            )
    yield from _detections(session, question, calendar, known_at)


def _detections(session, question: Question, calendar, known_at: datetime) -> Iterator[Item]:
    """Detected persons as long as no case file exists."""
    for subject, entries in replay(session, "detected", known_at):
        state = detections.state_of(entries, calendar)
        if state is None or state.programme.code not in question.counting:
            continue
        for row in detections.verdict_rows(state):
            if not row["start"] <= question.t < row["end"]:
                continue
            group = question.group(row["unit_id"], row["sex"], row["age_band"], row["ethnicity"])
            key = Key(group, row["verdict"], row["steps"], row["band"])
            ids = (row["beneficiary"] or subject, row["incident"] or subject)
            own = [s for s in state.spans if s.item == row["item"]]
            said = (row["item"], row["number"], row["programme"], row["unit_id"])
            yield Item(subject, *said, key, *ids, own, row["counted_at"], False)


def tallies(
    session, question: Question, known_at: datetime, windows: Sequence[tuple[datetime, datetime]] = ()
) -> dict[str, Tally]:
    """{programme: Tally} with marks and distinct numbers; equals the live one where nothing was recorded later.

    `distinct` also has how many items came up in each window, as 'received:0', 'received:1'.
    """
    result = {code: Tally() for code in question.counting}
    beneficiaries: dict[str, set] = {code: set() for code in result}
    incidents: dict[str, set] = {code: set() for code in result}
    for item in items(session, question, known_at):
        tally = result[item.programme]
        if question.units is None or item.unit in question.units:
            for number, (first, last) in enumerate(windows):
                name = f"received:{number}"
                tally.distinct[name] = tally.distinct.get(name, 0) + (first <= item.counted_at <= last)
        if not question.wants(item.programme, item.counted_at, item.unit):
            continue
        tally.cells[item.key] += 1
        for name in marks_of(question, item.programme, item.key.steps, item.spans):
            tally.mark(name, item.key)
        if item.key.verdict in COUNTED:
            beneficiaries[item.programme].add(item.beneficiary)
            incidents[item.programme].add(item.incident)
    for code, tally in result.items():
        tally.distinct |= {"beneficiaries": len(beneficiaries[code]), "incidents": len(incidents[code])}
    return result


def cases(session, question: Question, indicators: Sequence[Indicator], known_at: datetime) -> dict[str, list[Case]]:
    """{indicator: cases behind it}, by number."""
    result: dict[str, list[Case]] = {indicator.code: [] for indicator in indicators}
    for item in items(session, question, known_at):
        if not question.wants(item.programme, item.counted_at, item.unit):
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
