"""Opening a case file where nobody was detected first: the person or household is looked for before it is typed.

Everything is sent as a form, so that no name is in an address: find → file (the form) → save.
"""

from uuid import UUID, uuid4

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases import queries, services
from casemgr.cases.forms import EntryForm, build, options, refuse
from casemgr.cases.models import CaseFile
from casemgr.cases.naming import Met, namable
from casemgr.cases.views import MOST_FOUND, bp, opened_here, sign_here
from casemgr.cases.web import facts_of
from casemgr.clock import now
from casemgr.db import db
from casemgr.ledger import services as ledger
from casemgr.people import services as people
from casemgr.people.forms import HouseholdForm, PersonForm
from casemgr.people.rules import Person
from casemgr.programmes import programmes
from casemgr.programmes.model import Programme
from casemgr.refused import N_, Refused
from casemgr.ui.fields import Required, SelectField, TextField
from casemgr.ui.forms import Form, show_form
from casemgr.ui.i18n import language
from casemgr.units import services as units
from casemgr.units.web import current_tree


class FindForm(Form):
    group = SelectField(_l("Chương trình"), [Required()], choices=[])
    text = TextField(
        _l("Họ tên, số định danh hoặc số điện thoại"),
        [Required()],
        limit=80,
        description=_l("Tìm trước để không lập hai hồ sơ cho một người. Gõ không dấu cũng được."),
    )


class PlaceForm(Form):
    """Which file is being opened, and for whom; carried from page to page."""

    group = HiddenField()
    beneficiary = HiddenField()
    person_id = HiddenField()
    unit = SelectField(_l("Đơn vị quản lý hồ sơ"), [Required()], choices=[])


@bp.route("/new", methods=["GET", "POST"])
@guard(Permission.CASE_WRITE)
def new():
    codes = opened_here()
    if not codes:
        abort(404)
    form = FindForm()
    form.group.choices = options((str(n), p.name[language()]) for n, p in _groups(codes))
    if request.method == "POST" and form.validate():
        programme = _programme(form.group.data)
        found = people.search(
            db.session, form.text.data, queries.home_units(current_actor()), MOST_FOUND, kind=programme.beneficiary
        )
        complete, named = found.complete, namable(db.session, current_actor(), found)
        found = [hit for hit in found if hit.subject in named]
        log_access(Permission.PERSON_SEARCH, detail=f"found={len(found)};name={sign_here(form.text.data)}")
        files = queries.files_of(db.session, _visible(), [hit.subject for hit in found])
        held = {(f.beneficiary, f.programme): f for f in files if f.status != "closed"}
        return render_template(
            "cases/new_found.html", form=form, programme=programme, found=found, held=held, complete=complete
        )
    return show_form("cases/new.html", form)


@bp.post("/new/file")
@guard(Permission.CASE_WRITE)
def new_file():
    """The form, and with `save` the opening itself."""
    save = "save" in request.form
    place = PlaceForm()
    programme = _programme(place.group.data)
    places = [(id, current_tree().label(id)) for id in _communes(programme)]
    place.unit.choices = options(places)
    if not place.unit.data:
        place.unit.data = places[0][0] if places else None
    if place.unit.data not in dict(places):
        abort(404)
    beneficiary = _beneficiary(place)
    person = None if beneficiary else _person_form(programme, place, places, save)
    opened = build(programme, programme.case.kinds["opened"], language())
    entry = opened() if save else opened(formdata=None, data={"occurred": _today(programme)})
    alike = []
    if save:
        if entry.has_id():
            ledger.take_turns(db.session, entry.id)
        earlier = queries.case_of_entry(db.session, entry.id) if entry.has_id() else None
        if earlier is not None:  # the button was pressed twice
            return _go(queries.file_of(db.session, earlier))
        right = [form.validate() for form in (place, entry, person) if form is not None]
        if all(right):
            alike = [] if person is None or person.different.data else _alike(person, place)
            if not alike:
                try:
                    return _open(programme, place, beneficiary, person, entry)
                except Refused as refused:
                    refuse(person if person is not None and refused.field in person else entry, refused)
    forms = [form for form in (place, person, entry) if form is not None]
    wrong = any(form.errors or form.form_errors for form in forms)
    shown = render_template(
        "cases/new_file.html",
        programme=programme,
        place=place,
        person=person,
        entry=entry,
        forms=forms,
        form=next((f for f in forms if f.errors or f.form_errors), entry),
        alike=alike,
        label=people.labels(db.session, [beneficiary]).get(beneficiary) if beneficiary else None,
    )
    return shown, 422 if wrong else 200


