"""What a leader should look at twice before deciding on an entry. Pure; nothing here refuses."""

from collections.abc import Sequence

from casemgr.ledger.rules import Entry

# The steps of the path that in daily practice lie days apart; three of them on one day are worth a question.
STEPS = ("assessed", "planned", "served", "reviewed", "closed")
MANY = 3


def same_day(entries: Sequence[Entry], target: Entry) -> list[str]:
    """The steps of the path, in their order, that are dated the same day as `target` (itself included) when there are
    three or more of them; else none. A date known only to the month or year is no day."""
    day = target.occurred_at.date()
    found = {e.kind for e in entries if e.precision in ("minute", "day") and e.occurred_at.date() == day}
    steps = [kind for kind in STEPS if kind in found]
    return steps if target.kind in steps and len(steps) >= MANY else []
