"""The import itself: long work in batches. Nothing is seen of it until the last step appends the `received` entry."""

from datetime import datetime
from io import BytesIO
from uuid import UUID

import sqlalchemy as sa

from casemgr import files, jobs
from casemgr.clock import now
from casemgr.db import begin_write, db
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft
from casemgr.ledger.services import province
from casemgr.refused import N_, Refused
from casemgr.registers import drafts, rules, values
from casemgr.registers.columns import REASON
from casemgr.registers.drafts import Look
from casemgr.registers.models import Register, RegisterDraft
from casemgr.registers.rows import ROWS, keep
from casemgr.registers.services import HOOKS
from casemgr.registers.sources import sources

BATCH = 500
KIND = "register.import"


def start(session, draft: RegisterDraft, *, author: str, at: datetime) -> UUID:
    """Asks for the import of a draft whose columns can be used, and remembers them. Raises Refused."""
    look = drafts.opened(session, draft)
    if look.refused is not None:
        raise look.refused
    drafts.choose(session, draft, columns={str(column): name for column, name in look.columns.items()})
    drafts.remember(session, look.facts, look.table, look.columns, at)
    job = jobs.start(session, KIND, {"register": draft.id.hex}, author=author, unit=draft.unit, now=at)
    table = RegisterDraft.__table__
    mine = sa.update(table).where(table.c.province == province(), table.c.id == draft.id)
    session.execute(mine.values(job=job))
    return job


def _leads_to(params) -> tuple[str, dict]:
    return "registers.show", {"register": UUID(params["register"])}


@jobs.job(KIND, title=N_("Nạp danh sách nguồn"), leads_to=_leads_to)
def run(work: jobs.Work) -> None:
    """Keeps the rows that are not kept yet, a batch at a time, then the one entry."""
    register = UUID(work.params["register"])
    draft = drafts.find(db.session, register)
    if draft is None:
        raise Refused(drafts.GONE)
    look = drafts.look(db.session, draft, now())
    if look.refused is not None:
        raise look.refused
    rows, extra = look.checked.rows, _extra(look)
    if not rows:
        raise Refused(N_("Không có dòng nào nạp được. Hãy xem các lỗi, sửa tệp rồi gửi lại."))
    kept = db.session.scalar(sa.select(sa.func.max(ROWS.c.number)).where(*_of(register))) or 0
    for begin in range(0, len(rows), BATCH):
        begin_write()
        keep(db.session, register, [row for row in rows[begin : begin + BATCH] if row.number > kept], extra)
        work.progress(min(begin + BATCH, len(rows)), len(rows))
    begin_write()
    finish(db.session, draft, look, author=work.asked_by, at=now())


def _extra(look: Look) -> dict[int, dict]:
    """What is known of a row beside what it says: how it stands to the former register."""
    lines = look.difference.lines if look.difference else {}
    return {number: {"change": change, "before": before} for number, (change, before) in lines.items()}


def finish(session, draft: RegisterDraft, look: Look, *, author: str, at: datetime) -> None:
    """Says that the register was received whole. Raises Refused where it was given up or another took its place
    meanwhile."""
    facts, checked = look.facts, look.checked
    drafts.take(session, draft)
    other = UUID(facts.other) if facts.other else None
    if other is not None:
        ledger.lock(session, other)
        before = session.get(Register, (province(), other), populate_existing=True)
        if before is None or before.state != "current":
            raise Refused(N_("Danh sách cần thay đã được thay bằng danh sách khác. Hãy gửi lại tệp."))
    elif drafts.same_question(session, facts) is not None:
        raise Refused(N_("Danh sách của nguồn, đơn vị và kỳ này đã được nạp từ tệp khác. Hãy gửi lại tệp."))
    errors = None
    if checked.wrong:
        data = error_file(look)
        errors = files.store(session, draft.id, "loi.xlsx", data, author=author, now=at, allowed=("xlsx",))
    coded = {
        "source": facts.source,
        "programme": facts.programme,
        "unit": facts.unit,
        "from": facts.start.isoformat(),
        "to": facts.end.isoformat(),
        "document": facts.document,
        "document_date": facts.document_date.isoformat() if facts.document_date else None,
        "named": sources().subjects[facts.programme].named,
        "sha256": draft.sha256,
        "file": draft.file.hex,
        "errors": errors.hex if errors else None,
        "counts": checked.counts() | ({"difference": look.difference.counts()} if look.difference else {}),
        "columns": {str(column): name for column, name in look.columns.items()},
        "sheet": look.sheet.sheet,
        "replaces": facts.other if facts.mode == "replace" else None,
        "adds_to": facts.other if facts.mode == "add" else None,
    }
    ledger.append(session, draft.id, [_draft(rules.RECEIVED, coded, author, facts.unit, at)])
    if facts.mode == "replace":
        _replace(session, draft.id, other, author=author, unit=facts.unit, at=at)
    for hook in HOOKS:
        hook(session, draft.id, author, facts.unit, at)


def _replace(session, register: UUID, other: UUID, *, author: str, unit: str, at: datetime) -> None:
    """The former register, and what was added to it, count no more."""
    more = sa.select(Register.subject).where(Register.province == province(), Register.adds_to == other)
    for each in (other, *session.scalars(more)):
        told = _draft(rules.REPLACED, {"by": register.hex}, author, unit, at)
        ledger.append(session, each, [told])


def _draft(kind: str, coded: dict, author: str, unit: str, at: datetime) -> Draft:
    return Draft(kind, at, "minute", author, unit, at, coded)


def error_file(look: Look) -> bytes:
    """The rows that were not taken, as they stood, with the reasons in a last column: to be mended and sent again.

    Everything is written as text, and what a spreadsheet would take for a formula gets an apostrophe before it.
    """
    made = BytesIO()
    import xlsxwriter

    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, bold = book.add_worksheet("Cần sửa"), book.add_format({"bold": True, "text_wrap": True})
    headings = [*look.table.headings, REASON]
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, _defused(heading.replace(" / ", " – ")), bold)
    for line, (_number, cells, codes) in enumerate(look.checked.wrong, start=1):
        for column, cell in enumerate(cells):
            if values.text(cell):
                sheet.write_string(line, column, _defused(values.text(cell)))
        sheet.write_string(line, len(headings) - 1, " ".join(rules.WRONG[code] for code in codes))
    sheet.set_column(0, len(headings) - 1, 18)
    sheet.freeze_panes(1, 0)
    book.close()
    return made.getvalue()


def _defused(said: str) -> str:
    return "'" + said if said[:1] in "=+-@\t\r" and said[:1] else said


def _of(register: UUID):
    return ROWS.c.province == province(), ROWS.c.register == register


def counts_of(session, register: UUID) -> dict:
    """The numbers of the import, from the ledger; what it does not say was not there."""
    entries = ledger.entries(session, register)
    said = next(e.coded["counts"] for e in entries if e.kind == rules.RECEIVED)
    none = {"skipped": 0, "duplicates": 0, "doubts": {}, "errors": {}, "repairs": {}, "difference": None}
    return none | {"read": said["good"] + said["parked"] + said["wrong"]} | said
