"""What is known of a database that was put back from a backup: a ledger says it, so that nobody has to find out.

Such a database is older than what was lost. Its own chains and seals agree, so only what was kept outside could tell;
therefore the entry names the seal it stands on, what was written after that seal and is vouched for by nothing but its
own chain, and, where the newest seal kept outside is at hand, which ledgers are missing entries, and how many.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from casemgr.audit import outside, sealing
from casemgr.cases.models import CaseFile
from casemgr.detections.models import Detected
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft
from casemgr.ledger.services import province

KIND, RESTORED = "restore", "restored"


@dataclass(frozen=True, slots=True)
class Missing:
    """A ledger that had more entries when the seal kept outside was made; `there`: the last one that is there."""

    subject: UUID
    kind: str
    number: str  # of a case file or a detection; '' where it is not known here, or is something else
    there: int
    sealed: int


@dataclass(frozen=True, slots=True)
class Restore:
    """What was said when a backup was put back."""

    at: datetime
    made_at: datetime  # when the backup was made
    seal: int  # the last seal in it; 0: none
    unsealed: int  # entries and rows of the access log after that seal
    outside: int | None  # the seal kept outside that it was held against
    outside_at: datetime | None
    ledgers: int | None  # missing entries, by that seal
    entries: int | None


def missing(session, kept: Mapping) -> list[Missing]:
    """What a seal kept outside knows of and is not there, or is something else. Raises Refused where it is no seal."""
    _said, heads = outside.read(kept)
    now = {head.subject: head for head in sealing.heads_now(session)}
    found = [head for head in heads if head.subject not in now or now[head.subject].seq < head.seq]
    numbers = _numbers(session, [head.subject for head in found])
    return [
        Missing(h.subject, h.kind, numbers.get(h.subject, ""), now[h.subject].seq if h.subject in now else 0, h.seq)
        for h in found
    ]


def _numbers(session, subjects) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for model in (CaseFile, Detected):
        for start in range(0, len(subjects), 400):
            query = sa.select(model.subject, model.number).where(
                model.province == province(), model.subject.in_(subjects[start : start + 400])
            )
            found |= dict(session.execute(query).all())
    return found


def record(session, made_at: datetime, kept: Mapping | None, *, author: str, unit: str, now: datetime) -> list[Missing]:
    """Says that this database was put back. The caller commits, and seals what now stands."""
    seal = sealing.last(session)
    there = sum(head.seq for head in sealing.heads_now(session))
    lost = missing(session, kept) if kept is not None else []
    coded = {
        "made_at": made_at.isoformat(),
        "seal": seal.number if seal else 0,
        "seal_digest": seal.digest.hex() if seal else "",
        "unsealed": there - (seal.entries if seal else 0),
        "outside": None,
    }
    if kept is not None:
        said, _heads = outside.read(kept)
        coded["outside"] = {
            "number": said.number,
            "at": said.at,
            "digest": said.digest().hex(),
            "ledgers": len(lost),
            "entries": sum(each.sealed - each.there for each in lost),
        }
    subject = ledger.create(session, KIND)
    ledger.append(session, subject, [Draft(RESTORED, now, "minute", author, unit, now, coded=coded)])
    return lost


def every(session) -> list[Restore]:
    """The newest first; there should be none."""
    found = [_fold(entries[0]) for _subject, entries in ledger.replay(session, KIND) if entries]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _fold(entry) -> Restore:
    said, kept = entry.coded, entry.coded["outside"] or {}
    return Restore(
        at=entry.recorded_at,
        made_at=datetime.fromisoformat(said["made_at"]),
        seal=said["seal"],
        unsealed=said["unsealed"],
        outside=kept.get("number"),
        outside_at=datetime.fromisoformat(kept["at"]) if kept else None,
        ledgers=kept.get("ledgers"),
        entries=kept.get("entries"),
    )


def since(session, kept: Mapping | None) -> list[Restore]:
    """The restores after a seal kept outside that went back behind it: they say why it is not known here any more."""
    if kept is None:
        return []
    said, _heads = outside.read(kept)
    return [each for each in every(session) if each.seal < said.number and datetime.fromisoformat(said.at) < each.at]
