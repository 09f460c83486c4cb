"""What is asked of the unit above about rows of the registers of today: a constant number of queries, however many
registers there are."""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

import sqlalchemy as sa

from casemgr.access import policy
from casemgr.access.policy import ALL, Actor, Permission
from casemgr.cases.models import CaseFile
from casemgr.cases.queries import hidden_from
from casemgr.detections.models import Detected
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import VOIDED, Entry, effective
from casemgr.ledger.services import province
from casemgr.reconciling.models import ReconciledRow
from casemgr.reconciling.projection import KIND, subject_of
from casemgr.reconciling.rules import DECIDED, NEVER
from casemgr.registers import rows as stored
from casemgr.registers.models import Register, RegisterRow

Asked = tuple[Register, str, Entry, Entry | None]  # the register, the row's commune, what was asked, what was decided
Place = tuple[UUID, int]  # the reconciliation of a register, and a row


def asked_of_rows(session, actor: Actor, kind: str) -> list[Asked]:
    """What was asked about the rows that the reader reaches: what waits first, then the newest. Nothing is decrypted."""
    registers = _registers(session)
    asked: list[tuple[Entry, Entry | None]] = []
    for subject, entries in ledger.replay(session, KIND, only=(kind, DECIDED, VOIDED)):
        if subject in registers:
            told = effective(entries)
            decided = {e.coded["on"]: e for e in told if e.kind == DECIDED}
            asked += [(e, decided.get(e.id.hex)) for e in told if e.kind == kind]
    reached = _reached(session, actor, registers, [(e.subject, e.coded["row"]) for e, _decided in asked])
    found = [
        (registers[e.subject], reached[place], e, decided)
        for e, decided in asked
        if (place := (e.subject, e.coded["row"])) in reached
    ]
    newest = sorted(found, key=lambda each: each[2].occurred_at, reverse=True)
    return sorted(newest, key=lambda each: each[3] is not None)


def rows_waiting(session, actor: Actor, waits) -> int:
    """On how many rows this reader decides, never on what they asked themselves. `waits`: ReconciledRow.asked or
    ReconciledRow.dispute."""
    entries = ledger.ENTRIES.c
    query = (
        sa.select(ReconciledRow.subject, ReconciledRow.number)
        .join(ledger.ENTRIES, sa.and_(entries.province == ReconciledRow.province, entries.id == waits))
        .where(ReconciledRow.province == province(), waits.is_not(None), entries.author != str(actor.user_id))
    )
    places = [(subject, number) for subject, number in session.execute(query)]
    return len(_reached(session, actor, _registers(session), places, Permission.DETECTION_DECIDE)) if places else 0


def barred(session, actor: Actor) -> frozenset[Place]:
    """The rows about somebody whose file or detection a conflict of interest hides from the actor."""
    hidden = hidden_from(session, actor)
    if not hidden:
        return frozenset()
    persons = [
        sa.select(table.beneficiary).where(
            table.province == province(), table.subject.in_(hidden), table.beneficiary.is_not(None)
        )
        for table in (CaseFile, Detected)
    ]
    about = sa.or_(ReconciledRow.person.in_(sa.union(*persons)), ReconciledRow.detected.in_(hidden))
    query = sa.select(ReconciledRow.subject, ReconciledRow.number).where(ReconciledRow.province == province(), about)
    return frozenset((subject, number) for subject, number in session.execute(query))


def _registers(session) -> dict[UUID, Register]:
    """{reconciliation: register} of the registers of today whose rows are matched at all."""
    return {subject_of(r.subject): r for r in stored.current(session) if r.named and r.programme not in NEVER}


def _reached(
    session, actor: Actor, registers: Mapping[UUID, Register], places: Iterable[Place],
    permission: Permission = Permission.REGISTER_MATCHES,
) -> dict[Place, str]:  # fmt: skip
    """{row: commune} of those of these rows that the actor may see."""
    may_see, hidden = _sees(actor, permission), barred(session, actor)
    wanted = {(registers[s].subject, n): (s, n) for s, n in places if s in registers and (s, n) not in hidden}
    found = {}
    for part in ledger.chunks(sorted(wanted)):
        query = sa.select(RegisterRow.register, RegisterRow.number, RegisterRow.unit_id).where(
            RegisterRow.province == province(), sa.tuple_(RegisterRow.register, RegisterRow.number).in_(part)
        )
        for register, number, unit in session.execute(query):
            place = wanted[register, number]
            if may_see(registers[place[0]], unit):
                found[place] = unit
    return found


def _sees(actor: Actor, permission: Permission) -> Callable[[Register, str], bool]:
    """As `queries.in_scope`: rows whose commune is not known belong to the unit that the register covers."""
    scopes = policy.scope(actor, permission)

    def sees(register: Register, unit: str) -> bool:
        where = unit or register.unit_id
        return any(
            where in scope.units and (scope.programmes is ALL or register.programme in scope.programmes)
            for scope in scopes
        )

    return sees
