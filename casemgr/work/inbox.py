"""Everything that waits for the reader's decision: open promises of a decision, in files and detections, and entries
that were written down too late. A constant number of queries."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from casemgr.access.policy import Actor, Permission, may
from casemgr.cases.changes import PlanChange, plan_changes, previous_plan
from casemgr.cases.conflicts import confirming_signs
from casemgr.cases.models import CaseFile, CaseTransfer
from casemgr.cases.queries import names_of, offered_to, visible
from casemgr.detections.models import Detected
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry, effective
from casemgr.programmes import from_programmes, programmes
from casemgr.programmes.model import Criterion, Programme, Track
from casemgr.units.rules import UnitTree
from casemgr.work import counted
from casemgr.work.models import CaseSign
from casemgr.work.queries import AHEAD, COLUMNS, SPANS, add_labels, by_rule, near, tasks_of, urgent_criteria
from casemgr.work.rules import Task
from casemgr.work.scope import View
from casemgr.work.signs import ASSIGN

LATE = "recorded-late"


class Elsewhere(NamedTuple):
    """What waits for the reader on another page, mostly of a package above this one."""

    count: Callable[[View], int]
    sentence: str  # with %(n)s
    page: str


ELSEWHERE: dict[str, Elsewhere] = {}


def also(count: Callable[[View], int], sentence: str, page: str) -> None:
    """Adds what waits on a page of another package; `count(view)` is one query."""
    ELSEWHERE[page] = Elsewhere(count, sentence, page)


@dataclass(slots=True)
class Item:
    """One thing to decide: what, who asked, what is different from the version before."""

    task: Task
    entry: Entry | None
    author: str = ""
    own: bool = False  # the reader wrote it, so somebody else decides
    before: Entry | None = None
    changes: list[PlanChange] = field(default_factory=list)

    @property
    def on_paper(self) -> bool:
        programme = self.task.programme
        track = programme.detection if self.task.track == "detection" else programme.case
        return on_paper(track, self.task.criterion)


@dataclass(slots=True)
class LateEntry:
    """An entry that somebody must accept although it was written down late, or a wish to give the file to a colleague;
    `token` names it in the form."""

    sign: CaseSign
    programme: Programme
    head_seq: int
    label: str = ""
    author: str = ""
    worker_to: str = ""  # to whom a worker asks to give the file

    # As a task has them.
    subject = property(lambda self: self.sign.subject)
    track = property(lambda self: self.sign.track)
    number = property(lambda self: self.sign.number)
    unit = property(lambda self: self.sign.unit_id)
    worker = property(lambda self: self.sign.worker)

    @property
    def token(self) -> str:
        return f"{self.sign.number}.{self.head_seq}.{self.sign.entry.hex}"


def asks_leader(programme: Programme, track: Track, criterion: Criterion) -> bool:
    """Whether a promise is a leader's to keep here: a decision, or an entry that only leaders write."""
    if criterion.role not in ("supervisor", "above"):
        return False
    kind = track.kinds.get(criterion.task or "")
    by_leader = kind is not None and kind.by == "supervisor"
    return criterion.task == "decided" or track is programme.detection or by_leader or on_paper(track, criterion)


def on_paper(track: Track, criterion: Criterion) -> bool:
    """Whether a leader owes a decision that is signed on paper and that the worker then writes into the file: on
    rehabilitation (procedure 1.010941), within three working days."""
    kind = track.kinds.get(criterion.task or "")
    return criterion.role == "supervisor" and kind is not None and kind.paper == "decision" and kind.by != "supervisor"


class _Codes(NamedTuple):
    """Of criteria: named in the queries, so that the index over what is pending is used."""

    at_once: tuple[str, ...]  # shown however far off their due date is
    by_role: tuple[tuple[str, tuple[str, ...]], ...]


@from_programmes
def _codes() -> _Codes:
    every = [(p, track, c) for p in programmes().values() for track in (p.case, p.detection) for c in track.criteria]
    decided = {c.code for _p, _track, c in every if c.task == "decided"}
    by_role = {role: {c.code for p, t, c in every if c.role == role and asks_leader(p, t, c)} for role in WAITS}
    return _Codes(
        tuple(sorted(decided | set(urgent_criteria()))), tuple((r, tuple(sorted(c))) for r, c in by_role.items())
    )


