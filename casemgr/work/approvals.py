"""The inbox of decisions: one by one, and late entries together."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr.access.web import Permission, current_actor, guard, log_access, may
from casemgr.cases.changes import ADDED, CHANGED, PERIOD, REMOVED
from casemgr.clock import now
from casemgr.db import db
from casemgr.ui.paging import Page, page_number
from casemgr.units.web import current_tree
from casemgr.work import inbox, services
from casemgr.work.forms import LateForm
from casemgr.work.views import bp
from casemgr.work.web import address_of, current_view, kind_name, late_at, page_of, words_at

SIZE = 20


@bp.get("/approvals")
@guard(Permission.CASE_DECIDE)
def approvals():
    return _inbox(LateForm(formdata=None))


def _inbox(form: LateForm, chosen: frozenset = frozenset(), status: int = 200):
    view, number = current_view(), page_number()
    items, total = inbox.page(view, number, SIZE)
    late, late_total = inbox.late_entries(view, SIZE)
    log_access(Permission.CASE_DECIDE, detail="approvals")
    shown = render_template(
        "work/approvals.html",
        items=items,
        page=Page(items, number, SIZE, total),
        late=late,
        late_total=late_total,
        form=form,
        chosen=chosen,
        unassigned=inbox.unassigned(view) if may(Permission.CASE_ASSIGN) else 0,
        unconfirmed=inbox.unconfirmed(view),
        elsewhere=inbox.elsewhere(view),
        now=view.now,
        words=words_at(view.now),
        overdue_at=late_at(view.now),
        address=address_of,
        page_of=page_of,
        difference=difference,
        kind_name=kind_name,
    )
    return shown, status


def difference(item: inbox.Item) -> str:
    """What a plan changes, in a few words."""
    if item.entry is None or item.entry.kind != "planned":
        return ""
    if item.before is None:
        return gettext("kế hoạch đầu tiên")
    kinds = [change.kind for change in item.changes]
    said = [
        (kinds.count(ADDED), gettext("thêm %(n)s nhu cầu", n=kinds.count(ADDED))),
        (kinds.count(REMOVED), gettext("bỏ %(n)s nhu cầu", n=kinds.count(REMOVED))),
        (kinds.count(CHANGED), gettext("đổi dịch vụ, ngày của %(n)s nhu cầu", n=kinds.count(CHANGED))),
        (kinds.count(PERIOD), gettext("đổi thời gian thực hiện")),
    ]
    words = ", ".join(text for n, text in said if n)
    compared = gettext("so với bản ghi %(seq)s", seq=item.before.seq)
    return f"{compared}: {words or gettext('không đổi dịch vụ nào')}"


@bp.post("/approvals/late")
@guard(Permission.CASE_DECIDE)
def accept_late():
    """Late entries are accepted or sent back together. Plans, isolation, closures, exclusions, guards never are."""
    form, chosen = LateForm(), request.form.getlist("entry")
    if form.validate():
        if not chosen:
            form.form_errors.append(gettext("Hãy đánh dấu ít nhất một bản ghi."))
        if form.outcome.data == "approved" and not form.number.data:
            form.number.errors = [gettext("Cần ghi số văn bản.")]
        if form.outcome.data == "returned" and not form.note.data:
            form.note.errors = [gettext("Cần ghi lý do trả lại để người lập đính chính.")]
    if form.errors or form.form_errors:
        return _inbox(form, frozenset(chosen), 422)
    facts = {"outcome": form.outcome.data, "number": form.number.data, "note": form.note.data}
    found = services.accept_late(db.session, current_actor(), current_tree(), chosen, **facts, now=now())
    log_access(Permission.CASE_DECIDE, detail=f"late={len(found.done)}")
    if not found.done:
        form.form_errors.append(refused_because(found))
        return _inbox(form, frozenset(chosen), 422)
    say_outcome(found, gettext("Đã quyết định %(n)s nội dung.", n=len(found.done)))
    return redirect(url_for("work.approvals"), 303)


def say_outcome(found: services.Outcome, done: str) -> None:
    """What went through, and by number what did not."""
    flash(done, "success")
    if found.refused:
        flash(refused_because(found), "error")


def refused_because(found: services.Outcome) -> str:
    """What did not go through, by number. Where nothing did, the page is shown again with what was ticked and typed."""
    said = "; ".join(f"{number}: {gettext(why)}" for number, why in found.refused)
    return gettext("Chưa thực hiện được: %(what)s.", what=said)
