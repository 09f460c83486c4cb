"""Two lists of the same group beside each other: who is on both, and how many are probably on neither."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import combinations
from uuid import UUID

import sqlalchemy as sa
from flask import abort, render_template, request
from flask_babel import gettext

from casemgr import vault
from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, log_access, may
from casemgr.db import db, one_of
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
    """One list: who is on it, by a key that two lists share. `stream`: lists of one stream pass news to each other;
    `unit`: the area that it covers, for lists of different areas say nothing of each other."""

    name: str
    stream: str
    unit: str
    start: date
    end: date
    people: Mapping  # {key: the days on which they came in; None where it is not known}

    def among(self, start: date, end: date) -> frozenset:
        """Those who came in from one day to another. A row without its day counts where the whole list lies between."""
        whole = start <= self.start and self.end <= end
        return frozenset(
            who
            for who, days in self.people.items()
            if any(whole if day is None else start <= day <= end for day in days)
        )


@dataclass(frozen=True, slots=True)
class Pair:
    first: List
    second: List
    start: date  # the days that both lists cover
    end: date
    listed: tuple[int, int]  # in those days, on each list
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
    wholes = stored.whole(registers)
    lists = [_of_parts(parts) for parts in wholes] + [_own(parts[0]) for parts in wholes]
    pairs = []
    for first, second in combinations(lists, 2):
        independent = first.stream != second.stream and "own" not in (first.stream[:3], second.stream[:3])
        # What was detected here from other sources, in the very days of the list.
        beside = second.stream == f"own:{first.stream}" and (second.start, second.end) == (first.start, first.end)
        start, end = max(first.start, second.start), min(first.end, second.end)
        if not (independent or beside) or start > end or first.unit != second.unit:
            continue
        one, other = first.among(start, end), second.among(start, end)
        if one and other:
            listed, both = (len(one), len(other)), len(one & other)
            pairs.append(Pair(first, second, start, end, listed, both, chapman(*listed, both)))
    return pairs


def _of_parts(parts: Sequence[Register]) -> List:
    """Everybody on a register, and in the rows that were added to it, whom the reader may see there."""
    people: dict[object, set] = {}
    for part in parts:
        for who, days in _on(part).items():
            people.setdefault(who, set()).update(days)
    one = parts[0]
    stream = sources().sources[one.source].stream if one.source in sources().sources else one.source
    return List(source_name(one), stream, one.unit_id, one.start, one.end, people)


def _on(register: Register) -> dict[object, set]:
    """{somebody: the days on which they came in}; a duplicate counts once."""
    reach = in_scope(current_actor(), register)
    joined = sa.and_(
        ReconciledRow.province == RegisterRow.province,
        ReconciledRow.subject == subject_of(register.subject),
        ReconciledRow.number == RegisterRow.number,
    )
    own = sa.and_(Detected.province == ReconciledRow.province, Detected.subject == ReconciledRow.detected)
    # Who was detected first and registered later is the person, as in the other lists.
    who = sa.func.coalesce(ReconciledRow.person, Detected.beneficiary, ReconciledRow.detected).label("who")
    query = sa.select(RegisterRow.number, who, ReconciledRow.said, RegisterRow.received_at)
    query = (
        query.outerjoin(ReconciledRow, joined)
        .outerjoin(Detected, own)
        .where(RegisterRow.province == province(), RegisterRow.register == register.subject, reach)
    )
    people: dict[object, set] = {}
    unknown = []
    for row in db.session.execute(query):
        if row.who:
            people.setdefault(row.who, set()).add(row.received_at and row.received_at.date())
        elif row.said != "duplicate":
            unknown.append(row.number)
    keys = vault.keys()
    for _kept, said in stored.rows_of(db.session, register.subject, [RegisterRow.number.in_(unknown)]).values():
        people.setdefault(row_digest(keys, said.person), set()).add(said.received and said.received.date())
    return people


def _own(register: Register) -> List:
    """Everybody detected in the same months and the same area by other sources than the register's."""
    source = sources().sources.get(register.source)
    begin, end = datetime.combine(register.start, time()), datetime.combine(register.end, time.max)
    held = scope(current_actor(), Permission.REGISTER_MATCHES)
    reached = frozenset().union(*(each.units for each in held if register.programme in each.programmes))
    units = reached & current_tree().with_predecessors(register.unit_id)
    query = (
        sa.select(Detected.subject, Detected.beneficiary, Detected.received_at)
        .outerjoin(Incident, sa.and_(Incident.province == Detected.province, Incident.subject == Detected.incident))
        .where(
            Detected.province == province(),
            Detected.programme == register.programme,
            one_of(Detected.unit_id, units),
            Detected.received_at.between(begin, end),
            Detected.status.not_in(("unsubstantiated", "duplicate")),
            sa.func.coalesce(Incident.source, "") != (source.detection if source else ""),
        )
    )
    people: dict[UUID, set[date]] = {}
    for row in db.session.execute(query):
        people.setdefault(row.beneficiary or row.subject, set()).add(row.received_at.date())
    stream = source.stream if source else register.source
    name = gettext("Phát hiện tại đây, nguồn khác")
    return List(name, f"own:{stream}", register.unit_id, register.start, register.end, people)
