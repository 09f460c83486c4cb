"""Many rows against many persons: who is looked at, and what a machine may conclude of it, never more."""

from dataclasses import replace

import pytest

from casemgr.people.blocking import Index
from casemgr.people.concluding import LOOK, MATCHED, NOBODY, conclude
from casemgr.people.matching import WORDS, explain
from casemgr.people.rules import Birth, Identifier, Person

HAMLET = "00000000-0000-0000-0000-00000000000a"
NUMBER = (Identifier("cccd", "089210001234"),)
KHA = Person("Néang Sóc Kha", sex="nu", birth=Birth(2011, 8, 15), mother="Néang Sa Rươn", home="nui-to", hamlet=HAMLET)
HUNG = Person(
    "Nguyễn Văn Hùng",
    sex="nam",
    birth=Birth(2012, 3, 4),
    identifiers=NUMBER,
    phone="0912345678",
    mother="Trần Thị Lệ",
    father="Nguyễn Văn Tư",
    home="chau-phong",
    hamlet=HAMLET,
)
SALEH = Person("Saleh", sex="nam", birth=Birth(1990, 1, 2), home="chau-phong", hamlet=HAMLET)


def asked(row: Person, *known: Person):
    index = Index()
    for place, person in enumerate(known):
        index.add(place, person)
    return conclude(row, index.near(row))


@pytest.mark.parametrize(
    ("row", "person", "outcome"),
    [
        (HUNG, HUNG, MATCHED),
        (replace(HUNG, name="NGUYỄN VĂN HÙNG"), HUNG, MATCHED),
        (replace(HUNG, name="Hùng Nguyễn Văn", identifiers=()), HUNG, MATCHED),
        # A strong number carries a slip and missing marks; not another name with another birth, which is a parent's.
        (replace(HUNG, name="Nguyen Van Hung", mother="", father=""), HUNG, MATCHED),
        (replace(HUNG, name="Nguyễn Văn Hùn"), HUNG, MATCHED),
        (replace(HUNG, name="Nguyễn Văn Hùng", birth=Birth(2013)), HUNG, MATCHED),
        (replace(HUNG, name="Nguyễn Văn Tư", birth=Birth(1980, 1, 1)), HUNG, LOOK),
        # Without one: nothing may be missing that keeps a twin apart.
        (replace(HUNG, name="Nguyen Van Hung", identifiers=()), HUNG, LOOK),
        (replace(HUNG, name="Nguyễn Văn Hưng", identifiers=()), HUNG, LOOK),
        (replace(HUNG, birth=Birth(2013, 3, 4), identifiers=()), HUNG, MATCHED),
        (replace(HUNG, birth=Birth(2013, 3, 4), identifiers=(), hamlet="", phone=""), HUNG, LOOK),
        (replace(HUNG, birth=Birth(2012), identifiers=()), HUNG, MATCHED),
        (replace(HUNG, birth=Birth(2012), identifiers=(), mother="", father="", phone=""), HUNG, LOOK),
        (replace(HUNG, birth=Birth(2012), identifiers=(), phone="", home="nui-to", hamlet=""), HUNG, LOOK),
        (replace(HUNG, identifiers=(), mother="Lê Thị Hoa"), HUNG, LOOK),
        (replace(HUNG, identifiers=(Identifier("cccd", "089210001243"),)), HUNG, MATCHED),  # two digits changed places
        (replace(HUNG, identifiers=(Identifier("cccd", "089210005678"),)), HUNG, LOOK),
        # Khmer names: Chau and Néang say nothing, the given parts are joined or not, the marker is spelled anyhow.
        (replace(KHA, name="NEÁNG SÓCKHA"), KHA, MATCHED),
        (replace(KHA, name="Sóc Kha"), KHA, MATCHED),
        (replace(KHA, name="NEANG SOC KHA", birth=Birth(2010), mother=""), KHA, LOOK),
        (replace(KHA, name="Néang Srây Mum"), KHA, NOBODY),
        # Chăm names of one part, as the clerk heard them.
        (SALEH, SALEH, MATCHED),
        (replace(SALEH, name="Xale"), SALEH, LOOK),
        (replace(SALEH, name="Ysa"), SALEH, NOBODY),
    ],
)
def test_what_a_machine_concludes(row, person, outcome):
    assert asked(row, person).outcome == outcome


def province(*known: Person) -> Index:
    """So many persons that what is usual shows: Trâm is always Trâm, An is as often Ân, nobody is called Trâmm."""
    index = Index()
    for n in range(600):
        name = f"{('Lê', 'Võ')[n % 2]} {('Thị', 'Bảo', 'Ngọc')[n % 3]} {('Trâm', 'An', 'Ân', 'Nhanh')[n % 4]}"
        index.add(n, Person(name, birth=Birth(1940 + n % 30), home=f"xa-{n}"))
    for person in known:
        index.add("known", person)
    return index


