"""Rows of registers that are left out before they ever were a detection: they belong on the same ledger of exclusions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext

from casemgr.cases.queries import names_of
from casemgr.db import db
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry
from casemgr.programmes import programmes
from casemgr.reconciling.asking import Asked
from casemgr.reconciling.rules import APPROVED
from casemgr.reconciling.views import source_name
from casemgr.refused import N_
from casemgr.registers.models import Register
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


def row_lines(found: Sequence[Asked]) -> list[Line]:
    """Requests to leave out rows, told."""
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
