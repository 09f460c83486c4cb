"""What the pages of a reconciliation ask of the database: a constant number of queries, whatever the rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from casemgr.access import policy
from casemgr.access.policy import ALL, Actor, Permission
from casemgr.cases.models import CaseFile, Verdict
from casemgr.db import one_of
from casemgr.detections.models import Detected
from casemgr.ledger.services import province
from casemgr.programmes import programmes
from casemgr.reconciling.comparing import subject_of
from casemgr.reconciling.models import ReconciledRow
from casemgr.reconciling.rules import DUPLICATE, LOOK, MACHINE, MATCHED, SETTINGS, WAITING
from casemgr.registers.models import Register, RegisterRow

# Where a row stands on the page, in the order of the tiles.
FILED, UNFILED, UNSURE, AGAIN, TWICE, NOT_COUNTED, DISPUTED_, UNCOMPARED = (
    "filed", "unfiled", "unsure", "again", "twice", "not_counted", "disputed", "uncompared",
)  # fmt: skip
STANDINGS = (FILED, UNFILED, UNSURE, AGAIN, TWICE, NOT_COUNTED, DISPUTED_, UNCOMPARED)
OUT = ("excluded", "unsubstantiated")
# No places of their own: rows on which a human has still to say that the incident is
# the same, and rows that were parked for a doubt and nobody has written about since.
EARLIER, PARKED = ASIDE = ("earlier", "parked")


def in_scope(actor: Actor, register: Register, permission: Permission = Permission.REGISTER_MATCHES):
    """The SQL condition on rows of a register that the actor may see: those of their communes; rows whose commune is
    not known belong to the unit that the register covers."""
    reached = []
    for scope in policy.scope(actor, permission):
        if scope.programmes is not ALL and register.programme not in scope.programmes:
            continue
        units = one_of(RegisterRow.unit_id, scope.units)
        reached.append(sa.or_(units, RegisterRow.unit_id == "") if register.unit_id in scope.units else units)
    return sa.or_(sa.false(), *reached)


def of_units(units: frozenset[str] | None):
    """The SQL condition on rows of these units, or of all where it is None: figures ask no policy."""
    return sa.true() if units is None else one_of(RegisterRow.unit_id, units)


def standing(register: Register, now: datetime):
    """The SQL expression of where a row stands: what this ledger says, and what became of its person since."""
    since = datetime.combine(register.start, datetime.min.time()) - timedelta(days=SETTINGS["same_incident_days"])
    own = sa.and_(Detected.province == province(), Detected.subject == ReconciledRow.detected)
    status = sa.func.coalesce(sa.select(Detected.status).where(own).scalar_subquery(), "")
    # Named as the row's own: two selects deep it would else be taken for any row of any register.
    beneficiary = sa.select(Detected.beneficiary).where(own).correlate(ReconciledRow).scalar_subquery()
    person = sa.func.coalesce(ReconciledRow.person, beneficiary)
    filed = sa.exists().where(
        CaseFile.province == province(),
        CaseFile.beneficiary == person,
        CaseFile.programme == register.programme,
        sa.or_(CaseFile.status != "closed", CaseFile.opened_at >= since),
    )
    counted = sa.and_(
        Verdict.province == province(),
        Verdict.beneficiary == person,
        Verdict.programme == register.programme,
        Verdict.counted_at >= since,
        Verdict.start <= now,
        Verdict.end > now,
    )
    out = sa.exists().where(counted, Verdict.verdict.in_(OUT)) & ~sa.exists().where(counted, ~Verdict.verdict.in_(OUT))
    return sa.case(
        (ReconciledRow.said.is_(None), UNCOMPARED),
        (ReconciledRow.dispute.is_not(None), DISPUTED_),
        (sa.or_(ReconciledRow.reason != "", status.in_(OUT), out), NOT_COUNTED),
        (sa.or_(ReconciledRow.said == DUPLICATE, status == "duplicate"), TWICE),
        (ReconciledRow.said == LOOK, UNSURE),
        (ReconciledRow.said == WAITING, UNCOMPARED),
        (_another_incident(register, person), AGAIN),
        # A row that became a detection has a file once that detection has one: another of the child is no answer.
        (sa.or_(sa.and_(ReconciledRow.detected.is_(None), filed), status == "matched"), FILED),
        else_=UNFILED,
    )


def _another_incident(register: Register, person):
    """Whether a machine has found somebody detected before, but at quite another time: perhaps not the same incident.
    Only where a group counts incidents; who has answered has said that it is the same."""
    if programmes()[register.programme].population != "detections":
        return sa.false()
    known = sa.exists().where(
        Detected.province == province(), Detected.programme == register.programme, Detected.beneficiary == person
    )
    apart = sa.func.abs(sa.extract("epoch", Detected.received_at) - sa.extract("epoch", RegisterRow.received_at))
    return sa.and_(
        ReconciledRow.said == MATCHED,
        ReconciledRow.by == MACHINE,
        ReconciledRow.person.is_not(None),
        ReconciledRow.detected.is_(None),
        RegisterRow.received_at.is_not(None),
        known,
        ~known.where(apart <= SETTINGS["same_incident_days"] * 86400),
    )


def earlier_receipt(register: Register):
    """Whether a machine has found a row to be about a detection of the same time of which the source knew on an earlier
    day. The clocks start with the source once a human has said that it is the same incident."""
    if programmes()[register.programme].population != "detections":
        return sa.false()
    mine = sa.or_(Detected.subject == ReconciledRow.detected, Detected.beneficiary == ReconciledRow.person)
    own = sa.and_(Detected.province == province(), Detected.programme == register.programme, mine)
    later = sa.func.date(Detected.received_at) > sa.func.date(RegisterRow.received_at)

    def nearest(aggregate, *where):
        found = sa.select(aggregate(Detected.received_at)).where(own, *where)
        return found.correlate(ReconciledRow, RegisterRow).scalar_subquery()

    row = sa.extract("epoch", RegisterRow.received_at)
    after = sa.extract("epoch", nearest(sa.func.min, later)) - row
    before = row - sa.extract("epoch", nearest(sa.func.max, ~later))
    return sa.and_(
        ReconciledRow.said == MATCHED,
        ReconciledRow.by == MACHINE,
        RegisterRow.received_precision.in_(("minute", "day")),
        after <= SETTINGS["same_incident_days"] * 86400,
        sa.or_(before.is_(None), after < before),  # of several detections the nearest is the one
    )


def _aside(register: Register, name: str):
    if name == EARLIER:
        return earlier_receipt(register)
    return sa.and_(RegisterRow.doubts != "", sa.func.coalesce(ReconciledRow.turns, 0) == 0)


def _joined(register: Register):
    return sa.and_(
        ReconciledRow.province == RegisterRow.province,
        ReconciledRow.subject == subject_of(register.subject),
        ReconciledRow.number == RegisterRow.number,
    )


def _of(register: Register, scope):
    return sa.and_(RegisterRow.province == province(), RegisterRow.register == register.subject, scope)


def counts(session, register: Register, scope, now: datetime) -> dict[str, int]:
    """How many rows of the scope stand where."""
    stands = standing(register, now)
    query = sa.select(stands, sa.func.count()).select_from(RegisterRow).outerjoin(ReconciledRow, _joined(register))
    found = dict(session.execute(query.where(_of(register, scope)).group_by(stands)).all())
    return {name: found.get(name, 0) for name in STANDINGS}


def count_aside(session, register: Register, scope) -> dict[str, int]:
    """How many rows of the scope are to be seen apart, wherever they stand."""
    wanted = [sa.func.count(sa.case((_aside(register, name), 1))) for name in ASIDE]
    query = sa.select(*wanted).select_from(RegisterRow).outerjoin(ReconciledRow, _joined(register))
    return dict(zip(ASIDE, session.execute(query.where(_of(register, scope))).one(), strict=True))


@dataclass(frozen=True, slots=True)
class Placed:
    """A row's number and commune with where it stands and, where something is said of it, what."""

    number: int
    unit: str
    standing: str
    doubts: tuple[str, ...]
    received: object
    said: ReconciledRow | None
    earlier: bool = False  # received by its source before the detection here

    @property
    def turns(self) -> int:
        """How often people wrote about it."""
        return self.said.turns if self.said is not None else 0


