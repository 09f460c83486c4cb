"""How open promises become a day's work. Pure: tasks are derived from spans, never stored."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casemgr.cases.clocks import clock_version
from casemgr.programmes.model import ClockVersion, Criterion, Programme
from casemgr.programmes.spans import overdue

EMERGENCY, OVERDUE, TODAY, NEW, SOON = "emergency", "overdue", "today", "new", "soon"
GROUPS = (EMERGENCY, OVERDUE, TODAY, NEW, SOON)


@dataclass(slots=True)
class Task:
    """One promise still to be kept: whose file, what is to be done, until when."""

    subject: UUID
    track: str  # case | detection
    number: str
    programme: Programme
    criterion: Criterion
    due: datetime | None
    anchor: UUID
    arises: datetime
    detail: str = ""
    label: str = ""  # given name and initial, where the reader may see it
    unit: str = ""
    worker: str | None = None
    also: list["Task"] = field(default_factory=list)  # other open promises of the same file, shown on the same card

    @property
    def name(self):
        """What is to be done, in both languages."""
        return self.criterion.task_name or self.criterion.name

    @property
    def version(self) -> ClockVersion | None:
        return clock_version(self.programme, self.criterion.due, self.arises, self.due)


@dataclass(slots=True)
class Day:
    """A day's work in groups, most pressing first; `more` counts what a group leaves out."""

    groups: dict[str, list[Task]] = field(default_factory=lambda: {group: [] for group in GROUPS})
    more: dict[str, int] = field(default_factory=dict)


def group_of(task: Task, now: datetime) -> str:
    """Emergencies first whatever their hour; then what is late, due today, newly received, due soon."""
    if task.criterion.urgent:
        return EMERGENCY
    if overdue(task.due, now):
        return OVERDUE
    if task.due is not None and task.due.date() == now.date():
        return TODAY
    return NEW if task.track == "detection" else SOON


def arrange(tasks: Iterable[Task], now: datetime, most: int = 20) -> Day:
    """Groups tasks, earliest due first, one card a file in each group, at most `most` cards.

    The card is of the earliest task; what else is open in the same file stands on it as `also`, each thing to do once:
    a promise of the whole file and one of a need that the same entry keeps are one thing.
    """
    day, cards, seen = Day(), {}, set()
    for task in sorted(tasks, key=lambda t: (t.due or datetime.max, t.number, t.criterion.code)):
        group = group_of(task, now)
        same = (task.subject, task.criterion.task, task.detail, group)
        if same in seen:
            continue
        seen.add(same)
        first = cards.setdefault((group, task.subject), task)
        if first is not task:
            first.also.append(task)
        elif len(day.groups[group]) < most:
            day.groups[group].append(task)
        else:
            day.more[group] = day.more.get(group, 0) + 1
    return day