# What waits in the reader's own unit, and what waits above those below.
WAITS = {"supervisor": Permission.CASE_DECIDE, "above": Permission.DETECTION_DECIDE}


def _waiting(view: View) -> list[tuple]:
    """[(query of spans, the same in order and cut)]; both ask for `soon`, the second for `most`."""
    codes, assigned = _codes(), tuple(code for code, each in programmes().items() if each.readers == "assigned")
    asked = (ledger.province(), view.actor, view.tree, codes.at_once, urgent_criteria(), assigned)
    return [_spans(role, of, *asked) for role, of in codes.by_role]


@lru_cache(maxsize=64)  # a query takes longer to be written than to be answered
def _spans(role, codes, province, actor, tree, at_once, urgent, _assigned) -> tuple[sa.Select, sa.Select]:
    soon = sa.or_(SPANS.c.criterion.in_(at_once), SPANS.c.due <= sa.bindparam("soon", type_=sa.DateTime()))
    here = (SPANS.c.province == province, SPANS.c.role == role, SPANS.c.criterion.in_(codes))
    query = sa.select(*COLUMNS).where(*here, SPANS.c.pending, soon)
    sees = partial(visible, actor, WAITS[role], tree=tree)
    found, columns = by_rule(query, near(actor, WAITS[role]), sees)
    first = sa.case((columns.criterion.in_(urgent), 0), else_=1)
    return found, found.order_by(first, columns.due.nulls_last(), columns.number).limit(sa.bindparam("most"))


def count(view: View) -> int:
    """How many decisions wait for the reader, late entries included."""
    return sum(_totals(view)) + _late_total(view) + unconfirmed(view) + sum(n for n, _each in elsewhere(view))


def elsewhere(view: View) -> list[tuple[int, Elsewhere]]:
    """[(how many wait, what)] of what waits on other pages; nothing of what does not wait."""
    found = []
    for page, each in ELSEWHERE.items():
        n = view.kept(("elsewhere", page, view.actor.user_id), lambda each=each: each.count(view))
        found += [(n, each)] if n else []
    return found


def _totals(view: View) -> tuple[int, ...]:
    def count() -> tuple[int, ...]:
        counts = (sa.select(sa.func.count()).select_from(query.subquery()) for query, _cut in _waiting(view))
        query = sa.select(*(each.scalar_subquery() for each in counts))
        return tuple(view.session.execute(query, {"soon": view.now + AHEAD}).one())

    return view.kept(("inbox", view.actor.user_id), count)


def page(view: View, number: int, size: int) -> tuple[list[Item], int]:
    """One page of the decisions, what is urgent and what is due first on top; and how many there are."""
    urgent, totals, asked = urgent_criteria(), _totals(view), {"soon": view.now + AHEAD, "most": number * size}
    found = []
    for (_query, cut), n in zip(_waiting(view), totals, strict=True):
        found += view.session.execute(cut, asked) if n else []
    found.sort(key=lambda s: (s.criterion not in urgent, s.due or datetime.max, s.number))
    spans = found[(number - 1) * size : number * size]
    tasks = tasks_of(spans)
    add_labels(view.session, view.actor, tasks)
    return _items(view.session, view.actor, tasks), sum(totals)


def _items(session, actor: Actor, tasks: Sequence[Task]) -> list[Item]:
    asked = [task.anchor for task in tasks]
    ledgers = ledger.picked(session, list({task.subject for task in tasks}), asked, ["planned"])
    items = []
    for task in tasks:
        entries = effective(ledgers.get(task.subject, []))
        entry = next((e for e in entries if e.id == task.anchor), None)
        item = Item(task, entry, own=entry is not None and task.criterion.task == "decided" and _wrote(actor, entry))
        if entry is not None and entry.kind == "planned":
            item.before = previous_plan(entries, entry)
            item.changes = plan_changes(item.before, entry)
        items.append(item)
    names = names_of(session, [item.entry.author for item in items if item.entry is not None])
    for item in items:
        item.author = names.get(item.entry.author, "") if item.entry is not None else ""
    return items