TRAM = Person("Lê Thị Trâm", sex="nu", birth=Birth(2012, 3, 4), mother="Trần Thị Lệ", home="nui-to", hamlet=HAMLET)


@pytest.mark.parametrize(
    ("row", "person", "outcome"),
    [
        (replace(TRAM, name="LE THI TRAM"), TRAM, MATCHED),
        (replace(TRAM, name="LE THI AN"), replace(TRAM, name="Lê Thị Ân"), LOOK),
        (replace(TRAM, name="LE THI AN"), replace(TRAM, name="Lê Thị An"), LOOK),
        (replace(TRAM, name="LE THI TRAM", birth=Birth(2012)), TRAM, LOOK),
        (replace(TRAM, name="LE THI TRAM", mother="", hamlet=""), TRAM, LOOK),
        (replace(TRAM, name="Lê Thị Trâmm"), TRAM, MATCHED),
        (replace(TRAM, name="Lê Thị Trầm"), TRAM, LOOK),  # so twins are named
        (replace(TRAM, name="Lê Thị Nhan"), replace(TRAM, name="Lê Thị Nhanh"), MATCHED),
        (replace(TRAM, name="Lê Thị Trâmm", mother=""), TRAM, LOOK),
    ],
)
def test_how_names_are_used_tells_a_slip_from_a_name(row, person, outcome):
    index = province(person)
    assert conclude(row, index.near(row)).outcome == outcome
    assert asked(replace(row), person).outcome == LOOK, "of few persons nothing is known of usage"


def test_what_is_rare_is_counted_where_many_are_known():
    few, many = Index(), Index()
    for n in range(20_000):
        many.add(n, Person("Cao Bích Thơ" if n % 1000 == 0 else "Lê Văn Nam", home=f"xa-{n}"))
    for index in (few, many):
        index.add("known", replace(TRAM, name="Cao Bích Thơ", birth=Birth(2012)))
    row = replace(TRAM, name="Cao Bích Thơ", birth=Birth(2012), mother="")
    assert [near.rare for near in few.near(row)] == [True], "by its parts"
    assert [near.rare for near in many.near(row)] == [False], "by its bearers"


def test_who_lives_elsewhere_stands_less_in_the_way():
    here = replace(KHA, name="Lâm Mộng Quyên", mother="", birth=Birth(2011))
    row, namesake = here, replace(here, home="chau-phong", hamlet="")
    assert asked(row, here, namesake).outcome == MATCHED
    assert asked(row, here, replace(namesake, home="nui-to")).outcome == LOOK


def test_two_who_fit_are_put_before_a_human():
    row = replace(HUNG, identifiers=())
    twice = asked(row, HUNG, replace(HUNG, identifiers=(), phone=""))
    assert (twice.outcome, [near.key for near in twice.near]) == (LOOK, [0, 1])
    assert asked(HUNG, HUNG, HUNG).outcome == LOOK  # the same number, registered twice


def test_siblings_and_strangers_are_nobody():
    sister = replace(HUNG, name="Nguyễn Thị Lan", sex="nu", birth=Birth(2009, 1, 1), identifiers=())
    stranger = replace(
        HUNG, mother="", father="", phone="", home="nui-to", hamlet="", identifiers=(), birth=Birth(1970)
    )
    assert asked(replace(HUNG, identifiers=()), sister, stranger).outcome == NOBODY


def test_blocks_reach_beyond_the_year_of_birth():
    """Years apart, but with the same phone, or with the same parent in the same hamlet."""
    odd = replace(HUNG, birth=Birth(2008), identifiers=(), hamlet="", phone="")
    assert asked(odd, HUNG).outcome == NOBODY
    assert asked(replace(odd, phone=HUNG.phone), HUNG).outcome == LOOK
    assert asked(replace(odd, hamlet=HAMLET), HUNG).outcome == LOOK


def test_a_pair_is_explained_field_by_field():
    row = Person("NEANG SOC KHA", sex="khong_biet", birth=Birth(2010), home="nui-to", hamlet=HAMLET)
    said = explain(row, KHA)
    assert said == {
        "name": "bare", "birth": "year_off", "sex": "missing", "mother": "missing", "home": "same", "hamlet": "same",
    }  # fmt: skip
    assert explain(replace(row, home="chau-phong"), KHA)["home"] == "differs"
    assert set(said.values()) <= set(WORDS)
