"""What was known at a time stays what was known, though writers take their time before they have their turn."""

import threading
from datetime import timedelta

from casemgr.db import db
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft
from tests.ledger.build import START, draft

KNOWN = START + timedelta(days=10)


def seen(session, known_at) -> int:
    return sum(len(entries) for _subject, entries in ledger.replay(session, "noted", known_at))


def test_a_clock_read_before_a_known_at_is_not_written_after_it(session):
    subject = ledger.create(session, "noted")
    ledger.append(session, subject, [draft()])
    session.commit()
    ledger.settle(session, KNOWN)
    (late,) = ledger.append(session, subject, [draft(hour=1)])  # its clock was read days before
    session.commit()
    assert late.recorded_at > KNOWN
    assert late.occurred_at == START + timedelta(hours=1)
    assert seen(session, KNOWN) == 1


def test_an_earlier_known_at_does_not_lower_it(session):
    subject = ledger.create(session, "noted")
    session.commit()
    ledger.settle(session, KNOWN)
    ledger.settle(session, START)
    (late,) = ledger.append(session, subject, [draft()])
    assert late.recorded_at > KNOWN


def test_a_later_clock_is_left_as_it_is(session):
    subject = ledger.create(session, "noted")
    session.commit()
    ledger.settle(session, KNOWN)
    later = Draft("noted", KNOWN, "minute", "worker", "u", KNOWN + timedelta(hours=1), definition="XX@1:0")
    assert ledger.append(session, subject, [later])[0].recorded_at == KNOWN + timedelta(hours=1)


def test_a_write_under_way_is_waited_for_and_one_that_waits_comes_after(app, session):
    """Two transactions at once, both with a clock read before the known-at: the first has its turn, the second not."""
    first, second = ledger.create(session, "noted"), ledger.create(session, "noted")
    session.commit()
    appended, commit, settled, problems = (threading.Event() for _ in range(4))

    def work(action):
        try:
            with app.app_context():
                action()
                db.session.remove()
        except Exception:
            problems.set()
            raise

    def write_first():
        ledger.append(db.session, first, [draft()])
        appended.set()
        commit.wait(10)
        db.session.commit()

    def settle():
        ledger.settle(db.session, KNOWN)
        settled.set()

    def write_second():
        settled.wait(10)
        ledger.append(db.session, second, [draft()])
        db.session.commit()

    threads = [threading.Thread(target=work, args=(action,)) for action in (write_first, settle, write_second)]
    threads[0].start()
    assert appended.wait(10)
    for thread in threads[1:]:
        thread.start()
    assert not settled.wait(0.5)  # the write under way is waited for
    commit.set()
    for thread in threads:
        thread.join(20)
    assert settled.is_set()
    assert not problems.is_set()
    session.rollback()
    assert ledger.entries(session, first)[0].recorded_at == START
    assert ledger.entries(session, second)[0].recorded_at > KNOWN
    assert seen(session, KNOWN) == 1
