"""Who answers for what a unit left that ended and went into no other, as the districts did. Plain Python."""

from datetime import date

from casemgr.units.rules import UnitTree


def lost(tree: UnitTree, id: str, on: date) -> bool:
    """Whether a unit has ended by this day and nothing took its place."""
    ended = tree[id].valid_to
    return ended is not None and ended < on and not tree.successors(id)


def falls_to(tree: UnitTree, id: str, on: date) -> str | None:
    """The next unit above a lost one that was not lost with it; None for a unit that is not lost. What became of that
    one since is for `with_predecessors`."""
    if not lost(tree, id, on):
        return None
    return next((each for each in reversed(tree.line(id)[:-1]) if not lost(tree, each, on)), None)
