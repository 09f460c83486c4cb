"""The caseload: who carries how much, the files behind a number, many given to another worker, saved views."""

from urllib.parse import urlencode
from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext

from casemgr.access.holders import users_of
from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, log_access, may
from casemgr.cases.forms import options
from casemgr.cases.queries import names_of
from casemgr.cases.rows import Rows
from casemgr.clock import now
from casemgr.db import db
from casemgr.people.names import fold_name
from casemgr.programmes import programmes
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.ui.paging import Page, page_number
from casemgr.ui.rules import show_number
from casemgr.units.loading import calendar
from casemgr.units.web import current_tree
from casemgr.work import caseload, services
from casemgr.work.approvals import refused_because, say_outcome
from casemgr.work.caseload import FUNNEL, LEVELS, Asked, Load, Wanted
from casemgr.work.forms import FilesForm, LoadForm, ReassignForm, ViewForm
from casemgr.work.left import left_places
from casemgr.work.views import bp
from casemgr.work.web import current_view, filled, offer_units, units_of

SIZE = 25
MOST = 100  # files in one request to reassign


@bp.get("/caseload")
@guard(Permission.CASELOAD_READ)
def caseload_page():
    return _loads(ViewForm(formdata=None))


def _loads(view_form: ViewForm):
    form = filled(LoadForm, _choices)
    view = current_view()
    asked = Asked(form.by.data, _programme(form), _units(form))
    found, total = caseload.loads(view, asked)
    if asked.by == "unit":
        found = caseload.held_today(found, view.tree, view.now.date())
    number, shown = page_number(), caseload.ordered(found, form.sort.data, view.now)
    if shown is None:
        shown = sorted(found, key=_Names(asked, found).place)
    page = Page(shown[(number - 1) * SIZE : number * SIZE], number, SIZE, len(shown))
    workers = {load.key for load in page.items if load.key} if asked.by == "worker" else set()
    log_access(Permission.CASELOAD_READ, detail=f"by={asked.by}")
    return show_form(
        "work/caseload.html",
        view_form,
        filters=form,
        page=page,
        total=total,
        name=_Names(asked, page.items),
        left={place.worker for place in left_places(view, workers)},
        kept=_codes(form),
        kept_files=lambda codes: {name: codes[name] for name in ("group", "unit") if name in codes},
        views=services.saved_views(db.session, view.actor, _own_units()),
        now=view.now,
        levels=LEVELS,
        funnel=FUNNEL,
        each_of=lambda counts, codes: " · ".join(show_number(counts[code]) for code in codes),
        may_assign=may(Permission.CASE_ASSIGN),
    )


class _Names:
    """What a line is called: the worker, for readers who see names, or the unit."""

    def __init__(self, asked: Asked, found: list[Load]):
        self.by, self.tree = asked.by, current_tree()
        # Names are for who assigns there; one account may lead one commune and only audit another.
        theirs = [
            load.key for load in found if load.key and any(may(Permission.CASE_ASSIGN, unit=u) for u in load.units)
        ]
        wanted = theirs if asked.by == "worker" else []
        self.users = names_of(db.session, wanted)

    def place(self, load: Load) -> tuple[str, str]:
        """Where a line stands by name: a person by the given name, which comes last."""
        name = fold_name(self(load))
        return name.rpartition(" ")[2] if self.by == "worker" else "", name

    def __call__(self, load: Load) -> str:
        if load.key is None:
            return gettext("Chưa phân công")
        if self.by == "unit":
            return self.tree.label(load.key) if load.key in self.tree else load.key
        return self.users.get(load.key) or gettext("tài khoản %(code)s", code=load.key.replace("-", "")[:6])


@bp.get("/caseload/files")
@guard(Permission.CASELOAD_READ)
def caseload_files():
    return _files(ReassignForm(formdata=None))


