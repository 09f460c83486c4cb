"""Tallies kept in the process while no ledger has changed: a page of figures is read far more often than written.

What is kept is counts, never a name or a number of a file. The pulse is read before the counting, in the same
transaction; so what is kept under a pulse is never older than it.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import RLock
from weakref import WeakKeyDictionary

from casemgr.ledger.services import province, pulse

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
