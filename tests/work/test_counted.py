"""What is kept of the counts by unit is what a count from nothing gives, whatever was written and whatever the hour."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from casemgr.cases import moves
from casemgr.cases import services as cases
from casemgr.cases.models import CaseSpan
from casemgr.cases.queries import late
from casemgr.ledger import kept, pulses
from casemgr.ledger.check import rebuild
from casemgr.programmes import spans
from casemgr.work import counted
from casemgr.work.models import CaseSign
from casemgr.work.scope import View
from casemgr.work.web import late_at
from tests.cases import files
from tests.cases.conftest import clock, who  # noqa: F401 - fixtures
from tests.cases.files import HERE, SCREENED, THERE, open_child, write


@pytest.fixture
def eye(session, who):  # noqa: F811
    """Counts as the district officer sees them at a moment, kept or from nothing."""
    from casemgr.access.web import actor_of
    from casemgr.units.web import current_tree

    def look(now: datetime, *, afresh: bool = False) -> list:
        if afresh:
            kept._BY_UNIT.clear()
        view = View.of(session, actor_of(who.district), current_tree(), now)
        found = [counted.files(view), counted.steps(view), counted.signs(view)]
        return [sorted(map(repr, each)) for each in found]

    return look


def same(eye, now: datetime) -> list:
    seen = eye(now)
    assert seen == eye(now, afresh=True)
    return seen


def test_a_write_is_counted_in_its_units_and_in_those_it_left(session, who, eye):  # noqa: F811
    case, _number = open_child(session, who, name="Nguyễn Văn A", unit=HERE, emergency=False)
    open_child(session, who, name="Nguyễn Văn B", unit=THERE, emergency=False)
    session.commit()
    before = same(eye, files.NOW)
    write(session, case, "screened", SCREENED | {"emergency": False}, "2022-03-04T17:40", who.worker)
    session.commit()
    screened = eye(files.NOW)
    assert screened != before
    assert screened == same(eye, files.NOW)
    cases.assign(session, case, None, author=str(who.chair.id), unit=HERE, now=files.NOW)
    session.commit()
    assert eye(files.NOW) != screened
    from casemgr.units.web import current_tree

    note, author = "Người nhà.", str(who.worker.id)
    moves.mark_conflict(
        session, case, [str(who.chair.id)], note=note, tree=current_tree(), author=author, now=files.NOW
    )
    session.commit()
    assert not any(HERE in line for line in eye(files.NOW)[0]), "the commune that lost it counts it no more"
    same(eye, files.NOW)


def test_the_hour_alone_makes_things_late(session, who, eye):  # noqa: F811
    open_child(session, who, name="Nguyễn Văn A", unit=HERE, emergency=True)
    session.commit()
    seen = []
    for hours in range(-24 * 9, 24 * 9, 5):
        now = files.NOW + timedelta(hours=hours)
        found = eye(now)
        assert found == eye(now, afresh=True), now
        seen.append(found[1])
    assert len({str(each) for each in seen}) > 3


def test_a_sign_is_counted_from_the_moment_it_holds(session, who, eye):  # noqa: F811
    case, _number = open_child(session, who, name="Nguyễn Văn A", unit=HERE, emergency=False)
    write(session, case, "screened", SCREENED, "2022-03-04T17:40", who.worker)
    session.commit()
    moments = {sign.since for sign in session.scalars(sa.select(CaseSign)) if sign.since > files.NOW}
    assert moments, "high risk, and no contact for a month"
    for moment in sorted(moments):
        before = eye(moment - timedelta(microseconds=1))[2]
        assert before != same(eye, moment)[2]


def test_only_the_units_touched_are_counted_again(session, who, eye, monkeypatch):  # noqa: F811
    case, _number = open_child(session, who, name="Nguyễn Văn A", unit=HERE, emergency=False)
    session.commit()
    eye(files.NOW)
    asked = []
    monkeypatch.setattr(
        counted,
        "_where",
        lambda view, table, units, _old=counted._where: (asked.append(units), _old(view, table, units))[1],
    )
    eye(files.NOW)
    assert asked == []
    write(session, case, "screened", SCREENED | {"emergency": False}, "2022-03-04T17:40", who.worker)
    session.commit()
    eye(files.NOW)
    assert asked == [{HERE}] * 3


def test_who_has_not_looked_for_long_counts_everything(session, who, monkeypatch):  # noqa: F811
    before = pulses.position(session)
    monkeypatch.setattr(pulses, "KEEP", 3)
    for _ in range(2):
        pulses.beat(session, [HERE])
    assert pulses.touched(session, before, pulses.position(session)) == {HERE}
    pulses.beat(session, [THERE])
    assert pulses.touched(session, before, pulses.position(session)) is None


def test_a_rebuild_counts_everything_again(session, who):  # noqa: F811
    open_child(session, who, name="Nguyễn Văn A", unit=HERE, emergency=False)
    before = pulses.position(session)
    rebuild(session)
    assert pulses.touched(session, before, pulses.position(session)) is None


def test_one_definition_of_overdue(session, who, eye):  # noqa: F811
    """The page of the day, the case page and the figures, the SQL and the counts agree, to the second of the due date."""
    case, _number = open_child(session, who, name="Nguyễn Văn A", unit=HERE, emergency=True)
    session.commit()
    state, _entries = cases.state(session, case)
    pending = [s for s in state.spans if s.met is None and s.ended is None and s.due is not None]
    assert len(pending) > 2
    for moment in [s.due + timedelta(seconds=n) for s in pending for n in (-1, 0, 1)]:
        wanted = sum(spans.overdue(s.due, moment) for s in pending)
        rows = session.scalars(sa.select(CaseSpan.due).where(CaseSpan.subject == case, CaseSpan.pending)).all()
        tasks = [SimpleNamespace(due=due) for due in rows]
        by_sql = session.scalar(
            sa.select(sa.func.count()).where(CaseSpan.subject == case, CaseSpan.pending, late(CaseSpan.due, moment))
        )
        from_figures = sum(spans.verdict(s, moment) == spans.MISSED for s in pending)
        kept._BY_UNIT.clear()
        from_counts = sum(int(n) for n in re.findall(r"timedelta\(0\): (\d+)", " ".join(eye(moment)[1])))
        seen = {by_sql, from_figures, from_counts, sum(map(late_at(moment), tasks))}
        assert seen == {wanted}, moment


def test_no_template_compares_a_due_date_itself():
    for file in Path("templates").rglob("*.html"):
        assert not re.search(r"due\s*[<>]=?|[<>]=?\s*now\b", file.read_text(encoding="utf-8")), file
