"""Closing a period: a report is prepared, checked, approved by a second person and sealed; after that it never changes.

A report is a ledger: prepared · approved · sealed. What it says, to the byte, stands beside it in `report_body` under
its digest, which the sealed entry names; so does the seal that it rests on.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

import sqlalchemy as sa

from casemgr import vault
from casemgr.audit import described, replays, sealing
from casemgr.audit.asking import ask
from casemgr.audit.difference import Row
from casemgr.audit.models import ReportBody, Seal
from casemgr.audit.rules import code_of, installation_of
from casemgr.audit.unfolding import parts_of
from casemgr.cases.services import random_number
from casemgr.coverage import services
from casemgr.coverage.cases import COUNTS_CASES
from casemgr.coverage.services import Asked
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft, Entry, canonical
from casemgr.ledger.services import province, settle
from casemgr.plans import plans
from casemgr.plans.model import Plan
from casemgr.programmes import programmes, under
from casemgr.refused import N_, Refused
from casemgr.units.loading import load

KIND, FORMAT = "report", "casemgr-report/1"
PREPARED, APPROVED, SEALED = "prepared", "approved", "sealed"
BODIES = ReportBody.__table__
CLOSED = N_("Báo cáo đã chốt thì không sửa nữa. Hãy lập báo cáo điều chỉnh.")


@dataclass(slots=True)
class Report:
    """What a report's ledger says."""

    subject: UUID
    number: str
    plan: str
    indicators: tuple[str, ...]
    unit: str
    start: date
    through: date
    basis: str
    corrects: UUID | None
    author: str
    prepared_at: datetime
    approver: str = ""
    approved_at: datetime | None = None
    known_at: datetime | None = None
    digest: str = ""
    seal: int = 0
    sealed_at: datetime | None = None
    open: Sequence = ()  # what was still open when it was approved, see `left_open`

    @property
    def status(self) -> str:
        return SEALED if self.digest else APPROVED if self.approver else PREPARED

    @property
    def code(self) -> str:
        """The short code for paper."""
        return code_of(bytes.fromhex(self.digest)) if self.digest else ""


def fold(entries: list[Entry]) -> Report | None:
    report = None
    for entry in entries:  # each follows on the one before: the order of writing is that of the steps
        said = entry.coded
        if entry.kind == PREPARED:
            report = Report(
                subject=entry.subject,
                number=said["number"],
                plan=said["plan"],
                indicators=tuple(said["indicators"]),
                unit=said["unit"],
                start=date.fromisoformat(said["start"]),
                through=date.fromisoformat(said["through"]),
                basis=said["basis"],
                corrects=UUID(said["corrects"]) if said.get("corrects") else None,
                author=entry.author,
                prepared_at=entry.recorded_at,
            )
        elif entry.kind == APPROVED:
            report.approver, report.approved_at = entry.author, entry.recorded_at
            report.open = said.get("open", ())
        elif entry.kind == SEALED:
            report.digest, report.seal, report.sealed_at = said["digest"], said["seal"], entry.recorded_at
            report.known_at = datetime.fromisoformat(said["known_at"])
    return report


def find(session, subject: UUID) -> Report | None:
    kind = sa.select(ledger.SUBJECTS.c.kind).where(
        ledger.SUBJECTS.c.province == province(), ledger.SUBJECTS.c.id == subject
    )
    return fold(ledger.entries(session, subject)) if session.scalar(kind) == KIND else None


def every(session) -> list[Report]:
    """All reports, the newest first."""
    found = [fold(entries) for _subject, entries in ledger.replay(session, KIND)]
    return sorted((r for r in found if r), key=lambda r: r.prepared_at, reverse=True)


def prepare(
    session, plan, *, indicators, unit, start, through, basis, corrects: UUID | None, author: str, at: str, now
) -> UUID:
    """A new report, not yet approved. `at`: the unit of whoever prepares it."""
    if through > now.date():
        raise Refused(N_("Kỳ này chưa hết: ngày cuối là %(day)s."), "period", day=f"{through:%d/%m/%Y}")
    if corrects is not None:
        old = find(session, corrects)
        if old is None or old.status != SEALED:
            raise Refused(N_("Chỉ điều chỉnh được một báo cáo đã chốt."))
        if (old.plan, old.unit) != (plan.code, unit):
            raise Refused(N_("Báo cáo điều chỉnh phải cùng kế hoạch và đơn vị với báo cáo được điều chỉnh."), "unit")
    subject = ledger.create(session, KIND)
    coded = {
        "number": random_number("BC"),
        "plan": plan.code,
        "indicators": list(indicators),
        "unit": unit,
        "basis": basis,
    }
    coded |= {
        "start": start.isoformat(),
        "through": through.isoformat(),
        "corrects": corrects.hex if corrects else None,
    }
    ledger.append(session, subject, [_draft(PREPARED, author, at, now, coded, plan.definition)])
    return subject


def approve(session, report: Report, *, author: str, at: str, now: datetime, left: Sequence = ()) -> None:
    """The second person's approval, with what they saw was left open; the sealing follows as long work."""
    if report.status == SEALED:
        raise Refused(CLOSED)
    if report.author == author:
        raise Refused(N_("Người lập báo cáo không tự phê duyệt."))
    if report.status == PREPARED:
        ledger.append(session, report.subject, [_draft(APPROVED, author, at, now, {"open": list(left)}, "")], on_seq=1)


def _draft(kind: str, author: str, unit: str, now: datetime, coded: dict, definition: str) -> Draft:
    return Draft(kind, now, "minute", author, unit, now, coded=coded, definition=definition)


