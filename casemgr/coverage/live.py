"""Tallies from the projections, as everything is known now: a few grouped queries, whatever the number of cases."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from casemgr.cases.models import CaseFile, CaseSpan, Verdict
from casemgr.cases.queries import FEW_UNITS
from casemgr.coverage import apart, cases, residents
from casemgr.coverage.cases import Case
from casemgr.coverage.tally import COUNTED, DIMENSIONS, FOCUS, HAMLET, RESIDENT, Group, Key, Mark, Question, Tally
from casemgr.db import one_of
from casemgr.ledger.services import province
from casemgr.plans.model import IN_PERIOD, Indicator
from casemgr.programmes import programmes
from casemgr.programmes.model import Programme
from casemgr.programmes.spans import Span

COLUMNS = {"unit": Verdict.unit_id, "sex": Verdict.sex, "age": Verdict.age_band, "ethnicity": Verdict.ethnicity}


def at(question: Question, programme: str):
    """The condition on `verdict` rows of one programme; the same as `Question.wants`."""
    where = [
        Verdict.province == province(),
        Verdict.programme == programme,
        Verdict.end > question.t,
        Verdict.start <= question.t,
    ]
    if question.counting[programme] == IN_PERIOD:
        where.append(Verdict.counted_at >= question.start)
    return sa.and_(*where, *_place(question))


def _place(question: Question) -> list:
    """The condition on units and hamlets; the same as `Question.has`."""
    inside = [] if question.units is None else [one_of(Verdict.unit_id, question.units)]
    if not question.hamlets or not question.area:
        return inside
    lives = _lives(question)
    if question.area == FOCUS:
        around = [] if question.around is None else [one_of(Verdict.unit_id, question.around)]
        return [sa.or_(sa.and_(*inside), sa.and_(lives, *around))] if inside else []
    return [*inside, lives if question.area == HAMLET else sa.not_(lives)]


def _lives(question: Question):
    """Whether the beneficiary lives in one of the hamlets; a row that names nobody does not."""
    return sa.and_(Verdict.beneficiary.is_not(None), Verdict.beneficiary.in_(residents.query(question.hamlets)))


def _key(question: Question) -> tuple[list, list]:
    """(columns of a key, those to group by)."""
    rest = [Verdict.verdict, Verdict.steps, Verdict.band]
    columns = dict(COLUMNS)
    if "resident" in question.dims:
        there = Verdict.unit_id.concat(sa.literal_column(f"'{RESIDENT}'"))
        columns["unit"] = sa.case((_lives(question), there), else_=Verdict.unit_id).label("unit_or_hamlet")
    shown = [columns[d] if d in question.dims else sa.literal_column("''") for d in DIMENSIONS]
    if "resident" in question.dims:  # by its name: the same condition twice is not the same to every database
        columns["unit"] = sa.literal_column("unit_or_hamlet")
    return [*shown, *rest], [*(columns[d] for d in DIMENSIONS if d in question.dims), *rest]


def tallies(session, questions: Sequence[Question]) -> list[dict[str, Tally]]:
    """[{programme: Tally}] of questions that differ in their times only: one query for the cells, one for all marks.

    Each programme is a part of its own, because SQLite leaves the covering index for an OR over programmes.
    """
    result = [{code: Tally() for code in question.counting} for question in questions]
    cells, marked = [], []
    for n, question in enumerate(questions):
        shown, grouped = _key(question)
        for code in question.counting:
            said = (sa.literal(n).label("n"), sa.literal(code).label("code"), *shown, sa.func.count())
            cells.append(sa.select(*said).where(at(question, code)).group_by(*grouped))
        marked += [_marked(question, mark).add_columns(sa.literal(n)) for mark in question.marks]
    keys = _Keys()
    for n, code, *rest, count in session.execute(sa.union_all(*cells)):
        result[n][code].cells[keys.one(*rest)] = count
    if marked:
        for name, code, *rest, count, n in session.execute(sa.union_all(*marked)):
            result[n][code].mark(name, keys.one(*rest), count)
    return result


class _Keys:
    """Each key, group and word once: a province is kept unit by unit, and so it takes a third of the memory."""

    def __init__(self):
        self._seen: dict = {}

    def one(self, *values: str) -> Key:
        *group, verdict, steps, band = (self._seen.setdefault(value, value) for value in values)
        told = Group(*group)
        key = Key(self._seen.setdefault(told, told), verdict, steps, band)
        return self._seen.setdefault(key, key)


def _marked(question: Question, mark: Mark):
    if mark.apart:
        return apart.counted(question, mark)
    shown, grouped = _key(question)
    if not mark.by_detail:
        # Never joined: of the two tables a planner may walk the wrong one for minutes.
        few = question.units is not None and len(question.units) <= FEW_UNITS
        if (mark.due or mark.late) and not few:  # few spans fall due in a period: those first
            where = (CaseSpan.province == province(), CaseSpan.programme == mark.programme, *_span_is(question, mark))
            spans = sa.tuple_(Verdict.subject, Verdict.item).in_(
                sa.select(CaseSpan.subject, CaseSpan.item).where(*where)
            )
        else:  # item by item along the key of the spans
            spans = sa.exists().where(
                CaseSpan.province == Verdict.province,
                CaseSpan.subject == Verdict.subject,
                CaseSpan.item == Verdict.item,
                *_span_is(question, mark),
            )
        query = sa.select(sa.literal(mark.name), sa.literal(mark.programme), *shown, sa.func.count())
        where = [at(question, mark.programme)]
        if mark.short is not None:  # few fall short: look at the spans of those only
            where.append(sa.func.substr(Verdict.steps, mark.short + 1, 1, type_=sa.String()) == "x")
        return query.where(*where, spans).group_by(*grouped)
    items = _items(question, mark)
    name, grouped = sa.literal(mark.name + ":") + items.c.detail, [items.c.detail, *grouped]
    same = sa.and_(
        Verdict.province == items.c.province, Verdict.subject == items.c.subject, Verdict.item == items.c.item
    )
    query = sa.select(name, sa.literal(mark.programme), *shown, sa.func.count()).select_from(items).join(Verdict, same)
    return query.where(at(question, mark.programme)).group_by(*grouped)


def _items(question: Question, mark: Mark):
    """Each item that has a mark once a detail, however many spans it has."""
    where = [CaseSpan.province == province(), CaseSpan.programme == mark.programme, *_span_is(question, mark)]
    detail = CaseSpan.detail.label("detail")
    return sa.select(CaseSpan.province, CaseSpan.subject, CaseSpan.item, detail).where(*where).distinct().subquery()


def _span_is(question: Question, mark: Mark) -> list:
    span = CaseSpan
    where = [span.criterion.in_(mark.criteria), span.arises <= question.t]
    if mark.during:
        where.append(sa.or_(span.ended.is_(None), span.ended > question.since))
    if mark.kept:
        where.append(span.met <= question.t)
    if mark.due or mark.late:
        where.append(sa.or_(span.due.between(question.start, question.t), span.met.between(question.start, question.t)))
    if mark.late:
        where += [span.due <= question.t, sa.or_(span.met.is_(None), span.met > question.t, span.met > span.due)]
    if mark.bands:
        where += [sa.or_(span.met.is_(None), span.met > question.t), span.band.in_(mark.bands)]
    if mark.also:
        other = sa.orm.aliased(CaseSpan)
        same = (other.province == span.province, other.subject == span.subject, other.anchor == span.anchor)
        where.append(sa.exists().where(*same, other.criterion == mark.also, other.met <= question.t))
    return where


def add_distinct(session, question: Question, result: Mapping[str, Tally], programmes: Collection[str]) -> None:
    """Beneficiaries and incidents counted once; a row that names none is one of its own."""
    for code in programmes:
        query = sa.select(
            sa.func.count(sa.distinct(sa.func.coalesce(Verdict.beneficiary, Verdict.subject))),
            sa.func.count(sa.distinct(sa.func.coalesce(Verdict.incident, Verdict.subject))),
        )
        row = session.execute(query.where(at(question, code), Verdict.verdict.in_(COUNTED))).one()
        result[code].distinct.update(beneficiaries=row[0], incidents=row[1])


def received(
    session, question: Question, codes: Collection[str], windows: Sequence[tuple[datetime, datetime]]
) -> list[int]:
    """How many items of these programmes came up in each window of time, whatever became of them."""
    inside = [sa.and_(Verdict.counted_at >= a, Verdict.counted_at <= b) for a, b in windows]
    query = sa.select(*(sa.func.sum(sa.case((c, 1), else_=0)) for c in inside)).where(
        Verdict.province == province(),
        Verdict.programme.in_(sorted(codes)),
        Verdict.end > question.t,
        Verdict.start <= question.t,
    )
    query = query.where(*_place(question))
    return [number or 0 for number in session.execute(query).one()]


def state_is(indicator: Indicator, programme: Programme, state: str):
    """The condition under which an item is in this state; the same as `cases.state`."""
    counted = Verdict.verdict.in_(COUNTED)
    if indicator.rule in ("all_steps", "reduction", "timely") or state not in COUNTED:
        return Verdict.verdict == state

    def letter(step: str):
        return sa.func.substr(Verdict.steps, cases.position(programme, step) + 1, 1, type_=sa.String())

    if indicator.rule == "list_share":
        treated = letter(indicator.uses["treated"]) == "m"
        return sa.and_(counted, {cases.MET: treated, cases.MISSED: sa.not_(treated)}.get(state, sa.false()))
    if indicator.rule == "reviewed_range":
        standard = letter(indicator.uses["standard"])
        if state == cases.NOT_DUE:
            return sa.and_(counted, standard.not_in(("m", "x")))
        return sa.and_(counted, standard == {cases.MET: "m", cases.MISSED: "x"}.get(state, "?"))
    both = letter(indicator.uses["file"]) + letter(indicator.uses["support"])
    missed, unknown = both.like("%x%"), both.like("%u%")
    found = {
        cases.MET: both == "mm",
        cases.MISSED: missed,
        cases.UNKNOWN: sa.and_(sa.not_(missed), unknown),
        cases.NOT_DUE: sa.and_(sa.not_(missed), sa.not_(unknown), both != "mm"),
    }
    return sa.and_(counted, found[state])


def find_cases(
    session,
    question: Question,
    indicator: Indicator,
    *,
    state: str | None = None,
    group: Mapping[str, str] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Iterator[Case]:
    """The items behind a number, those longest in their state first; a query for them and one for each 400's spans."""
    programme = programmes()[indicator.programme]
    columns = (*Verdict.__table__.c, CaseFile.worker, CaseFile.subject.label("opened"))
    query = sa.select(*columns).outerjoin(
        CaseFile, sa.and_(CaseFile.province == Verdict.province, CaseFile.subject == Verdict.subject)
    )
    query = query.where(case_filter(question, indicator, state, group or {}))
    # The order of the index, so that a first page does not sort them all.
    query = query.order_by(Verdict.end, Verdict.start, Verdict.subject, Verdict.item).limit(limit).offset(offset)
    rows = session.execute(query).all()
    codes = cases.criteria_of(indicator, programme)
    for first in range(0, len(rows), 400):
        part = rows[first : first + 400]
        spans = spans_of(session, {row.subject for row in part}, programme, codes)
        for row in part:
            own = [s for s in spans.get(row.subject, ()) if s.item == row.item]
            group_of = Group(row.unit_id, row.sex, row.age_band, row.ethnicity)
            value = state or cases.state(indicator, programme, row.verdict, row.steps)
            yield Case(
                row.subject,
                row.item,
                row.number,
                row.programme,
                row.unit_id,
                value,
                group_of,
                row.counted_at,
                cases.lines(own, codes, question.t),
                row.worker,
                row.opened is not None,
            )