def _open(programme: Programme, place: PlaceForm, beneficiary: UUID | None, person, entry: EntryForm):
    actor, moment = current_actor(), now()
    unit = place.unit.data
    require(Permission.CASE_WRITE, unit=unit, programme=programme.code, worker=actor.user_id, read=programme.readers)
    if beneficiary is None:
        beneficiary = people.register(
            db.session,
            str(actor.user_id),
            unit,
            moment,
            kind=programme.beneficiary,
            subject=UUID(place.person_id.data),
            entry=UUID(place.person_id.data),
            **person.facts(),
        )
    _check_single(programme, beneficiary)
    known = people.identity(db.session, beneficiary).person
    subject, number = services.open_case(
        db.session,
        programme.code,
        unit=unit,
        beneficiary=beneficiary,
        identity={"sex": known.sex, "birth_year": known.birth_year, "ethnicity": known.ethnicity or None},
        occurred=entry.occurred_at,
        author=str(actor.user_id),
        now=moment,
        values=entry.values(),
        worker=str(actor.user_id),
        entry_id=entry.id,
    )
    log_access("case:open", subject, unit, programme.code)
    flash(gettext("Đã mở hồ sơ %(number)s.", number=number), "success")
    return redirect(url_for("cases.case", number=number), 303)


def _go(file: CaseFile | None):
    if file is None or not may(Permission.CASE_READ, **facts_of(file)):
        abort(404)
    return redirect(url_for("cases.case", number=file.number), 303)


def _check_single(programme: Programme, beneficiary: UUID) -> None:
    """One open file for one person or household in one programme."""
    for file in queries.files_of(db.session, [CaseFile.programme == programme.code], [beneficiary]):
        if file.status == "closed":
            continue
        hidden = queries.barred(db.session, current_actor(), file.subject)
        if may(Permission.CASE_READ, **facts_of(file)) and not hidden:
            raise Refused(N_("Đã có hồ sơ đang mở: %(number)s."), number=file.number)
        unit = current_tree().label(file.unit_id)
        raise Refused(N_("Đã có hồ sơ đang mở ở nơi khác. Hãy liên hệ %(unit)s."), unit=unit)


def _alike(person, place: PlaceForm) -> list:
    """Who may be the same; nobody is created before the worker has looked at them, and every look is logged."""
    try:
        facts = Person(**({"home": place.unit.data} | person.facts()))
    except Refused as refused:
        refuse(person, refused)
        return []
    found = people.candidates(db.session, facts)
    for each in found:
        log_access("person:match", each.subject, each.unit_id)
    named = namable(db.session, current_actor(), found)
    return [(each, each.subject in named) for each in found]


def _beneficiary(place: PlaceForm) -> UUID | None:
    """Who was chosen from the list; 404 for somebody who is not in the worker's units."""
    if not place.beneficiary.data:
        return None
    try:
        subject = UUID(place.beneficiary.data)
    except ValueError:
        abort(404)
    found = people.identity(db.session, subject)
    if found is None:
        abort(404)
    require(Permission.PERSON_SEARCH, subject=subject, unit=found.person.home)
    if not namable(db.session, current_actor(), [Met(subject, found.person.home)]):
        abort(404)
    return subject


def _person_form(programme: Programme, place: PlaceForm, places: list, save: bool):
    made = HouseholdForm if programme.beneficiary == "household" else PersonForm
    home = place.unit.data
    form = made() if save else made(formdata=None, data={"name": request.form.get("text", "").strip(), "home": home})
    here = units.hamlets(db.session, home, now().date()) if home else []
    form.places(places, [(str(h.id), h.label) for h in here])
    try:
        UUID(place.person_id.data or "")
    except ValueError:
        place.person_id.data = str(uuid4())
    return form


def _programme(number: str | None) -> Programme:
    """The programme of this number, if the worker may open files in it."""
    found = next((programme for n, programme in _groups(opened_here()) if str(n) == number), None)
    return found or abort(404)


def _groups(codes: list[str]) -> list[tuple[int, Programme]]:
    return [(n, p) for n, p in enumerate(programmes().values(), 1) if p.code in codes]


def _communes(programme: Programme) -> list[str]:
    """The communes of today in which the worker may write for this programme."""
    tree, today = current_tree(), now().date()
    reached = [s for s in queries.scopes(current_actor(), Permission.CASE_WRITE) if programme.code in s.programmes]
    ids = {unit for scope in reached for unit in scope.units if unit in tree}
    return sorted(id for id in ids if tree.level(id) == "commune" and tree[id].valid(today))


def _visible() -> list:
    return [queries.visible(current_actor(), Permission.CASE_READ, CaseFile, current_tree())]


def _today(programme: Programme):
    minute = programme.case.kinds["opened"].precision == "minute"
    return (now(), "day") if minute else now().date()
