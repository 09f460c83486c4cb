"""The ledger of exclusions: everything that takes somebody out of a figure, who asked, who decided, and what it did."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from flask import render_template, request
from flask_babel import gettext

from casemgr.access.web import Permission, current_actor, guard, log_access, may
from casemgr.cases.models import Verdict
from casemgr.cases.queries import names_of, visible
from casemgr.clock import now
from casemgr.db import db
from casemgr.detections.models import Detected
from casemgr.detections.rules import APPROVED, DUPLICATE, EXCLUDED, needs_decision
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry, effective
from casemgr.programmes import programmes
from casemgr.reconciling.asking import asked_of_rows
from casemgr.reconciling.excluded_rows import REFUSED, WAITS, Line, row_lines, who_and_when
from casemgr.reconciling.views import bp
from casemgr.refused import N_
from casemgr.ui.i18n import language
from casemgr.ui.paging import Page, page_number
from casemgr.units.web import by_district, current_tree

SIZE = 25
OUT = ("excluded", "duplicate", "unsubstantiated")
BECAME = ("received", "substantiated", "outside", "unsubstantiated", "duplicate", "excluded", "pending")
# What an exclusion did to the figure, by what was counted the moment before: (shape, words).
EFFECTS = {
    "met": ("met", N_("bớt 1 khỏi số đạt và tổng số phải tính")),
    "missed": ("missed", N_("bớt 1 trường hợp chưa đạt khỏi tổng số phải tính")),
    "unknown": ("unknown", N_("bớt 1 trường hợp thiếu thông tin khỏi tổng số phải tính")),
    "not_due": ("not_due", N_("lúc đó chưa đến hạn, chưa vào tổng số phải tính")),
    "pending": ("not_due", N_("lúc đó chờ xác minh, chưa vào tổng số phải tính")),
}
NONE = ("plain", N_("không thuộc diện tính chỉ tiêu"))
BACK = ("plain", N_("đã được tính lại"))


@bp.get("/exclusions")
@guard(Permission.REGISTER_MATCHES)
def exclusions():
    """Every request of the reader's scope, those that wait first; and what became of all that was received."""
    tree, moment = current_tree(), now()
    reach = visible(current_actor(), Permission.DETECTION_LIST, Detected, tree)
    at = page_number()
    found, total = _out(reach, at)
    rows = asked_of_rows(db.session, current_actor(), EXCLUDED)
    log_access(Permission.REGISTER_MATCHES, detail="exclusions")
    return render_template(
        "reconciling/excluded.html",
        lines=_lines(found),
        rows=row_lines(rows[(at - 1) * SIZE : at * SIZE]),
        page=Page(found, at, SIZE, max(total, len(rows))),  # both lists are turned together
        shares=_shares(reach, moment) if request.args.get("page", "1") == "1" else [],
        since=datetime(moment.year, 1, 1),
        may_cases=may(Permission.DETECTION_READ),
    )


def _excluded_file(since: datetime):
    """Whether the case file of a detection was left out then or later: its own status only says that it has one."""
    return sa.exists().where(
        Verdict.province == Detected.province,
        Verdict.subject == Detected.case_subject,
        Verdict.verdict == EXCLUDED,
        Verdict.end > since,
    )


def _out(reach, at: int) -> tuple[list[Detected], int]:
    where = [reach, sa.or_(Detected.status.in_(OUT), Detected.waiting > 0, _excluded_file(datetime.min))]
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Detected).where(*where))
    query = (
        sa.select(Detected).where(*where).order_by(Detected.waiting == 0, Detected.received_at.desc(), Detected.number)
    )
    return list(db.session.scalars(query.limit(SIZE).offset((at - 1) * SIZE))), total


def _lines(found: Sequence[Detected]) -> list[Line]:
    ledgers = ledger.entries_of(db.session, [row.subject for row in found])
    before = _verdicts([row.case_subject or row.subject for row in found])
    told = {row.subject: effective(ledgers.get(row.subject, [])) for row in found}
    asked = [e for entries in told.values() for e in entries if needs_decision(e)]
    papers = _papers(asked)
    names = names_of(db.session, [e.author for entries in told.values() for e in entries])
    lines = []
    for row in found:
        entries = told[row.subject]
        decided = {e.coded["on"]: e for e in entries if e.kind == "decided"}
        back = [e.occurred_at for e in entries if e.kind == "included"]
        for entry in (e for e in entries if needs_decision(e)):
            decision = decided.get(entry.id.hex)
            segments = before.get(row.case_subject or row.subject, [])
            lines.append(_line(row, entry, decision, segments, back, papers, names))
    return lines


