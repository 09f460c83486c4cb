"""What is kept between two writes: counted once, never older than it says, and nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from casemgr.ledger import kept as shelves
from casemgr.ledger.kept import kept, kept_by_unit

NOON = datetime(2022, 6, 15, 12)
NEVER = datetime.max


@pytest.fixture
def anyone(tmp_path, monkeypatch):
    """A session that no query is asked of."""
    monkeypatch.setattr(shelves, "province", lambda: 89)
    return Session(sa.create_engine(f"sqlite:///{tmp_path}/nothing.db"))


@pytest.fixture
def written(monkeypatch):
    """What `touched` answers: these units, wherever one stood."""
    units: set[str] = set()
    monkeypatch.setattr(shelves, "touched", lambda _session, seen, now: frozenset(units if seen != now else ()))
    return units


def test_the_same_is_counted_once_until_a_beat(anyone):
    counted = []
    for beats in (1, 1, 2, 2, 1):
        kept(anyone, ("a",), lambda: counted.append(0), beats)
    assert len(counted) == 3


def test_only_the_last_minute_is_kept(anyone):
    for minute in range(5):
        found = kept(anyone, ("a",), lambda minute=minute: minute, 1, NOON + timedelta(minutes=minute))
        assert found == minute
    assert len(shelves._shelf(shelves._KEPT, anyone)) == 1


def test_what_is_unused_longest_goes_first(anyone, monkeypatch):
    monkeypatch.setattr(shelves, "MOST", 2)
    for key in "abac":
        kept(anyone, (key,), lambda: None, 1)
    assert [key[-1] for key in shelves._shelf(shelves._KEPT, anyone)] == ["a", "c"]


def test_eight_who_ask_at_once_count_once(anyone):
    counted, ready = [], Barrier(8)

    def ask(_n):
        ready.wait(10)
        return kept(anyone, ("a",), lambda: counted.append(0) or 7, 1)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [7] * 8
    assert len(counted) == 1


def test_a_whole_may_ask_for_its_parts_and_nothing_else_may(anyone, written):
    def parts():
        return kept_by_unit(anyone, ("parts",), lambda _units: {"u": (1, NEVER)}, {1: 1}, NOON)

    assert kept(anyone, ("whole",), parts, 1) == {"u": (1, NEVER)}
    for count in (lambda: kept(anyone, ("b",), parts, 1), lambda: kept(anyone, ("a",), parts, 1)):
        with pytest.raises(RuntimeError):
            kept(anyone, ("a", "outer"), count, 1)
    with pytest.raises(RuntimeError):
        kept_by_unit(anyone, ("outer",), lambda _units: parts(), {1: 1}, NOON)
    with pytest.raises(RuntimeError):
        kept_by_unit(anyone, ("outer",), lambda _units: kept(anyone, ("a",), lambda: {}, 1), {1: 1}, NOON)


def test_wholes_that_ask_for_the_same_parts_end(anyone, written, monkeypatch):
    """With one place for all turns of a kind, whoever holds a whole's turn still gets that of its parts."""
    for name in ("_TURNS", "_UNIT_TURNS"):
        monkeypatch.setattr(shelves, name, getattr(shelves, name)[:1])
    ready = Barrier(8)

    def ask(n):
        ready.wait(10)
        part = ("parts", n % 2)
        return kept(anyone, (n,), lambda: kept_by_unit(anyone, part, lambda _u: {"u": (n, NEVER)}, {1: 1}, NOON), 1)

    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(ask, range(8), timeout=20))) == 8


def test_parts_are_counted_where_something_was_written_and_where_their_time_is_over(anyone, written):
    asked = []

    def look(beat: int, now: datetime = NOON, moment: datetime | None = None):
        def count(units):
            asked.append(units and set(units))
            return {u: (beat, NOON + timedelta(hours=1) if u == "late" else NEVER) for u in units or ("late", "a", "b")}

        return {u: value for u, (value, _until) in kept_by_unit(anyone, ("x",), count, {1: beat}, now, moment).items()}

    assert look(1) == {"late": 1, "a": 1, "b": 1}
    written.add("a")
    assert look(2) == {"late": 1, "a": 2, "b": 1}
    assert look(2, NOON + timedelta(hours=2)) == {"late": 2, "a": 2, "b": 1}
    assert look(2, moment=NOON) == {"late": 2, "a": 2, "b": 2}
    assert look(1, moment=NOON) == {"late": 1, "a": 1, "b": 1}, "who stands before what was counted counts anew"
    assert asked == [None, {"a"}, {"late"}, None, None]
