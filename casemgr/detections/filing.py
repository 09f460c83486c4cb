"""Opening the case file of a detected person: first who might be the same, then the file."""

from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext

from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases.forms import EntryForm, build, refuse
from casemgr.cases.naming import Met, namable
from casemgr.cases.queries import hidden_from
from casemgr.cases.web import facts_of
from casemgr.clock import now
from casemgr.db import db
from casemgr.detections import services
from casemgr.detections.views import bp
from casemgr.detections.web import Sheet, by, open_sheet, reading
from casemgr.people import services as people
from casemgr.people.forms import HouseholdForm, PersonForm
from casemgr.people.identifiers import Birth
from casemgr.people.rules import Person
from casemgr.refused import Refused
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.units import services as units
from casemgr.units.web import current_tree


@bp.route("/<number>/file", methods=["GET", "POST"])
@guard(Permission.CASE_WRITE)
def file(number: str):
    sheet = open_sheet(number)
    actor = require(Permission.CASE_WRITE, subject=sheet.row.subject, **sheet.place, **reading(sheet.row))
    entry, person, alike = _entry_form(sheet), _person_form(sheet), None
    if request.method == "POST":
        chosen = _chosen(sheet)
        unnamed = "unnamed" in request.form and chosen is None
        wants = person is not None and not unnamed and chosen is None
        right = [form.validate() for form in ((entry, person) if wants else (entry,))]
        if all(right):
            if wants and not person.different.data:
                alike = _alike(sheet, person)
            if not alike and not (wants and person.form_errors):
                return _open(sheet, entry, person if wants else None, chosen, str(actor.user_id))
    if alike is None:
        alike = _alike(sheet, person)
    return _show(sheet, entry, person, alike)


def _open(sheet: Sheet, entry: EntryForm, person, chosen: UUID | None, worker: str):
    try:
        opened = services.open_file(
            db.session,
            sheet.row.subject,
            by(sheet, entry, now()),
            beneficiary=chosen,
            person=person.facts() if person is not None else None,
            worker=worker,
            values=entry.values(),
        )
    except Refused as refused:
        refuse(person if person is not None and refused.field in person else entry, refused)
        return _show(sheet, entry, person, [])
    log_access("case:open", opened.case, sheet.row.unit_id, sheet.row.programme)
    if opened.linked:
        flash(gettext("Đã gắn vào hồ sơ đang mở %(number)s của người này.", number=opened.number), "success")
    else:
        flash(gettext("Đã mở hồ sơ %(number)s.", number=opened.number), "success")
    return redirect(url_for("cases.case", number=opened.number), 303)


def _chosen(sheet: Sheet) -> UUID | None:
    """The person chosen from the list; 404 for somebody outside the units in which the reader may look for people."""
    text = request.form.get("beneficiary")
    if not text:
        return None
    try:
        subject = UUID(text)
    except ValueError:
        abort(404)
    found = people.identity(db.session, subject)
    if found is None:
        abort(404)
    require(Permission.PERSON_SEARCH, subject=subject, unit=found.person.home)
    if not namable(db.session, current_actor(), [Met(subject, found.person.home)]):
        abort(404)
    return subject


def _entry_form(sheet: Sheet) -> EntryForm:
    kind = sheet.programme.case.kinds["opened"]
    minute = kind.precision == "minute"
    return build(sheet.programme, kind, language())(data={"occurred": (now(), "minute") if minute else now().date()})


def _person_form(sheet: Sheet):
    """The form of a new person, filled with what was reported; None where the person is registered already."""
    if sheet.state.beneficiary is not None:
        return None
    made = HouseholdForm if sheet.programme.beneficiary == "household" else PersonForm
    form = made.of(_reported(sheet))
    tree, day = current_tree(), now().date()
    here = [u for u in (sheet.row.unit_id, *_near(sheet)) if u in tree]
    hamlets = units.hamlets(db.session, sheet.row.unit_id, day)
    form.places([(u, tree.label(u)) for u in dict.fromkeys(here)], [(str(h.id), h.label) for h in hamlets])
    return form


def _in_order(person) -> list:
    """The fields of a new person, the name first."""
    if person is None:
        return []
    first = [person[name] for name in ("name", "other_names", "sex", "birth", "birth_estimated") if name in person]
    return first + [f for f in person if f not in first and f.name not in ("csrf_token", "different")]


def _near(sheet: Sheet) -> list[str]:
    """The communes of the same district: who is detected in one may live in the next."""
    tree, day = current_tree(), now().date()
    parent = tree[sheet.row.unit_id].parent
    return [u for u in tree.children(parent, day) if tree.level(u) == "commune"] if parent else []


def _reported(sheet: Sheet) -> Person:
    """The person as reported, as far as the reader may see it."""
    sealed = sheet.sealed.get(sheet.state.opening.id, {})
    facts = sheet.state.facts
    birth = Birth.parse(sealed.get("birth") or "")
    if birth is None and facts.get("birth_year"):
        birth = Birth(facts["birth_year"], estimated=True)
    return Person(
        name=sealed.get("name") or "",
        sex=facts.get("sex") or "khong_biet",
        ethnicity=facts.get("ethnicity") or "",
        birth=birth,
        home=sheet.row.unit_id,
    )


def _alike(sheet: Sheet, person) -> list:
    """Who may be the same; of somebody in another unit only the unit is shown, and every look is logged."""
    if person is None or not (person["name"].data or "").strip():
        return []
    try:
        facts = person.facts()
        found = people.candidates(db.session, Person(**({"home": sheet.row.unit_id} | facts)))
    except Refused as refused:
        refuse(person, refused)
        return []
    for each in found:
        log_access("person:match", each.subject, each.unit_id)
    named = namable(db.session, current_actor(), found)
    return [(each, each.subject in named) for each in found]


def _held(sheet: Sheet, subjects: list[UUID]) -> dict:
    """The open file of each of these people, where the reader may open it."""
    found = services.open_case_of(db.session, sheet.programme, subjects)
    hidden = hidden_from(db.session, current_actor())
    return {
        subject: file
        for subject, file in found.items()
        if file.subject not in hidden and may(Permission.CASE_READ, **facts_of(file))
    }


def _show(sheet: Sheet, entry: EntryForm, person, alike: list):
    forms = [form for form in (person, entry) if form is not None]
    wrong = next((form for form in forms if form.errors or form.form_errors), None)
    shown, _code = show_form(
        "detections/file.html",
        wrong or entry,
        sheet=sheet,
        row=sheet.row,
        entry=entry,
        person=person,
        forms=forms,
        asked=_in_order(person),
        alike=alike,
        held=_held(sheet, [each.subject for each, _may in alike]),
        submitted=request.method == "POST",
    )
    return shown, 422 if wrong is not None or (request.method == "POST" and alike) else 200
