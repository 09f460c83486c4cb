from datetime import datetime

import pytest
import time_machine

from casemgr.clock import VIETNAM
from tests.accounts import sign_in
from tests.cases import files


@pytest.fixture
def clock():
    """It is 22/03/2022, 09:00."""
    with time_machine.travel(files.NOW.replace(tzinfo=VIETNAM), tick=False) as traveller:
        yield lambda text: traveller.move_to(datetime.fromisoformat(text).replace(tzinfo=VIETNAM))


@pytest.fixture
def who(clock, session):
    """A few units and one account of each kind."""
    return files.staff(session)


@pytest.fixture
def drawn(session, who):
    """(subject, number) of the case of the mock-up."""
    return files.drawn_case(session, who)


@pytest.fixture
def as_(app, client, who):
    """A signed-in client: as_("worker")."""
    clients = {}

    def get(name: str):
        if name not in clients:
            clients[name] = sign_in(app.test_client(), getattr(who, name))
        return clients[name]

    return get


@pytest.fixture
def count_queries(session):
    """A context manager that collects the statements sent to the database."""
    import contextlib

    import sqlalchemy as sa

    engine = session.get_bind()
    engine = getattr(engine, "engine", engine)

    @contextlib.contextmanager
    def counting():
        seen = []

        def note(_conn, _cursor, statement, *_rest):
            seen.append(statement.split("\n")[0][:120])

        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    return counting
