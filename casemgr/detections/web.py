"""What every page of a detection begins with: find it, ask the policy, fold it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from flask import abort

from casemgr.access import policy
from casemgr.access.web import Permission, current_actor, may, require
from casemgr.cases.queries import barred
from casemgr.db import db
from casemgr.detections import services
from casemgr.detections.models import Detected
from casemgr.detections.projection import state_of
from casemgr.detections.queries import labels
from casemgr.detections.rules import OPEN, DetectedState
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry
from casemgr.programmes import programmes
from casemgr.programmes.model import Programme
from casemgr.units.loading import calendar


@dataclass
class Sheet:
    """A detection that the reader may open, with everything folded."""

    row: Detected
    programme: Programme
    entries: list[Entry]
    state: DetectedState
    calendar: object

    @property
    def place(self) -> dict:
        """What the policy wants to know about it."""
        return place_of(self.row)

    @property
    def open(self) -> bool:
        return self.row.status in OPEN

    @cached_property
    def full(self) -> bool:
        """Whether the reader sees names and free text. Before somebody has taken it: everyone who could."""
        return may_identify(self.row)

    @cached_property
    def sealed(self) -> dict:
        """The sealed parts the reader may see, by entry id."""
        return ledger.read_sealed(db.session, self.entries) if self.full else {}

    @cached_property
    def label(self) -> str:
        """Given name and initial, or nothing."""
        return labels(db.session, [self.row]).get(self.row.subject, "") if self.full else ""

    @property
    def may_write(self) -> bool:
        return may(Permission.DETECTION_WRITE, **self.place)

    @property
    def may_file(self) -> bool:
        return may(Permission.CASE_WRITE, **self.place, **reading(self.row))

    def may_decide(self, entry: Entry) -> bool:
        waits = any(e.id == entry.id for e in self.state.waiting)
        return waits and may(Permission.DETECTION_DECIDE, author=entry.author, **self.place)

    def entry(self, id: UUID) -> Entry:
        """An entry of this ledger; 404 otherwise."""
        found = next((e for e in self.entries if e.id == id), None)
        if found is None:
            abort(404)
        return found


def place_of(row: Detected) -> dict:
    return {"unit": row.unit_id, "programme": row.programme}


def reading(row: Detected) -> dict:
    """Who works on it, for permissions of one case; nobody yet: whoever acts could."""
    actor = current_actor()
    return {"worker": row.worker or (actor.user_id if actor else None), "read": programmes()[row.programme].readers}


def may_identify(row: Detected) -> bool:
    return may(Permission.IDENTITY_READ, **place_of(row), **reading(row))


def find_row(number: str, permission: Permission = Permission.DETECTION_READ, **more) -> Detected:
    """The detection, if the reader may do this to it: logged; 404 outside their scope, 403 without the verb."""
    row = services.find(db.session, number)
    if row is None or barred(db.session, current_actor(), row.subject):
        abort(404)
    require(permission, subject=row.subject, **place_of(row), **more)
    return row


def open_sheet(number: str, permission: Permission = Permission.DETECTION_READ, **more) -> Sheet:
    """`find_row`, folded."""
    row = find_row(number, permission, **more)
    days, entries = calendar(db.session), ledger.entries(db.session, row.subject)
    state = state_of(entries, days)
    if state is None:
        abort(404)
    return Sheet(row, state.programme, entries, state, days)


def by(sheet: Sheet, form, now: datetime, unit: str | None = None) -> services.By:
    """Who writes a step, from its form."""
    author = str(current_actor().user_id)
    return services.By(author, unit or sheet.row.unit_id, now, form.occurred_at, form.id)


def deciding_unit(row: Detected) -> str:
    """The unit above the detection's in which whoever acts decides."""
    return policy.deciding_unit(current_actor(), row.unit_id, row.programme)
