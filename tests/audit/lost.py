"""A database that is gone."""

from pathlib import Path

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
