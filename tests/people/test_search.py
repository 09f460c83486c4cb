"""Finding people by what was typed, and who may be the same person."""

import unicodedata
import uuid
from dataclasses import replace
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casemgr.people import services
from casemgr.people.names import fold_name
from casemgr.people.rules import Birth, Identifier, Person
from casemgr.people.search import candidates, search, sign_of

NOW = datetime(2022, 6, 30, 8, 0)
OTHER_UNIT = "30550-20210101"
UNIT = "30544-20210101"
CCCD = Identifier("cccd", "089210001234")
AN = Person(
    "Nguyễn Văn Ân", sex="nam", birth=Birth(2010, 5, 3), identifiers=(CCCD,), phone="0912345678",
    mother="Trần Thị Lệ", home=UNIT,
)  # fmt: skip


def names(found) -> list[str]:
    return [hit.names[0] for hit in found]


@pytest.mark.parametrize(
    ("registered", "typed"),
    [
        ("Nguyễn Văn Ân", "nguyen van an"),
        ("Nguyễn Văn Ân", "Nguyễn Văn Ân"),
        ("Nguyễn Văn Ân", "  ÂN   nguyễn "),
        ("Nguyễn Văn Ân", unicodedata.normalize("NFD", "Nguyễn Văn Ân")),
        ("Đặng Lý Hoà", "dang ly hoa"),
        ("Đặng Lý Hoà", "Lí Hòa"),
        ("Nèang Sóc Kha", "neang soc kha"),
        ("Nèang Sóc Kha", "sockha"),
        ("Néang Sóckha", "soc kha"),
        ("Chau Phi Rươne", "ruone"),
        ("Abdulloh bin Saleh", "abdulloh"),
        ("Abdulloh bin Saleh", "saleh"),
        ("H'Hen Niê", "hhen"),
    ],
)
def test_found_as_typed(session, register, registered, typed):
    register(registered)
    register("Phạm Quốc Toản")
    assert names(search(session, typed, [UNIT])) == [registered]


VIETNAMESE = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyÁẠẢÃẤẬĐÉỆỄÍỊÓỘỚỢÚỨỰÝỴ", min_size=1, max_size=7)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(VIETNAMESE, min_size=1, max_size=5).map(" ".join))
def test_any_registered_name_is_found_without_accents(session, register, name):
    subject = register(name)
    assert subject in [hit.subject for hit in search(session, fold_name(name), [UNIT], limit=1000)]


def test_the_sign_of_a_searched_name_links_one_users_searches_of_one_month_and_no_others(session):
    one, other, day = uuid.UUID(int=1), uuid.UUID(int=2), date(2022, 6, 10)
    sign = sign_of("Nguyễn Thị Bé", one, day)
    assert sign_of("bé nguyen thi", one, date(2022, 6, 30)) == sign
    others = [("Nguyễn Thị Bê Em", one, day), ("Nguyễn Thị Bé", other, day)]
    others += [("Nguyễn Thị Bé", one, date(2022, 7, 1)), ("Nguyễn Thị Bé", one, date(2023, 6, 10))]
    assert len({sign, *(sign_of(*each) for each in others)}) == 5


@pytest.mark.parametrize("typed", ["", "   ", "...", "binh", "nguyen van binh", "nguyenvanan", "%", "_"])
def test_not_found(session, register, typed):
    register("Nguyễn Văn Ân")
    assert search(session, typed, None) == []


def test_names_that_are_typed_with_their_marks_come_first(session, register):
    for name in ("Nguyễn Văn An", "Nguyễn Văn Ấn", "Nguyễn Văn Ân"):
        register(name)
    assert names(search(session, "Nguyễn Văn Ấn", None)) == ["Nguyễn Văn Ấn", "Nguyễn Văn An", "Nguyễn Văn Ân"]
    assert names(search(session, "nguyen van an", None)) == ["Nguyễn Văn An", "Nguyễn Văn Ân", "Nguyễn Văn Ấn"]


def test_other_names_are_searched(session, register):
    register("Nguyễn Văn Ân", other_names=("Tư Còi",))
    assert names(search(session, "tu coi", None)) == ["Nguyễn Văn Ân"]
    # Parts of two different names do not make a hit.
    assert search(session, "nguyen coi", None) == []


def test_only_the_units_asked_for(session, register):
    register("Nguyễn Văn Ân")
    register("Nguyễn Văn An", unit=OTHER_UNIT)
    assert names(search(session, "an", [UNIT])) == ["Nguyễn Văn Ân"]
    assert names(search(session, "an", {UNIT, OTHER_UNIT})) == ["Nguyễn Văn An", "Nguyễn Văn Ân"]
    assert len(search(session, "an", None)) == 2
    assert search(session, "an", []) == []


