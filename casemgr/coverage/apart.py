"""Files counted along the spans of one criterion, whether or not they belong to a figure: children at risk, persons after
rehabilitation. Once in SQL over the projection and once over a ledger's own state; the two say the same.

A span belongs to the period when it arose in it, or, where a programme counts what is on hand, when it ran in it. A file
counts once, for the unit that holds it, or, while a mark of a conflict of interest waits, that held it before; nothing
else is known of it here.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import sqlalchemy as sa

from casemgr.cases.models import CaseBar, CaseSpan
from casemgr.coverage.tally import DIMENSIONS, Group, Key, Mark, Question
from casemgr.db import one_of
from casemgr.ledger.services import province
from casemgr.plans.model import IN_PERIOD
from casemgr.programmes.spans import MET, Span


def counted(question: Question, mark: Mark):
    """The query of a mark (`also`: with that criterion kept by t), with the columns of `live`'s marks."""
    span, waits = CaseSpan, _waits()
    charged = sa.func.coalesce(waits.c.unit_id, span.unit_id)
    where = [
        span.province == province(),
        span.programme == mark.programme,
        span.criterion.in_(mark.criteria),
        span.track == "case",
        span.arises <= question.t,
    ]
    if question.counting[mark.programme] == IN_PERIOD:
        where.append(span.arises >= question.start)
    else:
        where += [sa.or_(at.is_(None), at >= question.start) for at in (span.met, span.ended)]
    if mark.also:
        other = sa.orm.aliased(CaseSpan)
        same = (other.province == span.province, other.subject == span.subject, other.anchor == span.anchor)
        where.append(sa.exists().where(*same, other.criterion == mark.also, other.met <= question.t))
    if question.units is not None:
        where.append(one_of(charged, question.units))
    apart = "unit" in question.dims
    unit = charged if apart else sa.literal_column("''")
    shown = [unit, *(sa.literal_column("''") for _each in DIMENSIONS[1:])]
    query = sa.select(
        sa.literal(mark.name), sa.literal(mark.programme), *shown, sa.literal(MET), sa.literal_column("''"),
        sa.literal_column("''"), sa.func.count(sa.distinct(span.subject)),
    )  # fmt: skip
    query = query.select_from(span).outerjoin(waits, waits.c.subject == span.subject).where(*where)
    return query.group_by(charged) if apart else query


def _waits():
    """The files with a mark that waits, and the unit that is charged with them meanwhile."""
    query = sa.select(CaseBar.subject, CaseBar.unit_id).distinct()
    return query.where(CaseBar.province == province(), CaseBar.unit_id.is_not(None)).subquery()


def marks_of(question: Question, programme: str, unit: str, spans: Iterable[Span]) -> Iterator[tuple[str, Key]]:
    """[(name of the mark, key)] that the spans of one file give it, `unit` being charged; the same as `counted`."""
    spans = list(spans)
    if question.units is not None and unit not in question.units:
        return
    for mark in question.marks:
        if mark.apart and mark.programme == programme and any(_is(question, mark, s, spans) for s in spans):
            yield mark.name, Key(Group(unit if "unit" in question.dims else ""), MET, "", "")


def _is(question: Question, mark: Mark, span: Span, spans: list[Span]) -> bool:
    if span.criterion.code not in mark.criteria or span.arises > question.t:
        return False
    if question.counting[mark.programme] == IN_PERIOD:
        if span.arises < question.start:
            return False
    elif any(at is not None and at < question.start for at in (span.met, span.ended)):
        return False
    if mark.also:
        return any(s.criterion.code == mark.also and s.anchor == span.anchor and _by(s.met, question.t) for s in spans)
    return True


def _by(at: datetime | None, t: datetime) -> bool:
    return at is not None and at <= t
