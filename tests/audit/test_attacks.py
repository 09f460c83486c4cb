"""The whole list of attacks on stored ledgers: none stays unseen, and each is named where it was done."""

from datetime import datetime
from random import Random
from uuid import UUID

import pytest
import sqlalchemy as sa

from casemgr import vault
from casemgr.access import log
from casemgr.audit import sealing
from casemgr.audit.outside import verify_with
from casemgr.demo import attacks
from casemgr.ledger import services as ledger
from tests.ledger.build import draft

NOW = datetime(2022, 6, 15, 17, 0)


def write(session, subjects: int, entries: int) -> None:
    """Ledgers with clear, sealed and void entries, sealed twice with rows of the access log between."""
    made = [ledger.create(session, "noted", UUID(int=(n + 1) << 64)) for n in range(subjects)]
    for part in range(2):
        for subject in made:
            drafts = [draft(hour=n, coded={"n": n}, sealed={"t": "x"} if n % 2 else None) for n in range(entries)]
            written = ledger.append(session, subject, drafts)
            ledger.append(session, subject, [draft("voided", 30, voids=written[0].id, coded={"reason": "x"})])
        notes = [log.Note("case:read", made[0], "1-2021", "TE", str(n)) for n in range(2)]
        told = {"province": ledger.province(), "at": NOW, "user_id": made[0], "status": 200, "method": "GET"}
        log.write(session, vault.keys().mac, log.rows(notes, endpoint="x.y", **told))
        session.commit()
        sealing.make(session, "system:seal", NOW.replace(hour=17 + part))
        session.commit()


@pytest.fixture
def kept(session):
    write(session, 2, 2)
    return sealing.export(session, sealing.last(session))


def test_no_attack_stays_unseen_at_any_position(session, kept):
    assert verify_with(session, kept)[1] == []
    unseen, tried = attacks.run(session, attacks.everywhere(session), kept)
    assert unseen == []
    assert tried > 400, tried
    assert verify_with(session, kept)[1] == []  # each was undone


def test_nor_at_random_positions_of_a_larger_ledger(session):
    write(session, 20, 8)
    kept = sealing.export(session, sealing.last(session))
    assert attacks.run(session, attacks.somewhere(session, Random(6), 40), kept) == ([], 40)


def test_the_suite_sees_what_is_not_seen(session, kept):
    """An attack that nothing can find is reported as unseen: the count of the table is not empty by construction."""
    nothing = attacks.Attack("nothing", lambda s: s.execute(sa.text("SELECT 1")))
    assert attacks.run(session, [nothing], kept) == (["nothing"], 1)
