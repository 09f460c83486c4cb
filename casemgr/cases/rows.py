"""The rows of a list of case files: as little of a person as the list needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from casemgr.access.web import Permission, may
from casemgr.cases.clocks import left, overdue, short_day
from casemgr.cases.models import CaseFile
from casemgr.cases.page import risk_badge
from casemgr.cases.web import facts_of
from casemgr.people import services as people
from casemgr.programmes import programmes
from casemgr.programmes.spans import overdue as is_late


@dataclass(slots=True)
class Row:
    file: CaseFile
    label: str | None
    group: str
    risk: tuple[str, str] | None
    due: tuple[str, str] | None


class Rows:
    def __init__(self, session, calendar, now: datetime, language: str):
        self.session, self.calendar, self.now, self.language = session, calendar, now, language

    def of(self, files: Sequence[CaseFile]) -> list[Row]:
        """One query for the names, whatever the number of rows; no name where the reader may not see it."""
        named = [f.beneficiary for f in files if f.beneficiary and may(Permission.IDENTITY_READ, **facts_of(f))]
        labels = people.labels(self.session, named) if named else {}
        return [self._row(file, labels) for file in files]

    def _row(self, file: CaseFile, labels) -> Row:
        programme = programmes()[file.programme]
        return Row(
            file,
            labels.get(file.beneficiary),
            programme.short[self.language],
            risk_badge(programme, file.risk, self.language),
            self._due(file),
        )

    def _due(self, file: CaseFile) -> tuple[str, str] | None:
        if file.next_due is None:
            return None
        late = is_late(file.next_due, self.now)
        said = (overdue if late else left)(file.next_due, None, self.calendar, self.now)
        words = gettext(said.text, **said.params)
        return ("missed" if late else "not_due"), f"{words} · {short_day(file.next_due, self.now)}"
