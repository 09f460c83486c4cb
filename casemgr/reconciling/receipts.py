"""The source's own receipt time, where a row turns out to be about a detection that is here already.

The first receipt anywhere starts the clocks: a human who says «the same» says it of the incident too. Undone, the
detection has the time that it had.
"""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from casemgr.detections import services as detections
from casemgr.detections.base import tell_receipt
from casemgr.detections.models import Detected
from casemgr.detections.rules import earlier, read_moment, write_moment
from casemgr.ledger.services import province
from casemgr.programmes import programmes
from casemgr.reconciling.rules import ANSWERED, DETECTED, SAME, SETTINGS, RowState, Who
from casemgr.registers.models import Register, RegisterRow


def incident_of(session, register: Register, who: Who, received: datetime | None) -> Detected | None:
    """The detection of somebody that a row received then is about: of several the nearest in time."""
    if programmes()[register.programme].population != "detections":
        return None
    mine = Detected.subject == who[1] if who[0] == DETECTED else Detected.beneficiary == who[1]
    query = sa.select(Detected).where(Detected.province == province(), Detected.programme == register.programme, mine)
    found = list(session.scalars(query))
    return min(found, key=lambda each: abs(each.received_at - received) if received else timedelta(), default=None)


def of_row(session, register: Register, number: int) -> tuple[datetime, str] | None:
    query = sa.select(RegisterRow.received_at, RegisterRow.received_precision).where(
        RegisterRow.province == province(), RegisterRow.register == register.subject, RegisterRow.number == number
    )
    found = session.execute(query).one_or_none()
    return (found[0], found[1]) if found and found[0] and found[1] in ("minute", "day") else None


def far(a: datetime, b: datetime) -> bool:
    """Too far apart for one incident, unless somebody says so."""
    return abs(a - b) > timedelta(days=SETTINGS["same_incident_days"])


def may_report(session, register: Register, number: int, state: RowState) -> bool:
    """Whether a row may become a detection: not twice, and not where it was found as one of the same time."""
    if state.detected is not None:
        return False
    if state.who is None or state.who[0] != DETECTED:
        return True
    own = of_row(session, register, number)
    found = incident_of(session, register, state.who, own[0]) if own else None
    return bool(own and found and far(own[0], found.received_at))


def answered(session, register: Register, number: int, said: str, who: Who | None, state: RowState, on) -> list[str]:
    """Tells the detection the earlier receipt, or takes it back: [detection, the receipt it had before]."""
    writer = {"author": on.author, "unit": on.unit, "now": on.now}
    if said != SAME:
        last = next((e for e in reversed(state.turns) if e.kind == ANSWERED and e.coded["answer"] == SAME), None)
        if last is not None and "moved" in last.coded:
            subject, before = last.coded["moved"]
            tell_receipt(
                session, UUID(subject), read_moment(before), instead_of=of_row(session, register, number), **writer
            )
        return []
    own = of_row(session, register, number)
    found = incident_of(session, register, who, own[0]) if own and who else None
    if own is None or found is None:
        return []
    current, _entries = detections.state(session, found.subject)
    if current is None or not earlier(own, current.received):
        return []
    tell_receipt(session, found.subject, own, **writer)
    return [found.subject.hex, write_moment(current.received)]
