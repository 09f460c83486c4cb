"""A database that refuses to store rows of a table, as a full disk does."""

from contextlib import contextmanager

import sqlalchemy as sa

from casemgr.db import db

FULL = "53100"  # PostgreSQL: disk_full


@contextmanager
def refused(app, table: str):
    """While it lasts, no row can be added to the table."""
    with app.app_context():
        postgres = db.engine.dialect.name == "postgresql"
        made = _postgres(table) if postgres else _sqlite(table)
        _run(made)
    try:
        yield
    finally:
        with app.app_context():
            _run([f"DROP TRIGGER refused ON {table}" if postgres else "DROP TRIGGER refused"])


def log_refused(app):
    return refused(app, "access_log")


def _sqlite(table: str) -> list[str]:
    stop = "SELECT RAISE(ABORT, 'database or disk is full');"
    return [f"CREATE TRIGGER refused BEFORE INSERT ON {table} BEGIN {stop} END"]


def _postgres(table: str) -> list[str]:
    body = f"BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '{FULL}'; END"
    return [
        f"CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"CREATE TRIGGER refused BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()",
    ]


def _run(statements: list[str]) -> None:
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
