"""Two lists of the same group beside each other: who is on both, and how many are probably on neither."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import combinations
from uuid import UUID

import sqlalchemy as sa
from flask import abort, render_template, request
from flask_babel import gettext

from casemgr import vault
from casemgr.access.web import Permission, current_actor, guard, log_access, may
from casemgr.db import db
from casemgr.detections.models import Detected, Incident
from casemgr.ledger.services import province
from casemgr.programmes import programmes
from casemgr.reconciling.comparing import row_digest, subject_of
from casemgr.reconciling.models import ReconciledRow
from casemgr.reconciling.queries import in_scope
from casemgr.reconciling.rules import NEVER, Estimate, chapman
from casemgr.reconciling.views import bp, source_name
from casemgr.registers import rows as stored
from casemgr.registers.models import Register, RegisterRow
from casemgr.registers.sources import sources
from casemgr.ui.i18n import language
from casemgr.units.web import current_tree


@dataclass(frozen=True, slots=True)
class List:
    """One list: who is on it, by a key that two lists share. `stream`: lists of one stream pass news to each other."""

    name: str
    stream: str
    start: date
    end: date
    people: frozenset


@dataclass(frozen=True, slots=True)
class Pair:
    first: List
    second: List
    both: int
    estimate: Estimate | None


@bp.get("/overlap")
@guard(Permission.REGISTER_MATCHES)
def overlap():
    """For each group with two independent lists: the overlap, and the estimate with its assumptions."""
    found = []
    for number, (code, programme) in enumerate(programmes().items(), 1):
        wanted = request.args.get("group")
        if code in NEVER or (wanted and wanted != str(number)) or not may(Permission.REGISTER_MATCHES, programme=code):
            continue
        registers = [r for r in stored.current(db.session, programme=code) if r.named]
        if registers:
            found.append((programme.short[language()], _pairs(registers)))
    if request.args.get("group") and not found:
        abort(404)
    log_access(Permission.REGISTER_MATCHES, detail="overlap")
    return render_template("reconciling/overlap.html", found=found)


def _pairs(registers: Sequence[Register]) -> list[Pair]:
    lists = [_of_register(register) for register in registers]
    lists += [_own(register) for register in registers]
    pairs = []
    for first, second in combinations(lists, 2):
        independent = first.stream != second.stream and "own" not in (first.stream[:3], second.stream[:3])
        beside = second.stream == f"own:{first.stream}"  # what was detected here from other sources
        same_time = first.start <= second.end and second.start <= first.end
        if (independent or beside) and same_time and first.people and second.people:
            both = len(first.people & second.people)
            pairs.append(Pair(first, second, both, chapman(len(first.people), len(second.people), both)))
    return pairs


def _of_register(register: Register) -> List:
    """Everybody on a register whom the reader may see there; a duplicate counts once."""
    reach = in_scope(current_actor(), register)
    joined = sa.and_(
        ReconciledRow.province == RegisterRow.province,
        ReconciledRow.subject == subject_of(register.subject),
        ReconciledRow.number == RegisterRow.number,
    )
    query = sa.select(RegisterRow.number, ReconciledRow.person, ReconciledRow.detected, ReconciledRow.said)
    query = query.outerjoin(ReconciledRow, joined).where(
        RegisterRow.province == province(), RegisterRow.register == register.subject, reach
    )
    people, unknown = set(), []
    for row in db.session.execute(query):
        if row.person or row.detected:
            people.add(row.person or row.detected)
        elif row.said != "duplicate":
            unknown.append(row.number)
    keys = vault.keys()
    for _kept, said in stored.rows_of(db.session, register.subject, [RegisterRow.number.in_(unknown)]).values():
        people.add(row_digest(keys, said.person))
    stream = sources().sources[register.source].stream if register.source in sources().sources else register.source
    return List(source_name(register), stream, register.start, register.end, frozenset(people))


def _own(register: Register) -> List:
    """Everybody detected here in the same months by other sources than the register's."""
    source = sources().sources.get(register.source)
    begin, end = datetime.combine(register.start, time()), datetime.combine(register.end, time.max)
    units = frozenset().union(*(grant.units for grant in current_actor().grants)) & frozenset(current_tree().nodes)
    query = (
        sa.select(Detected.subject, Detected.beneficiary)
        .outerjoin(Incident, sa.and_(Incident.province == Detected.province, Incident.subject == Detected.incident))
        .where(
            Detected.province == province(),
            Detected.programme == register.programme,
            Detected.unit_id.in_(sorted(units)),
            Detected.received_at.between(begin, end),
            Detected.status.not_in(("unsubstantiated", "duplicate")),
            sa.func.coalesce(Incident.source, "") != (source.detection if source else ""),
        )
    )
    people: set[UUID] = {row.beneficiary or row.subject for row in db.session.execute(query)}
    stream = source.stream if source else register.source
    name = gettext("Phát hiện tại đây, nguồn khác")
    return List(name, f"own:{stream}", register.start, register.end, frozenset(people))
