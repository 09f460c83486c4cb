"""Comparing two descriptions: the score, its reasons, and what a machine must not conclude."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.people.matching import POINTS, match
from casemgr.people.rules import Birth, Identifier, Person, check, from_facts, to_entry
from casemgr.refused import Refused

AN = Person("Nguyễn Văn Ân", sex="nam", birth=Birth(2010, 5, 3), home="30544-20210101", mother="Trần Thị Lệ")
CCCD = (Identifier("cccd", "089210001234"),)


def findings(a: Person, b: Person) -> dict[str, str]:
    return {reason.field: reason.finding for reason in match(a, b).reasons}


def grade(a: Person, b: Person) -> str:
    return match(a, b).grade()


def test_the_same_description_is_a_strong_match_explained():
    found = match(AN, AN)
    assert found.grade() == "strong"
    assert findings(AN, AN) == {"name": "same", "birth": "same", "sex": "same", "mother": "same", "home": "same"}
    assert found.reasons[0].text == "Trùng họ tên"
    assert sum(reason.points for reason in found.reasons) == found.score


def test_typed_without_marks_is_the_same_name():
    assert findings(AN, replace(AN, name="nguyen van an"))["name"] == "same"


@pytest.mark.parametrize(
    ("one", "other", "finding"),
    [
        ("Lý Thúy Hòa", "Lí Thuý Hoà", "same"),
        ("Nguyễn Văn Ân", "Ân Nguyễn Văn", "same"),
        ("Nguyễn Văn Ân", "Nguyễn Văn Ấn", "near"),
        ("Nguyễn Văn An", "Nguyễn Văn Anh", "differs"),
        ("Nguyễn Văn An", "Nguyễn Văn Bình", "differs"),
        ("Nguyễn Thị Lan", "Nguyễn Thị Mai", "differs"),
        ("Nguyễn Thị Phượng", "Nguyễn Thị Phương", "near"),
        ("Chau Sóc Khon", "Chau Rươne", "differs"),
        ("Néang Sóc Kha", "Nèang Sóckha", "same"),
        ("Néang Srây Mum", "Srây Mum", "same"),
        ("Neáng Kim Sa", "Néang Kim Sa", "same"),
        ("Abdulloh bin Saleh", "Abdulah bin Saleh", "near"),
        ("Abdulloh bin Saleh", "Ysa bin Saleh", "differs"),
        ("Rokyah", "Rokyah", "same"),
        ("Rokyah", "Aminah", "differs"),
    ],
)
def test_names(one, other, finding):
    assert findings(Person(one), Person(other))["name"] == finding


def test_a_shared_family_name_or_marker_is_nothing():
    assert match(Person("Nguyễn Văn Tài"), Person("Nguyễn Văn Phát")).score == 0
    assert match(Person("Chau Khon"), Person("Chau Phi")).score == 0


def test_a_rare_name_says_more_than_a_common_one():
    common, rare = Person("Nguyễn Văn An"), Person("Tống Khắc Uyển")
    assert match(rare, rare).score > match(common, common).score


def test_another_name_of_a_person_counts():
    assert findings(replace(AN, other_names=("Tư Còi",)), Person("tu coi"))["name"] == "same"


def test_same_name_and_birth_in_one_commune_is_shown():
    assert grade(replace(AN, mother=""), replace(AN, mother="")) in ("possible", "strong")


def test_same_number_and_name_is_strong_even_with_little_else():
    assert grade(Person(AN.name, identifiers=CCCD), Person(AN.name, identifiers=CCCD)) == "strong"


def test_different_numbers_keep_two_namesakes_apart():
    other = (Identifier("cccd", "089210009999"),)
    one, two = (replace(AN, identifiers=n, mother="") for n in (CCCD, other))
    assert findings(one, two)["identifier"] == "differs"
    assert grade(one, two) == "weak"


def test_numbers_of_different_kinds_are_not_compared():
    assert "identifier" not in findings(
        replace(AN, identifiers=CCCD), replace(AN, identifiers=(Identifier("cmnd", "351234567"),))
    )


def test_one_wrong_digit_is_near():
    slip = (Identifier("cccd", "089210001243"),)
    assert findings(replace(AN, identifiers=CCCD), replace(AN, identifiers=slip))["identifier"] == "near"


def test_siblings_are_not_a_match():
    sister = replace(AN, name="Nguyễn Thị Bích", sex="nu", birth=Birth(2012, 1, 9), phone="0912345678")
    assert grade(replace(AN, phone="0912345678"), sister) == "weak"


@pytest.mark.parametrize(
    ("one", "other", "finding"),
    [
        (Birth(2010, 5, 3), Birth(2010, 5, 3), "same"),
        (Birth(2010, 5, 3), Birth(2010, 3, 5), "near"),
        (Birth(2010, 5, 3), Birth(2010, 5, 8), "near"),
        (Birth(2010, 5, 3), Birth(2011, 5, 3), "near"),
        (Birth(2010, 5, 3), Birth(2001, 5, 3), "differs"),
        (Birth(2010, 5, 3), Birth(2010), "year"),
        (Birth(2010, 5), Birth(2010, 6), "near"),
        (Birth(2010), Birth(2011), "near"),
        (Birth(2010), Birth(2012), "differs"),
        (Birth(2010, estimated=True), Birth(2013), "near"),
        (Birth(2010), None, None),
    ],
)
def test_births(one, other, finding):
    assert findings(replace(AN, birth=one), replace(AN, birth=other)).get("birth") == finding


def test_what_is_unknown_says_nothing():
    assert [reason.field for reason in match(AN, Person(AN.name)).reasons] == ["name"]


PEOPLE = st.builds(
    Person,
    name=st.sampled_from(
        ["Nguyễn Văn Ân", "Nguyễn Văn An", "Chau Sóc Khon", "Néang Sóckha", "Rokyah", "An An Anh", "Trần Thị Ngọc Lan"]
    ),
    sex=st.sampled_from(["nam", "nu", "khong_biet"]),
    birth=st.none() | st.builds(Birth, st.integers(1950, 2020), st.none() | st.integers(1, 12)),
    phone=st.sampled_from(["", "0912345678", "0912345679"]),
    identifiers=st.sampled_from([(), CCCD, (Identifier("cccd", "089210001243"), Identifier("bhyt", "0123456789"))]),
    mother=st.sampled_from(["", "Trần Thị Lệ", "Tran Thi Le"]),
    home=st.sampled_from(["30544-20210101", "30550-20210101"]),
)


@given(PEOPLE, PEOPLE)
def test_comparing_is_symmetric_bounded_and_explained(a, b):
    found = match(a, b)
    assert found == match(b, a)
    assert 0 <= found.score <= 100
    assert all(reason.text for reason in found.reasons)


@given(PEOPLE)
def test_the_ledger_gives_back_the_person(person):
    coded, sealed = to_entry(person)
    assert from_facts(coded | sealed) == person
    assert not set(coded) & {"name", "birth", "phone", "address", "mother", "father", "identifiers", "other_names"}


@given(PEOPLE, PEOPLE)
def test_a_correction_holds_only_what_differs(before, after):
    facts = {**to_entry(before)[0], **to_entry(before)[1]}
    coded, sealed = to_entry(after, before)
    assert from_facts(facts | coded | sealed) == after
    assert (coded, sealed) == ({}, {}) if before == after else coded or sealed


def test_points_are_data():
    generous = {**POINTS, ("sex", "same"): 50}
    assert match(AN, AN, generous).score > match(AN, AN).score


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "..."}, "name"),
        ({"name": "a" * 121}, "name"),
        ({"sex": "male"}, "sex"),
        ({"ethnicity": "x"}, "ethnicity"),
        ({"home": ""}, "home"),
        ({"hamlet": "x"}, "hamlet"),
        ({"phone": "12"}, "phone"),
        ({"birth": Birth(2030)}, "birth"),
        ({"identifiers": (Identifier("cccd", "1"),)}, "identifiers"),
        ({"address": "a" * 301}, "address"),
    ],
)
def test_check_refuses_on_the_field(changed, field):
    with pytest.raises(Refused) as caught:
        check(replace(AN, **changed), date(2022, 6, 30))
    assert caught.value.field == field


def test_check_cleans():
    person = check(
        replace(AN, name=" Nguyễn  Văn Ân ", other_names=("Tư", "", "Tư", "Nguyễn Văn Ân"), phone="+84912345678"),
        date(2022, 6, 30),
    )
    assert (person.name, person.other_names, person.phone) == ("Nguyễn Văn Ân", ("Tư",), "0912345678")
