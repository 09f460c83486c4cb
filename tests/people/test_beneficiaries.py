"""Registering, correcting, striking out and erasing persons and households, on both databases."""

import uuid
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from casemgr.ledger import check
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft
from casemgr.people import services
from casemgr.people.models import Beneficiary, IdentifierIndex, NameIndex
from casemgr.people.projection import TABLES
from casemgr.people.rules import Birth, Identifier, Person
from casemgr.people.services import add_member, correct, identities, identity, labels, members_of, register_many
from casemgr.refused import Refused
from casemgr.vault.models import SubjectKey

NOW = datetime(2022, 6, 30, 8, 0)
OTHER_UNIT = "30550-20210101"
UNIT = "30544-20210101"
CCCD = Identifier("cccd", "089210001234")
HAMLET = str(uuid.uuid4())
AN = {
    "sex": "nam", "birth": Birth(2010, 5, 3), "ethnicity": "kinh", "identifiers": (CCCD,), "phone": "0912345678",
    "address": "Số 5, tổ 2", "mother": "Trần Thị Lệ", "father": "Nguyễn Văn Bảy", "other_names": ("Tư",),
    "hamlet": HAMLET,
}  # fmt: skip


def count(session, model) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def void(session, subject, target):
    draft = Draft("voided", NOW, "minute", "u-1", UNIT, NOW, voids=target)
    ledger.append(session, subject, [draft])


def test_what_is_registered_is_read_back(session, register):
    subject = register("Nguyễn Văn Ân", **AN)
    found = identity(session, subject)
    assert found.person == Person("Nguyễn Văn Ân", home=UNIT, **AN)
    assert (found.kind, found.seq, found.warnings, found.erased) == ("person", 1, (), False)
    assert labels(session, [subject]) == {subject: "Ân N."}


def test_in_clear_are_only_the_facts_that_figures_need(session, register):
    subject = register("Nguyễn Văn Ân", **AN)
    row = session.execute(sa.select(Beneficiary)).scalar_one()
    assert (row.unit_id, str(row.hamlet_id), row.sex, row.birth_year) == (UNIT, HAMLET, "nam", 2010)
    assert (row.birth_precision, row.ethnicity, row.seq) == ("day", "kinh", 1)
    assert ledger.entries(session, subject)[0].coded == {
        "sex": "nam", "birth_year": 2010, "birth_precision": "day", "ethnicity": "kinh", "home": UNIT, "hamlet": HAMLET,
    }  # fmt: skip


def test_only_a_name_is_needed(session, register):
    found = identity(session, register("Rokyah"))
    assert found.person == Person("Rokyah", home=UNIT)


@pytest.mark.parametrize(("facts", "field"), [({"name": ""}, "name"), ({"name": "A", "phone": "1"}, "phone")])
def test_a_refusal_names_the_field_and_leaves_nothing(session, facts, field):
    with pytest.raises(Refused) as caught:
        services.register(session, "u-1", UNIT, NOW, **facts)
    assert caught.value.field == field
    assert count(session, Beneficiary) == 0


def test_odd_numbers_are_warned_about_not_refused(session, register):
    assert (
        len(identity(session, register("Lê Thị Mai", sex="nu", birth=Birth(1990), identifiers=(CCCD,))).warnings) == 2
    )


def test_a_correction_changes_what_it_names_and_keeps_the_rest(session, register):
    subject = register("Nguyễn Văn Ân", **AN)
    entry = correct(session, "u-2", UNIT, NOW + timedelta(days=1), subject, reason="Sai tên", name="Nguyễn Văn Ấn")
    assert entry.coded == {}
    assert ledger.read_sealed(session, [entry])[entry.id] == {"name": "Nguyễn Văn Ấn", "reason": "Sai tên"}
    assert identity(session, subject).person == Person("Nguyễn Văn Ấn", home=UNIT, **AN)


def test_a_correction_can_clear(session, register):
    subject = register("Nguyễn Văn Ân", **AN)
    correct(session, "u-2", UNIT, NOW, subject, birth=None, phone="", identifiers=(), hamlet="", mother="", father="")
    person = identity(session, subject).person
    assert (person.birth, person.phone, person.identifiers, person.hamlet) == (None, "", (), "")
    assert count(session, IdentifierIndex) == 0
    assert session.scalar(sa.select(Beneficiary.birth_year)) is None


def test_a_correction_of_nothing_is_no_entry(session, register):
    subject = register("Nguyễn Văn Ân", **AN)
    assert correct(session, "u-2", UNIT, NOW, subject, name="Nguyễn  Văn Ân ") is None
    assert len(ledger.entries(session, subject)) == 1


def test_a_correction_of_what_was_not_seen_is_stale(session, register):
    subject = register("Nguyễn Văn Ân", **AN)
    seen = identity(session, subject).seq
    correct(session, "u-2", UNIT, NOW, subject, on_seq=seen, phone="0987654321")
    with pytest.raises(ledger.Stale):
        correct(session, "u-3", UNIT, NOW, subject, on_seq=seen, phone="0987654322")


def test_nobody_is_corrected_who_does_not_exist(session):
    with pytest.raises(Refused):
        correct(session, "u-1", UNIT, NOW, uuid.uuid4(), name="A")


