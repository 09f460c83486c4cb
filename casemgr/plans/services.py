"""The verbs of reported figures: enter, confirm, correct. Nothing else writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

import sqlalchemy as sa

from casemgr import files
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft, Entry, effective
from casemgr.ledger.services import Projection, province
from casemgr.plans import rules
from casemgr.plans.model import Plan
from casemgr.plans.models import ReportedFigure
from casemgr.plans.rules import Reported
from casemgr.refused import N_, Refused
from casemgr.units.rules import UnitTree

TABLE = ReportedFigure.__table__
# The same question has the same subject everywhere, so that two people cannot enter it twice at once.
NAMES = UUID("5f5ea1de-9f7c-5c0e-9a53-3d6b54a6f2d1")
Upload = tuple[str, bytes]  # what a file is called, and its content
COLUMNS = tuple(f.name for f in fields(Reported))


class AlreadyReported(Refused):
    """The same question was answered before; `subject` is that figure."""

    subject: UUID


def _rows(_session, batch) -> dict[sa.Table, list[dict]]:
    here, rows = province(), []
    for subject, entries in batch:
        versions = rules.fold(effective(entries))
        if versions:
            row = {name: getattr(versions[-1], name) for name in COLUMNS}
            row |= {"value": _text(versions[-1].value), "province": here, "subject": subject}
            rows.append(row | {"head_seq": entries[-1].seq})
    return {TABLE: rows}


PROJECTION = Projection((TABLE,), _rows)


def figures(session, plan: str, known_at: datetime | None = None) -> list[Reported]:
    """What every reported figure of a plan says, now or as known at a time."""
    if known_at is None:
        query = sa.select(TABLE).where(TABLE.c.province == province(), TABLE.c.plan == plan)
        return [_reported(row) for row in session.execute(query.order_by(TABLE.c.input, TABLE.c.end, TABLE.c.subject))]
    found = [rules.fold(effective(entries)) for _subject, entries in ledger.replay(session, "figure", known_at)]
    return [versions[-1] for versions in found if versions and versions[-1].plan == plan]


def _reported(row) -> Reported:
    values = {name: getattr(row, name) for name in COLUMNS}
    return Reported(**(values | {"value": None if row.value is None else Decimal(row.value)}))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def figures_for(session, plan: Plan, known_at: datetime | None = None) -> list[Reported]:
    """What the indicators of a plan read: its own figures, and those it borrows from other plans."""
    found = []
    for home, inputs in plan.homes.items():
        said = figures(session, home, known_at)
        found += said if home == plan.code else [f for f in said if f.input in inputs]
    return found


def find(session, subject: UUID) -> tuple[list[Reported], int]:
    """All versions of one figure, oldest first, and the seq of its last entry; ([], 0) when there is none."""
    entries = ledger.entries(session, subject)
    versions = rules.fold(effective(entries)) if entries and entries[0].kind == rules.REPORTED else []
    return versions, entries[-1].seq if versions else 0


def notes(session, subject: UUID) -> dict[UUID, str]:
    """The written remarks, by entry id."""
    sealed = ledger.read_sealed(session, ledger.entries(session, subject))
    return {entry: said["note"] for entry, said in sealed.items() if said.get("note")}


def _kept(session, subject: UUID, upload: Upload | None, author: str, now: datetime) -> dict:
    """Keeps a file under the key of its figure; what the entry says of it."""
    if upload is None:
        return {}
    file = files.store(session, subject, *upload, author=author, now=now)
    found = files.facts(session, [file])[file]
    return {"file": file.hex, "sha256": found.sha256, "kind": found.media.code}


def attachments(session, subject: UUID) -> dict[UUID, tuple[UUID, str]]:
    """{entry: (file, its digest as the entry says it)}"""
    entries = ledger.entries(session, subject)
    return {e.id: (UUID(e.coded["file"]), e.coded["sha256"]) for e in entries if "file" in e.coded}


def notes_of(session, subject: UUID) -> str:
    """The words of a report: those of its last version."""
    versions, _head = find(session, subject)
    return notes(session, subject).get(versions[-1].entry, "") if versions else ""


def report(
    session,
    plan: Plan,
    values: Mapping,
    *,
    author: str,
    unit: str,
    now: datetime,
    tree: UnitTree,
    upload: Upload | None = None,
) -> tuple[UUID, Entry]:
    """Enters a figure. `values` as in `rules.check`, with `note`; `upload` is the document it comes from. Raises
    Refused; the second entry of the same question is refused, because it would be a correction."""
    coded = rules.check(plan, dict(values), now, tree, figures(session, plan.code))
    names = "/".join(coded[k] for k in ("plan", "input", "unit", "from", "to", "source"))
    subject = uuid5(NAMES, names)
    ledger.take_turns(session, subject)
    known = (
        sa.select(sa.func.count()).select_from(TABLE).where(TABLE.c.province == province(), TABLE.c.subject == subject)
    )
    if session.scalar(known):
        refused = AlreadyReported(N_("Số liệu này đã được nhập. Nếu sai, hãy mở số liệu đó và đính chính."))
        refused.subject = subject
        raise refused
    ledger.create(session, "figure", subject)
    coded |= _kept(session, subject, upload, author, now)
    draft = _draft(rules.REPORTED, coded, values.get("note"), plan, author, unit, now)
    return subject, ledger.append(session, subject, [draft])[0]


def correct(
    session,
    plan: Plan,
    subject: UUID,
    values: Mapping,
    *,
    on_seq: int,
    author: str,
    unit: str,
    now: datetime,
    tree: UnitTree,
    upload: Upload | None = None,
) -> Entry:
    """Enters what a figure should have said, with the reason as `note`; it must be confirmed again. Raises Refused,
    Stale. Input, unit, period and source are the figure's own."""
    versions = _versions(session, subject)
    last = versions[-1]
    if not values.get("note"):
        raise Refused(N_("Cần ghi lý do đính chính."), "note")
    own = {"input": last.input, "unit": last.unit, "from": last.start, "to": last.end, "source": last.source}
    own["standard"] = values.get("standard") or last.standard
    coded = rules.check(plan, {**values, **own}, now, tree, figures(session, plan.code))
    coded |= _kept(session, subject, upload, author, now)
    draft = _draft(rules.CORRECTED, coded, values["note"], plan, author, unit, now)
    return ledger.append(session, subject, [draft], on_seq=on_seq)[0]


def confirm(session, plan: Plan, subject: UUID, *, on_seq: int, author: str, unit: str, now: datetime) -> Entry:
    """Confirms the last version; the person who entered it cannot. Raises Refused, Stale."""
    last = _versions(session, subject)[-1]
    if last.author == author:
        raise Refused(N_("Người nhập không được tự xác nhận số liệu của mình. Cần người khác đối chiếu với văn bản."))
    if last.confirmed:
        raise Refused(N_("Số liệu này đã được xác nhận."))
    draft = _draft(rules.CONFIRMED, {"on": last.entry.hex}, None, plan, author, unit, now)
    return ledger.append(session, subject, [draft], on_seq=on_seq)[0]


def _versions(session, subject: UUID) -> Sequence[Reported]:
    versions, _head = find(session, subject)
    if not versions:
        raise Refused(N_("Không tìm thấy số liệu này."))
    return versions


def _draft(kind: str, coded: dict, note: str | None, plan: Plan, author: str, unit: str, now: datetime) -> Draft:
    return Draft(
        kind=kind,
        occurred_at=now,
        precision="minute",
        author=author,
        unit=unit,
        recorded_at=now,
        coded=coded,
        sealed={"note": note} if note else None,
        definition=plan.definition,
    )
