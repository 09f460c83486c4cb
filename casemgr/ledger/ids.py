"""Ids of entries that we give out ourselves: UUIDs of version 7, which ascend with time.

A fold orders the entries of one moment, and of what is known to the day alone, by their ids: so what was begun later
prevails, and not whichever random id is greater. An id that arrives from outside is kept as it is.
"""

from secrets import randbits
from threading import Lock
from time import time_ns
from uuid import UUID

NOISE = 74  # random bits: nobody guesses the id of another's entry
_turn = Lock()
_last = 0


def new_id() -> UUID:
    """Greater than every id given out before in this process, even where the clock was set back."""
    global _last
    with _turn:
        _last = following(_last, time_ns() // 1_000_000, randbits(NOISE))
        return as_uuid(_last)


def following(last: int, millis: int, noise: int) -> int:
    """The next of the numbers that ids are made of: the time, then noise. Within one millisecond (or before the last)
    it is a random step of 64 bits above the last."""
    fresh = millis << NOISE | noise
    return fresh if millis > last >> NOISE else last + 1 + (noise >> 10)


def as_uuid(number: int) -> UUID:
    """The layout of RFC 9562: 48 bits of time, the version, 12 bits, the variant, 62 bits."""
    time, noise = number >> NOISE, number & ((1 << NOISE) - 1)
    return UUID(int=time << 80 | 7 << 76 | noise >> 62 << 64 | 2 << 62 | noise & ((1 << 62) - 1))