def seal(session, subject: UUID, now: datetime, told=lambda done, total: None) -> Report:
    """Works the report out, makes a seal over all ledgers, and closes it. The caller commits."""
    report = find(session, subject)
    if report is None or report.status == PREPARED:
        raise Refused(N_("Báo cáo này chưa được phê duyệt."))
    if report.status == SEALED:
        return report
    settle(session, now)
    resting = sealing.make(session, report.approver, now)
    session.commit()
    told(33, 100)
    body = compose(session, report, now, resting)
    told(99, 100)
    digest = sha256(body).digest()
    session.execute(
        sa.insert(BODIES),
        [{"province": province(), "digest": digest, "subject": subject, "body": zlib.compress(body, 6)}],
    )
    coded = {"digest": digest.hex(), "seal": resting.number, "known_at": now.isoformat()}
    ledger.append(session, subject, [_draft(SEALED, report.approver, report.unit, now, coded, "")], on_seq=2)
    return find(session, subject)


def question(session, report: Report, known_at: datetime, now: datetime) -> Asked:
    values = {"unit": report.unit, "start": report.start, "through": report.through, "basis": report.basis}
    return ask(session, plans()[report.plan], load(session), now, known_at=known_at, **values)


def compose(session, report: Report, known_at: datetime, resting: Seal, rule: str = "") -> bytes:
    """What the report says, as canonical JSON: the same bytes whenever it is worked out again."""
    asked, tree = question(session, report, known_at, known_at), load(session)
    asked.rule = rule
    wanted = [asked.plan.indicators[code] for code in report.indicators]
    made = services.report(session, asked, known_at, indicators=[i.code for i in wanted]).results
    of_files = [i for i in wanted if i.rule in COUNTS_CASES]
    rows = replays.rows_by_programme(session, asked, of_files, known_at)
    said = {
        "format": FORMAT,
        "installation": installation_of(vault.keys().mac),
        "number": report.number,
        "plan": asked.plan.code,
        "plan_definition": asked.plan.definition,
        "title": asked.plan.title.vi,
        "unit": {"code": tree[report.unit].code, "name": tree.label(report.unit), "place": tree[report.unit].name},
        "start": report.start.isoformat(),
        "through": report.through.isoformat(),
        "known_at": known_at.isoformat(),
        "basis": report.basis,
        "seal": {"number": resting.number, "digest": resting.digest.hex(), "root": resting.root.hex()},
        "rules": {p: {"name": programmes()[p].rule, "definition": programmes()[p].definition} for p in sorted(rows)},
        "indicators": [_indicator(result, asked.plan) for result in made],
        "cases": {code: [list(row) for row in found] for code, found in sorted(rows.items())},
        "corrects": _correction(session, report, rows, made, known_at) if report.corrects else None,
    }
    return canonical(said).encode()


def earlier_rules(body: Mapping) -> str:
    """The versions that a sealed report was worked out by, where another is in force today; for `under`."""
    names = [said["name"] for p, said in body["rules"].items() if said["definition"] != programmes()[p].definition]
    return ",".join(names)


def composed_again(session, report: Report) -> bytes:
    """What a sealed report says, worked out anew from the ledgers under the rules it was sealed by."""
    rule, resting = earlier_rules(read(session, report)), session.get(Seal, (province(), report.seal))
    with under(rule):
        return compose(session, report, report.known_at, resting, rule)


def _indicator(result, plan: Plan) -> dict:
    indicator, figure = result.indicator, result.figure
    return {
        "code": indicator.code,
        "name": indicator.name.vi,
        "programme": indicator.programme,
        "rule": indicator.rule,
        "target": None if indicator.target is None else str(indicator.target),
        "direction": indicator.direction,
        "said": described.said(indicator, plan),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "figure": replays.figure_said(figure),
        "warnings": [str(note) for note in figure.warnings],
        "documents": [str(note) for note in figure.documents],
        "why": str(figure.why) if figure.why else None,
    }


def _correction(session, report: Report, rows: Mapping[str, list[Row]], made, known_at: datetime) -> dict:
    """The report that is corrected, and for each indicator the difference to it, part by part, with its cases."""
    old = find(session, report.corrects)
    body, found = read(session, old), {}
    said = {one["code"]: one for one in body["indicators"]}
    for indicator, figure in ((result.indicator, result.figure) for result in made):
        if indicator.code not in said or indicator.rule not in COUNTS_CASES:
            continue
        own = said[indicator.code]
        totals = ((own["numerator"] or 0, own["denominator"] or 0), (figure.numerator or 0, figure.denominator or 0))
        before = [Row(*row) for row in body["cases"].get(indicator.programme, ())]
        asked = [question(session, old, old.known_at, known_at), question(session, report, known_at, known_at)]
        asked[0].rule = earlier_rules(body)
        after = rows[indicator.programme]
        parts = parts_of(session, indicator, *asked, before, after, totals, known_at)
        found[indicator.code] = [
            {
                "cause": part.cause,
                "numerator": part.numerator,
                "denominator": part.denominator,
                "cases": [(new or before).number for before, new in part.cases],
            }
            for part in parts
        ]
    return {"number": old.number, "digest": old.digest, "parts": found}


def read(session, report: Report) -> dict:
    """What a sealed report says. Raises Refused where it is gone or no longer what was sealed."""
    return json.loads(raw(session, report))


def raw(session, report: Report) -> bytes:
    digest = bytes.fromhex(report.digest)
    body = session.scalar(sa.select(BODIES.c.body).where(BODIES.c.province == province(), BODIES.c.digest == digest))
    try:
        text = zlib.decompress(body) if body is not None else b""
    except zlib.error:
        text = b""
    if sha256(text).digest() != digest:
        raise Refused(N_("Nội dung báo cáo không còn đúng như khi chốt."))
    return text
