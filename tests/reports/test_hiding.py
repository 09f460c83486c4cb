"""Small numbers are hidden, and cannot be worked out from what is shown: an attacker subtracts whatever adds up."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from casemgr.reports import periods
from casemgr.reports.hiding import Node, hidden, small, unsafe


def unit(key: str, met: int, missed: int, parts=()) -> Node:
    return Node(key, (met, missed, met + missed), list(parts))


def group(key: str, parts) -> Node:
    sums = [sum(p.counts[n] for p in parts) for n in range(3)]
    return Node(key, tuple(sums), list(parts))


def shown_sums(root: Node, gone: frozenset[str]) -> list[tuple[int, ...]]:
    """Everything an attacker can compute: for each shown total, what is left after any of its shown parts."""
    found = []

    def walk(node: Node) -> list[tuple]:
        """The shown counts closest to the top below this node."""
        below = []
        for part in node.parts:
            below += [part.counts] if part.key not in gone else walk(part)
        if node.key not in gone:
            left = tuple(node.counts[n] - sum(c[n] for c in below) for n in range(3))
            found.extend([node.counts, left])
        for part in node.parts:
            if part.key not in gone and part.parts:
                walk(part)
        return below

    walk(root)
    return found


def test_a_small_unit_takes_another_with_it():
    root = group("p", [unit("a", 20, 6), unit("b", 3, 0), unit("c", 9, 5), unit("d", 0, 0)])
    assert hidden(root) == {"b", "c"}, "the smallest of the others, not the empty one"


def test_nothing_small_nothing_hidden():
    assert hidden(group("p", [unit("a", 20, 6), unit("b", 0, 0), unit("c", 5, 0)])) == frozenset()


def test_what_was_missed_counts_too():
    root = group("p", [unit("a", 20, 1), unit("b", 30, 0), unit("c", 40, 9)])
    assert hidden(root) == {"a", "b", "c"}, "20/21 tells of one that was missed; hiding only a and b would still tell"


def test_a_small_total_hides_everything():
    root = unit("x", 2, 9, [unit("y", 2, 9)])
    assert hidden(root) == {"x", "y"}


def test_a_hidden_district_hides_its_communes():
    first = group("d1", [unit("a", 2, 0), unit("b", 0, 0)])
    second = group("d2", [unit("c", 8, 5), unit("e", 9, 9)])
    third = group("d3", [unit("f", 50, 50), unit("g", 60, 60)])
    gone = hidden(group("p", [first, second, third]))
    assert gone == {"d1", "a", "b", "d2", "c", "e"}


def test_what_no_unit_has_is_a_part_as_well():
    root = Node("p", (30, 12, 42), [unit("a", 20, 6), unit("b", 8, 6)])
    assert hidden(root) == {"b"}, "two cases without a unit would show by subtraction"


def test_what_came_since_a_shorter_period_counts_too():
    """20 + 6 = 26 in the half-year, 24 of them in the first quarter: the two reports would tell of 2."""
    root = Node("p", (60, 20, 80, 30), [Node("a", (20, 6, 26, 2), []), Node("b", (20, 8, 28, 14), []), Node("c", (20, 6, 26, 14), [])])  # fmt: skip
    assert hidden(root) == {"a", "c"}
    assert small(-3), "fewer than before tells as much"


counts = st.tuples(st.integers(0, 30), st.integers(0, 12))


@settings(max_examples=300)
@given(st.lists(st.lists(counts, min_size=1, max_size=5), min_size=1, max_size=5))
def test_no_small_count_can_be_worked_out(districts):
    root = group("p", [
        group(f"d{n}", [unit(f"c{n}.{m}", *pair) for m, pair in enumerate(pairs)]) for n, pairs in enumerate(districts)
    ])  # fmt: skip
    gone = hidden(root)
    for known in shown_sums(root, gone):
        assert not unsafe(known), (known, sorted(gone))
    for parent in [root, *root.parts]:
        if parent.key in gone:
            assert all(part.key in gone for part in parent.parts)
        lost = [part for part in parent.parts if part.key in gone]
        if parent.key not in gone and lost:
            assert len(lost) > 1, "one alone is found by subtraction"
    assert not [k for k in gone if k == "p"] or unsafe(root.counts)


def test_a_running_period_is_reported_at_fixed_days():
    """Two reports of neighbouring days would tell of whoever came up in between."""
    start, end = date(2022, 1, 1), date(2022, 6, 30)
    days = {today: periods.fixed_day(start, end, today) for today in (date(2022, 6, n) for n in range(1, 31))}
    assert set(days.values()) == {date(2022, 5, 31)}
    assert periods.fixed_day(start, end, date(2022, 7, 1)) == end
    assert periods.fixed_day(start, end, date(2022, 1, 20)) == date(2022, 1, 20), "and nothing sensitive is said"
    assert periods.month_ends(start, date(2022, 3, 31)) == [date(2022, 1, 31), date(2022, 2, 28)]
    assert periods.fixed_day(date(2021, 12, 15), date(2022, 6, 14), date(2022, 6, 14)) == date(2022, 5, 31)


months = st.lists(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), min_size=6, max_size=6), min_size=2, max_size=5
)


@settings(max_examples=200)
@given(months)
def test_no_two_months_tell_what_came_between(communes):
    """The attacker has the report as it was drawn at the end of every month, and subtracts any two of each unit and of
    the whole: what is left of what both show is none or at least five."""
    shown = []
    for month in range(1, 7):
        parts = []
        for number, came in enumerate(communes):
            met, missed = (sum(each[n] for each in came[:month]) for n in (0, 1))
            rest = [sum(map(sum, came[earlier:month])) for earlier in range(1, month)]
            parts.append(Node(f"c{number}", (met, missed, met + missed, *rest, *[None] * (5 - len(rest))), []))
        sums = tuple(sum(p.counts[n] or 0 for p in parts) for n in range(8))
        root = Node("", sums, parts)
        gone = hidden(root)
        shown.append({n.key: n.counts[2] for n in [root, *parts] if n.key not in gone})
    for later in range(6):
        for earlier in range(later):
            for key in shown[later].keys() & shown[earlier].keys():
                assert not small(shown[later][key] - shown[earlier][key]), (key, earlier, later)