def _line(row: Detected, entry: Entry, decision: Entry | None, segments, back, papers, names) -> Line:
    readable = may(Permission.DETECTION_READ, unit=row.unit_id, programme=row.programme)
    programme = programmes()[row.programme]
    shape, words = _effect(row, decision, segments, back)
    return Line(
        label=row.number if readable else gettext("trường hợp của đơn vị khác"),
        address=f"/detections/{row.number}" if readable else "",
        unit=row.unit_id,
        group=programme.short[language()],
        reason=_reason(programme, entry),
        document=papers.get(entry.id, ""),
        asked=who_and_when(entry, names),
        decided=who_and_when(decision, names) if decision is not None else None,
        effect=(shape, gettext(words)),
    )


def _reason(programme, entry: Entry) -> str:
    if entry.kind == EXCLUDED:
        return programme.exclusions[entry.coded["reason"]].name[language()]
    if entry.kind == DUPLICATE:
        return gettext("Trùng với %(number)s", number=entry.coded["of_number"])
    return gettext("Không có căn cứ")


def _effect(row: Detected, decision: Entry | None, segments, back: list[datetime]) -> tuple[str, str]:
    if decision is None:
        return WAITS
    if decision.coded["outcome"] != APPROVED:
        return REFUSED
    if any(moment >= decision.occurred_at for moment in back):
        return BACK
    if not row.counted:
        return NONE
    last = next((v for start, end, v in reversed(segments) if start < decision.occurred_at and v not in OUT), "pending")
    return EFFECTS.get(last, NONE)


def _verdicts(subjects: Sequence[UUID]) -> dict[UUID, list]:
    """{subject: [(start, end, verdict)]} in order."""
    found: dict[UUID, list] = {}
    if subjects:
        query = sa.select(Verdict.subject, Verdict.start, Verdict.end, Verdict.verdict)
        query = query.where(Verdict.province == ledger.province(), Verdict.subject.in_(list(subjects)))
        for subject, start, end, verdict in db.session.execute(query.order_by(Verdict.start)):
            found.setdefault(subject, []).append((start, end, verdict))
    return found


def _papers(asked: Sequence[Entry]) -> dict[UUID, str]:
    """The documents given as grounds. An auditor reads them too: they name no child."""
    return {entry: sealed.get("document", "") for entry, sealed in ledger.read_sealed(db.session, asked).items()}


@dataclass(frozen=True, slots=True)
class Share:
    """What became of everything that a commune, or all of a district, has received; `numbers` as in `BECAME`."""

    unit: str
    numbers: tuple[int, ...]
    communes: tuple["Share", ...] = ()


def _shares(reach, moment: datetime) -> list[Share]:
    """Per district and commune, of this year: a denominator that shrinks is seen. Only where detections are verified."""
    verified = [code for code, each in programmes().items() if "verified" in each.detection.kinds]
    out = sa.case((_excluded_file(moment), EXCLUDED), else_=Detected.status).label("status")
    query = (
        sa.select(Detected.unit_id, out, Detected.counted, sa.func.count())
        .where(reach, Detected.programme.in_(verified), Detected.received_at >= datetime(moment.year, 1, 1))
        .group_by(Detected.unit_id, out, Detected.counted)
    )
    units: dict[str, Counter[str]] = {}
    for unit, status, counted, count in db.session.execute(query):
        name = "outside" if not counted else "substantiated" if status in ("matched", "substantiated") else status
        units.setdefault(unit, Counter()).update({name: count, "received": count})
    found = []
    for district, communes in by_district(current_tree(), units).items():
        below = tuple(Share(unit, tuple(units[unit][name] for name in BECAME)) for unit in communes)
        found.append(Share(district, tuple(map(sum, zip(*(each.numbers for each in below), strict=True))), below))
    return found
