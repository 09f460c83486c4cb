"""Ids that ascend with time."""

from datetime import UTC, datetime

import time_machine
from hypothesis import given
from hypothesis import strategies as st

from casemgr.ledger.ids import NOISE, as_uuid, following, new_id

NOISES = st.integers(0, (1 << NOISE) - 1)


@given(st.integers(0, (1 << 48) - 1), NOISES)
def test_the_layout_is_that_of_version_7(millis, noise):
    found = as_uuid(following(0, millis, noise)) if millis else as_uuid(noise)
    assert (found.version, found.variant) == (7, "specified in RFC 4122")
    assert found.int >> 80 == millis
    low = found.int & ((1 << 62) - 1)
    assert ((found.int >> 64 & 0xFFF) << 62 | low) == noise, "every random bit is in it"


@given(st.lists(st.tuples(st.integers(0, 3), NOISES), min_size=2))
def test_each_is_greater_than_the_last_whatever_the_clock_says(turns):
    last, found = 0, []
    for millis, noise in turns:
        last = following(last, 1_700_000_000_000 + millis, noise)
        found.append(as_uuid(last))
    assert found == sorted(set(found))


def test_many_in_one_moment_ascend_and_are_not_counted_up():
    with time_machine.travel(datetime.now(UTC), tick=False):
        found = [new_id() for _ in range(500)]
    assert found == sorted(found)
    assert min(b.int - a.int for a, b in zip(found, found[1:], strict=False)) > 1 << 40
