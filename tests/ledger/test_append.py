"""Appending on both databases: ids, voids, stale decisions, keys, the database's own refusals."""

import threading
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from casemgr.db import db
from casemgr.ledger import services
from casemgr.ledger.check import changed_versions, verify
from casemgr.ledger.models import LedgerEntry
from tests.ledger.build import draft

ONE = UUID(int=1)


@pytest.fixture
def subject(session):
    subject = services.create(session, "noted")
    session.commit()
    return subject


def test_entries_come_back_as_they_were_appended(session, subject):
    services.append(session, subject, [draft(coded={"a": [1, "ô"]}, sealed={"note": "bí mật"}), draft(hour=1)])
    session.commit()
    first, second = services.entries(session, subject)
    assert (first.seq, first.coded, second.prev) == (1, {"a": [1, "ô"]}, first.mac)
    assert services.read_sealed(session, [first, second]) == {first.id: {"note": "bí mật"}}
    assert "bí mật".encode() not in first.sealed
    assert verify(session) == (2, [])


def test_the_same_id_with_the_same_content_is_the_same_entry(session, subject):
    sent = draft(id=ONE, coded={"a": 1}, sealed={"note": "x"})
    (first,) = services.append(session, subject, [sent])
    (again,) = services.append(session, subject, [replace(sent, recorded_at=sent.recorded_at.replace(hour=23))])
    assert again == services.entries(session, subject)[0] == first


@pytest.mark.parametrize(
    "change", [{"coded": {"a": 2}}, {"sealed": {"note": "y"}}, {"kind": "told"}, {"author": "b"}, {"unit": "c"}]
)
def test_the_same_id_with_other_content_is_refused(session, subject, change):
    sent = draft(id=ONE, coded={"a": 1}, sealed={"note": "x"})
    services.append(session, subject, [sent])
    with pytest.raises(services.EntryConflict):
        services.append(session, subject, [replace(sent, **change)])
    assert len(services.entries(session, subject)) == 1


def test_an_id_of_another_ledger_is_refused(session, subject):
    services.append(session, subject, [draft(id=ONE)])
    other = services.create(session, "noted")
    session.commit()
    with pytest.raises(services.EntryConflict):
        services.append(session, other, [draft(id=ONE)])
    session.rollback()
    assert services.entries(session, other) == []


def test_a_void_strikes_once_and_is_never_struck(session, subject):
    (entry,) = services.append(session, subject, [draft()])
    (void,) = services.append(session, subject, [draft("voided", 1, voids=entry.id)])
    for target in (entry.id, void.id, uuid4()):
        with pytest.raises(services.VoidRefused):
            services.append(session, subject, [draft("voided", 2, voids=target)])
    assert len(services.entries(session, subject)) == 2


def test_a_decision_on_an_old_state_is_stale(session, subject):
    services.append(session, subject, [draft(), draft(hour=1)])
    with pytest.raises(services.Stale):
        services.append(session, subject, [draft(hour=2)], on_seq=1)
    services.append(session, subject, [draft(hour=2)], on_seq=2)