def _files(form: ReassignForm, chosen: frozenset = frozenset()):
    filters, view, number = filled(FilesForm, _choices), current_view(), page_number()
    wanted = Wanted(
        programme=_programme(filters),
        units=_units(filters),
        worker=filters.worker.data,
        stage=filters.stage.data,
        risk=filters.risk.data,
        state=filters.state.data,
        sort=filters.sort.data,
    )
    found, total = caseload.files(view, wanted, number, SIZE)
    theirs = [file for file in found if may(Permission.CASE_ASSIGN, unit=file.unit_id, programme=file.programme)]
    may_assign = bool(theirs)
    all_marked = request.method == "GET" and "all" in request.args
    if all_marked:
        chosen = frozenset(file.number for file in theirs)
    names = names_of(db.session, [file.worker for file in theirs if file.worker])
    if may_assign:
        _offer(form, caseload.candidates(db.session, view.tree, theirs))
    log_access(Permission.CASELOAD_READ, detail="files")
    return show_form(
        "work/caseload_files.html",
        form,
        filters=filters,
        page=Page(found, number, SIZE, total),
        rows=Rows(db.session, calendar(db.session), view.now, language()).of(found),
        worker_of=lambda file: _worker(file, names if file in theirs else {}),
        chosen=chosen,
        all_marked=all_marked,
        kept=_codes(filters),
        now=view.now,
        may_assign=may_assign,
    )


def _worker(file, names: dict) -> str:
    if file.worker is None:
        return gettext("Chưa phân công")
    return names.get(file.worker) or gettext("tài khoản %(code)s", code=file.worker.replace("-", "")[:6])


def _offer(form: ReassignForm, users) -> None:
    tree = current_tree()
    form.worker.choices = form.worker.choices[:1] + options(
        (str(user.id), f"{user.full_name} ({tree.label(user.unit_id) if user.unit_id in tree else ''})")
        for user in users
    )


@bp.post("/caseload/files")
@guard(Permission.CASE_ASSIGN)
def reassign():
    """Gives the marked files to one worker; those out of scope are refused by number, the rest go through."""
    form, chosen = ReassignForm(), request.form.getlist("number")[:MOST]
    worker = users_of(db.session, [request.form.get("worker", "")])
    user = next(iter(worker.values()), None)
    _offer(form, [user] if user is not None else [])
    if form.validate() and not chosen:
        form.form_errors.append(gettext("Hãy đánh dấu ít nhất một hồ sơ."))
    if form.errors or form.form_errors:
        return _files(form, frozenset(chosen))
    found = services.reassign(db.session, current_actor(), chosen, user, note=form.note.data, now=now())
    log_access(Permission.CASE_ASSIGN, detail=f"done={len(found.done)};refused={len(found.refused)}")
    if not found.done:
        form.form_errors.append(refused_because(found))
        return _files(form, frozenset(chosen))
    said = gettext("Đã phân công lại %(n)s hồ sơ cho %(who)s.", n=len(found.done), who=user.full_name)
    say_outcome(found, said)
    return redirect(url_for("work.caseload_files", **_codes(filled(FilesForm, _choices))), 303)


@bp.post("/caseload/views")
@guard(Permission.CASELOAD_READ)
def save_view():
    """Keeps what the address asks for under a name; codes only."""
    form = ViewForm()
    if not form.validate():
        return _loads(form)
    query = urlencode(_codes(filled(LoadForm, _choices)))
    unit = next((g.unit for g in current_actor().grants if g.role in ("supervisor", "auditor")), "")
    services.save_view(db.session, current_actor(), unit, form.name.data, query, shared=form.shared.data, now=now())
    flash(gettext("Đã lưu cách xem."), "success")
    return redirect(url_for("work.caseload_page") + (f"?{query}" if query else ""), 303)


@bp.post("/caseload/views/<uuid:id>/drop")
@guard(Permission.CASELOAD_READ)
def drop_view(id: UUID):
    if not services.drop_view(db.session, current_actor(), id):
        abort(404)
    flash(gettext("Đã xóa cách xem."), "success")
    return redirect(url_for("work.caseload_page"), 303)


# --- filters ----------------------------------------------------------------------------------------------------------


def _choices(form) -> None:
    numbered = ((str(n), p.short[language()]) for n, p in enumerate(programmes().values(), 1))
    form.group.choices = form.group.choices[:1] + options(numbered)
    offer_units(form)
    if isinstance(form, FilesForm):
        risks = {c: code.name[language()] for p in programmes().values() for c, code in p.codes.get("risk", {}).items()}
        form.risk.choices = form.risk.choices[:1] + options(risks.items())


def _programme(form) -> str | None:
    return list(programmes())[int(form.group.data) - 1] if form.group.data else None


def _units(form) -> frozenset[str] | None:
    return units_of(form.unit.data)


def _codes(form) -> dict[str, str]:
    """What the form narrows, as it stands in an address."""
    return {field.name: field.data for field in form if field.data and field.name != "csrf_token"}


def _own_units() -> frozenset[str]:
    """Everything the reader supervises: a view that was shared there is offered."""
    return frozenset().union(*(each.units for each in scope(current_actor(), Permission.CASELOAD_READ)))