def _wrote(actor: Actor, entry: Entry) -> bool:
    return entry.author == str(actor.user_id)


def _late(actor: Actor, tree: UnitTree) -> list:
    return [
        sa.or_(
            sa.and_(CaseSign.track == "case", visible(actor, Permission.CASE_DECIDE, CaseSign, tree)),
            sa.and_(CaseSign.track == "detection", visible(actor, Permission.DETECTION_DECIDE, CaseSign, tree)),
        ),
        CaseSign.code.in_((LATE, ASSIGN)),
        CaseSign.asks,
        CaseSign.author != str(actor.user_id),
    ]


def _late_total(view: View) -> int:
    def count() -> int:
        return view.session.scalar(sa.select(sa.func.count()).where(*_late(view.actor, view.tree)))

    return view.kept(("late entries", view.actor.user_id), count)


def late_entries(view: View, size: int) -> tuple[list[LateEntry], int]:
    """The entries that wait to be accepted, the oldest first; and how many there are."""
    total = _late_total(view)
    if not total:
        return [], 0
    session, where = view.session, _late(view.actor, view.tree)
    file = sa.and_(CaseFile.province == CaseSign.province, CaseFile.subject == CaseSign.subject)
    person = sa.and_(Detected.province == CaseSign.province, Detected.subject == CaseSign.subject)
    head = sa.func.coalesce(CaseFile.head_seq, Detected.head_seq).label("head_seq")
    query = sa.select(CaseSign, head).outerjoin(CaseFile, file).outerjoin(Detected, person).where(*where)
    rows = session.execute(query.order_by(CaseSign.since, CaseSign.number, CaseSign.position).limit(size)).all()
    found = [LateEntry(row.CaseSign, programmes()[row.CaseSign.programme], row.head_seq) for row in rows]
    add_labels(session, view.actor, found)
    wanted = [str(UUID(each.sign.detail)) if each.sign.code == ASSIGN else "" for each in found]
    names = names_of(session, [*(each.sign.author for each in found), *wanted])
    for each, worker in zip(found, wanted, strict=True):
        each.author, each.worker_to = names.get(each.sign.author, ""), names.get(worker, "")
    return found, total


def unconfirmed(view: View) -> int:
    """How many conflicts of interest wait for the reader as the second person."""
    return view.kept(("conflicts", view.actor.user_id), lambda: _unconfirmed(view))


def _unconfirmed(view: View) -> int:
    where = (view.holds(CaseSign), CaseSign.code == "conflict", CaseSign.asks)
    query = sa.select(CaseSign).where(*where, CaseSign.author != str(view.actor.user_id))
    waits = list(view.session.scalars(query))
    asked = zip(confirming_signs(view.session, view.tree, waits), waits, strict=True)
    return sum(
        may(view.actor, Permission.CASE_DECIDE, unit=unit, programme=sign.programme) for unit, sign in asked if unit
    )


def offered(view: View) -> int:
    """How many files other units ask the reader's to take."""
    query = sa.select(sa.func.count()).select_from(CaseTransfer).where(offered_to(view.actor, view.tree))
    return view.session.scalar(query)


def unassigned(view: View) -> int:
    """How many open files nobody is assigned to."""
    return view.kept(
        ("unassigned",), lambda: sum(files.n for _unit, files in counted.files(view) if files.worker is None)
    )


def acceptable(session, actor: Actor, tree: UnitTree, entries: Collection[UUID]) -> Mapping[UUID, CaseSign]:
    """Those of the entries that may be decided together with others: late and nothing but late, or a wish to give the
    file to a colleague."""
    query = sa.select(CaseSign).where(*_late(actor, tree), CaseSign.entry.in_(sorted(entries)))
    query = query.execution_options(populate_existing=True)
    return {sign.entry: sign for sign in session.scalars(query)} if entries else {}