def case_filter(question: Question, indicator: Indicator, state: str | None, group: Mapping[str, str]):
    """The condition on `verdict` rows of a list of cases; `group` is {sex, age or ethnicity: code}."""
    where = [at(question, indicator.programme), *(COLUMNS[d] == value for d, value in group.items())]
    if state is not None:
        where.append(state_is(indicator, programmes()[indicator.programme], state))
    return sa.and_(*where)


def count_cases(
    session, question: Question, indicator: Indicator, *, state: str | None, group: Mapping[str, str]
) -> int:
    query = sa.select(sa.func.count()).select_from(Verdict).where(case_filter(question, indicator, state, group))
    return session.scalar(query)


def spans_of(session, subjects: Collection, programme: Programme, codes: Collection[str]) -> dict:
    """{subject: [Span]} of these criteria as the projection has them, for at most a few hundred subjects."""
    result: dict = {}
    query = sa.select(CaseSpan.__table__).where(
        CaseSpan.province == province(), CaseSpan.subject.in_(sorted(subjects)), CaseSpan.criterion.in_(sorted(codes))
    )
    for row in session.execute(query.order_by(CaseSpan.subject, CaseSpan.position)):
        span = span_from(row._mapping, programme)
        if span is not None:
            result.setdefault(row.subject, []).append(span)
    return result


def span_from(row: Mapping, programme: Programme) -> Span | None:
    """A span from a row of `case_span`; None where the programme no longer has its criterion."""
    track = programme.case if row["track"] == "case" else programme.detection
    criterion = next((c for c in track.criteria if c.code == row["criterion"]), None)
    if criterion is None:
        return None
    names = ("item", "anchor", "arises", "due", "due_missing", "met", "met_entry")
    names += ("blurred", "failed", "ended", "detail", "band")
    return Span(criterion, *(row[name] for name in names))
