"""Follows each case that counts otherwise from one figure to another, see `difference`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from casemgr.audit.difference import Part, Row, cause, difference, steps
from casemgr.coverage import services
from casemgr.coverage.asked import Asked
from casemgr.coverage.cases import weight
from casemgr.coverage.replay import items_of
from casemgr.coverage.tally import Question
from casemgr.detections.models import Detected
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry
from casemgr.ledger.services import province
from casemgr.plans.model import Indicator
from casemgr.programmes import programmes, under
from casemgr.units.loading import calendar, load


def weigher(indicator: Indicator, rule: str = "") -> Callable[[Row], tuple[int, int]]:
    """What a row adds to numerator and denominator, under the version of the programme it was judged by."""
    with under(rule):
        programme = programmes()[indicator.programme]
    return lambda row: weight(indicator, programme, row.verdict, row.steps)


@dataclass(slots=True)
class Side:
    """One of the two figures, ready to judge single cases as it does."""

    asked: Asked
    rule: str
    question: Question
    calendar: object

    def judge(self, entries: Sequence[Entry], t: datetime, indicator: Indicator) -> dict[tuple, tuple]:
        """{(subject, item): (weight, when it came up)} of one ledger with these entries, at this time."""
        question, found = replace(self.question, t=t), {}
        with under(self.rule):
            programme = programmes()[indicator.programme]
            for item in items_of(entries, question, self.calendar):
                if question.wants(item.programme, item.counted_at, item.unit):
                    own = weight(indicator, programme, item.key.verdict, item.key.steps)
                    found[item.subject.hex, item.item] = own, item.counted_at
        return found


def _side(session, asked: Asked, indicator: Indicator, rule: str, now: datetime) -> Side:
    question = services.question_of(asked, [indicator], load(session), now)
    return Side(asked, rule, question, calendar(session, asked.known_at))


def parts_of(
    session, indicator: Indicator, first: Asked, second: Asked, before: Sequence[Row], after: Sequence[Row], totals,
    now: datetime,
) -> list[Part]:  # fmt: skip
    """The difference between two lists of cases, those of the figures `first` and `second`."""
    if second.known_at < first.known_at:  # only what is written can be followed: the other way round, with its sign
        found = parts_of(session, indicator, second, first, after, before, totals[::-1], now)
        for part in found:
            part.numerator, part.denominator = -part.numerator, -part.denominator
            part.cases = [(new, old) for old, new in part.cases]
        return found
    rows = [{row.key: row for row in own} for own in (before, after)]
    weighs = [weigher(indicator, asked.rule) for asked in (first, second)]
    rows[1] = paired(session, *rows)
    differing = [
        key
        for key in sorted(rows[0].keys() | rows[1].keys())
        if _weight(weighs[0], rows[0].get(key)) != _weight(weighs[1], rows[1].get(key))
    ]
    sides = [_side(session, asked, indicator, asked.rule, now) for asked in (first, second)]
    subjects = {key: sorted({UUID(r.subject) for r in (rows[0].get(key), rows[1].get(key)) if r}) for key in differing}
    ledgers = ledger.entries_of(session, sorted({s for own in subjects.values() for s in own}))
    changes = {
        key: list(_followed(key, rows, [ledgers.get(s, []) for s in subjects[key]], sides, indicator, weighs))
        for key in differing
    }
    return difference(*rows, changes, totals)


def _weight(weigh, row: Row | None) -> tuple[int, int]:
    return weigh(row) if row else (0, 0)


def _followed(key, rows, own: Sequence[list[Entry]], sides: Sequence[Side], indicator: Indicator, weighs):
    """The changes of one case, step by step: (cause, what it does to the weight)."""
    first, second = sides
    old, new = rows[0].get(key), rows[1].get(key)
    wanted = {(row.subject, row.item) for row in (old, new) if row}
    entries = [e for each in own for e in each]
    known = [e for e in entries if e.recorded_at <= first.asked.known_at]
    fresh = [e for e in entries if first.asked.known_at < e.recorded_at <= second.asked.known_at]
    came_up = datetime.fromisoformat((old or new).counted_at)
    day = min(first.asked.t, second.asked.t)
    rule = first.rule != second.rule
    period = any(getattr(first.asked, name) != getattr(second.asked, name) for name in ("start", "basis", "unit"))
    at = _weight(weighs[0], old)
    for step in steps(known, fresh, first.asked.t, second.asked.t):
        weight_now = _judged(second, wanted, step.entries, step.t, indicator)
        change = weight_now[0] - at[0], weight_now[1] - at[1]
        if change != (0, 0):
            yield cause(step, came_up, old is not None, day, rule, period), change
        at = weight_now


def _judged(side: Side, wanted, entries: Sequence[Entry], t: datetime, indicator: Indicator) -> tuple[int, int]:
    by_subject: dict[UUID, list[Entry]] = {}
    for entry in sorted(entries, key=lambda e: (e.subject, e.seq)):
        by_subject.setdefault(entry.subject, []).append(entry)
    found: dict[tuple, tuple] = {}
    for own in by_subject.values():
        found |= side.judge(own, t, indicator)
    weights = [found[key][0] for key in wanted if key in found]
    return sum(w[0] for w in weights), sum(w[1] for w in weights)


def paired(session, before: Mapping, after: Mapping) -> dict:
    """A detection that has become a case file meanwhile is one case, whichever way time runs: the file takes the
    place of the detection."""
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    subjects = {UUID(subject) for subject, _item in gone | come}
    table, links = Detected.__table__, {}
    listed = sorted(subjects)
    for start in range(0, len(listed), 400):
        query = sa.select(table.c.subject, table.c.case_subject).where(
            table.c.province == province(), table.c.subject.in_(listed[start : start + 400])
        )
        links |= {row.subject.hex: row.case_subject.hex for row in session.execute(query) if row.case_subject}
    found = dict(after)
    for old in sorted(gone):
        file = links.get(old[0])
        new = next((k for k in sorted(come) if file and k[0] == file), None)
        new = new or next((k for k in sorted(come) if links.get(k[0]) == old[0]), None)
        if new is not None:
            come = come - {new}
            found[old] = found.pop(new)
    return found
