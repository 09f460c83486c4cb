"""What every page of a case file begins with: find it, ask the policy, fold it."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from flask import abort
from flask_babel import gettext
from sqlalchemy.orm import Session

from casemgr.access.web import Permission, current_actor, may, require, role_title
from casemgr.cases import handover, queries, services
from casemgr.cases.marks import CONFLICTED
from casemgr.cases.models import CaseFile
from casemgr.cases.projection import state_of
from casemgr.cases.rules import CaseState
from casemgr.clock import now
from casemgr.db import db
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry
from casemgr.people import services as people
from casemgr.programmes import programmes
from casemgr.programmes.model import Kind, Programme
from casemgr.units.loading import calendar
from casemgr.units.web import current_tree


@dataclass
class Dossier:
    """A case file that the reader may open, with everything folded."""

    file: CaseFile  # or a row with its columns
    programme: Programme
    entries: list[Entry]
    state: CaseState
    calendar: object

    @cached_property
    def facts(self) -> dict:
        """What the policy wants to know about it."""
        return facts_of(self.file)

    @cached_property
    def writes(self) -> bool:
        return may(Permission.CASE_WRITE, **self.facts)

    @cached_property
    def decides(self) -> bool:
        return may(Permission.CASE_DECIDE, **self.facts)

    @cached_property
    def full(self) -> bool:
        """Whether the reader sees names and free text; an auditor sees neither."""
        return may(Permission.IDENTITY_READ, **self.facts)

    @cached_property
    def label(self) -> str | None:
        """Given name and initial, for those who may see it."""
        if not self.full or self.file.beneficiary is None:
            return None
        return people.labels(db.session, [self.file.beneficiary]).get(self.file.beneficiary)

    @cached_property
    def by_id(self) -> dict[UUID, Entry]:
        return {e.id: e for e in self.entries}

    def entry(self, id: UUID) -> Entry:
        """An entry of this file; 404 otherwise."""
        if id not in self.by_id:
            abort(404)
        return self.by_id[id]

    def may_write(self, kind: Kind) -> bool:
        """Whether the reader writes entries of this kind: what a chair signs is written by the chair."""
        return self.decides if kind.by == "supervisor" else self.writes

    @cached_property
    def _standing(self) -> frozenset[UUID]:
        """The entries that were not struck out."""
        return frozenset(e.id for e in self.state.entries)

    @cached_property
    def _asked(self) -> frozenset[UUID]:
        """The entries for which a criterion asks for a decision."""
        return frozenset(s.anchor for s in self.state.spans if s.criterion.task == "decided" and s.met is None)

    def decidable(self, entry: Entry) -> bool:
        """Whether an entry waits for a second person."""
        if self.state.decision_on(entry) is not None or entry.id not in self._standing:
            return False
        kind = self.programme.case.kinds.get(entry.kind)
        return (kind is not None and kind.decide) or entry.id in self._asked

    def deciding(self, entry: Entry) -> Permission:
        """What allows to decide on an entry: to lead the unit that holds the file, or one above it."""
        kind = self.programme.case.kinds.get(entry.kind)
        return Permission.DETECTION_DECIDE if kind is not None and kind.above else Permission.CASE_DECIDE

    def may_decide(self, entry: Entry) -> bool:
        return self.decidable(entry) and may(self.deciding(entry), author=entry.author, **self.facts)

    def may_void(self, entry: Entry) -> bool:
        """One's own entries, and for who writes in the file those of others; never an opening or a void. Another's
        decision only where it may be taken back."""
        if entry.kind in ("opened", "linked", "voided", "told", "transferred", "conflicted"):
            return False
        if entry.coded.get("about") == CONFLICTED:
            return False  # a confirmed conflict of interest is ended by two
        if any(each.asked.id == entry.id and each.answer for each in handover.transfers(self.state.entries)):
            return False  # an answer has been given to it
        if self.state.approved(entry):
            return False  # the approval is taken back first
        if entry.author == str(current_actor().user_id):
            return self.writes or self.decides
        if entry.kind == "decided":
            return self.may_take_back(entry)
        return entry.kind != "assigned" and self.writes

    def may_take_back(self, decision: Entry) -> bool:
        """Whether another leader than the one who approved takes it back: that one may have left, and what is approved
        could else never be struck out. Never who wrote what was approved, as on the day of the decision."""
        entry = self.state.approved_by(decision)
        return entry is not None and may(self.deciding(entry), author=entry.author, **self.facts)


def printable(dossier: Dossier, entry: Entry) -> bool:
    """Whether an entry has a paper: those of its kind, and approvals; nothing that was struck through."""
    kinds = dossier.programme.case.kinds
    if all(each.id != entry.id for each in dossier.state.entries):
        return False
    if entry.kind == "decided":
        about = kinds.get(entry.coded.get("about", ""))
        # What is decided above is signed there.
        return about is not None and about.decide and not about.above and entry.coded.get("outcome") == "approved"
    kind = kinds.get(entry.kind)
    return kind is not None and bool(kind.paper)


def may_attach(dossier: Dossier) -> bool:
    """Who writes in the file, and who decides on it: the chair's office keeps what the chair signed."""
    return may(Permission.CASE_WRITE, **dossier.facts) or may(Permission.CASE_DECIDE, **dossier.facts)


def facts_of(file: CaseFile) -> dict:
    readers = programmes()[file.programme].readers
    return {"unit": file.unit_id, "programme": file.programme, "worker": file.worker, "read": readers}


def find_file(number: str, permission: Permission = Permission.CASE_READ, **more) -> CaseFile:
    """The case file, if the reader may do this to it: logged; 404 outside their scope, 403 without the verb."""
    file = services.find(db.session, number, queries.not_barred(current_actor(), CaseFile.subject))
    if file is None:
        abort(404)
    require(permission, subject=file.subject, **facts_of(file), **more)
    return file


def open_dossier(number: str, permission: Permission = Permission.CASE_READ, **more) -> Dossier:
    """`find_file`, folded."""
    return fold(db.session, find_file(number, permission, **more))


def fold(session: Session, file: CaseFile) -> Dossier:
    days, all_entries = calendar(session), ledger.entries(session, file.subject)
    state = state_of(all_entries, days)
    if state is None:
        abort(404)
    return Dossier(file, state.programme, all_entries, state, days)


def no_second(unit: str) -> str:
    """What is said where nobody could confirm the mark of a file that this unit holds. The role is given in a unit that
    exists: the one that holds the file, else what became of it or of the next above."""
    tree, today = current_tree(), now().date()
    there = next((heir for each in reversed(tree.line(unit)) if (heir := tree.map_to(each, today))), unit)
    return gettext(
        "Chưa có người thứ hai nào xác nhận được: hãy đề nghị quản trị hệ thống giao vai trò «%(role)s» ở %(unit)s cho "
        "một người nữa.",
        role=role_title("supervisor", there),
        unit=tree.label(there),
    )
