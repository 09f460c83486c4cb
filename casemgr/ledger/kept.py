"""Tallies kept in the process while no ledger has changed: a page of figures is read far more often than written.

What is kept is counts, never a name or a number of a file. The pulse is read before the counting, in the same
transaction; so what is kept under a pulse is never older than it.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from weakref import WeakKeyDictionary

from casemgr.ledger.services import province, pulse, touched

MOST = 256

_TURNS = [RLock() for _ in range(64)]
_KEPT: WeakKeyDictionary = WeakKeyDictionary()  # engine -> OrderedDict of key -> (pulse, value)


def kept(session, key: tuple, count: Callable[[], object], beats: int | None = None):
    """The value of `count()` for this key, counted again only when something was appended since. `beats`: the pulse,
    where the caller has read it in this transaction."""
    engine = session.get_bind()
    shelf = _KEPT.setdefault(getattr(engine, "engine", engine), OrderedDict())
    key, beats = (province(), *key), pulse(session) if beats is None else beats
    found = shelf.get(key)
    if found is None or found[0] != beats:
        with _TURNS[hash(key) % len(_TURNS)]:  # eight who ask at once count once
            found = shelf.get(key)
            if found is None or found[0] != beats:
                found = (beats, count())
                shelf[key] = found
                while len(shelf) > MOST:
                    shelf.popitem(last=False)
    return found[1]


# unit -> (what was counted there, until when it holds if nothing is written)
ByUnit = dict[str, tuple[object, datetime]]


@dataclass(slots=True)
class _Counted:
    position: Mapping[int, int] = field(default_factory=dict)
    units: ByUnit | None = None


def kept_by_unit(
    session, key: tuple, count: Callable[[Collection[str] | None], ByUnit], position: Mapping[int, int], now: datetime
) -> ByUnit:
    """What `count(units)` found in each unit, counted again only in those units where something was appended since or
    where time alone changes it; `count(None)`: everywhere. `position`: read in this transaction before the counting.
    """
    engine = session.get_bind()
    shelf = _KEPT.setdefault(getattr(engine, "engine", engine), OrderedDict())
    key = (province(), "by unit", *key)
    with _TURNS[hash(key) % len(_TURNS)]:
        found: _Counted = shelf.get(key) or _Counted()
        # Whoever stands before what was counted (an older snapshot, a restored database) counts for themselves.
        before = any(position.get(shard, 0) < beats for shard, beats in found.position.items())
        stale = None if before or found.units is None else touched(session, found.position, position)
        if stale is None:
            units = count(None)
        else:
            stale |= {unit for unit, (_value, until) in found.units.items() if until <= now}
            kept_on = {unit: each for unit, each in found.units.items() if unit not in stale}
            units = kept_on | count(stale) if stale else found.units
        shelf[key] = _Counted(position, units)
        while len(shelf) > MOST:
            shelf.popitem(last=False)
    return units