def placed(
    session, register: Register, scope, now: datetime, stands: str | None = None, *, limit: int = 25, offset: int = 0
) -> tuple[list[Placed], int]:
    """Rows of the scope that stand there, or are `ASIDE`, those put off last, and how many there are."""
    expression = standing(register, now)
    earlier = earlier_receipt(register)
    where = [_of(register, scope)]
    if stands:
        where.append(_aside(register, stands) if stands in ASIDE else expression == stands)
    base = sa.select(sa.func.count()).select_from(RegisterRow).outerjoin(ReconciledRow, _joined(register)).where(*where)
    query = (
        sa.select(RegisterRow.number, RegisterRow.unit_id, RegisterRow.doubts, RegisterRow.received_at)
        .add_columns(expression.label("stands"), earlier.label("earlier"), ReconciledRow)
        .select_from(RegisterRow)
        .outerjoin(ReconciledRow, _joined(register))
        .where(*where)
        .order_by(ReconciledRow.later, RegisterRow.number)
    )
    found = [
        Placed(
            row.number,
            row.unit_id,
            row.stands,
            _words(row.doubts),
            row.received_at,
            row.ReconciledRow,
            bool(row.earlier),
        )
        for row in session.execute(query.limit(limit).offset(offset))
    ]
    return found, session.scalar(base)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def one(session, register: Register, scope, now: datetime, number: int) -> Placed | None:
    found, _total = placed(session, register, sa.and_(scope, RegisterRow.number == number), now, limit=1)
    return found[0] if found else None


