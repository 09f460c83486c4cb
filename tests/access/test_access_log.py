"""The chains of the access log, with several writers and with rows that were never committed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from casemgr import db as db_module
from casemgr import vault
from casemgr.access import log
from casemgr.db import begin_write, db, is_postgresql, writer_number
from casemgr.demo.bench_floor import captured

PROVINCE = 89


def read(session, *, alone: bool = True, notes: int = 1) -> None:
    begin_write(session)
    told = {"province": PROVINCE, "at": datetime(2022, 6, 1), "user_id": None, "status": 200, "method": "GET"}
    made = log.rows([log.Note("case:read", detail=str(n)) for n in range(notes)], endpoint="x.y", **told)
    log.write(session, vault.keys().mac, made, alone=alone)


def broken(session):
    session.rollback()
    return log.breaks(session, vault.keys().mac, PROVINCE)


def test_writers_of_one_chain_do_not_break_it(app, session, monkeypatch):
    monkeypatch.setattr(log, "CHAINS", 1)
    engine, key = db.engine, vault.keys().mac

    def work(worker: int) -> int:
        kept = 0
        with app.app_context(), Session(engine) as own:
            for turn in range(20):
                read(own, alone=(worker + turn) % 3 > 0, notes=1 + (turn % 7 == 0))
                if (worker * turn) % 5 == 4:
                    own.rollback()
                else:
                    own.commit()
                    kept += 1 + (turn % 7 == 0)
        return kept

    with ThreadPoolExecutor(6) as pool:
        kept = sum(pool.map(work, range(6)))
    session.rollback()
    assert log.breaks(session, key, PROVINCE) == (kept, [])


def test_a_row_that_was_rolled_back_is_not_followed(session):
    read(session)
    session.commit()
    read(session)
    session.rollback()
    read(session)
    session.commit()
    assert broken(session) == (2, [])


def test_a_row_in_whose_place_another_came_is_not_followed(app, session):
    read(session)
    session.commit()
    read(session)
    session.rollback()

    def elsewhere():  # who knows of no row of this chain, as another process
        with app.app_context(), Session(db.engine) as own:
            read(own)
            own.commit()

    chain = session.scalar(sa.select(log.AccessLog.chain))
    with pytest.MonkeyPatch.context() as patched, ThreadPoolExecutor(1) as pool:
        patched.setattr(log, "writer_number", lambda: chain - 1)
        pool.submit(elsewhere).result()
        read(session)
        session.commit()
    assert broken(session) == (3, [])


def test_a_row_that_another_has_followed_is_no_error(app, session, monkeypatch):
    """Two threads of one chain: the one that comes second finds out by the statement, and not by a failure."""
    monkeypatch.setattr(log, "CHAINS", 1)
    failures: list = []
    sa.event.listen(db.engine, "handle_error", failures.append)

    def turn():
        with app.app_context(), Session(db.engine) as own:
            read(own)
            own.commit()

    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        for _ in range(4):
            one.submit(turn).result()
            other.submit(turn).result()
    assert broken(session) == (8, [])
    assert not failures


def test_threads_of_processes_started_together_have_chains_of_their_own(monkeypatch):
    numbers = set()
    for pid in range(1003, 1007):
        monkeypatch.setattr("os.getpid", lambda pid=pid: pid)
        for thread in range(2):
            monkeypatch.setattr(db_module._THREADS, "number", thread, raising=False)
            numbers.add(writer_number() % log.CHAINS)
    assert len(numbers) == 8


@pytest.mark.parametrize(("alone", "on_postgresql"), [(True, 1), (False, 3)])
def test_a_page_that_is_read_is_logged_in_one_statement(session, alone, on_postgresql):
    read(session)
    session.commit()
    begin_write(session)
    statements = captured(lambda: read(session, alone=alone))
    assert len(statements) == (on_postgresql if is_postgresql(session) else 2)
