"""Runs the revisions in `versions/` on the application's database; `flask db upgrade` comes here."""

from alembic import context
from flask import current_app

from casemgr.db import db


def run() -> None:
    with db.engine.connect() as connection:
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
