"""Rows of registers that are left out before they ever were a detection: they belong on the same ledger of exclusions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext

from casemgr.access.policy import Actor
from casemgr.cases.queries import names_of
from casemgr.db import db
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry, effective
from casemgr.programmes import programmes
from casemgr.reconciling.comparing import subject_of
from casemgr.reconciling.models import ReconciledRow
from casemgr.reconciling.queries import in_scope
from casemgr.reconciling.rules import APPROVED, DECIDED, EXCLUDED, NEVER
from casemgr.reconciling.views import source_name
from casemgr.refused import N_
from casemgr.registers import rows as stored
from casemgr.registers.models import Register, RegisterRow
from casemgr.ui.i18n import language

WAITS = ("not_due", N_("chờ cấp trên: vẫn được tính"))
REFUSED = ("plain", N_("không được duyệt: vẫn được tính"))
# A row is no detection: it stands in no figure yet, but among those who have no file.
OUT = ("missed", N_("bớt 1 khỏi số người của danh sách chưa có hồ sơ; chỉ tiêu không đổi"))
OF_LIST = ("missed", N_("bớt 1 khỏi danh sách có tên đặt cạnh chỉ tiêu"))


@dataclass(frozen=True, slots=True)
class Line:
    """One request to leave out a detection, or a row that is none yet. `source`: the register of the row."""

    label: str
    address: str
    unit: str
    group: str
    reason: str
    document: str
    asked: tuple[str, datetime]
    decided: tuple[str, datetime] | None
    effect: tuple[str, str]
    source: str = ""


Asked = tuple[Register, str, Entry, Entry | None]  # the register, the row's commune, what was asked, what was decided


def row_lines(actor: Actor) -> list[Line]:
    """Every request to leave out a row of the registers of today that the reader reaches, the newest first."""
    return _told(asked_of_rows(actor, EXCLUDED))


def asked_of_rows(actor: Actor, kind: str) -> list[Asked]:
    """What was asked of the unit above about rows of the registers of today that the reader reaches, the newest first."""
    registers = [r for r in stored.current(db.session) if r.named and r.programme not in NEVER]
    about = {register.subject: numbers for register in registers if (numbers := _numbers(actor, register))}
    ledgers = ledger.entries_of(db.session, [subject_of(subject) for subject in about])
    found: list[Asked] = []
    for register in registers:
        units = about.get(register.subject, {})
        told = [e for e in effective(ledgers.get(subject_of(register.subject), [])) if e.coded.get("row") in units]
        decided = {e.coded["on"]: e for e in told if e.kind == DECIDED}
        asked = [e for e in told if e.kind == kind]
        found += [(register, units[e.coded["row"]], e, decided.get(e.id.hex)) for e in asked]
    return sorted(found, key=lambda each: each[2].occurred_at, reverse=True)


def _numbers(actor: Actor, register: Register) -> dict[int, str]:
    """{row: commune} of the rows about which people wrote."""
    query = sa.select(RegisterRow.number, RegisterRow.unit_id).join(
        ReconciledRow,
        sa.and_(ReconciledRow.province == RegisterRow.province, ReconciledRow.number == RegisterRow.number),
    )
    query = query.where(
        RegisterRow.province == ledger.province(),
        RegisterRow.register == register.subject,
        ReconciledRow.subject == subject_of(register.subject),
        ReconciledRow.turns > 0,
        in_scope(actor, register),
    )
    return {number: unit for number, unit in db.session.execute(query)}


def _told(found: Sequence[Asked]) -> list[Line]:
    papers = ledger.read_sealed(db.session, [asked for _register, _unit, asked, _decision in found])
    authors = [e.author for _r, _u, asked, decision in found for e in (asked, decision) if e is not None]
    names = names_of(db.session, authors)
    lines = []
    for register, unit, asked, decision in found:
        programme = programmes()[register.programme]
        shape, words = _effect(register, decision)
        lines.append(
            Line(
                label=gettext("Dòng %(row)s", row=asked.coded["row"]),
                address=url_for("reconciling.row", register=register.subject, number=asked.coded["row"]),
                source=source_name(register),
                unit=unit,
                group=programme.short[language()],
                reason=programme.exclusions[asked.coded["reason"]].name[language()],
                document=papers.get(asked.id, {}).get("document", ""),
                asked=who_and_when(asked, names),
                decided=who_and_when(decision, names) if decision is not None else None,
                effect=(shape, gettext(words)),
            )
        )
    return lines


def who_and_when(entry: Entry, names) -> tuple[str, datetime]:
    return names.get(entry.author) or gettext("hệ thống"), entry.occurred_at


def _effect(register: Register, decision: Entry | None) -> tuple[str, str]:
    if decision is None:
        return WAITS
    if decision.coded["outcome"] != APPROVED:
        return REFUSED
    # The register of a group whose figure counts a list stands beside that figure.
    return OUT if programmes()[register.programme].population == "detections" else OF_LIST
