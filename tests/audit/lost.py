"""A database that is gone."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from casemgr.db import db


def run(app, *args):
    return app.test_cli_runner().invoke(args=list(args))


def lose(session, backend) -> None:
    """The database is gone, the key file is not."""
    session.remove()
    if backend == "sqlite":
        db.engine.dispose()
        Path(db.engine.url.database).unlink()
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
        connection.exec_driver_sql("GRANT USAGE ON SCHEMA public TO PUBLIC")  # as in every new database
    db.engine.dispose()


@contextmanager
def aside(session, backend, folder: Path) -> Iterator[str]:
    """The database is moved away and an empty one stands in its place; gives where the old one is read."""
    url, old = db.engine.url, "casemgr_old_" + uuid4().hex[:8]
    if backend == "sqlite":
        session.remove()
        db.engine.dispose()
        shutil.move(url.database, folder / old)
        yield f"sqlite:///{folder / old}"
        return
    session.remove()
    db.engine.dispose()
    admin = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{old}" TEMPLATE "{url.database}"')
    lose(session, backend)
    try:
        yield url.set(database=old).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{old}" WITH (FORCE)')
        admin.dispose()
