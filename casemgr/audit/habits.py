"""How each commune writes: numbers in which a figure that is made to look better than it is would show.

Each commune stands beside the median of all. What is far from it is marked; a mark is where to ask, not a verdict. How
far is far is data (`audit.toml`).
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

import sqlalchemy as sa

from casemgr.audit.signs import SETTINGS
from casemgr.cases.models import CaseFile, CaseSpan, Verdict
from casemgr.detections.models import Detected
from casemgr.ledger.services import ENTRIES, province
from casemgr.programmes import programmes
from casemgr.programmes.model import Derived, Kind, Programme
from casemgr.programmes.words import Code


@dataclass(slots=True)
class Habits:
    """What one commune wrote for one programme in a period."""

    unit: str
    cases: int = 0
    detections: int = 0
    needs: int = 0
    counted: int = 0  # of those that came up in the period, as the figures count them at its end
    kept: int = 0  # promises of the timely steps kept with a date
    by_date: int = 0  # of them in time by the day it happened
    by_record: int = 0  # of them in time by the day it was recorded
    services: int = 0
    proven: int = 0  # by a paper of whoever provided it
    refusals: int = 0
    outside: int = 0  # detections said to be of no person of the programme: at risk only, 16 or 17 years old
    lowered: int = 0  # risk levels below what the answers give
    unfounded: int = 0  # of those counted
    excluded: int = 0  # of those counted
    entries: int = 0
    burst: int = 0  # entries recorded in the last days of the period


@dataclass(frozen=True, slots=True)
class Measure:
    """One column: `top` of `whole`. `odd`: the side of the median on which a figure would be made to look better."""

    code: str
    top: str
    whole: str
    odd: str  # "low" | "high" | ""
    share: bool = True

    def of(self, one: Habits) -> float | None:
        whole = getattr(one, self.whole)
        return getattr(one, self.top) / whole if whole else None


MEASURES = (
    Measure("by_date", "by_date", "kept", ""),
    Measure("by_record", "by_record", "kept", "low"),
    Measure("needs", "needs", "cases", "low", share=False),
    Measure("proven", "proven", "services", "low"),
    Measure("refusals", "refusals", "cases", "high"),
    Measure("lowered", "lowered", "cases", "high"),
    Measure("outside", "outside", "detections", "high"),
    Measure("unfounded", "unfounded", "counted", "high"),
    Measure("excluded", "excluded", "counted", "high"),
    Measure("burst", "burst", "entries", "high"),
)


def usual(rows: Sequence[Habits]) -> dict[str, float | None]:
    """The median of the communes for each measure."""
    found = {}
    for measure in MEASURES:
        values = [v for v in map(measure.of, rows) if v is not None]
        found[measure.code] = median(values) if values else None
    return found


def odd(one: Habits, middle: dict[str, float | None]) -> set[str]:
    """The measures in which a commune is far from the others, where there is enough of it to say so."""
    found = set()
    for measure in MEASURES:
        value, usual_one = measure.of(one), middle[measure.code]
        if value is None or usual_one is None or getattr(one, measure.whole) < SETTINGS["odd_at_least"]:
            continue
        if measure.odd == "low" and value < usual_one * SETTINGS["odd_low"]:
            found.add(measure.code)
        enough = getattr(one, measure.top) >= SETTINGS["odd_at_least"]
        if measure.odd == "high" and enough and value > usual_one * SETTINGS["odd_high"]:
            found.add(measure.code)
    return found


def habits(session, code: str, units: Collection[str], start: date, end: date) -> list[Habits]:
    """For each commune; a few grouped queries over the period."""
    found: dict[str, Habits] = {}
    first, last = datetime.combine(start, datetime.min.time()), datetime.combine(end, datetime.max.time())

    def add(unit: str, **numbers) -> None:
        one = found.setdefault(unit, Habits(unit))
        for name, number in numbers.items():
            setattr(one, name, getattr(one, name) + (number or 0))

    for unit, number in _cases(session, code, first, last):
        add(unit, cases=number)
    for unit, number, outside in _detections(session, code, first, last):
        add(unit, detections=number, outside=outside)
    for unit, number in _spans(session, code, ["need"], first, last):
        add(unit, needs=number)
    for unit, kept, by_date, by_record in _timely(session, programmes()[code], first, last):
        add(unit, kept=kept, by_date=by_date, by_record=by_record)
    for unit, entries, burst, services, proven, refusals in _entries(session, programmes()[code], first, last):
        add(unit, entries=entries, burst=burst, services=services, proven=proven, refusals=refusals)
    for unit in _lowered(session, programmes()[code], first, last):
        add(unit, lowered=1)
    for unit, counted, excluded, unfounded in _left_out(session, code, first, last):
        add(unit, counted=counted, excluded=excluded, unfounded=unfounded)
    return sorted((h for h in found.values() if h.unit in units), key=lambda h: h.unit)


def _cases(session, code: str, first: datetime, last: datetime):
    table = CaseFile.__table__
    query = sa.select(table.c.unit_id, sa.func.count()).where(
        table.c.province == province(), table.c.programme == code, table.c.opened_at.between(first, last)
    )
    return session.execute(query.group_by(table.c.unit_id)).all()


def _detections(session, code: str, first: datetime, last: datetime):
    table = Detected.__table__
    not_about = sa.func.sum(sa.case((table.c.counted, 0), else_=1))
    query = sa.select(table.c.unit_id, sa.func.count(), not_about).where(
        table.c.province == province(), table.c.programme == code, table.c.received_at.between(first, last)
    )
    return session.execute(query.group_by(table.c.unit_id)).all()


def _spans(session, code: str, criteria, first: datetime, last: datetime):
    table = CaseSpan.__table__
    query = sa.select(table.c.unit_id, sa.func.count()).where(
        table.c.province == province(), table.c.programme == code, table.c.criterion.in_(criteria),
        table.c.arises.between(first, last),
    )  # fmt: skip
    return session.execute(query.group_by(table.c.unit_id)).all()


def _timely(session, programme: Programme, first: datetime, last: datetime):
    """Kept promises of the steps that go by the clock: in time by the date it happened, and by when it was written."""
    span, criteria = CaseSpan.__table__, {c for step in programme.steps if step.timely for c in step.criteria}
    same = sa.and_(ENTRIES.c.province == span.c.province, ENTRIES.c.id == span.c.met_entry)
    by_date = sa.case((span.c.met <= span.c.due, 1), else_=0)
    by_record = sa.case((sa.and_(span.c.met <= span.c.due, ENTRIES.c.recorded_at <= span.c.due), 1), else_=0)
    query = sa.select(span.c.unit_id, sa.func.count(), sa.func.sum(by_date), sa.func.sum(by_record)).join(ENTRIES, same)
    query = query.where(
        span.c.province == province(), span.c.programme == programme.code, span.c.criterion.in_(sorted(criteria)),
        span.c.due.is_not(None), span.c.arises.between(first, last),
    )  # fmt: skip
    return session.execute(query.group_by(span.c.unit_id)).all()


def _entries(session, programme: Programme, first: datetime, last: datetime):
    """What was written; of services and refusals what still stands."""

    def number(*where):
        return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(*where), 1), else_=0)), 0)

    served = sa.and_(ENTRIES.c.kind == "served", _stands())
    own = [ENTRIES.c.coded.contains(f'"proof":"{c.code}"', autoescape=True) for c in _proofs(programme) if c.own]
    unproven = sa.or_(*own, ENTRIES.c.coded.not_like('%"proof":%'))
    query = sa.select(
        ENTRIES.c.unit,
        sa.func.count(),
        number(ENTRIES.c.recorded_at > last - timedelta(days=SETTINGS["burst_days"])),
        number(served),
        number(served, sa.not_(unproven)),
        number(ENTRIES.c.kind == "refused", _stands()),
    ).where(*_written(programme.code, first, last))
    return session.execute(query.group_by(ENTRIES.c.unit)).all()


def _proofs(programme: Programme) -> Iterable[Code]:
    return programme.codes.get("proof", {}).values()


def _stands():
    """The condition that an entry was not struck through."""
    void = ENTRIES.alias()
    return ~sa.exists().where(void.c.province == ENTRIES.c.province, void.c.voids == ENTRIES.c.id)


def _written(code: str, first: datetime, last: datetime) -> list:
    return [
        ENTRIES.c.province == province(),
        ENTRIES.c.recorded_at.between(first, last),
        ENTRIES.c.definition.like(f"{code}@%"),
    ]


def _lowered(session, programme: Programme, first: datetime, last: datetime) -> Iterator[str]:
    """The unit of each entry that puts a level below what its own answers give. The first code of a list is highest."""
    for kind in programme.case.kinds.values():
        for derived in (d for d in kind.derived if d.override):
            ranks = list(programme.codes[_codes(kind, derived)])
            query = sa.select(ENTRIES.c.unit, ENTRIES.c.coded).where(
                *_written(programme.code, first, last),
                ENTRIES.c.kind == kind.code,
                ENTRIES.c.coded.like(f'%"{derived.override}":%'),
                _stands(),
            )
            for unit, text in session.execute(query):
                coded = json.loads(text)
                given, set_to = next((v for v, when in derived.cases if when(coded)), None), coded[derived.override]
                # An older version of the programme may have had other levels.
                if given in ranks and set_to in ranks and ranks.index(set_to) > ranks.index(given):
                    yield unit


def _codes(kind: Kind, derived: Derived) -> str:
    return next(field.codes for field in kind.fields if field.name == derived.override)


def _left_out(session, code: str, first: datetime, last: datetime):
    """Of what came up in the period, without duplicates: how many there are as it stands at its end, excluded by the
    level above, found to have no grounds."""
    table = Verdict.__table__

    def number(verdict: str):
        return sa.func.sum(sa.case((table.c.verdict == verdict, 1), else_=0))

    query = sa.select(table.c.unit_id, sa.func.count(), number("excluded"), number("unsubstantiated")).where(
        table.c.province == province(), table.c.programme == code, table.c.verdict != "duplicate",
        table.c.start <= last, table.c.end > last, table.c.counted_at >= first,
    )  # fmt: skip
    return session.execute(query.group_by(table.c.unit_id)).all()
