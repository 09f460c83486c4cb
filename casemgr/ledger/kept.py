"""Tallies kept in the process while no ledger has changed: a page of figures is read far more often than written.

What is kept is counts, never a name or a number of a file. The position is read before the counting, in the same
transaction; so what is kept under a position is never older than it.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock, local
from weakref import WeakKeyDictionary

from casemgr.ledger.services import province, pulse, touched

MOST = 256
MOST_BY_UNIT = 16  # each of them is a province's

_KEPT: WeakKeyDictionary = WeakKeyDictionary()  # engine -> {key: (beats, moment, value)}, the longest unused first
_BY_UNIT: WeakKeyDictionary = WeakKeyDictionary()  # engine -> {key: _Counted}, the same
# Eight who ask at once count once. A count of a whole asks for its parts by unit, never the other way: so the turns of
# the two are apart, and who has a turn can wait only for one of the kind below.
_TURNS = [Lock() for _ in range(64)]
_UNIT_TURNS = [Lock() for _ in range(64)]
_HELD = local()


def kept(session, key: tuple, count: Callable[[], object], beats: int | None = None, moment: datetime | None = None):
    """The value of `count()` for this key, counted again only when something was appended since, or when it was counted
    for another `moment`. `beats`: the pulse, where the caller has read it in this transaction. `count` must not ask for
    what is kept whole."""
    shelf = _shelf(_KEPT, session)
    key, stand = (province(), *key), (pulse(session) if beats is None else beats, moment)
    found = _take(shelf, key)
    if found is None or found[0] != stand:
        with _turn(_TURNS, key, "whole"):
            found = _take(shelf, key)
            if found is None or found[0] != stand:
                found = (stand, count())
                _put(shelf, key, found, MOST)
    return found[1]


# unit -> (what was counted there, until when it holds if nothing is written)
ByUnit = dict[str, tuple[object, datetime]]


@dataclass(slots=True)
class _Counted:
    position: Mapping[int, int] = field(default_factory=dict)
    units: ByUnit | None = None
    moment: datetime | None = None


def kept_by_unit(
    session,
    key: tuple,
    count: Callable[[Collection[str] | None], ByUnit],
    position: Mapping[int, int],
    now: datetime,
    moment: datetime | None = None,
) -> ByUnit:
    """What `count(units)` found in each unit, counted again only in those units where something was appended since or
    where time alone changes it; `count(None)`: everywhere, as also for another `moment`. `position`: read in this
    transaction before the counting. `count` must not ask for anything that is kept.
    """
    shelf = _shelf(_BY_UNIT, session)
    key = (province(), *key)
    with _turn(_UNIT_TURNS, key, "by unit"):
        found: _Counted = _take(shelf, key) or _Counted()
        # Whoever stands before what was counted (an older snapshot, a restored database) counts for themselves.
        before = any(position.get(shard, 0) < beats for shard, beats in found.position.items())
        afresh = before or found.units is None or found.moment != moment
        stale = None if afresh else touched(session, found.position, position)
        if stale is None:
            units = count(None)
        else:
            stale |= {unit for unit, (_value, until) in found.units.items() if until <= now}
            kept_on = {unit: each for unit, each in found.units.items() if unit not in stale}
            units = kept_on | count(stale) if stale else found.units
        _put(shelf, key, _Counted(position, units, moment), MOST_BY_UNIT)
    return units


def _shelf(shelves: WeakKeyDictionary, session) -> OrderedDict:
    engine = session.get_bind()
    return shelves.setdefault(getattr(engine, "engine", engine), OrderedDict())


def _take(shelf: OrderedDict, key: tuple):
    found = shelf.get(key)
    if found is not None:
        with suppress(KeyError):  # another thread has just put it out
            shelf.move_to_end(key)
    return found


def _put(shelf: OrderedDict, key: tuple, value, most: int) -> None:
    shelf[key] = value
    while len(shelf) > most:
        shelf.popitem(last=False)


@contextmanager
def _turn(turns: list, key: tuple, kind: str) -> Iterator[None]:
    """One at a time for a key. A second turn of the same kind, or of the kind above, could wait for ever."""
    held = _HELD.__dict__.setdefault("kinds", [])
    if kind in held or "by unit" in held:
        raise RuntimeError("what is kept was asked for while counting what is kept")
    with turns[hash(key) % len(turns)]:
        held.append(kind)
        try:
            yield
        finally:
            held.pop()
