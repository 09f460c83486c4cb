"""Drawing and estimating, without a database."""

from datetime import date, datetime
from random import Random
from types import SimpleNamespace
from uuid import UUID

import pytest

from casemgr.refused import Refused
from casemgr.samples import rules
from casemgr.samples.rules import Drawn, Member, Sample, Stratum

ERRORS = {"wrong_date", "other"}


def population(counts: dict[str, int]) -> list[Member]:
    numbers = iter(range(10**4))
    return [
        Member(f"HS-{next(numbers):04}", 0, stratum, "u", UUID(int=1), True)
        for stratum, count in counts.items()
        for _ in range(count)
    ]


def test_another_auditor_draws_the_same_cases_in_whatever_order_the_database_gives_them():
    every = population({"891/met": 60, "891/missed": 40, "892/met": 3, "892/unknown": 1})
    strata, chosen = rules.draw(every, 4711, 20, 2)
    shuffled = list(every)
    Random(1).shuffle(shuffled)
    assert rules.draw(shuffled, 4711, 20, 2) == (strata, chosen)
    assert rules.digest(shuffled) == rules.digest(every)
    # By hand: 20 × 60/104 = 11.5 → 12; 20 × 40/104 = 7.7 → 8; at least two of three; all of one.
    assert [tuple(s) for s in strata] == [
        ("891/met", 60, 12),
        ("891/missed", 40, 8),
        ("892/met", 3, 2),
        ("892/unknown", 1, 1),
    ]
    # With nothing but Python and the sorted numbers.
    random, own = Random(4711), []
    for name, _total, drawn in strata:
        own += random.sample(sorted(m.number for m in every if m.stratum == name), drawn)
    assert [m.number for m in chosen] == sorted(own)
    assert rules.draw(every, 4712, 20, 2)[1] != chosen


def test_every_case_is_drawn_as_often_as_any_other():
    every, times = population({"a/met": 10}), dict.fromkeys(range(10), 0)
    for seed in range(2000):
        for member in rules.draw(every, seed, 3, 1)[1]:
            times[int(member.number[3:])] += 1
    assert all(abs(n - 600) < 6 * (2000 * 0.3 * 0.7) ** 0.5 for n in times.values())


def test_nothing_to_draw_from():
    with pytest.raises(Refused):
        rules.draw([], 1, 10, 2)


def sample(*strata: tuple[int, int, int, int]) -> Sample:
    """A sample of strata, each (cases, drawn, looked at, errors)."""
    made = Sample(
        UUID(int=1), "KT", "P", "I", "TE", "u", date(2022, 1, 1), date(2022, 6, 1), datetime(2022, 6, 1), 1, 1, 1, "",
        [Stratum(f"s{i}", total, drawn) for i, (total, drawn, _l, _e) in enumerate(strata)], None, None, "x",
    )  # fmt: skip
    for i, (_total, drawn, looked, errors) in enumerate(strata):
        for n in range(drawn):
            case = Drawn(len(made.cases) + 1, f"{i}-{n}", 0, f"s{i}", "u", UUID(int=2), True)
            if n < looked:
                case.found, case.result = SimpleNamespace(), "wrong_date" if n < errors else "agrees"
            made.cases.append(case)
    return made


def test_one_stratum_is_wilson_as_printed():
    # 10 in 100: Wilson (1927), as printed in any table: 5.52 % – 17.44 %. None in 50: 0 – 7.13 %.
    rate = rules.error_rate(sample((1000, 100, 100, 10)), ERRORS)
    assert (round(rate.value, 4), round(rate.low, 4), round(rate.high, 4)) == (0.1, 0.0552, 0.1744)
    none = rules.error_rate(sample((1000, 50, 50, 0)), ERRORS)
    assert (none.value, round(none.low, 9), round(none.high, 4)) == (0, 0, 0.0713)


def test_strata_weigh_what_they_stand_for():
    # 900 cases with 1 error in 10, 100 with 5 in 10: 0.9 × 0.1 + 0.1 × 0.5; not (1 + 5) / 20.
    rate = rules.error_rate(sample((900, 10, 10, 1), (100, 10, 10, 5)), ERRORS)
    assert rate.value == pytest.approx(0.14)
    assert rate.effective == pytest.approx(1 / (0.81 / 10 + 0.01 / 10))
    assert rate.low < 0.14 < rate.high


def test_a_stratum_that_nobody_looked_at_gives_no_rate():
    rate = rules.error_rate(sample((900, 10, 10, 1), (100, 10, 0, 0)), ERRORS)
    assert rate.value is None
    assert rate.missing == 1


def test_an_error_that_was_dropped_after_the_answer_is_none():
    made = sample((10, 4, 4, 2))
    made.cases[0].settled = SimpleNamespace(coded={"upheld": False})
    assert rules.error_rate(made, ERRORS).value == pytest.approx(0.25)
