"""From a detected person to a case file: a new one, or the open one that this person already has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from casemgr.cases import services as cases
from casemgr.cases.entries import check_refusals
from casemgr.cases.models import CaseFile
from casemgr.detections import drafts
from casemgr.detections.base import CLOSED_TO_STEPS, By, locked
from casemgr.detections.rules import DUPLICATE, EXCLUDED, OPEN, DetectedState, age_on, for_case
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft
from casemgr.people import services as people
from casemgr.programmes.model import Programme
from casemgr.refused import N_, Refused


@dataclass(frozen=True, slots=True)
class Opened:
    """The case file, and whether the person's open file was joined instead of opening a new one."""

    case: UUID
    number: str
    linked: bool


def open_file(
    session,
    subject: UUID,
    by: By,
    *,
    beneficiary: UUID | None = None,
    person: Mapping | None = None,
    worker: str | None = None,
    values: Mapping | None = None,
) -> Opened:
    """Opens the case file of a detected person, or links the open one of the same person and programme.

    `beneficiary` is a person already known; `person` the facts of a new one (fields of people.rules.Person); neither:
    nobody's name is known yet. `values` are the programme's fields of the kind 'opened'. Raises Refused.
    """
    before = _sent_before(session, subject, by)
    if before is not None:
        return before
    current = locked(session, subject, by)
    _check(current)
    beneficiary = beneficiary or current.beneficiary
    if beneficiary is None and person:
        beneficiary = people.register(session, by.author, by.unit, by.now, kind=current.programme.beneficiary, **person)
    known = people.identity(session, beneficiary) if beneficiary is not None else None
    if beneficiary is not None and known is None:
        raise Refused(N_("Không tìm thấy người này."), "beneficiary")
    facts = current.facts | _age(known, current) | {"named": beneficiary is not None}
    if "matched" in current.programme.detection.kinds:
        check_refusals(current.programme.detection.kinds["matched"], facts)
    told = for_case(subject, facts)
    opened = _link(session, current, beneficiary, told, by)
    if opened is None:
        case, number = cases.open_case(
            session,
            current.programme.code,
            unit=current.unit,
            beneficiary=beneficiary,
            identity=_identity(known, current),
            occurred=by.occurred,
            author=by.author,
            now=by.now,
            values=values,
            detection=told,
            worker=worker or current.worker,
        )
        opened = Opened(case, number, False)
    matched = drafts.matched_draft(current.programme, opened.case, opened.number, beneficiary=beneficiary, **by.facts())
    ledger.append(session, subject, [matched])
    _tell_exclusions(session, subject, current, opened.case, by)
    return opened


def _sent_before(session, subject: UUID, by: By) -> Opened | None:
    """What the same step opened when it was sent the first time."""
    ledger.lock(session, subject)
    entry = next((e for e in ledger.entries(session, subject) if e.id == by.entry_id), None) if by.entry_id else None
    return Opened(UUID(entry.coded["case"]), entry.coded["case_number"], False) if entry is not None else None


def _check(current: DetectedState) -> None:
    """A file may be opened before the verification is done, and for somebody who is not counted."""
    if current.waiting and current.waiting[-1].kind == DUPLICATE:
        raise Refused(N_("Đề nghị ghi là trùng đang chờ cấp trên duyệt."))
    if current.waiting and current.waiting[-1].kind != EXCLUDED:
        raise Refused(N_("Kết quả «không có căn cứ» đang chờ cấp trên duyệt."))
    if current.status not in (*OPEN, EXCLUDED):
        raise Refused(CLOSED_TO_STEPS[current.status])


def _identity(known, current: DetectedState) -> dict:
    """What the file needs to count by: of the person where known, else as it was reported."""
    if known is None:
        return current.identity
    person = known.person
    return {
        "sex": person.sex,
        "birth_year": person.birth_year or current.facts.get("birth_year"),
        "ethnicity": person.ethnicity or current.facts.get("ethnicity"),
    }


def _age(known, current: DetectedState) -> dict:
    if known is None or known.person.birth is None:
        return {}
    return {"age": age_on(known.person.birth, current.happened_on)}


def _link(session, current: DetectedState, beneficiary: UUID | None, told: dict, by: By) -> Opened | None:
    row = open_case_of(session, current.programme, [beneficiary] if beneficiary else []).get(beneficiary)
    if row is None:
        return None
    linked = Draft(
        "linked",
        *by.occurred,
        by.author,
        by.unit,
        by.now,
        told,
        definition=current.programme.definition,
    )
    ledger.append(session, row.subject, [linked])
    return Opened(row.subject, row.number, True)


def open_case_of(session, programme: Programme, beneficiaries: Sequence[UUID]) -> dict[UUID, CaseFile]:
    """The open case file of each beneficiary in this programme, the oldest where there are several."""
    if not beneficiaries:
        return {}
    query = sa.select(CaseFile).where(
        CaseFile.province == ledger.province(),
        CaseFile.beneficiary.in_(list(beneficiaries)),
        CaseFile.programme == programme.code,
        CaseFile.status != "closed",
    )
    found: dict[UUID, CaseFile] = {}
    for row in session.scalars(query.order_by(CaseFile.opened_at, CaseFile.number)):
        found.setdefault(row.beneficiary, row)
    return found


def _tell_exclusions(session, subject: UUID, current: DetectedState, case: UUID, by: By) -> None:
    for moment, reason in current.excluded:
        fact = {"fact": "excluded", "reason": reason} if reason else {"fact": "included"}
        cases.tell(
            session,
            case,
            [{**fact, "detected": subject.hex}],
            occurred_at=moment,
            author=by.author,
            unit=by.unit,
            now=by.now,
        )
