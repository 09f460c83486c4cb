"""What is known of a database that was put back from a backup: a ledger says it, so that nobody has to find out.

Such a database is older than what was lost. Its own chains and seals agree, so only what was kept outside could tell;
therefore the entry names the seal it stands on, what was written after that seal and is vouched for by nothing but its
own chain, and, where the newest seal kept outside is at hand, which ledgers are missing entries, and how many, which
say something else than was sealed, and how many keys that had been destroyed came back and were destroyed again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casemgr import vault
from casemgr.audit import outside, sealing
from casemgr.cases.models import CaseFile
from casemgr.detections.models import Detected
from casemgr.ledger import services as ledger
from casemgr.ledger.destroying import KIND as DESTRUCTION
from casemgr.ledger.destroying import destroy_again, destroyed
from casemgr.ledger.rules import Draft, first_break
from casemgr.ledger.services import chunks, province
from casemgr.refused import N_, Refused
from casemgr.registers import drafts

KIND, RESTORED = "restore", "restored"
UNREAD = N_("Không đọc được cơ sở dữ liệu cũ, hoặc sổ hủy dữ liệu trong đó không toàn vẹn.")


@dataclass(frozen=True, slots=True)
class Missing:
    """A ledger that is not what the seal kept outside sealed. `there`: its last entry that is there; where that is not
    before the `sealed` one, the ledger was written anew."""

    subject: UUID
    kind: str
    number: str  # of a case file or a detection; '' where it is not known here, or is something else
    there: int
    sealed: int

    @property
    def entries(self) -> int:
        return max(0, self.sealed - self.there)


@dataclass(frozen=True, slots=True)
class Restore:
    """What was said when a backup was put back."""

    at: datetime
    made_at: datetime  # when the backup was made
    seal: int  # the last seal in it; 0: none
    unsealed: int  # entries and rows of the access log after that seal
    outside: int | None  # the seal kept outside that it was held against
    outside_at: datetime | None
    ledgers: int | None  # missing entries, by that seal; None: it names no ledgers
    entries: int | None
    rewritten: int  # ledgers that say something else
    broken: int  # ledgers that were not whole in the backup itself
    destroyed: int | None  # keys that came back and were destroyed again; None: it is not known whose they are


@dataclass(frozen=True, slots=True)
class Done:
    """What a restore found; None: not known."""

    lost: list[Missing] | None
    destroyed: int | None


def missing(session, kept: Mapping) -> list[Missing] | None:
    """What a seal kept outside knows of and is not there, or is something else; None where it names no ledgers.
    Raises Refused where it is no seal."""
    _said, heads = outside.read(kept)
    if not heads:
        return None
    now = {head.subject: head.seq for head in sealing.heads_now(session)}
    found = sorted(outside.unanswered(session, heads))
    numbers = numbers_of(session, [head.subject for head in found])
    return [Missing(h.subject, h.kind, numbers.get(h.subject, ""), now.get(h.subject, 0), h.seq) for h in found]


def numbers_of(session, subjects: Collection[UUID]) -> dict[UUID, str]:
    """The neutral numbers of files and detections; nothing for other subjects."""
    found: dict[UUID, str] = {}
    for model in (CaseFile, Detected):
        for part in chunks(sorted(subjects)):
            query = sa.select(model.subject, model.number).where(model.province == province(), model.subject.in_(part))
            found |= dict(session.execute(query).all())
    return found


def destroyed_in(url: str) -> set[UUID]:
    """Whose key was destroyed in the database that is replaced, where it can still be read. Raises Refused."""
    engine = sa.create_engine(url, hide_parameters=True)
    try:
        with Session(engine) as old:
            if any(first_break(vault.keys().mac, entries) for _own, entries in ledger.replay(old, DESTRUCTION)):
                raise Refused(UNREAD)
            return destroyed(old)
    except (sa.exc.SQLAlchemyError, OSError, ValueError):
        raise Refused(UNREAD) from None
    finally:
        engine.dispose()


def record(
    session,
    made_at: datetime,
    kept: Mapping | None,
    *,
    gone: Collection[UUID] | None,
    author: str,
    unit: str,
    now: datetime,
    broken: int = 0,
) -> Done:
    """Destroys again the keys of those who are `gone` (None: not known who they are), and says that this database was
    put back, with so many `broken` ledgers. The caller commits, and seals what now stands."""
    seal = sealing.last(session)
    there = sum(head.seq for head in sealing.heads_now(session))
    lost = missing(session, kept) if kept is not None else None
    erased = None
    if gone is not None:
        erased = destroy_again(session, gone, author=author, unit=unit, now=now)
        drafts.discard_again(session, gone)
    coded = {
        "made_at": made_at.isoformat(),
        "seal": seal.number if seal else 0,
        "seal_digest": seal.digest.hex() if seal else "",
        "unsealed": there - (seal.entries if seal else 0),
        "outside": None,
        "destroyed": erased,
        "broken": broken,
    }
    if kept is not None:
        said, _heads = outside.read(kept)
        coded["outside"] = {
            "number": said.number,
            "at": said.at,
            "digest": said.digest().hex(),
            "ledgers": None if lost is None else sum(each.entries > 0 for each in lost),
            "entries": None if lost is None else sum(each.entries for each in lost),
            "rewritten": sum(not each.entries for each in lost or ()),
        }
    subject = ledger.create(session, KIND)
    ledger.append(session, subject, [Draft(RESTORED, now, "minute", author, unit, now, coded=coded)])
    return Done(lost, erased)


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
        rewritten=kept.get("rewritten", 0),
        broken=said.get("broken", 0),
        destroyed=said.get("destroyed"),
    )


def since(session, kept: Mapping | None) -> list[Restore]:
    """The restores after a seal kept outside that went back behind it: they say why it is not known here any more."""
    if kept is None:
        return []
    said, _heads = outside.read(kept)
    return [each for each in every(session) if each.seal < said.number and datetime.fromisoformat(said.at) < each.at]
