"""The migrations, up and down on both databases; what they build is what the models say."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy.exc import DBAPIError

from casemgr.db import db, migrations
from casemgr.db_triggers import APPEND_ONLY


def tables(session) -> set[str]:
    return set(sa.inspect(session.connection()).get_table_names())


def test_the_schema_is_what_the_models_say(session):
    context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
    assert compare_metadata(context, db.metadata) == []


def test_every_revision_runs_down_and_up_again(app, session):
    migrations(app)
    full = tables(session)
    session.commit()
    downgrade(revision="base")
    assert tables(session) == {"alembic_version"}
    session.commit()
    upgrade()
    assert tables(session) == full


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_append_only_tables_refuse_change_after_the_last_revision(session, table, verb, backend):
    """The triggers stand even on an empty table of the newest schema (a batch migration would drop them)."""
    if backend == "sqlite":
        query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
        found = " ".join(session.scalars(query, {"table": table}))
        assert f"BEFORE {verb} ON {table}" in found
    else:
        query = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = CAST(:table AS regclass)"
        found = " ".join(session.scalars(sa.text(query), {"table": table}))
        assert verb in found
        assert "TRUNCATE" in found


def test_the_application_role_can_add_entries_and_nothing_else(app, session, backend):
    """PostgreSQL: the role that the application works with has no right to change what was written."""
    if backend == "sqlite":
        return  # SQLite has no roles
    session.execute(sa.text("DROP ROLE IF EXISTS casemgr_app_test"))
    session.commit()
    result = app.test_cli_runner().invoke(args=["init", "--units", "", "--admin", "", "--app-role", "casemgr_app_test"])
    assert result.exit_code == 0, result.output
    for statement in ("UPDATE ledger_entry SET seq = 1", "DELETE FROM access_log", "TRUNCATE ledger_entry"):
        session.execute(sa.text("SET ROLE casemgr_app_test"))
        with pytest.raises(DBAPIError, match="permission denied"):
            session.execute(sa.text(statement))
        session.rollback()
    session.execute(sa.text("SET ROLE casemgr_app_test"))
    assert session.execute(sa.text("SELECT count(*) FROM ledger_entry")).scalar() == 0
    session.execute(sa.text("RESET ROLE"))
    session.execute(sa.text("DROP OWNED BY casemgr_app_test"))
    session.execute(sa.text("DROP ROLE casemgr_app_test"))
    session.commit()
