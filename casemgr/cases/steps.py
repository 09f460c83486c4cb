"""What is to be done next in a file, and what its reader may write into it now."""

from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import gettext

from casemgr.cases.clocks import left, overdue, running
from casemgr.cases.marks import TRANSFERRED, written
from casemgr.cases.page import Reader
from casemgr.cases.reading import name_of
from casemgr.cases.rules import CLOSED
from casemgr.ledger.rules import Entry
from casemgr.programmes.spans import Span, verdict
from casemgr.programmes.spans import overdue as is_late

MOST_TASKS = 4


@dataclass(slots=True)
class Task:
    """Something to be done: what, until when, and where to do it."""

    name: str
    words: str
    state: str  # late | today | new
    urgent: bool
    links: list = field(default_factory=list)  # (label, kind or entry id, position of the need or None)


class Steps:
    """Of one dossier, as its page reads it."""

    def __init__(self, reader: Reader):
        self.reader, self.dossier, self.now, self.language = reader, reader.dossier, reader.now, reader.language
        self.state, self.programme = reader.state, reader.programme

    def tasks(self) -> list[Task]:
        """The promises not yet kept, the urgent and the overdue first; one line for each thing to do."""
        if self.state.status == CLOSED:
            return []
        spans = [s for s in self.state.spans if self._open(s)]
        spans.sort(key=lambda s: (not s.criterion.urgent, s.due is None, s.due or s.arises))
        found, seen = [], set()
        for span in spans:
            task = self._kind(span)
            key = (task, span.detail if span.criterion.needs else "", task == "decided" and span.anchor)
            if key in seen:
                continue
            seen.add(key)
            found.append(self._task(span))
        return found[:MOST_TASKS]

    def _open(self, span: Span) -> bool:
        if span.met is not None or not span.criterion.task or verdict(span, self.now) is None:
            return False
        task = self._kind(span)
        kind = self.programme.case.kinds.get(task)
        if kind is not None and not self._ready(kind):
            return False
        # What is served need by need is asked for need by need.
        if task == "served" and not span.criterion.needs:
            return not self.state.needs
        # A plan that waits for its decision is not the worker's to write again.
        return not any(e.kind == task for e in self.state.waiting)

    def _kind(self, span: Span) -> str | None:
        """What is to be written next to keep it: of several entries the first that is not there."""
        criterion, written = span.criterion, self.state.ledger.by_kind
        return next((kind for kind in criterion.parts if not written.get(kind)), criterion.task)

    def _task(self, span: Span) -> Task:
        criterion = span.criterion
        name = (criterion.task_name or criterion.name)[self.language]
        run = running(self.state.ledger, span, self.reader.by_id.get(span.anchor))
        late = is_late(span.due, self.now)
        if criterion.needs:
            need = next((n for n in self.state.needs if n.code == span.detail and n.item == span.item), None)
            title = need.service if need and need.service else ""
            name = name_of(self.programme.services, title, self.language) if title else self.reader.detail(span)
        said = (
            overdue(span.due, run, self.dossier.calendar, self.now)
            if late
            else left(span.due, run, self.dossier.calendar, self.now)
        )
        today = span.due is not None and span.due.date() == self.now.date()
        state = "late" if late else "today" if today else "new"
        return Task(name, self.reader.say(said), state, criterion.urgent, self._links(span))

    def _links(self, span: Span) -> list:
        task = self._kind(span)
        if task == "decided":
            entry = self.reader.by_id.get(span.anchor)
            if entry is not None and self.dossier.may_decide(entry):
                return [(gettext("Xem và quyết định"), entry.id, None)]
            return []
        kinds = self.programme.case.kinds
        position = self._position(span)
        links = []
        for code, label in ((task, gettext("Ghi dịch vụ") if span.criterion.needs else gettext("Ghi vào hồ sơ")),) + (
            (("referred", gettext("Chuyển gửi")),) if span.criterion.needs else ()
        ):
            kind = kinds.get(code)
            if kind is not None and kind.offer and self.dossier.may_write(kind):
                links.append((label, code, position))
        return links

    def _position(self, span: Span) -> int | None:
        if not span.criterion.needs:
            return None
        return next(
            (n for n, need in enumerate(self.state.needs) if need.code == span.detail and need.item == span.item), None
        )

    def returned(self) -> list[Entry]:
        """The decisions that sent an entry back, where no other of its kind has been written since."""
        written, found = self.state.ledger.by_kind, []
        for decision in written.get("decided", ()):
            entry = self.reader.by_id.get(UUID(decision.coded["on"]))
            last = entry is not None and all(other.seq <= entry.seq for other in written[entry.kind])
            if last and decision.coded["outcome"] == "returned":
                found.append(decision)
        return found

    def declined(self) -> list[Entry]:
        """The answer of a unit that did not take the file, where nothing has been written since."""
        last = max((e for e in self.state.entries if e.kind != "told"), key=written)
        return [last] if last.kind == TRANSFERRED and not last.coded.get("accepted") else []

    def offered(self) -> list[tuple[str, str, str]]:
        """(kind, name, form) of what the reader may write into this file now."""
        found = []
        for kind in self.programme.case.kinds.values():
            spent = kind.once and self.state.ledger.by_kind.get(kind.code)
            closed = self.state.status == CLOSED
            fits = closed if kind.code == "reopened" else not (closed and kind.code == "closed")
            if kind.offer and self._ready(kind) and not spent and fits and self.dossier.may_write(kind):
                found.append((kind.code, kind.name[self.language], kind.form))
        return found

    def _ready(self, kind) -> bool:
        """Whether everything that must come before this kind is in the file."""
        return all(self.state.ledger.by_kind.get(before) for before in kind.after)
