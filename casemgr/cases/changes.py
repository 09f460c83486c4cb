"""What a plan says other than the one before it. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from casemgr.cases.reading import Line
from casemgr.ledger.rules import Entry
from casemgr.programmes.model import Programme

ADDED, REMOVED, CHANGED, PERIOD = "added", "removed", "changed", "period"
PERIOD_FIELDS = ("start", "end")


class PlanChange(NamedTuple):
    """One difference: the services for a need, or (`period`) the days of the plan. Before and after are pairs of
    (service, day); for the period one pair (first day, last day)."""

    kind: str
    need: str
    before: tuple
    after: tuple


def previous_plan(entries: Sequence[Entry], plan: Entry) -> Entry | None:
    """The plan that was written before this one, whatever was decided on it; `entries` are the effective ones."""
    earlier = [e for e in entries if e.kind == plan.kind and e.seq < plan.seq]
    return max(earlier, key=lambda e: e.seq, default=None)


def plan_changes(before: Entry | None, after: Entry) -> list[PlanChange]:
    """The differences, the period first, then need by need; nothing for a first plan."""
    if before is None:
        return []
    found = []
    days = [tuple(_day(e.coded.get(name)) for name in PERIOD_FIELDS) for e in (before, after)]
    if days[0] != days[1]:
        found.append(PlanChange(PERIOD, "", (days[0],), (days[1],)))
    old, new = _items(before), _items(after)
    for need in {**old, **new}:
        was, now = old.get(need, ()), new.get(need, ())
        if was != now:
            kind = CHANGED if was and now else ADDED if now else REMOVED
            found.append(PlanChange(kind, need, was, now))
    return found


def _items(plan: Entry) -> dict[str, tuple]:
    found: dict[str, tuple] = {}
    for row in plan.coded.get("items") or ():
        found[row["need"]] = (*found.get(row["need"], ()), (row["service"], _day(row["due"])))
    return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def rows(
    programme: Programme, changes: Sequence[PlanChange], language: str
) -> list[tuple[str, str, list[str], list[str]]]:
    """(kind, the need's name, what stood there before, what stands there now) in words, for a table."""
    return [(c.kind, _name(programme.needs, c.need, language), *_sides(programme, c, language)) for c in changes]


def otherwise(before: Sequence[Line], after: Sequence[Line], told: Collection[str]) -> list[tuple]:
    """What else two plans say otherwise, as `rows`: the goal, who gives a service. `told`: the needs whose row says it
    already."""
    was, now = _by_label(before), _by_label(after)
    labels = (label for label in {**was, **now} if label not in told and was.get(label) != now.get(label))
    return [(CHANGED, label, was.get(label, []), now.get(label, [])) for label in labels]


def _by_label(lines: Sequence[Line]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        if line.name not in PERIOD_FIELDS:
            found.setdefault(line.label, []).append(line.text)
    return found


def _sides(programme: Programme, change: PlanChange, language: str) -> tuple[list[str], list[str]]:
    if change.kind == PERIOD:
        return tuple(
            [" – ".join(_shown(day) for day in pair) for pair in side] for side in (change.before, change.after)
        )
    return tuple(
        [f"{_name(programme.services, service, language)}, {_shown(day)}" for service, day in side]
        for side in (change.before, change.after)
    )


def _name(names: Mapping, code: str, language: str) -> str:
    return names[code].name[language] if code in names else code


def _shown(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "?"
