"""Many rows against many persons: who is looked at, and what a machine may conclude of it, never more."""

from dataclasses import replace

import pytest

from casemgr.people.blocking import LOOK, MATCHED, NOBODY, Index, conclude
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
        (replace(HUNG, birth=Birth(2013, 3, 4), identifiers=()), HUNG, LOOK),
        (replace(HUNG, birth=Birth(2012), identifiers=()), HUNG, MATCHED),
        (replace(HUNG, birth=Birth(2012), identifiers=(), mother="", father="", phone=""), HUNG, LOOK),
        (replace(HUNG, identifiers=(), mother="Lê Thị Hoa"), HUNG, LOOK),
        (replace(HUNG, identifiers=(Identifier("cccd", "089210001243"),)), HUNG, LOOK),
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
