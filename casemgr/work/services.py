"""The verbs of supervision: many files given to another worker, late entries accepted together. What is refused is
said by number; the rest goes through."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from casemgr.access import policy
from casemgr.access.holders import reaches
from casemgr.access.models import User
from casemgr.access.policy import Actor, Permission
from casemgr.cases import entries as rules
from casemgr.cases.handover import ASSIGN_ASKED
from casemgr.cases.models import CaseBar, CaseFile
from casemgr.cases.queries import hidden_from
from casemgr.cases.rules import CaseState
from casemgr.cases.services import assign_draft, state
from casemgr.cases.web import facts_of
from casemgr.db import one_of
from casemgr.detections import services as detections
from casemgr.ledger import services as ledger
from casemgr.programmes import programmes
from casemgr.refused import N_, Refused
from casemgr.units.rules import UnitTree
from casemgr.work import inbox
from casemgr.work.models import SavedView

NOT_HERE = N_("không có hồ sơ này trong phạm vi của bạn")


@dataclass(slots=True)
class Outcome:
    """What became of a request about many files, by number."""

    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)  # (number, a source string saying why)


def reassign(session, actor: Actor, numbers: Sequence[str], worker: User, *, note: str, now: datetime) -> Outcome:
    """Gives each of these files to the worker, with a note in its ledger. What is scheduled goes along, because it is
    read from the file."""
    found = Outcome()
    numbers = list(dict.fromkeys(numbers))
    asked = (CaseFile.province == ledger.province(), CaseFile.number.in_(numbers))
    # What is read before they are held may no longer be so: another unit has just accepted one of them.
    ledger.lock_many(session, session.scalars(sa.select(CaseFile.subject).where(*asked)).all())
    query = sa.select(CaseFile).where(*asked).execution_options(populate_existing=True)
    files = {file.number: file for file in session.scalars(query)}
    hidden = {*hidden_from(session, actor)}
    barred = _barred(session, worker)
    batches = []
    for number in numbers:
        file = files.get(number)
        why = _refusal(actor, file, worker, hidden, barred)
        if why:
            found.refused.append((number, why))
            continue
        draft = assign_draft(
            programmes()[file.programme],
            str(worker.id),
            author=str(actor.user_id),
            unit=file.unit_id,
            now=now,
            note=note,
        )
        batches.append((file.subject, [draft]))
        found.done.append(number)
    if batches:
        ledger.append_many(session, batches)
    return found


def _barred(session, worker: User) -> frozenset[UUID]:
    query = sa.select(CaseBar.hidden).where(CaseBar.province == ledger.province(), CaseBar.account == str(worker.id))
    return frozenset(session.scalars(query))


def _refusal(actor: Actor, file: CaseFile | None, worker: User, hidden, barred) -> str | None:
    if file is None or file.subject in hidden or not policy.may(actor, Permission.CASE_ASSIGN, **facts_of(file)):
        return NOT_HERE
    if file.status == "closed":
        return N_("hồ sơ đã đóng")
    if file.worker == str(worker.id):
        return N_("đã do cán bộ này phụ trách")
    if file.subject in barred or not reaches(worker, Permission.CASE_WRITE, file.unit_id, file.programme):
        return N_("cán bộ được chọn không phụ trách được hồ sơ này")
    return None


def accept_late(
    session,
    actor: Actor,
    tree: UnitTree,
    tokens: Sequence[str],
    *,
    outcome: str,
    number: str | None,
    note: str | None,
    now: datetime,
) -> Outcome:
    """Decides on entries that were written down late, all alike. Only those that are late and nothing else; a file
    that has changed since the page was made is left for another look."""
    found = Outcome()
    wanted = _wanted(tokens)
    entries = [entry for _n, _seq, entry in wanted]
    # Held together and looked at again: two leaders may decide on the same files at once, in another order.
    waiting = inbox.acceptable(session, actor, tree, entries)
    ledger.lock_many(session, {sign.subject for sign in waiting.values()})
    acceptable = inbox.acceptable(session, actor, tree, entries)
    for (file_number, seq), entries in _by_file(wanted).items():
        try:
            signs = [acceptable[entry] for entry in entries if entry in acceptable]
            if len(signs) < len(entries) or any(sign.number != file_number for sign in signs):
                raise Refused(N_("bản ghi không còn chờ, hoặc phải quyết định riêng"))
            facts = {"outcome": outcome, "number": number, "note": note}
            if signs[0].track == "detection":
                above = policy.deciding_unit(actor, signs[0].unit_id, signs[0].programme)
                by = detections.By(str(actor.user_id), above, now, (now, "minute"))
                detections.accept_late(session, signs[0].subject, entries, **facts, by=by, on_seq=seq)
            else:
                facts |= {"signer": None, "author": str(actor.user_id)}
                _accept(session, signs[0].subject, entries, seq, **facts, now=now)
        except Refused as refused:
            found.refused.append((file_number, str(refused)))
        else:
            found.done += [file_number] * len(entries)
    return found


def _accept(session, subject: UUID, entries: Sequence[UUID], seq: int, *, author: str, now: datetime, **facts) -> None:
    if ledger.lock(session, subject) != seq:
        raise ledger.Stale(N_("hồ sơ đã có bản ghi mới sau khi trang này được mở, hãy xem lại"))
    current, _all = state(session, subject)
    by_id = {entry.id: entry for entry in current.entries}
    drafts = []
    for target in (by_id[entry] for entry in entries):
        on = {"author": author, "unit": current.unit, "now": now}
        drafts.append(rules.draft_decision(current, target, occurred=(now, "minute"), **on, **facts))
        if target.kind == ASSIGN_ASKED and facts["outcome"] == "approved":
            worker = session.get(User, UUID(target.coded["worker"]))
            if worker is None or not _may_take(session, worker, subject, current):
                raise Refused(N_("cán bộ được chọn không phụ trách được hồ sơ này"))
            drafts.append(assign_draft(current.programme, str(worker.id), **on))
    ledger.append(session, subject, drafts, on_seq=seq)


def _may_take(session, worker: User, subject: UUID, current: CaseState) -> bool:
    reached = reaches(worker, Permission.CASE_WRITE, current.unit, current.programme.code)
    return reached and subject not in _barred(session, worker)


def _wanted(tokens: Sequence[str]) -> list[tuple[str, int, UUID]]:
    """(number, seq, entry) of what the form sent; what is not ours is left out."""
    found = []
    for token in dict.fromkeys(tokens):
        number, _, rest = token.partition(".")
        seq, _, entry = rest.partition(".")
        if seq.isascii() and seq.isdigit() and len(seq) < 9 and len(entry) == 32:
            try:
                found.append((number, int(seq), UUID(entry)))
            except ValueError:
                continue
    return found


def _by_file(wanted: Sequence[tuple[str, int, UUID]]) -> dict[tuple[str, int], list[UUID]]:
    files: dict[tuple[str, int], list[UUID]] = {}
    for number, seq, entry in wanted:
        files.setdefault((number, seq), []).append(entry)
    return files


def save_view(session, actor: Actor, unit: str, name: str, query: str, *, shared: bool, now: datetime) -> SavedView:
    """Keeps a way to look at the caseload; the same name again replaces it."""
    here = ledger.province()
    old = sa.select(SavedView).where(
        SavedView.province == here, SavedView.owner == actor.user_id, SavedView.name == name
    )
    view = session.scalar(old)
    if view is None:
        view = SavedView(province=here, id=uuid4(), owner=actor.user_id, name=name, created_at=now)
        session.add(view)
    view.unit_id, view.query, view.shared = unit, query, shared
    session.flush()
    return view


_MINE = SavedView.owner == sa.bindparam("owner")
_SHARED = sa.and_(SavedView.shared, one_of(SavedView.unit_id, "units"))
_VIEWS = sa.select(SavedView).where(SavedView.province == sa.bindparam("here"), sa.or_(_MINE, _SHARED))
_VIEWS = _VIEWS.order_by(SavedView.name).limit(30)


def saved_views(session, actor: Actor, units: Collection[str]) -> list[SavedView]:
    """The reader's own, and those that others shared where the reader supervises, by name."""
    asked = {"here": ledger.province(), "owner": actor.user_id, "units": sorted(units)}
    return list(session.scalars(_VIEWS, asked))


def drop_view(session, actor: Actor, id: UUID) -> bool:
    """Only one's own."""
    view = session.get(SavedView, (ledger.province(), id))
    if view is None or view.owner != actor.user_id:
        return False
    session.delete(view)
    session.flush()
    return True
