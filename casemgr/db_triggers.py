"""Triggers that make a table append-only: the database itself refuses UPDATE, DELETE, REPLACE and TRUNCATE."""

from collections.abc import Sequence

# The tables of today's schema that are append-only.
APPEND_ONLY = ("ledger_entry", "access_log", "seal", "seal_head", "report_body")


def append_only(table: str, dialect: str, unique: Sequence[Sequence[str]] = ()) -> list[str]:
    """SQL statements, to be run once after the table is made (and after every batch migration that remade it).

    `unique` names the column lists of the table's unique keys. SQLite's INSERT OR REPLACE deletes the old row
    without firing a DELETE trigger (unless the connection asks for it), so there an INSERT over a key is refused.
    """
    if dialect == "sqlite":
        statements = [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
        for number, columns in enumerate(unique):
            same = " AND ".join(f"{column} = NEW.{column}" for column in columns)
            exists = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - names from our own models
            statements.append(
                f"CREATE TRIGGER {table}_no_replace_{number} BEFORE INSERT ON {table} WHEN {exists} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return statements
    return [
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
    ]


def drop_append_only(table: str, dialect: str) -> list[str]:
    """What is left of the triggers once their table is dropped."""
    return [] if dialect == "sqlite" else [f"DROP FUNCTION IF EXISTS {table}_refuse()"]
