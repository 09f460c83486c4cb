"""What stands around the ledger of a detection: badge, facts, clocks, what may be done; and the rows of the list."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext

from casemgr import vault
from casemgr.access.web import Permission, current_actor, may
from casemgr.cases.clocks import Running, Words, left, overdue, running, words
from casemgr.cases.page import BREAKS, Clock
from casemgr.cases.reading import Line, lines
from casemgr.detections.forms import STATUS_NAMES, UNFILED
from casemgr.detections.models import Detected
from casemgr.detections.queries import labels
from casemgr.detections.rules import DUPLICATE, OPEN, REFUSED, SUBSTANTIATED, UNSUBSTANTIATED, VERIFIED
from casemgr.detections.web import Sheet, may_identify
from casemgr.ledger.rules import first_break
from casemgr.people.rules import ETHNICITIES, SEXES
from casemgr.programmes import programmes
from casemgr.programmes.model import ClockVersion
from casemgr.programmes.spans import verdict

# A list has the due time only; hours are said where it does not end a day.
HOURS = Running(None, ClockVersion(date.min, None, "hours", 0, "", ""))


def due_words(due: datetime, calendar, now: datetime) -> Words:
    run = None if (due.hour, due.minute, due.second) == (23, 59, 59) else HOURS
    return (overdue if now > due else left)(due, run, calendar, now)


def status_badge(row: Detected) -> tuple[str, str]:
    """(shape, words) of where a detection stands."""
    shape = "not_due" if row.status in OPEN else "met" if row.status == "matched" else "plain"
    verified = VERIFIED in programmes()[row.programme].detection.kinds
    unfiled = row.status == SUBSTANTIATED and not verified
    return shape, gettext(UNFILED if unfiled else STATUS_NAMES[row.status])


@dataclass(slots=True)
class Row:
    row: Detected
    label: str
    group: str
    badge: tuple[str, str]
    due: tuple[str, str] | None
    urgent: bool


class Rows:
    """The rows of a list: a constant number of queries; no name where the reader may not see it."""

    def __init__(self, session, calendar, now: datetime, language: str):
        self.session, self.calendar, self.now, self.language = session, calendar, now, language

    def of(self, found: Sequence[Detected]) -> list[Row]:
        known = labels(self.session, [row for row in found if may_identify(row)])
        return [
            Row(
                row,
                known.get(row.subject, ""),
                programmes()[row.programme].short[self.language],
                status_badge(row),
                self._due(row),
                row.emergency and row.status in OPEN,
            )
            for row in found
        ]

    def _due(self, row: Detected) -> tuple[str, str] | None:
        if row.next_due is None:
            return None
        said = due_words(row.next_due, self.calendar, self.now)
        return ("missed" if self.now > row.next_due else "not_due"), gettext(said.text, **said.params)


@dataclass(slots=True)
class Action:
    """Something the reader may do now. `post`: a button that does it; else a link to its form."""

    name: str
    address: str
    post: bool = False
    main: bool = False


@dataclass(slots=True)
class Task:
    name: str
    words: str
    late: bool
    urgent: bool
    links: list = field(default_factory=list)


class Reader:
    """Reads one detection at one moment in one language."""

    def __init__(self, sheet: Sheet, now: datetime, language: str):
        self.sheet, self.now, self.language = sheet, now, language
        self.state, self.programme, self.row = sheet.state, sheet.programme, sheet.row
        self.by_id = {e.id: e for e in self.state.entries}

    def badge(self) -> tuple[str, str]:
        return status_badge(self.row)

    def facts(self, tell) -> list[Line]:
        """What is known about the person, in the order of the form."""
        opening, found = self.state.opening, []
        if self.sheet.full:
            sealed = self.sheet.sealed.get(opening.id, {})
            if sealed.get("name"):
                found.append(Line("name", gettext("Họ và tên"), sealed["name"], False))
        facts = self.state.facts
        if facts.get("sex"):
            sex = SEXES[facts["sex"]]
            found.append(Line("sex", gettext("Giới tính"), gettext(sex), False))
        if facts.get("age") is not None:
            found.append(Line("age", gettext("Tuổi lúc xảy ra"), str(facts["age"]), False))
        if facts.get("ethnicity"):
            people = ETHNICITIES[facts["ethnicity"]]
            found.append(Line("ethnicity", gettext("Dân tộc"), gettext(people), False))
        kind = self.programme.detection.kinds["detected"]
        told = self.sheet.sealed.get(opening.id, {})
        return found + lines(self.programme, kind, opening.coded, told, self.language, gettext)

    # -- clocks ------------------------------------------------------------------------------------------------------

    def _say(self, said: Words) -> str:
        return gettext(said.text, **said.params)

    def clocks(self) -> list[Clock]:
        return [self._clock(span) for span in self.state.spans if verdict(span, self.now) is not None]

    def _clock(self, span) -> Clock:
        value = verdict(span, self.now) or ""
        run = running(self.state.ledger, span, self.by_id.get(span.anchor))
        said = self._say(words(span, value, run, self.sheet.calendar, self.now))
        name, article = span.criterion.name[self.language], span.criterion.article
        return Clock(name, value, said, span.arises, span.due, span.met, article)

    def tasks(self) -> list[Task]:
        """The promises still open, the urgent first; one line for each thing to do."""
        if not self.sheet.open:
            return []
        spans = [s for s in self.state.spans if s.met is None and verdict(s, self.now) is not None]
        spans = [s for s in spans if not any(e.kind == s.criterion.task for e in self.state.waiting)]
        spans.sort(key=lambda s: (not s.criterion.urgent, s.due is None, s.due or s.arises))
        found, seen = [], set()
        for span in spans:
            if span.criterion.task in seen:
                continue
            seen.add(span.criterion.task)
            name = (span.criterion.task_name or span.criterion.name)[self.language]
            run = running(self.state.ledger, span, self.by_id.get(span.anchor))
            late = span.due is not None and self.now > span.due
            said = (overdue if late else left)(span.due, run, self.sheet.calendar, self.now)
            found.append(Task(name, self._say(said), late, span.criterion.urgent))
        return found

    # -- what may be done --------------------------------------------------------------------------------------------

    def actions(self) -> list[Action]:
        return self._steps() + self._files() + self._sides()

    def _at(self, endpoint: str, **values) -> str:
        return url_for(f"detections.{endpoint}", number=self.row.number, **values)

    def _steps(self) -> list[Action]:
        if not self.sheet.may_write:
            return []
        found = []
        mine = self.row.worker == str(current_actor().user_id)
        if self.sheet.open and self.row.emergency and self.row.taken_at is None and not mine and self.sheet.full:
            found.append(Action(gettext("Tôi nhận xử lý"), self._at("take"), post=True, main=True))
        for kind in self.programme.detection.kinds.values():
            if kind.code == "detected" or not kind.offer or not self._fits(kind):
                continue
            found.append(Action(kind.name[self.language], self._at("step", kind=kind.code), main=kind.code == VERIFIED))
        return found

    def _fits(self, kind) -> bool:
        if kind.code == VERIFIED:
            waits = any(e.kind == VERIFIED for e in self.state.waiting)
            return not waits and self.row.status in ("pending", UNSUBSTANTIATED)
        return self.sheet.open or self.row.status == REFUSED

    def _files(self) -> list[Action]:
        waits = any(e.kind in (VERIFIED, DUPLICATE) for e in self.state.waiting)
        if not self.sheet.may_file or waits or self.row.status not in (*OPEN, "excluded"):
            return []
        return [Action(gettext("Mở hồ sơ"), self._at("file"), main=self.row.status == SUBSTANTIATED)]

    def _sides(self) -> list[Action]:
        found = []
        twice = any(e.kind == DUPLICATE for e in self.state.waiting)
        if self.sheet.may_write and self.sheet.open and not twice:
            found.append(Action(gettext("Đề nghị ghi là trùng"), self._at("duplicate")))
        asked = any(e.kind == "excluded" for e in self.state.waiting)
        excluded = bool(self.state.excluded) and self.state.excluded[-1][1] is not None
        if self.sheet.may_write and not asked and not excluded and self.row.status not in ("duplicate", REFUSED):
            found.append(Action(gettext("Đề nghị không tính vào chỉ tiêu"), self._at("exclude")))
        if excluded and may(Permission.DETECTION_DECIDE, **self.sheet.place):
            found.append(Action(gettext("Tính lại vào chỉ tiêu"), self._at("include")))
        if self.sheet.open and may(Permission.CASE_ASSIGN, **self.sheet.place):
            found.append(Action(gettext("Phân công"), self._at("assign")))
        return found

    def integrity(self) -> tuple[bool, str]:
        """(whole, words) of the ledger's chain, verified now."""
        found = first_break(vault.keys().mac, self.sheet.entries)
        if found is None and self.sheet.entries[-1].seq != self.row.head_seq:
            return False, gettext("thiếu bản ghi %(seq)s", seq=self.sheet.entries[-1].seq + 1)
        if found is None:
            return True, gettext("dữ liệu toàn vẹn (đã kiểm tra)")
        why = gettext(BREAKS.get(found.reason, BREAKS["mac"]))
        return False, gettext("bản ghi %(seq)s: %(why)s", seq=found.seq, why=why)
