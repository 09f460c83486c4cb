"""What every verb of a detection needs: finding it, its state, who writes, what must hold, what others are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from casemgr.cases import services as cases
from casemgr.detections import drafts
from casemgr.detections.drafts import Moment
from casemgr.detections.models import Detected, Incident
from casemgr.detections.projection import state_of
from casemgr.detections.rules import (
    DUPLICATE,
    EXCLUDED,
    MATCHED,
    OPEN,
    REFUSED,
    UNSUBSTANTIATED,
    DetectedState,
    earlier,
    write_moment,
)
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry
from casemgr.refused import N_, Refused
from casemgr.units.loading import calendar


@dataclass(frozen=True, slots=True)
class By:
    """Who writes a step down, in which unit, when it happened, and the time now. `entry_id` is the client's."""

    author: str
    unit: str
    now: datetime
    occurred: Moment
    entry_id: UUID | None = None

    def facts(self) -> dict:
        return {name: getattr(self, name) for name in ("author", "unit", "now", "occurred", "entry_id")}


# --- reading --------------------------------------------------------------------------------------------------------


def find(session, number: str) -> Detected | None:
    """The row of a detected person's number, or None; the caller asks the policy whether it may be shown."""
    query = sa.select(Detected).where(Detected.province == ledger.province(), Detected.number == number)
    return session.scalar(query)


def find_incident(session, number: str) -> Incident | None:
    query = sa.select(Incident).where(Incident.province == ledger.province(), Incident.number == number)
    return session.scalar(query)


def detected_in(session, incident: UUID) -> list[Detected]:
    """The persons detected in an incident, by number."""
    query = sa.select(Detected).where(Detected.province == ledger.province(), Detected.incident == incident)
    return list(session.scalars(query.order_by(Detected.number)))


def state(session, subject: UUID) -> tuple[DetectedState, list[Entry]]:
    """The folded state and all entries by seq."""
    all_entries = ledger.entries(session, subject)
    return state_of(all_entries, calendar(session)), all_entries


# --- what every step asks first -------------------------------------------------------------------------------------


def locked(session, subject: UUID, by: By) -> DetectedState:
    """The state a step is written on: today's, or for a step sent twice the one it was written on the first time."""
    ledger.lock(session, subject)
    current, all_entries = state(session, subject)
    earlier_one = next((e for e in all_entries if e.id == by.entry_id), None) if by.entry_id else None
    if earlier_one is not None:
        current = state_of([e for e in all_entries if e.seq < earlier_one.seq], calendar(session))
    if current is None:
        raise Refused(N_("Không tìm thấy trường hợp phát hiện này."))
    if by.occurred[0].date() < current.received[0].date():
        raise Refused(
            N_("Ngày thực hiện sớm hơn ngày tiếp nhận thông tin (%(day)s)."),
            "occurred",
            day=f"{current.received[0]:%d/%m/%Y}",
        )
    return current


CLOSED_TO_STEPS = {
    MATCHED: N_("Trường hợp này đã có hồ sơ. Hãy ghi tiếp vào hồ sơ đó."),
    DUPLICATE: N_("Trường hợp này đã được ghi là trùng."),
    REFUSED: N_("Người này từ chối lập hồ sơ; chỉ giữ lại số lượng."),
    EXCLUDED: N_("Trường hợp này không tính vào chỉ tiêu (đã duyệt)."),
    UNSUBSTANTIATED: N_("Trường hợp này không có căn cứ (đã duyệt)."),
}


def check_open(current: DetectedState) -> None:
    if current.status not in OPEN:
        raise Refused(CLOSED_TO_STEPS[current.status])


# --- what others are told


def tell_receipt(
    session, subject: UUID, counts: Moment, *, author: str, unit: str, now: datetime, instead_of: Moment | None = None
) -> None:
    """Tells a detected person, and its case file, that the first receipt was earlier than known so far; or that it was
    not `instead_of`, which was another's."""
    ledger.lock(session, subject)
    current, _entries = state(session, subject)
    if current is None or not (current.received == instead_of or earlier(counts, current.received)):
        return
    fact = {"fact": "received", "received_at": write_moment(counts)}
    told = drafts.told_draft(current.programme, fact, author=author, unit=unit, now=now)
    ledger.append(session, subject, [told])
    tell_case(session, subject, current, fact, author=author, unit=unit, now=now)


def tell_case(session, subject: UUID, current: DetectedState, fact: Mapping, *, author, unit, now, at=None) -> None:
    if current.case is not None:
        facts = [{**fact, "detected": subject.hex}]
        cases.tell(session, current.case, facts, occurred_at=at or now, author=author, unit=unit, now=now)