def files_of(session, programme: str, persons: Sequence[UUID]) -> dict[UUID, CaseFile]:
    """The last case file of each person in a programme; an open one before a closed one."""
    found: dict[UUID, CaseFile] = {}
    if persons:
        query = sa.select(CaseFile).where(
            CaseFile.province == province(), CaseFile.programme == programme, CaseFile.beneficiary.in_(list(persons))
        )
        for row in session.scalars(query.order_by(CaseFile.status == "closed", CaseFile.opened_at.desc())):
            found.setdefault(row.beneficiary, row)
    return found


def detections_of(
    session, programme: str, persons: Sequence[UUID], subjects: Sequence[UUID]
) -> Mapping[UUID, Detected]:
    """Detections by the person they are about and by their own subject; of several of a person the last."""
    found: dict[UUID, Detected] = {}
    about = [Detected.beneficiary.in_(list(persons))] if persons else []
    about += [Detected.subject.in_(list(subjects))] if subjects else []
    if about:
        query = sa.select(Detected).where(
            Detected.province == province(), Detected.programme == programme, sa.or_(*about)
        )
        for row in session.scalars(query.order_by(Detected.received_at)):
            found[row.subject] = row
            if row.beneficiary is not None:
                found[row.beneficiary] = row
    return found


def by_commune(session, register: Register, scope, now: datetime) -> dict[str, Counter[str]]:
    """{commune: {standing: rows, and `all` of them}}; "" where the commune is not known."""
    stands = standing(register, now)
    query = (
        sa.select(RegisterRow.unit_id, stands, sa.func.count())
        .select_from(RegisterRow)
        .outerjoin(ReconciledRow, _joined(register))
        .where(_of(register, scope))
        .group_by(RegisterRow.unit_id, stands)
    )
    found: dict[str, Counter[str]] = {}
    for unit, name, count in session.execute(query):
        found.setdefault(unit, Counter()).update({name: count, "all": count})
    return found