def test_one_kind_only(session, register):
    register("Lê Thị Mai")
    register("Lê Thị Mai", kind="household")
    assert [hit.kind for hit in search(session, "mai", None, kind="household")] == ["household"]


def test_a_corrected_name_is_found_by_its_new_spelling_only(session, register):
    subject = register("Nguyễn Văn Ân")
    services.correct(session, "u-1", UNIT, NOW, subject, name="Trần Văn Bảy")
    assert search(session, "nguyen", None) == []
    assert names(search(session, "tran bay", None)) == ["Trần Văn Bảy"]


@pytest.mark.parametrize("typed", ["089210001234", "089 210 001 234", "0912345678", "+84 912 345 678"])
def test_a_number_finds_its_holder(session, register, typed):
    register("Nguyễn Văn Ân", identifiers=(CCCD,), phone="0912345678")
    register("Lê Thị Mai", identifiers=(Identifier("cccd", "089310001234"),))
    assert names(search(session, typed, None)) == ["Nguyễn Văn Ân"]
    assert search(session, typed, [OTHER_UNIT]) == []


def test_an_old_health_card_finds_the_new_number(session, register):
    register("Lê Thị Mai", identifiers=(Identifier("bhyt", "0123456789"),))
    assert names(search(session, "DN4890123456789", None)) == ["Lê Thị Mai"]


def test_more_than_the_limit_is_said(session, register):
    for _ in range(3):
        register("Nguyễn Văn Ân")
    found = search(session, "an", None, limit=2)
    assert (len(found), found.complete) == (2, False)
    assert search(session, "an", None, limit=3).complete


def test_the_number_of_decrypted_rows_is_bounded(session, register, monkeypatch):
    for _ in range(4):
        register("Nguyễn Văn Ân")
    monkeypatch.setattr("casemgr.people.search.DECRYPTED", (1, 3))
    found = search(session, "nguyen van an", None)
    assert (len(found), found.complete) == (3, False)


# --- candidates -----------------------------------------------------------------------------------------------------


def add(session, person: Person) -> uuid.UUID:
    return services.register_many(session, [services.Registration("u-1", person.home, NOW, person)])[0]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "nguyen van an"},
        {"name": "Nguyễn Văn Ấn"},
        {"birth": Birth(2010)},
        {"birth": Birth(2011), "home": OTHER_UNIT},
        {"birth": None, "identifiers": (), "phone": ""},
        {"identifiers": (), "phone": "", "birth": Birth(2010, 3, 5)},
        {"identifiers": (), "name": "Nguyễn Văng Ân", "phone": ""},
    ],
)
def test_candidates_are_found_and_explained(session, changes):
    subject = add(session, AN)
    add(session, Person("Lê Thị Mai", birth=Birth(2010), home=UNIT, mother="Phạm Thị Sáu"))
    found = candidates(session, replace(AN, **changes))
    assert [candidate.subject for candidate in found] == [subject]
    assert found[0].unit_id == UNIT
    assert found[0].match.reasons[0].text


def test_a_number_finds_even_another_name(session):
    # A number alone is shown: the name may be misspelled beyond recognition, or the number belongs to another.
    subject = add(session, replace(AN, name="Abdulloh", mother=""))
    found = candidates(session, Person("Ló", identifiers=(CCCD,), birth=AN.birth, phone=AN.phone, home=UNIT))
    assert [candidate.subject for candidate in found] == [subject]


def test_khmer_spellings_are_candidates(session):
    subject = add(session, Person("Néang Sóc Kha", sex="nu", birth=Birth(1985), home=UNIT))
    found = candidates(session, Person("Nèang Sóckha", sex="nu", birth=Birth(1986), home=UNIT))
    assert [candidate.subject for candidate in found] == [subject]


def test_the_person_itself_is_left_out_and_strangers_are_not_shown(session):
    subject = add(session, AN)
    add(session, Person("Nguyễn Văn Bình", sex="nam", birth=Birth(2010, 1, 1), home=UNIT))
    assert candidates(session, AN, exclude=subject) == []


def test_the_likeliest_comes_first(session):
    add(session, replace(AN, identifiers=(), phone="", mother=""))
    subject = add(session, AN)
    assert candidates(session, AN)[0].subject == subject


def test_nothing_is_ever_merged(session):
    one, two = add(session, AN), add(session, AN)
    candidates(session, AN)
    assert one != two
    assert session.scalar(sa.select(sa.func.count()).select_from(services.PEOPLE)) == 2