def test_the_same_registration_sent_twice_is_one(session):
    subject, entry = uuid.uuid4(), uuid.uuid4()
    for _ in range(2):
        services.register(session, "u-1", UNIT, NOW, subject=subject, entry=entry, name="Nguyễn Văn Ân", **AN)
    assert len(ledger.entries(session, subject)) == 1
    with pytest.raises(ledger.EntryConflict):
        services.register(session, "u-1", UNIT, NOW, subject=subject, entry=entry, name="Trần Văn Ân", **AN)


def test_striking_out_a_correction_brings_back_what_was(session, register):
    subject = register("Nguyễn Văn Ân", **AN)
    entry = correct(session, "u-2", UNIT, NOW, subject, sex="nu", name="Nguyễn Thị Ân")
    void(session, subject, entry.id)
    assert identity(session, subject).person == Person("Nguyễn Văn Ân", home=UNIT, **AN)


def test_striking_out_the_registration_removes_the_person_from_sight(session, register):
    subject = register("Nguyễn Văn Ân", **AN)
    void(session, subject, ledger.entries(session, subject)[0].id)
    assert identity(session, subject) is None
    assert [count(session, table) for table in TABLES] == [0, 0, 0, 0]


def test_projecting_again_gives_the_same_rows(session, register):
    for number in range(3):
        subject = register(f"Nguyễn Văn Ân {'I' * number}", **AN)
        correct(session, "u-2", UNIT, NOW, subject, ethnicity="khmer", mother="Néang Sa")
    assert check.rebuild(session, check=True) == (3, [])
    before = [set(session.execute(sa.select(NameIndex.__table__)))]
    before.append(set(session.execute(sa.select(IdentifierIndex.__table__))))
    check.rebuild(session)
    assert [set(session.execute(sa.select(m.__table__))) for m in (NameIndex, IdentifierIndex)] == before
    assert identity(session, subject).person.mother == "Néang Sa"


def test_a_destroyed_key_leaves_the_counted_facts_and_no_name(session, register):
    subject = register("Nguyễn Văn Ân", **AN)
    kept = register("Lê Thị Mai")
    session.execute(sa.delete(SubjectKey).where(SubjectKey.subject == subject))
    found = identity(session, subject)
    assert found.erased
    assert (found.person.name, found.person.sex, found.person.home) == ("", "nam", UNIT)
    assert labels(session, [subject, kept]) == {subject: "—", kept: "Mai L."}
    assert services.search(session, "nguyen van an", None) == []
    check.rebuild(session)
    assert session.scalar(sa.select(Beneficiary.birth_year).where(Beneficiary.subject == subject)) == 2010
    assert session.scalar(sa.select(Beneficiary.name_sealed).where(Beneficiary.subject == subject)) == b""
    assert not session.scalars(sa.select(NameIndex.bucket).where(NameIndex.subject == subject)).all()
    assert not session.scalars(sa.select(IdentifierIndex.digest).where(IdentifierIndex.subject == subject)).all()
    with pytest.raises(Refused):
        correct(session, "u-1", UNIT, NOW, subject, name="A")


def test_households_and_their_members(session, register):
    home = register("Lê Thị Mai", kind="household", ethnicity="khmer")
    mother, child = register("Lê Thị Mai"), register("Lê Văn Tý")
    add_member(session, "u-1", UNIT, NOW, home, mother, "khac")
    add_member(session, "u-1", UNIT, NOW + timedelta(minutes=1), home, child, "con")
    entry = add_member(session, "u-1", UNIT, NOW + timedelta(minutes=2), home, mother, "chu_ho")
    assert sorted(members_of(session, home)) == sorted([(mother, "chu_ho"), (child, "con")])
    void(session, home, entry.id)
    assert dict(members_of(session, home))[mother] == "khac"
    assert identity(session, home).kind == "household"
    assert check.rebuild(session, check=True)[1] == []


def test_members_are_persons_of_known_relation(session, register):
    home, person = register("Lê Thị Mai", kind="household"), register("Lê Văn Tý")
    for first, second, relation in [(person, person, "con"), (home, home, "con"), (home, person, "boss")]:
        with pytest.raises(Refused):
            add_member(session, "u-1", UNIT, NOW, first, second, relation)


def test_upper_packages_are_told_before_and_after(session, register, monkeypatch):
    told = []
    monkeypatch.setattr(services, "HOOKS", [lambda s, change: told.append((s is session, change))])
    subject = register("Nguyễn Văn Ân", **AN)
    correct(session, "u-2", OTHER_UNIT, NOW, subject, sex="nu")
    correct(session, "u-2", OTHER_UNIT, NOW, subject, sex="nu")
    assert [same for same, _ in told] == [True, True]
    assert [(c.subject, c.before and c.before.sex, c.after.sex, c.actor) for _, c in told] == [
        (subject, None, "nam", "u-1"),
        (subject, "nam", "nu", "u-2"),
    ]


def test_the_number_of_queries_does_not_depend_on_the_number_of_people(session, queries):
    def new(count):
        people = [Person(f"Nguyễn Văn {'A' * (n + 1)}", home=UNIT, birth=Birth(2010)) for n in range(count)]
        return [services.Registration("u-1", UNIT, NOW, person) for person in people]

    counts = []
    for number in (1, 4, 40):  # the first fills the caches
        with queries() as seen:
            subjects = register_many(session, new(number))
        registered = len(seen)
        with queries() as seen:
            assert len(labels(session, subjects)) == number
            assert len(identities(session, subjects)) == number
            services.search(session, "nguyen van a", None)
            services.candidates(session, new(1)[0].person)
        counts.append((registered, len(seen)))
    assert counts[1] == counts[2]
    assert counts[2][1] <= 5
