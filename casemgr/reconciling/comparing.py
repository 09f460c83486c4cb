"""Holding a register against everybody known: one index for the whole register, then row by row.

The index decrypts every person once and lives only as long as the work. Persons known only through a group that is
never matched are not in it, and neither is their group's detections.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import sqlalchemy as sa

from casemgr import jobs, vault
from casemgr.clock import now as clock_now
from casemgr.db import begin_write, db
from casemgr.detections.models import Detected
from casemgr.detections.queries import first_entries
from casemgr.detections.rules import OPEN
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft
from casemgr.people.blocking import Index
from casemgr.people.concluding import LOOK as HUMAN_LOOKS
from casemgr.people.concluding import MATCHED as CONCLUDED
from casemgr.people.concluding import Conclusion, conclude
from casemgr.people.known import programmes_of
from casemgr.people.names import fold_name
from casemgr.people.projection import PEOPLE, chunks, open_person
from casemgr.people.rules import Birth, Person
from casemgr.programmes import programmes
from casemgr.reconciling import mended
from casemgr.reconciling.models import NotSame, ReconciledRow
from casemgr.reconciling.projection import KIND, subject_of
from casemgr.reconciling.rules import (
    COMPARED,
    DETECTED,
    DUPLICATE,
    HUMAN,
    LOOK,
    MATCHED,
    NEVER,
    NOBODY,
    PERSON,
    SETTINGS,
    check_matchable,
    write_who,
)
from casemgr.refused import N_
from casemgr.registers import rows as stored
from casemgr.registers.models import Register
from casemgr.registers.rules import Row
from casemgr.registers.services import on_received

CHUNK = 2000  # rows in one entry
AUTHOR = "system:matching"


def row_digest(keys, person: Person) -> bytes:
    """What a row says about a person, as a keyed digest: the same row in another register has the same."""
    numbers = ",".join(sorted(f"{n.kind}{n.index_value}" for n in person.identifiers))
    said = (fold_name(person.name), person.birth, person.sex, fold_name(person.mother), fold_name(person.father))
    return vault.blind(keys, "row", "|".join([*map(str, said), person.phone, numbers]))


# --- the index ------------------------------------------------------------------------------------------------------


def load_index(session, programme: str) -> Index:
    """Everybody whom a row of this programme may be about. Keys are (person | detected, subject)."""
    index, kind = Index(), programmes()[programme].beneficiary
    for part in chunks(_everybody(session, kind)):
        hidden = _never_matched(session, [row.subject for row in part])
        for row in part:
            if row.subject not in hidden:
                person = open_person(vault.keys(), row)
                if fold_name(person.name):
                    index.add((PERSON, row.subject), replace(person, address=""))
    for subject, person in _unregistered(session, programme):
        index.add((DETECTED, subject), person)
    return index


def _everybody(session, kind: str) -> list:
    keys = vault.SubjectKey.__table__
    query = sa.select(PEOPLE, keys.c.wrapped).join(
        keys, sa.and_(keys.c.province == PEOPLE.c.province, keys.c.subject == PEOPLE.c.subject)
    )
    query = query.where(PEOPLE.c.province == ledger.province(), PEOPLE.c.kind == kind)
    return session.execute(query.order_by(PEOPLE.c.subject)).all()


def _never_matched(session, subjects: Sequence[UUID]) -> set[UUID]:
    """Those known only through a group that is never matched: a list of the police must not find them."""
    known = programmes_of(session, subjects)
    return {subject for subject, codes in known.items() if codes and codes <= NEVER}


def _unregistered(session, programme: str) -> Iterator[tuple[UUID, Person]]:
    """Those detected by name but not yet registered: a row about them is no new detection."""
    query = sa.select(Detected.subject).where(
        Detected.province == ledger.province(),
        Detected.programme == programme,
        Detected.beneficiary.is_(None),
        Detected.status.in_(OPEN),
    )
    for part in chunks(session.scalars(query).all()):
        for entry, sealed in first_entries(session, part):
            if not sealed.get("name"):
                continue
            birth = Birth.parse(sealed.get("birth") or "")
            if birth is None and entry.coded.get("birth_year"):
                birth = Birth(entry.coded["birth_year"], estimated=True)
            sex = entry.coded.get("sex") or "khong_biet"
            yield entry.subject, Person(sealed["name"], sex=sex, birth=birth, home=entry.coded["unit"])


# --- comparing ------------------------------------------------------------------------------------------------------


def compare(
    session, register: Register, *, author: str, now: datetime, told: Callable[[int, int], None] = lambda *_: None
) -> int:
    """Compares every row on which no human has answered; the number of rows compared. `told(done, total)`."""
    check_matchable(register.programme, register.named)
    begin_write(session)
    subject, wanted = subject_of(register.subject), register.subject
    if not begun(session, subject):
        ledger.create(session, KIND, subject)
    for part in sorted(subject_of(each.subject) for each in mended.whole_of(session, register)):
        if begun(session, part):
            ledger.lock(session, part)
    head, settled = ledger.lock(session, subject), _settled(session, subject)
    elsewhere = mended.stood_for(session, register)
    replaced, known = elsewhere.pop(wanted, set()), mended.matched(session, register, elsewhere)
    total = register.good + register.parked
    index, apart = load_index(session, register.programme), _apart(session)
    earlier: dict[tuple, tuple[int, datetime | None]] = {}
    done, offset = 0, 0
    while True:
        page = stored.rows_of(session, wanted, limit=CHUNK, offset=offset)
        if not page:
            break
        said = {}
        for number, (kept, row) in page.items():
            if number in settled:
                continue
            again = number in replaced and kept.same_as is None
            said[str(number)] = {"said": DUPLICATE} if again else _said(index, apart, earlier, known, row, kept.same_as)
        if said:
            entry = uuid5(subject, f"compared-{head}-{offset}")
            draft = Draft(COMPARED, now, "minute", author, register.unit_id, now, {"rows": said}, id=entry)
            ledger.append(session, subject, [draft])
        done, offset = done + len(said), offset + CHUNK
        told(min(offset, total), total)
    for part, numbers in elsewhere.items():
        _stand_for(session, part, numbers & mended.counting(session, part), author, register.unit_id, now)
    return done


def _stand_for(session, register: UUID, numbers: set[int], author: str, unit: str, now: datetime) -> None:
    """Another part of the list holds these rows once more, mended: they count there."""
    if numbers:
        said = {str(number): {"said": DUPLICATE} for number in sorted(numbers)}
        draft = Draft(COMPARED, now, "minute", author, unit, now, {"rows": said})
        ledger.append(session, subject_of(register), [draft])


def begun(session, subject: UUID) -> bool:
    """Whether a register was ever compared."""
    table = ledger.SUBJECTS
    query = sa.select(table.c.id).where(table.c.province == ledger.province(), table.c.id == subject)
    return session.scalar(query) is not None


def _settled(session, subject: UUID) -> set[int]:
    query = sa.select(ReconciledRow.number).where(
        ReconciledRow.province == ledger.province(), ReconciledRow.subject == subject, ReconciledRow.by == HUMAN
    )
    return set(session.scalars(query))


def _apart(session) -> dict[bytes, set[UUID]]:
    """{digest of a row: everybody who was answered not to be that person}, whatever the register."""
    found: dict[bytes, set[UUID]] = {}
    for digest, who in session.execute(
        sa.select(NotSame.digest, NotSame.who).where(NotSame.province == ledger.province())
    ):
        found.setdefault(bytes(digest), set()).add(who)
    return found


def _said(index: Index, apart: dict, earlier: dict, known: dict, row: Row, same_as: int | None) -> dict:
    if same_as is not None:
        return {"said": DUPLICATE, "of": same_as}
    near = index.near(row.person)
    others = apart.get(row_digest(vault.keys(), row.person))
    if others:
        near = [each for each in near if each.key[1] not in others]
    found = conclude(row.person, near)
    if found.outcome == CONCLUDED and not set(row.doubts) <= set(SETTINGS["harmless_doubts"]):
        found = Conclusion(HUMAN_LOOKS, found.near)
    pairs = [[*write_who(each.key), each.match.score] for each in found.near]
    if found.outcome == HUMAN_LOOKS:
        return {"said": LOOK, "near": pairs}
    if found.outcome != CONCLUDED:
        return {"said": NOBODY}
    who = found.near[0].key
    if any(_same_incident(received, row.received) for received in known.get(who, ())):
        return {"said": DUPLICATE}
    before = earlier.setdefault(who, (row.number, row.received))
    if before[0] != row.number and _same_incident(before[1], row.received):
        return {"said": DUPLICATE, "of": before[0]}
    return {"said": MATCHED, "near": pairs}


def _same_incident(a: datetime | None, b: datetime | None) -> bool:
    return a is None or b is None or abs(a - b) <= timedelta(days=SETTINGS["same_incident_days"])


# --- as work that takes its time ------------------------------------------------------------------------------------


@jobs.job(
    "registers.compare",
    title=N_("Đối chiếu danh sách nguồn với hồ sơ"),
    leads_to=lambda params: ("reconciling.page", {"register": params["register"]}),
)
def _compare_all(work: jobs.Work) -> None:
    register = stored.get(db.session, UUID(work.params["register"]))
    compare(db.session, register, author=AUTHOR, now=clock_now(), told=work.progress)


@on_received
def _start(session, register: UUID, author: str, unit: str, now: datetime) -> None:
    """A register that was received whole is compared at once, where its group is matched at all."""
    found = stored.get(session, register)
    if found is not None and found.named and found.programme not in NEVER:
        jobs.start(session, "registers.compare", {"register": str(register)}, author=author, unit=unit, now=now)
