"""The pages that show detections: the list, one detection, who reported it."""

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext

from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases.forms import options
from casemgr.cases.queries import names_of
from casemgr.clock import now
from casemgr.db import db
from casemgr.detections import queries, services
from casemgr.detections.forms import FilterForm
from casemgr.detections.page import Reader, Rows
from casemgr.detections.queries import Filters
from casemgr.detections.telling import Teller
from casemgr.detections.web import Sheet, open_sheet, place_of, reading
from casemgr.ledger import services as ledger
from casemgr.programmes import programmes
from casemgr.ui.i18n import language
from casemgr.ui.paging import Page, page_number
from casemgr.units.loading import calendar
from casemgr.units.web import current_tree

bp = Blueprint("detections", __name__, url_prefix="/detections")
PAGE = 25


@bp.get("")
@guard(Permission.DETECTION_LIST)
def index():
    form = FilterForm(request.args)
    _choices(form)
    if not form.validate():
        form = FilterForm(formdata=None)
        _choices(form)
    conditions = [queries.in_scope(current_actor(), current_tree()), *queries.narrow(_filters(form), current_actor())]
    number = page_number()
    found, total = queries.detection_list(db.session, conditions, number, PAGE)
    log_access(Permission.DETECTION_LIST)
    return render_template(
        "detections/list.html",
        page=Page(found, number, PAGE, total),
        rows=Rows(db.session, calendar(db.session), now(), language()).of(found),
        filters=form,
        may_write=bool(recordable()),
    )


def _choices(form: FilterForm) -> None:
    form.group.choices = form.group.choices[:1] + options((str(n), p.short[language()]) for n, p in numbered())
    tree, today = current_tree(), now().date()
    units = {unit for each in scope(current_actor(), Permission.DETECTION_LIST) for unit in each.units}
    valid = sorted((tree[u] for u in units if u in tree and tree[u].valid(today)), key=lambda node: node.path)
    indent = {"province": "", "district": "– ", "commune": "– – "}
    form.unit.choices = form.unit.choices[:1] + options(
        (node.id, indent[tree.level(node.id)] + tree.label(node.id)) for node in valid
    )


def numbered() -> list[tuple[int, object]]:
    """The programmes by number, because no address names one."""
    return list(enumerate(programmes().values(), 1))


def recordable() -> list[tuple[int, object]]:
    """The programmes, numbered, whose detections whoever acts may record."""
    return [(n, p) for n, p in numbered() if may(Permission.DETECTION_WRITE, programme=p.code)]


def _filters(form: FilterForm) -> Filters:
    codes = list(programmes())
    number = form.group.data
    return Filters(
        programme=codes[int(number) - 1] if number else None,
        unit=current_tree().with_predecessors(form.unit.data) if form.unit.data else None,
        status=None if form.status.data == "all" else form.status.data,
        mine=form.mine.data,
    )


@bp.get("/<number>")
@guard(Permission.DETECTION_READ)
def page(number: str):
    sheet = open_sheet(number)
    reader = Reader(sheet, now(), language())
    tell = teller(sheet)
    incident = queries.incident_of(db.session, sheet.row.incident)
    whole, integrity = reader.integrity()
    return render_template(
        "detections/page.html",
        sheet=sheet,
        row=sheet.row,
        incident=incident,
        reports=_reports(sheet, tell),
        others=_others(sheet),
        badge=reader.badge(),
        may_dispute=may(Permission.REGISTER_RECONCILE, unit=sheet.row.unit_id, programme=sheet.row.programme),
        facts=reader.facts(tell),
        clocks=reader.clocks(),
        tasks=reader.tasks(),
        actions=reader.actions(),
        sentences=tell.all(),
        waiting=[(tell.one(e), sheet.may_decide(e)) for e in sheet.state.waiting],
        case_open=_case_address(sheet),
        paper=sheet.full and bool(sheet.programme.detection.kinds["detected"].paper),
        whole=whole,
        integrity=integrity,
        worker=tell.author(sheet.row.worker) if sheet.row.worker else None,
    )


def teller(sheet: Sheet) -> Teller:
    """Who tells the entries; an auditor sees which account wrote, not who."""
    workers = [e.coded["worker"] for e in sheet.entries if e.coded.get("worker")]
    names = names_of(db.session, [*(e.author for e in sheet.entries), *workers]) if sheet.full else {}
    return Teller(sheet, names, language())


def _others(sheet: Sheet) -> list:
    """The other persons of the same incident, with the labels the reader may see."""
    if sheet.row.incident is None:
        return []
    rows = [r for r in services.detected_in(db.session, sheet.row.incident) if r.subject != sheet.row.subject]
    rows = [r for r in rows if may(Permission.DETECTION_READ, **place_of(r))]
    return Rows(db.session, sheet.calendar, now(), language()).of(rows)


def _reports(sheet: Sheet, tell: Teller) -> list:
    """Every report of the incident, as lines of the page."""
    entries = ledger.entries(db.session, sheet.row.incident) if sheet.row.incident else []
    sealed = ledger.read_sealed(db.session, entries) if sheet.full else {}
    return [tell.report(e, sealed.get(e.id, {})) for e in entries if e.kind == "reported"]


def _case_address(sheet: Sheet) -> str | None:
    """Where the case file is, if the reader may open it."""
    if not sheet.row.case_number:
        return None
    allowed = may(Permission.CASE_READ, **sheet.place, **reading(sheet.row))
    return url_for("cases.case", number=sheet.row.case_number) if allowed else None


@bp.get("/<number>/reporters")
@guard(Permission.IDENTITY_READ)
def reporters(number: str):
    """Who reported, where they agreed to be named: a record of its own, opened apart and logged apart."""
    sheet = open_sheet(number)
    require(Permission.IDENTITY_READ, subject=sheet.row.subject, **sheet.place, **reading(sheet.row))
    if sheet.row.incident is None:
        abort(404)
    found = []
    for report in ledger.entries(db.session, sheet.row.incident):
        told = report.coded.get("reporter")
        if told:
            found += _reporter(report, told)
    return render_template("detections/reporters.html", row=sheet.row, label=sheet.label, reporters=found)


def _reporter(report, subject: str) -> list:
    from uuid import UUID

    given = ledger.entries(db.session, UUID(subject))
    log_access("reporter:read", UUID(subject))
    words = {"name": gettext("Họ tên"), "phone": gettext("Điện thoại"), "address": gettext("Địa chỉ")}
    sealed = ledger.read_sealed(db.session, given)
    lines = [(words[k], v) for e in given for k, v in sealed.get(e.id, {}).items() if k in words]
    return [(report, lines)]
