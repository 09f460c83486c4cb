"""What changed between two figures: whatever the cases, the parts add up exactly."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from casemgr.audit.difference import CAUSES, Between, Row, cause, difference

T = datetime(2022, 3, 31)


def row(verdict="met", unit="1", counted="2022-02-01T08:00:00", subject="a", seq=3):
    return Row(subject, 0, "HS", unit, verdict, "", counted, seq, "00")


def weight(one):
    return int(one.verdict == "met"), int(one.verdict in ("met", "missed", "unknown"))


rows = st.builds(
    row,
    st.sampled_from(("met", "missed", "unknown", "not_due", "excluded", "pending")),
    st.sampled_from(("1", "2")),
    st.sampled_from(("2022-02-01T08:00:00", "2022-05-01T08:00:00")),
)
cases = st.dictionaries(st.integers(0, 12).map(lambda n: (str(n), 0)), rows)
between = st.builds(Between, *[st.booleans()] * 6)


@given(cases, cases, st.dictionaries(st.integers(0, 12).map(lambda n: (str(n), 0)), between), st.integers(-5, 5))
def test_the_parts_always_add_up(before, after, happened, reported):
    a, b = (tuple(map(sum, zip(*[weight(r) for r in part.values()], (0, 0), strict=True))) for part in (before, after))
    b = (b[0], b[1] + reported)  # a denominator that was reported from outside

    def cause_of(key, old, new):
        return cause(old, new, happened.get(key, Between()), T, False, False)

    parts = difference(before, after, weight, cause_of, (a, b))
    assert sum(p.numerator for p in parts) == b[0] - a[0]
    assert sum(p.denominator for p in parts) == b[1] - a[1]
    by_name = {p.cause: p for p in parts}
    assert list(by_name) == [name for name in CAUSES if name in by_name]
    rest = by_name.get("reported")
    assert (rest.denominator if rest else 0, rest.numerator if rest else 0) == (reported, 0)
    listed = [((old or new).subject, old, new) for p in parts for old, new in p.cases]
    changed = [k for k in before.keys() | after.keys() if weight_of(before.get(k)) != weight_of(after.get(k))]
    assert len(listed) == len(changed)  # each case that counts otherwise stands in one part


def weight_of(one):
    return weight(one) if one else (0, 0)


def test_each_cause_has_its_case():
    met, missed, due = row(), row("missed"), row("not_due")
    table = {
        "new": (None, row(counted="2022-05-01T08:00:00"), Between(later=True)),
        "late": (None, met, Between(before=True)),
        "merged": (met, None, Between(merged=True, voided=True)),
        "voided": (met, missed, Between(voided=True)),
        "excluded": (missed, row("excluded"), Between()),
        "moved": (met, row(unit="2"), Between(moved=True)),
        "entered_late": (missed, met, Between(before=True)),
        "done": (due, met, Between(later=True)),
        "time": (due, missed, Between()),
    }
    for name, (old, new, happened) in table.items():
        assert cause(old, new, happened, T, False, False) == name
    assert cause(missed, met, Between(), T, True, False) == "rule"
    assert cause(None, met, Between(), T, False, True) == "period"
