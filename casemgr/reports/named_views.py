"""Lists that name people: what was asked for and by whom, a second person's answer, and the way to take them."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext

from casemgr import papers
from casemgr.access.policy import Answer, answer
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases.queries import names_of
from casemgr.clock import now
from casemgr.db import db
from casemgr.refused import N_, Refused
from casemgr.reports import persons, rolls_of, services
from casemgr.reports.forms import ENDINGS, REASONS, ListAnswerForm, TokenForm
from casemgr.reports.named import APPROVED, ASKED, DECLINED, GIFT, LAPSED, OVER, WITHDRAWN, Named, check_take
from casemgr.reports.persons import Roll
from casemgr.reports.roll_papers import export_paper, gift_paper
from casemgr.reports.rolls import RIGHTS, conditions
from casemgr.reports.views import bp
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import in_vietnamese, language
from casemgr.ui.paging import Page, page_number
from casemgr.ui.rules import show_moment
from casemgr.units.web import current_tree

SIZE = 30
STATES = {
    ASKED: ("not_due", N_("chờ duyệt")),
    APPROVED: ("met", N_("đã duyệt")),
    DECLINED: ("missed", N_("không duyệt")),
    WITHDRAWN: ("plain", N_("đã rút đề nghị")),
    LAPSED: ("plain", N_("quá hạn trả lời")),
    OVER: ("plain", N_("hết thời gian tải")),
}
ANSWERED = {APPROVED: "list:approved", DECLINED: "list:declined"}  # in the access log


@bp.get("/lists")
@guard(Permission.IDENTITY_READ)
def named_lists():
    """What the reader asked for, may answer or may look over."""
    number = page_number()
    found, total = services.page(db.session, current_actor(), current_tree(), number, SIZE, now())
    return render_template(
        "reports/named_lists.html",
        page=Page(found, number, SIZE, total),
        names=names_of(db.session, (each.author for each in found)),
        title=title_of,
        state=state_of,
        may_export=may(Permission.PERSON_EXPORT),
        may_gift=may(Permission.IDENTITY_READ),
        me=str(current_actor().user_id),
    )


def roll_of(named: Named) -> Roll | None:
    found = rolls_of()
    return (found.gifts if named.kind == GIFT else found.exports).get(named.roll)


def title_of(named: Named) -> str:
    roll = roll_of(named)
    return roll.title[language()] if roll else named.roll


def state_of(named: Named) -> tuple[str, str]:
    shape, word = STATES[named.standing(now())]
    return shape, gettext(word)


def _facts(named: Named) -> dict:
    return {"unit": named.unit, "programme": named.programme}


def _found(subject: UUID) -> Named:
    """The list, for whoever asked for it, may answer or may look over such lists there; 404 otherwise. Whoever is shown
    it is logged as a reader, who does something with it as its doer: one act, one row of the log."""
    found = services.find(db.session, subject)
    if found is None:
        abort(404)
    looks = (Permission.LIST_APPROVE, Permission.AUDIT_READ)
    if found.author != str(current_actor().user_id) and not any(may(p, **_facts(found)) for p in looks):
        log_access("list:read", *_where(found))
        abort(404)
    return found


def _where(found: Named) -> tuple:
    return found.subject, found.unit, found.programme


@bp.get("/lists/<uuid:named>")
@guard(Permission.IDENTITY_READ)
def named_list(named: UUID):
    return _shown(_found(named), ListAnswerForm(formdata=None))


def _shown(found: Named, form: ListAnswerForm):
    log_access("list:read", *_where(found))
    standing = found.standing(now())
    reason, why_not = services.words(db.session, found)
    asked = answer(current_actor(), Permission.LIST_APPROVE, author=found.author, **_facts(found))
    mine = found.author == str(current_actor().user_id)
    return show_form(
        "reports/named_list.html",
        form,
        named=found,
        title=title_of(found),
        state=state_of(found),
        purpose=gettext(REASONS.get(found.purpose, found.purpose)),
        reason=reason,
        why_not=why_not,
        names=names_of(db.session, filter(None, (found.author, found.answered_by))),
        waits=standing == ASKED,
        may_answer=standing == ASKED and asked is Answer.YES,
        mine=mine,
        may_take=mine and standing == APPROVED,
        endings=ENDINGS if found.kind == GIFT else {"xlsx": "Excel"},
        token=TokenForm(formdata=None),
        days=rolls_of().days,
    )


@bp.post("/lists/<uuid:named>")
@guard(Permission.LIST_APPROVE)
def answer_list(named: UUID):
    found, form = _found(named), ListAnswerForm()
    actor = require(Permission.LIST_APPROVE, author=found.author, **_facts(found))
    if not form.validate():
        return _shown(found, form)
    try:
        services.answer(
            db.session, found, outcome=form.outcome.data, note=form.note.data, days=rolls_of().days,
            author=str(actor.user_id), now=now(),
        )  # fmt: skip
    except Refused as refused:
        form.refuse(refused)
        return _shown(found, form)
    log_access(ANSWERED[form.outcome.data], *_where(found), found.roll)
    flash(gettext("Đã ghi câu trả lời. Người đề nghị thấy ở trang này."), "success")
    return redirect(url_for("outgoing.named_lists"), 303)


@bp.post("/lists/<uuid:named>/withdraw")
@guard(Permission.IDENTITY_READ)
def withdraw_list(named: UUID):
    """Whoever asked needs it no more."""
    found = _found(named)
    if not TokenForm().validate():
        abort(404)
    actor = require(RIGHTS[found.kind], read="commune", **_facts(found))
    try:
        services.withdraw(db.session, found, author=str(actor.user_id), now=now())
    except Refused as refused:
        return _back(found, refused)
    log_access("list:withdraw", *_where(found), found.roll)
    flash(gettext("Đã rút đề nghị."), "success")
    return redirect(url_for("outgoing.named_lists"), 303)


@bp.post("/lists/<uuid:named>/<ending>")
@guard(Permission.IDENTITY_READ)
def take_list(named: UUID, ending: str):
    """The paper, for whoever asked, while it is open; each time is written into the ledger of the list. Nothing of it is
    read before that is known."""
    found, form = _found(named), TokenForm()
    roll = roll_of(found)
    if roll is None or ending not in (ENDINGS if found.kind == GIFT else ("xlsx",)) or not form.validate():
        abort(404)
    actor = require(RIGHTS[found.kind], read="commune", **_facts(found))
    try:
        check_take(found, str(actor.user_id), now())
        listed = persons.rows(db.session, roll, found.cases, conditions(found.kind, found.unit), current_tree())
        services.take(db.session, found, rows=len(listed), author=str(actor.user_id), now=now())
    except Refused as refused:
        return _back(found, refused)
    action = "list:print" if found.kind == GIFT else Permission.PERSON_EXPORT
    log_access(action, *_where(found), f"{found.roll},{found.purpose},rows={len(listed)},{ending}")
    with in_vietnamese():
        paper = _paper(found, roll, listed)
    return papers.answer(paper, ending, "danh-sach-nhan-qua" if found.kind == GIFT else "ket-xuat")


def _back(found: Named, refused: Refused):
    """To the page of the list, which says why not."""
    log_access("list:read", *_where(found))
    flash(gettext(refused.message, **refused.params), "error")
    return redirect(url_for("outgoing.named_list", named=found.subject), 303)


def _paper(found: Named, roll: Roll, listed: list[tuple[str, ...]]):
    moment, tree = now(), current_tree()
    names = names_of(db.session, (found.author, found.answered_by))
    asker, approver = names.get(found.author, ""), names.get(found.answered_by, "")
    purpose = REASONS.get(found.purpose, found.purpose)
    mark = f"{purpose} · {asker} · duyệt: {approver} · {show_moment(moment)}"
    if found.kind == GIFT:
        return gift_paper(roll, found.unit, listed, tree=tree, year=moment.year, mark=mark)
    reason, _why_not = services.words(db.session, found)
    why = (
        ("Theo cột của", roll.title.vi),
        ("Phạm vi", tree.full_label(found.unit)),
        ("Mục đích", purpose),
        ("Văn bản yêu cầu, nơi nhận", reason),
        ("Người kết xuất", asker),
        ("Người duyệt", approver),
        ("Duyệt lúc", show_moment(found.answered_at)),
        ("Kết xuất lúc", show_moment(moment)),
        ("Số dòng", str(len(listed))),
        ("Lưu ý", "Dữ liệu cá nhân. Không chuyển tiếp ngoài mục đích nêu trên; xóa sau khi đã nhập."),
    )
    return export_paper(roll, listed, why, mark)
