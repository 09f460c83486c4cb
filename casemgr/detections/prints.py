"""The paper of a detection (Mẫu 01): the person, every report of the incident, what was written down."""

from flask import abort

from casemgr import papers
from casemgr.access.web import Permission, guard, log_access, require
from casemgr.cases.printing import entry_paper
from casemgr.cases.prints import ENDINGS, setting_of
from casemgr.db import db
from casemgr.detections.telling import Teller
from casemgr.detections.views import bp, teller
from casemgr.detections.web import Sheet, open_sheet, reading
from casemgr.ledger import services as ledger
from casemgr.papers import Rows
from casemgr.people import services as people
from casemgr.people.rules import SEXES


@bp.get("/<number>/print/<ending>")
@guard(Permission.DETECTION_READ)
def print_form(number: str, ending: str):
    """Who reported is not on it: that is a record of its own."""
    if ending not in ENDINGS:
        abort(404)
    sheet = open_sheet(number)
    row = sheet.row
    require(Permission.IDENTITY_READ, subject=row.subject, **sheet.place, **reading(row))
    if not sheet.programme.detection.kinds["detected"].paper:
        abort(404)
    log_access("detection:print", row.subject, row.unit_id, row.programme, ending)
    return papers.answer(_paper(sheet, teller(sheet)), ending, "bieu-mau")


def _paper(sheet: Sheet, tell: Teller) -> papers.Paper:
    opening, kind = sheet.state.opening, sheet.programme.detection.kinds["detected"]
    sealed = sheet.sealed.get(opening.id, {})
    found = people.identity(db.session, sheet.row.beneficiary) if sheet.row.beneficiary else None
    person = found.person if found is not None and not found.erased else None
    setting = setting_of(opening.unit, sheet.row.number, person, tell.author(opening.author))
    return entry_paper(
        sheet.programme, kind, opening, sealed, setting, [*_typed(sheet, sealed, person), *_reports(sheet, tell)]
    )


def _typed(sheet: Sheet, sealed, person) -> list:
    """The person as reported, as long as nobody is registered."""
    if person is not None:
        return []
    facts = sheet.state.facts
    pairs = [("Họ và tên", sealed.get("name") or "……"), ("Giới tính", SEXES.get(facts.get("sex"), "……"))]
    if facts.get("age") is not None:
        pairs.append(("Tuổi lúc xảy ra", str(facts["age"])))
    return [Rows(tuple(pairs))]


def _reports(sheet: Sheet, tell: Teller) -> list:
    entries = (
        [e for e in ledger.entries(db.session, sheet.row.incident) if e.kind == "reported"]
        if sheet.row.incident
        else []
    )
    sealed, found = ledger.read_sealed(db.session, entries), []
    for entry in entries:
        told = tell.report(entry, sealed.get(entry.id, {}))
        pairs = (
            ("Tiếp nhận lúc", told.received),
            ("Nguồn tin", told.source),
            ("Hình thức", told.mode),
            ("Cán bộ tiếp nhận", told.officer),
            ("Xảy ra", told.happened),
            ("Nội dung tin báo", told.note),
        )
        found.append(Rows(tuple((label, text) for label, text in pairs if text)))
    return found
