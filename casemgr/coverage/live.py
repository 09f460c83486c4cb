"""Tallies from the projections, as everything is known now: a few grouped queries, whatever the number of cases."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from casemgr.cases.models import Verdict
from casemgr.coverage.tally import COUNTED, DIMENSIONS, Group, Key, Tally
from casemgr.ledger.services import province
from casemgr.plans.model import IN_PERIOD

COLUMNS = {"unit": Verdict.unit_id, "sex": Verdict.sex, "age": Verdict.age_band, "ethnicity": Verdict.ethnicity}


@dataclass(frozen=True, slots=True)
class Question:
    """Which items: those that count at time t, since `start` where a programme counts what came up in the period, in
    these units (None: all); told apart by `dims`."""

    counting: Mapping[str, str]  # programme -> in_period | on_hand
    start: datetime
    t: datetime
    units: Collection[str] | None = None
    dims: frozenset[str] = frozenset()

    def group(self, values: Mapping[str, str]) -> Group:
        return Group(*(values[d] if d in self.dims else "" for d in DIMENSIONS))


def at(question: Question, programmes: Collection[str] | None = None):
    """The condition on `verdict` rows."""
    parts = []
    for code, counting in question.counting.items():
        if programmes is None or code in programmes:
            part = Verdict.programme == code
            parts.append(sa.and_(part, Verdict.counted_at >= question.start) if counting == IN_PERIOD else part)
    where = [Verdict.province == province(), Verdict.end > question.t, Verdict.start <= question.t, sa.or_(*parts)]
    if question.units is not None:
        where.append(Verdict.unit_id.in_(sorted(question.units)))
    return sa.and_(*where)


def dimensions(question: Question) -> list:
    return [COLUMNS[d].label(d) if d in question.dims else sa.literal_column("''").label(d) for d in DIMENSIONS]


def tallies(session, question: Question) -> dict[str, Tally]:
    """{programme: Tally} in one query."""
    result = {code: Tally() for code in question.counting}
    asked = [COLUMNS[d] for d in DIMENSIONS if d in question.dims]
    key = (Verdict.programme, *asked, Verdict.verdict, Verdict.steps, Verdict.band)
    query = sa.select(
        Verdict.programme, *dimensions(question), Verdict.verdict, Verdict.steps, Verdict.band, sa.func.count()
    )
    for code, *group, verdict, steps, band, count in session.execute(query.where(at(question)).group_by(*key)):
        result[code].cells[Key(Group(*group), verdict, steps, band)] = count
    return result


def add_distinct(session, question: Question, result: Mapping[str, Tally], programmes: Collection[str]) -> None:
    """Children and incidents counted once; a row that names none is one of its own."""
    counted = sa.and_(at(question, programmes), Verdict.verdict.in_(COUNTED))
    query = sa.select(
        Verdict.programme,
        sa.func.count(sa.distinct(sa.func.coalesce(Verdict.beneficiary, Verdict.subject))),
        sa.func.count(sa.distinct(sa.func.coalesce(Verdict.incident, Verdict.subject))),
    )
    for code, beneficiaries, incidents in session.execute(query.where(counted).group_by(Verdict.programme)):
        result[code].distinct.update(beneficiaries=beneficiaries, incidents=incidents)
