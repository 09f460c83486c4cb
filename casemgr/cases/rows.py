"""The rows of a list of case files: as little of a person as the list needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from casemgr.access.web import Permission, may
from casemgr.cases.clocks import Running, clock_version, left, overdue, short_day
from casemgr.cases.models import CaseFile
from casemgr.cases.page import risk_badge
from casemgr.cases.queries import next_steps
from casemgr.cases.web import facts_of
from casemgr.people import services as people
from casemgr.programmes import programmes
from casemgr.programmes.model import Criterion, Programme
from casemgr.programmes.spans import overdue as is_late


@dataclass(slots=True)
class Row:
    file: CaseFile
    label: str | None
    group: str
    risk: tuple[str, str] | None
    due: tuple[str, str] | None
    task: str = ""  # what it is that is due


class Rows:
    def __init__(self, session, calendar, now: datetime, language: str):
        self.session, self.calendar, self.now, self.language = session, calendar, now, language

    def of(self, files: Sequence[CaseFile]) -> list[Row]:
        """One query for the names and one for what is due, whatever the number of rows; no name where the reader may
        not see it."""
        named = [f.beneficiary for f in files if f.beneficiary and may(Permission.IDENTITY_READ, **facts_of(f))]
        labels = people.labels(self.session, named) if named else {}
        steps = next_steps(self.session, files)
        return [self._row(file, labels, steps.get(file.subject)) for file in files]

    def _row(self, file: CaseFile, labels, step) -> Row:
        programme = programmes()[file.programme]
        criterion = next((c for c in programme.case.criteria if step and c.code == step.criterion), None)
        return Row(
            file,
            labels.get(file.beneficiary),
            programme.short[self.language],
            risk_badge(programme, file.risk, self.language),
            self._due(file, programme, criterion, step),
            self._task(programme, criterion, step),
        )

    def _task(self, programme: Programme, criterion: Criterion | None, step) -> str:
        if criterion is None:
            return ""
        name = (criterion.task_name or criterion.name)[self.language]
        need = programme.needs.get(step.detail)
        return f"{name}: {need.name[self.language]}" if need else name

    def _due(self, file: CaseFile, programme: Programme, criterion: Criterion | None, step) -> tuple[str, str] | None:
        if file.next_due is None:
            return None
        late = is_late(file.next_due, self.now)
        version = clock_version(programme, criterion.due, step.arises, file.next_due) if criterion else None
        clock = Running(None, version) if version else None
        said = (overdue if late else left)(file.next_due, clock, self.calendar, self.now)
        words = gettext(said.text, **said.params)
        return ("missed" if late else "not_due"), f"{words} · {short_day(file.next_due, self.now)}"
