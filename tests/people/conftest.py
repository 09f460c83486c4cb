"""What the tests about people share."""

from contextlib import contextmanager
from datetime import datetime

import pytest
import sqlalchemy as sa

from casemgr.db import db
from casemgr.people import services

NOW = datetime(2022, 6, 30, 8, 0)
UNIT = "30544-20210101"


@pytest.fixture
def register(session):
    """Registers one person there: `register("Nguyễn Văn Ân", sex="nam")`."""

    def make(name: str, unit: str = UNIT, **facts):
        return services.register(session, "u-1", unit, NOW, name=name, **facts)

    return make


@pytest.fixture
def queries(app):
    """A context that collects the SQL statements run inside it."""

    @contextmanager
    def collect():
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        with app.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    return collect
