"""Pages of referrals: those without an answer, and the letter that goes with one."""

from datetime import date
from uuid import UUID

from flask import abort, render_template

from casemgr import papers
from casemgr.access.web import Permission, current_actor, guard, log_access, require
from casemgr.cases.handover import REFERRED, referrals
from casemgr.cases.web import Dossier, open_dossier
from casemgr.clock import now
from casemgr.db import db
from casemgr.handover import queries
from casemgr.handover.views import bp
from casemgr.ledger import services as ledger
from casemgr.papers import Paper, Rows, Signature, Text
from casemgr.people import services as people
from casemgr.programmes import programmes
from casemgr.programmes.spans import overdue
from casemgr.ui.i18n import language
from casemgr.ui.paging import Page, page_number
from casemgr.units.rules import UnitTree
from casemgr.units.web import current_tree

PAGE = 25
ENDINGS = ("pdf", "docx")


@bp.get("/referrals")
@guard(Permission.CASE_READ)
def open_list():
    number = page_number()
    found, total = queries.open_referrals(db.session, current_actor(), current_tree(), number, PAGE)
    log_access(Permission.CASE_LIST)
    names = {row.sent: programmes()[row.programme].needs[row.need].name[language()] for row in found}
    due, moment = queries.answers_due(db.session, found), now()
    late = {sent for sent, at in due.items() if overdue(at, moment)}
    page = Page(found, number, PAGE, total)
    return render_template("handover/referrals.html", page=page, names=names, due=due, late=late, now=moment)


@bp.get("/cases/<number>/referrals/<uuid:id>/letter.<ending>")
@guard(Permission.CASE_READ)
def letter(number: str, id: UUID, ending: str):
    """The letter of a referral as Word or PDF; who prints it is logged."""
    dossier = open_dossier(number)
    require(Permission.IDENTITY_READ, subject=dossier.file.subject, detail="print=referral", **dossier.facts)
    sent = next((r.sent for r in referrals(dossier.state.entries) if r.sent.id == id and r.sent.kind == REFERRED), None)
    if sent is None or ending not in ENDINGS:
        abort(404)
    sealed = ledger.read_sealed(db.session, [sent]).get(sent.id, {})
    return papers.answer(_paper(dossier, sent, sealed, current_tree()), ending, "phieu-chuyen-gui")


def _paper(dossier: Dossier, sent, sealed: dict, tree: UnitTree) -> Paper:
    programme, unit = dossier.programme, dossier.state.unit
    kind = programme.case.kinds[REFERRED]
    named = {field.name: field for field in kind.fields}
    codes = {name: programme.codes[field.codes] for name, field in named.items() if field.codes}
    ground = codes["referral_consent"][sent.coded["referral_consent"]].name.vi
    consent = [sealed["consent_by"]] if sealed.get("consent_by") else []
    if sealed.get("consent_on"):
        consent.append(f"ngày {date.fromisoformat(sealed['consent_on']):%d/%m/%Y}")
    if consent:
        ground += f" ({', '.join(consent)})"
    person = people.identity(db.session, dossier.file.beneficiary) if dossier.file.beneficiary else None
    who = [("Họ tên", person.person.name)] if person and not person.erased else [("Mã hồ sơ", dossier.file.number)]
    if dossier.state.identity.get("birth_year"):
        who.append(("Năm sinh", str(dossier.state.identity["birth_year"])))
    place = tree[unit].name
    return Paper(
        template="letter",
        agency=("ỦY BAN NHÂN DÂN", tree.label(unit).upper()),
        number=papers.number(None, "PCG-UBND"),
        place=place,
        day=sent.occurred_at.date(),
        title="PHIẾU CHUYỂN GỬI, KẾT NỐI DỊCH VỤ",
        to=(sealed.get("to", ""),),
        body=(
            Text(f"Ủy ban nhân dân {tree.label(unit)} đề nghị Quý cơ quan tiếp nhận và hỗ trợ:"),
            Rows(
                (
                    *who,
                    ("Nhu cầu cần hỗ trợ", programme.needs[sent.coded["need"]].name.vi),
                    ("Lý do chuyển gửi", codes["reason"][sent.coded["reason"]].name.vi),
                    ("Nội dung đề nghị", sealed.get("note", "")),
                    ("Căn cứ cung cấp thông tin", ground),
                )
            ),
            Text("Thông tin trong phiếu này là thông tin riêng tư, chỉ dùng để hỗ trợ người có tên trên."),
            Text(
                "Đề nghị Quý cơ quan trả lời việc tiếp nhận và kết quả hỗ trợ cho Ủy ban nhân dân "
                f"{tree.label(unit)}. Xin cảm ơn."
            ),
        ),
        signatures=(Signature(("CHỦ TỊCH",)),),
        recipients=("Như trên;", "Lưu: hồ sơ."),
    )
