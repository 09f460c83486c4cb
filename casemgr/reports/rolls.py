"""Asking for lists that name people: the gift lists of 27/7 and Tết, files for other agencies' software. What is asked for
waits for a second person, see `named`."""

from flask import redirect, request, url_for
from flask_babel import gettext

from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases.forms import options
from casemgr.cases.models import CaseFile
from casemgr.cases.queries import scopes, visible
from casemgr.clock import now
from casemgr.db import db, one_of
from casemgr.ledger.ids import new_id
from casemgr.ledger.services import EntryConflict
from casemgr.refused import N_, Refused
from casemgr.reports import persons, rolls_of, services
from casemgr.reports.forms import ExportForm, GiftForm
from casemgr.reports.named import FILE, GIFT
from casemgr.reports.persons import Roll
from casemgr.reports.views import bp
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.units.web import current_tree

# By what right each kind of list is asked for and taken.
RIGHTS = {GIFT: Permission.IDENTITY_READ, FILE: Permission.PERSON_EXPORT}


@bp.route("/gifts", methods=["GET", "POST"])
@guard(Permission.IDENTITY_READ)
def gifts():
    """The list of a commune with a column to sign in."""
    require(Permission.IDENTITY_READ)
    form, found = GiftForm(), rolls_of().gifts
    form.occasion.choices = options((code, roll.title[language()]) for code, roll in found.items())
    form.unit.choices += options(_units(Permission.IDENTITY_READ, "commune"))
    if request.method == "POST" and form.validate():
        roll, unit = found[form.occasion.data], form.unit.data
        require(Permission.IDENTITY_READ, unit=unit, programme=roll.programme, read="commune")
        if (asked := _ask(form, GIFT, roll, unit, GIFT)) is not None:
            return asked
    return show_form("reports/gifts.html", form)


@bp.route("/exports", methods=["GET", "POST"])
@guard(Permission.PERSON_EXPORT)
def exports():
    """A file in the columns of another agency's software."""
    found = rolls_of().exports
    allowed = {code: r for code, r in found.items() if may(Permission.PERSON_EXPORT, programme=r.programme)}
    form = ExportForm()
    form.roll.choices = options(
        (code, f"{roll.title[language()]} ({roll.agency[language()]})") for code, roll in allowed.items()
    )
    form.unit.choices += options(_units(Permission.PERSON_EXPORT))
    if request.method == "POST" and form.validate():
        roll, unit = allowed[form.roll.data], form.unit.data
        require(Permission.PERSON_EXPORT, unit=unit, programme=roll.programme)
        if (asked := _ask(form, FILE, roll, unit, form.purpose.data)) is not None:
            return asked
    return show_form("reports/exports.html", form, rolls=allowed)


def _units(permission: Permission, level: str | None = None) -> list[tuple[str, str]]:
    """Where whoever acts may do this, those in force today, by district."""
    tree, today = current_tree(), now().date()
    units = {u for each in scopes(current_actor(), permission) for u in each.units}
    kept = [u for u in units if u in tree and tree[u].valid(today) and (level is None or tree.level(u) == level)]
    return [(u, tree.full_label(u)) for u in sorted(kept, key=lambda u: tree[u].path)]


def _ask(form, kind: str, roll: Roll, unit: str, purpose: str):
    """The way on to what was asked for; none where there is nobody to list, or where this form has asked for something
    else already: what it asks now is asked once it is sent again."""
    cases = persons.files(db.session, roll, conditions(kind, unit))
    if not cases:
        form.unit.errors = [gettext("Đơn vị này không có hồ sơ đang quản lý để lập danh sách.")]
        return None
    try:
        subject = services.ask(
            db.session, kind=kind, roll=roll, unit=unit, purpose=purpose, note=form.document.data, cases=cases,
            days=rolls_of().answer_days, author=str(current_actor().user_id), now=now(), subject=form.id,
        )  # fmt: skip
    except EntryConflict:
        form.entry_id.data = str(new_id())
        form.refuse(
            Refused(N_("Đề nghị này chưa được ghi: biểu mẫu này đã gửi một đề nghị khác. Kiểm tra rồi gửi lại."))
        )
        return None
    log_access("list:ask", subject, unit, roll.programme, f"{roll.code},{purpose},rows={len(cases)}")
    return redirect(url_for("outgoing.named_list", named=subject), 303)


def conditions(kind: str, unit: str) -> list:
    """Of which files a list tells: those that whoever acts may read, in the unit and what went wholly into it."""
    tree = current_tree()
    within = one_of(CaseFile.unit_id, tree.with_predecessors(unit))
    return [visible(current_actor(), RIGHTS[kind], CaseFile, tree), within]
