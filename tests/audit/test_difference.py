"""What changed between two figures: whatever the cases, the parts add up exactly, and each step has its cause."""

from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from casemgr.audit.difference import CAUSES, Row, Step, cause, difference, sort_of, steps
from casemgr.ledger.rules import Entry

MARCH, JUNE = datetime(2022, 3, 31), datetime(2022, 6, 30)


def row(subject="a", counted="2022-02-01T08:00:00"):
    return Row(subject, 0, "HS", "1", "met", "", counted, 3, "00")


def entry(kind, occurred, n=1, voids=None, **coded) -> Entry:
    return Entry(
        subject=UUID(int=9), seq=n, id=UUID(int=n), kind=kind, occurred_at=occurred, precision="day",
        recorded_at=occurred, author="x", unit="1", coded=coded, coded_text="{}", sealed=None, definition="TE@1:0",
        voids=voids, digest=b"", prev=b"", mac=b"",
    )  # fmt: skip


weights = st.sampled_from([(0, 0), (0, 1), (1, 1), (-1, -1), (1, 0), (-1, 0)])
changes = st.lists(st.tuples(st.sampled_from(CAUSES[:-1]), weights), max_size=5)
cases = st.dictionaries(st.integers(0, 12).map(lambda n: (str(n), 0)), changes)


@given(cases, st.integers(-5, 5))
def test_the_parts_always_add_up(found, reported):
    numerator, denominator = (sum(w[n] for own in found.values() for _c, w in own) for n in (0, 1))
    rows = {key: row(key[0]) for key in found}
    parts = difference(rows, rows, found, ((3, 7), (3 + numerator, 7 + denominator + reported)))
    assert sum(p.numerator for p in parts) == numerator
    assert sum(p.denominator for p in parts) == denominator + reported
    by_name = {p.cause: p for p in parts}
    assert list(by_name) == [name for name in CAUSES if name in by_name]
    rest = by_name.get("reported")
    assert (rest.numerator if rest else 0, rest.denominator if rest else 0) == (0, reported)
    for name, part in by_name.items():
        for old, _new in part.cases:
            own = [w for c, w in found[old.key] if c == name]
            assert tuple(map(sum, zip(*own, strict=True))) != (0, 0)


def test_what_was_written_is_taken_in_a_fixed_order_and_what_happened_later_after_the_time():
    opened = entry("opened", MARCH - timedelta(days=9))
    wrong = entry("assessed", MARCH - timedelta(days=8), 2)
    voided = entry("voided", JUNE, 3, voids=wrong.id)
    again = entry("assessed", MARCH - timedelta(days=7), 4)
    moved = entry("transferred", MARCH - timedelta(days=2), 5, accepted=True)
    excluded = entry("told", JUNE - timedelta(days=1), 6, fact="excluded")
    served = entry("served", MARCH - timedelta(days=1), 7)
    later = entry("served", JUNE - timedelta(days=2), 8)
    found = list(steps([opened, wrong], [later, served, excluded, moved, again, voided], MARCH, JUNE))
    assert [(s.sort, s.t, s.later) for s in found] == [
        ("rule", MARCH, False),
        ("voided", MARCH, False), ("moved", MARCH, False), ("written", MARCH, False),
        ("time", JUNE, False),
        ("excluded", JUNE, True), ("written", JUNE, True),
    ]  # fmt: skip
    assert found[1].entries == [opened, wrong, again, voided]  # the void and what was entered again
    assert sorted(e.seq for e in found[-1].entries) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_what_was_known_but_had_not_happened_comes_after_the_time():
    opened, later = entry("opened", MARCH), entry("served", JUNE - timedelta(days=2), 2)
    found = list(steps([opened, later], [], MARCH, JUNE))
    assert [(s.sort, len(s.entries), s.later) for s in found] == [
        ("rule", 2, False), ("time", 1, False), ("written", 2, True)]  # fmt: skip


def test_the_other_way_round_in_time_nothing_is_left_out():
    opened, later = entry("opened", MARCH), entry("served", JUNE - timedelta(days=2), 2)
    found = list(steps([opened], [later], JUNE, MARCH))
    assert found[-1].t == MARCH
    assert sorted(e.seq for e in found[-1].entries) == [1, 2]


def test_each_step_has_its_cause():
    def named(sort, later=False, came_up=datetime(2022, 2, 1), counted=True, rule=False, period=False):
        return cause(Step(sort, [], MARCH, later=later), came_up, counted, MARCH, rule, period)

    may = datetime(2022, 5, 1)
    assert named("opened", counted=False) == "late"
    assert named("opened") == "entered_late"
    assert named("opened", later=True, came_up=may, counted=False) == "new"
    assert named("time", came_up=may, counted=False) == "new"
    assert named("time") == "time"
    assert named("written") == "entered_late"
    assert named("written", later=True) == "done"
    assert [named(sort) for sort in ("voided", "merged", "excluded", "moved")] == [
        "voided", "merged", "excluded", "moved"]  # fmt: skip
    assert named("rule", rule=True, period=True) == "rule"
    assert named("rule", period=True) == "period"


def test_every_kind_of_entry_has_its_step():
    assert sort_of(entry("told", MARCH, fact="included"), ()) == "excluded"
    assert sort_of(entry("told", MARCH, fact="merged"), ()) == "merged"
    assert sort_of(entry("told", MARCH, fact="sex"), ()) == "written"
    assert sort_of(entry("conflicted", MARCH), ()) == "moved"
    assert sort_of(entry("decided", MARCH, about="excluded"), ()) == "excluded"
    assert sort_of(entry("decided", MARCH, about="duplicate"), ()) == "merged"
    assert sort_of(entry("decided", MARCH, about="planned"), ()) == "written"
    assert sort_of(entry("served", MARCH), {"served"}) == "voided"
    assert sort_of(entry("matched", MARCH), ()) == "opened"
