"""Runs the revisions in `versions/` on the application's database; `flask db upgrade` comes here."""

import sqlalchemy as sa
from alembic import context
from flask import current_app

from casemgr.db import db


def run() -> None:
    """On a connection of its own; or on the one that a restore works on, whose transaction it leaves open."""
    if isinstance(db.engine, sa.Connection):
        run_on(db.engine)
        return
    with db.engine.connect() as connection:
        run_on(connection)


def run_on(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        **current_app.extensions["migrate"].configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("casemgr's revisions ask the database which dialect it speaks; run them online")
run()
