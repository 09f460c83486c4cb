"""The pages that show case files: the list, the search, the case itself, its identity."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr.access.policy import Answer, answer
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases import handover, queries, services
from casemgr.cases.forms import options
from casemgr.cases.page import Reader, risk_badge
from casemgr.cases.page_forms import IDENTITY_REASONS, FilterForm, IdentityForm, SearchForm
from casemgr.cases.queries import Filters, visible
from casemgr.cases.reading import GUARDED, lines
from casemgr.cases.rows import Rows
from casemgr.cases.sentences import Teller
from casemgr.cases.steps import Steps
from casemgr.cases.web import Dossier, facts_of, find_file, fold, may_attach, open_dossier, printable
from casemgr.clock import now
from casemgr.db import db
from casemgr.ledger import services as ledger
from casemgr.people import services as people
from casemgr.programmes import programmes
from casemgr.refused import N_
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.ui.paging import Page, page_number
from casemgr.units.loading import calendar
from casemgr.units.web import current_tree, offered

bp = Blueprint("cases", __name__, url_prefix="/cases")
PAGE = 25
MOST_FOUND = 50


@bp.get("")
@guard(Permission.CASE_LIST)
def index():
    form = FilterForm(request.args)
    _choices(form)
    if not form.validate():
        form = FilterForm()
        _choices(form)
    conditions = [_scope(), *queries.narrow(_filters(form), current_actor(), now())]
    number = page_number()
    found, total = queries.case_list(db.session, conditions, number, PAGE)
    log_access(Permission.CASE_LIST)
    return _list(Page(found, number, PAGE, total), form)


@bp.post("/search")
@guard(Permission.PERSON_SEARCH)
def search():
    """By name or number. Sent as a form, so that no name is in an address."""
    form, blank = SearchForm(), FilterForm(formdata=None)
    _choices(blank)
    if not form.validate():
        return _list(Page([], 1, PAGE, 0), blank, form, status=422)
    text, scope = form.text.data or "", _scope()
    unbarred = queries.not_barred(current_actor(), queries.CaseFile.subject)
    file = services.find(db.session, text.upper().replace(" ", ""), unbarred)
    if file is not None and may(Permission.CASE_READ, **facts_of(file)):
        log_access(Permission.PERSON_SEARCH, file.subject, file.unit_id)
        return redirect(url_for("cases.case", number=file.number), 303)
    hits = people.search(db.session, text, queries.home_units(current_actor()), MOST_FOUND)
    found = queries.files_of(db.session, [scope], [hit.subject for hit in hits])
    log_access(Permission.PERSON_SEARCH, detail=f"found={len(found)};name={sign_here(text)}")
    return _list(Page(found, 1, max(len(found), 1), len(found)), blank, form, complete=hits.complete)


def sign_here(text: str) -> str:
    """The sign of a name that whoever is signed in searched just now."""
    return people.sign_of(text, current_actor().user_id, now().date())


def _scope():
    return visible(current_actor(), Permission.CASE_READ, queries.CaseFile, current_tree())


def _choices(form: FilterForm) -> None:
    blank = form.group.choices[:1]
    form.group.choices = blank + options((str(n), p.short[language()]) for n, p in enumerate(programmes().values(), 1))
    tree, today = current_tree(), now().date()
    units = frozenset().union(*(each.units for each in queries.scopes(current_actor(), Permission.CASE_READ)))
    form.unit.choices = form.unit.choices[:1] + options(offered(tree, units, today))
    risks = {c: code.name[language()] for p in programmes().values() for c, code in p.codes.get("risk", {}).items()}
    form.risk.choices = form.risk.choices[:1] + options(risks.items())


def _filters(form: FilterForm) -> Filters:
    codes = list(programmes())
    number = form.group.data
    return Filters(
        programme=codes[int(number) - 1] if number else None,
        status=form.status.data,
        risk=form.risk.data,
        unit=current_tree().with_predecessors(form.unit.data) if form.unit.data else None,
        overdue=form.overdue.data,
        mine=form.mine.data,
        waiting=form.waiting.data,
    )


def _list(page: Page, filters: FilterForm, search: SearchForm | None = None, complete: bool = True, status: int = 200):
    rows = Rows(db.session, calendar(db.session), now(), language()).of(page.items)
    shown = render_template(
        "cases/list.html",
        page=page,
        rows=rows,
        filters=filters,
        search=search or SearchForm(formdata=None),
        searched=search is not None,
        complete=complete,
        may_open=bool(opened_here()),
    )
    return shown, status


def opened_here() -> list[str]:
    """Codes of the programmes whose files whoever acts may open without a detection."""
    return [
        code
        for code, programme in programmes().items()
        if programme.population == "cases"
        and may(Permission.CASE_WRITE, programme=code, worker=current_actor().user_id, read=programme.readers)
    ]


@bp.get("/<number>")
@guard(Permission.CASE_READ)
def case(number: str):
    dossier = open_dossier(number)
    moment, lang = now(), language()
    reader = Reader(dossier, moment, lang)
    steps = Steps(reader)
    tell = teller(dossier)
    whole, integrity = reader.integrity()
    wish = handover.asked_assignment(dossier.state.entries)
    return render_template(
        "cases/case.html",
        dossier=dossier,
        file=dossier.file,
        label=dossier.label,
        sex=_sex(dossier),
        age=reader.age(),
        worker=tell.author(dossier.file.worker) if dossier.file.worker else None,
        transfer=handover.pending_transfer(dossier.state.entries),
        wish=tell.one(wish) if wish is not None else None,
        risk=risk_badge(dossier.programme, dossier.file.risk, lang),
        chips=reader.chips(),
        clocks=reader.clocks(),
        needs=reader.needs(),
        tasks=steps.tasks(),
        offered=steps.offered(),
        sentences=tell.all(),
        waiting=[tell.one(entry) for entry in dossier.state.waiting],
        returned=[tell.one(entry) for entry in (*steps.returned(), *steps.declined())],
        whole=whole,
        integrity=integrity,
        may_attach=may_attach(dossier),
        scans={e.id for e in dossier.state.entries if dossier.full and e.kind == "attached"},
        papers={e.id for e in dossier.entries if dossier.full and printable(dossier, e)},
    )


SEXES = {"nam": N_("nam"), "nu": N_("nữ")}


def _sex(dossier: Dossier) -> str:
    word = SEXES.get(dossier.state.identity.get("sex") or "")
    return gettext(word) if word else ""


def teller(dossier: Dossier) -> Teller:
    """Who tells the entries: with the sealed texts for those who may read them, without for an auditor."""
    struck = {e.voids for e in dossier.entries if e.voids is not None and e.coded.get("reason") == "wrong_file"}
    sealed = {}
    names: dict = {}
    if dossier.full:
        sealed = ledger.read_sealed(db.session, [e for e in dossier.entries if e.id not in struck])
        worker = [dossier.file.worker] if dossier.file.worker else []
        told = [e.coded.get("worker", "") for e in dossier.entries if e.kind in ("assigned", "assign_asked")]
        names = queries.names_of(db.session, [*(e.author for e in dossier.entries), *worker, *told])
    return Teller(dossier, sealed, names, language())


@bp.route("/<number>/identity", methods=["GET", "POST"])
@guard(Permission.CASE_READ)
def identity(number: str):
    """Full name, birth date, address, where the child is safe: one step further in, logged by itself."""
    file = find_file(number)
    form = IdentityForm()
    needs_reason = answer(current_actor(), Permission.IDENTITY_READ, **facts_of(file)) is Answer.NO_REASON
    form.reason.flags.required = needs_reason
    if request.method == "POST" and form.validate():
        reason = form.reason.data if form.reason.data in IDENTITY_REASONS else ""
        if needs_reason and not reason:
            form.reason.errors = [gettext("Hãy chọn lý do. Lý do được ghi vào nhật ký truy cập.")]
        else:
            require(
                Permission.IDENTITY_READ, subject=file.subject, detail=reason, reason=bool(reason), **facts_of(file)
            )
            return _identity_page(file)
    return show_form("cases/identity_ask.html", form, file=file, needs_reason=needs_reason)


def _identity_page(file):
    dossier = fold(db.session, file)
    found = people.identity(db.session, file.beneficiary) if file.beneficiary else None
    guarded = []
    if dossier.full:
        entries = [e for e in dossier.state.entries if e.kind in dossier.programme.case.kinds]
        for id, sealed in ledger.read_sealed(db.session, entries).items():
            entry = next(e for e in entries if e.id == id)
            kind = dossier.programme.case.kinds[entry.kind]
            told = lines(dossier.programme, kind, entry.coded, sealed, language(), gettext)
            guarded += [(entry, line) for line in told if line.name in GUARDED]
    return render_template("cases/identity.html", file=file, found=found, guarded=guarded, words=identity_words)


def identity_words(person) -> list[tuple[str, str]]:
    """(term, value) of everything known that identifies."""
    from casemgr.people.identifiers import KINDS
    from casemgr.people.rules import ETHNICITIES, SEXES

    birth = person.birth
    shown = ""
    if birth:
        parts = [f"{part:02d}" for part in (birth.day, birth.month) if part]
        shown = "/".join([*parts, str(birth.year)]) + (" " + gettext("(ước lượng)") if birth.estimated else "")
    tree = current_tree()
    rows = [
        (gettext("Họ và tên"), person.name),
        (gettext("Tên gọi khác"), "; ".join(person.other_names)),
        (gettext("Giới tính"), gettext(SEXES.get(person.sex, ""))),
        (gettext("Ngày sinh"), shown),
        (gettext("Dân tộc"), gettext(ETHNICITIES.get(person.ethnicity, ""))),
        *((gettext(KINDS[n.kind]), n.value) for n in person.identifiers),
        (gettext("Số điện thoại"), person.phone),
        (gettext("Nơi cư trú"), tree.full_label(person.home) if person.home in tree else ""),
        (gettext("Địa chỉ cụ thể"), person.address),
        (gettext("Họ tên mẹ"), person.mother),
        (gettext("Họ tên cha"), person.father),
    ]
    return [(term, value) for term, value in rows if value]
