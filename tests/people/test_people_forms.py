"""The forms give services what was typed, and put refusals beside the field."""

from dataclasses import replace

import pytest
from werkzeug.datastructures import MultiDict

from casemgr.people.forms import HouseholdForm, PersonForm
from casemgr.people.rules import Birth, Identifier, Person

UNIT = "30544-20210101"
HAMLET = "5f0f2f64-5a3e-4c8e-9f0e-0d7a3a3a3a3a"
PLACES = [(UNIT, "xã Núi Tô")], [(HAMLET, "ấp Tô Thuận")]
TYPED = {
    "name": " Nguyễn  Văn Ân",
    "other_names": "Tư Còi; Bé Tư;",
    "sex": "nam",
    "birth": "03/05/2010",
    "ethnicity": "khmer",
    "cccd": "089 210 001 234",
    "phone": "+84 912 345 678",
    "mother": "Trần Thị Lệ",
    "home": UNIT,
    "hamlet": HAMLET,
}
AN = Person(
    "Nguyễn Văn Ân", ("Tư Còi", "Bé Tư"), "nam", Birth(2010, 5, 3), "khmer", (Identifier("cccd", "089210001234"),),
    "0912345678", "", "Trần Thị Lệ", "", UNIT, HAMLET,
)  # fmt: skip


@pytest.fixture(autouse=True)
def request_context(app):
    with app.test_request_context(method="POST"):
        yield


def posted(form_class, typed: dict):
    form = form_class(formdata=MultiDict(typed))
    form.places(*PLACES)
    return form


def test_what_is_typed_becomes_facts():
    form = posted(PersonForm, TYPED)
    assert form.validate(), form.errors
    facts = form.facts()
    assert facts["birth"] == AN.birth
    assert facts["other_names"] == AN.other_names
    assert facts["identifiers"] == AN.identifiers
    assert (facts["home"], facts["hamlet"], facts["ethnicity"]) == (UNIT, HAMLET, "khmer")


@pytest.mark.parametrize(
    ("typed", "estimated", "birth"),
    [
        ("05/2010", "", Birth(2010, 5)),
        ("2010", "", Birth(2010)),
        ("2010", "y", Birth(2010, estimated=True)),
        ("", "", None),
    ],
)
def test_births_of_every_precision(typed, estimated, birth):
    form = posted(PersonForm, TYPED | {"birth": typed} | ({"birth_estimated": "y"} if estimated else {}))
    assert form.validate(), form.errors
    assert form.facts()["birth"] == birth


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("cccd", "123"), ("cmnd", "1"), ("bhyt", "x"), ("phone", "abc"), ("birth", "3/5/10"), ("sex", "m"),
     ("home", "elsewhere"), ("hamlet", "x")],
)  # fmt: skip
def test_refusals_stand_beside_their_field(field, value):
    form = posted(PersonForm, TYPED | {field: value})
    assert not form.validate()
    assert list(form.errors) == [field]


@pytest.mark.parametrize("birth", [AN.birth, Birth(2010, 5), Birth(2010), Birth(2010, estimated=True), None])
def test_a_filled_form_sent_back_changes_nothing(app, birth):
    person = replace(AN, birth=birth)
    with app.test_request_context():
        shown = PersonForm.of(person)
        shown.places(*PLACES)
        back = {f.name: f._value() if hasattr(f, "_value") else f.data or "" for f in shown if f.type != "BooleanField"}
        back |= {"birth_estimated": "y"} if shown.birth_estimated.data else {}
    form = posted(PersonForm, back)
    assert form.validate(), form.errors
    assert Person(**form.facts()) == person


def test_a_household_needs_its_head_and_place():
    form = posted(HouseholdForm, {"name": "Lê Thị Mai", "home": UNIT})
    assert form.validate(), form.errors
    assert form.facts() == {
        "name": "Lê Thị Mai", "ethnicity": "", "home": UNIT, "hamlet": "", "address": "", "phone": "",
    }  # fmt: skip
    assert not posted(HouseholdForm, {"home": UNIT}).validate()
