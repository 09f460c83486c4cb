"""What both databases are asked in the same words, and connections that the server has closed."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
import sqlalchemy as sa

from casemgr.access.log import CHAINS
from casemgr.db import one_of, writer_number
from tests.accounts import few_units, make_user, sign_in
from tests.conftest import BACKENDS

TABLE = sa.Table(
    "thing", sa.MetaData(), sa.Column("id", sa.Uuid, primary_key=True), sa.Column("unit", sa.String(8)),
    prefixes=["TEMPORARY"],
)  # fmt: skip
IDS = [UUID(int=n) for n in range(4)]


@pytest.fixture
def things(session):
    TABLE.create(session.connection())
    session.execute(sa.insert(TABLE), [{"id": id, "unit": f"u{n % 2}"} for n, id in enumerate(IDS)])
    return session


def found(session, *where) -> list[UUID]:
    return list(session.scalars(sa.select(TABLE.c.id).where(*where).order_by(TABLE.c.id)))


def test_one_of_finds_what_in_finds(things):
    assert found(things, one_of(TABLE.c.unit, {"u1", "x"})) == [IDS[1], IDS[3]]
    assert found(things, one_of(TABLE.c.id, [IDS[2], IDS[0]])) == [IDS[0], IDS[2]]
    assert found(things, sa.not_(one_of(TABLE.c.unit, ["u1"]))) == [IDS[0], IDS[2]]
    assert found(things, one_of(TABLE.c.unit, [])) == []
    assert things.scalar(sa.select(sa.func.count()).where(one_of(TABLE.c.unit, ["u0"]))) == 2


def test_one_of_asks_for_the_values_of_this_time(things):
    """The statement is kept by its shape; not what it once asked for."""
    assert [len(found(things, one_of(TABLE.c.id, IDS[:n]))) for n in (3, 1, 0, 4)] == [3, 1, 0, 4]


def test_one_of_leaves_sqlite_its_indexes(things):
    query = sa.select(TABLE.c.id).where(one_of(TABLE.c.id, IDS))
    text = str(query.compile(dialect=sa.dialects.sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    assert text.endswith("')")  # and not `... IN (...) = 1`


@pytest.mark.parametrize("backend", [each for each in BACKENDS if each == "postgresql"], indirect=True)
def test_a_page_is_shown_after_the_server_has_closed_every_connection(backend, app, client, session):
    few_units(session)
    sign_in(client, make_user(session, "lan", ("worker", "30547-20210101")))
    assert client.get("/cases").status_code == 200
    url = session.get_bind().url
    session.close()
    other = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with other.connect() as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        assert connection.execute(sa.text(f"SELECT pg_terminate_backend(pid) {others}")).all()
        while connection.scalar(sa.text(f"SELECT count(*) {others}")):
            time.sleep(0.02)
    assert client.get("/cases").status_code == 200


def test_the_threads_of_a_process_are_spread_over_their_rows():
    """By what Python calls their identity all stood at one row, and waited for each other."""
    ready = Barrier(8, timeout=20)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _n: (ready.wait(), writer_number() % CHAINS)[1], range(8)))
    assert len(set(found)) == 8