CHANGES = {
    "update": "UPDATE ledger_entry SET author = 'x'",
    "delete": "DELETE FROM ledger_entry",
    "replace": "INSERT OR REPLACE INTO ledger_entry SELECT * FROM ledger_entry",
    "upsert": "INSERT INTO ledger_entry SELECT * FROM ledger_entry WHERE true "
    "ON CONFLICT (province, subject, seq) DO UPDATE SET author = 'x'",
    "truncate": "TRUNCATE ledger_entry",
    "truncate cascade": "TRUNCATE ledger_subject CASCADE",
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_every_change(session, subject, change, backend):
    sqlite_only, postgresql_only = ("replace",), ("truncate", "truncate cascade")
    if change in (sqlite_only if backend == "postgresql" else postgresql_only):
        return  # the statement does not exist there
    services.append(session, subject, [draft()])
    session.commit()
    before = services.entries(session, subject)
    if backend == "sqlite":  # also for a connection that never heard of our settings
        session.connection().exec_driver_sql("PRAGMA recursive_triggers=OFF")
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(sa.text(CHANGES[change]))
    session.rollback()
    assert services.entries(session, subject) == before


def test_an_alteration_behind_the_triggers_is_named(session, subject, backend):
    services.append(session, subject, [draft(hour=n) for n in range(5)])
    session.commit()
    if backend == "sqlite":
        session.execute(sa.text("DROP TRIGGER ledger_entry_no_update"))
    else:
        session.execute(sa.text("ALTER TABLE ledger_entry DISABLE TRIGGER USER"))
    session.execute(sa.update(LedgerEntry).where(LedgerEntry.seq == 3).values(coded="{broken"))
    session.commit()
    count, breaks = verify(session)
    assert (count, [(b.subject, b.seq, b.reason) for b in breaks]) == (5, [(subject, 3, "mac")])


WRITTEN_OTHERWISE = {
    "a time that means the same": "recorded_at = replace(recorded_at, ' ', 'T')",
    "an id that means the same": "id = upper(id)",
    "no time at all": "occurred_at = 'yesterday'",
    "bytes for text": "author = CAST(author AS BLOB)",
    "no number": "prev = 'x'",
}


@pytest.mark.parametrize("change", WRITTEN_OTHERWISE)
def test_what_sqlite_lets_anybody_write_otherwise_is_named(session, subject, backend, change):
    """A time written otherwise reads the same, but is found by no comparison: a figure known at a day would lack it."""
    if backend == "postgresql":
        return  # a column holds its type there
    services.append(session, subject, [draft(hour=n, id=UUID(int=0xABC0 + n)) for n in range(4)])
    session.commit()
    session.execute(sa.text("DROP TRIGGER ledger_entry_no_update"))
    session.execute(sa.text(f"UPDATE ledger_entry SET {WRITTEN_OTHERWISE[change]} WHERE seq = 3"))
    session.commit()
    assert [(b.subject, b.seq) for b in verify(session)[1]] == [(subject, 3)]


def test_a_ledger_hidden_under_another_spelling_is_named(session, backend):
    if backend == "postgresql":
        return
    subject = services.create(session, "noted", UUID(int=0xABC))
    services.append(session, subject, [draft(hour=n) for n in range(2)])
    session.commit()
    session.execute(sa.text("DROP TRIGGER ledger_entry_no_update"))
    session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    session.execute(sa.text("UPDATE ledger_subject SET id = upper(id)"))
    session.execute(sa.text("UPDATE ledger_entry SET subject = upper(subject)"))
    session.commit()
    assert [b.seq for b in verify(session)[1]][:1] == [1]


def test_an_entry_cut_off_at_the_end_is_named(session, subject, backend):
    services.append(session, subject, [draft(hour=n) for n in range(3)])
    session.commit()
    if backend == "sqlite":
        session.execute(sa.text("DROP TRIGGER ledger_entry_no_delete"))
    else:
        session.execute(sa.text("ALTER TABLE ledger_entry DISABLE TRIGGER USER"))
    session.execute(sa.delete(LedgerEntry).where(LedgerEntry.seq == 3))
    session.commit()
    assert [(b.seq, b.reason) for b in verify(session)[1]] == [(3, "head")]


def test_two_people_appending_at_once_are_both_kept(app, session, subject):
    failures = []

    def write(author):
        try:
            with app.app_context():
                for hour in range(5):
                    services.append(db.session, subject, [draft(hour=hour, author=author)])
                    db.session.commit()
        except Exception as problem:  # noqa: BLE001 - reported below
            failures.append(problem)

    people = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert failures == []
    session.rollback()
    ledger = services.entries(session, subject)
    assert [e.seq for e in ledger] == list(range(1, 16))
    assert verify(session) == (15, [])


def test_two_people_who_write_in_several_ledgers_do_not_wait_for_each_other_for_ever(app, session, subject):
    other = services.create(session, "noted")
    session.commit()
    first, second, failures = threading.Event(), threading.Event(), []

    def tell(run):
        try:
            with app.app_context():
                run()
                db.session.commit()
        except Exception as problem:  # noqa: BLE001 - reported below
            failures.append(problem)

    def in_both():
        services.append(db.session, subject, [draft(hour=1)])
        first.set()
        second.wait(0.5)  # on SQLite the second has not begun
        services.append(db.session, other, [draft(hour=1)])

    def in_one():
        first.wait(5)
        services.lock(db.session, other)
        second.set()
        services.append(db.session, other, [draft(hour=2)])

    people = [threading.Thread(target=tell, args=(run,)) for run in (in_both, in_one)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert failures == []


def test_a_version_changed_after_use_is_named(session, subject):
    services.append(session, subject, [draft(definition="TE@1:aaa"), draft(hour=1, definition="TE@2:bbb")])
    assert changed_versions(session) == []
    services.append(session, subject, [draft(hour=2, definition="TE@2:ccc")])
    assert changed_versions(session) == ["TE@2"]
