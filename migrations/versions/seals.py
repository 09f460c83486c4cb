"""Seals over all ledgers and the access log, whose rows are chained from now on.

Revision: seals, after files_and_jobs.
"""

import sqlalchemy as sa
from alembic import op

from casemgr.db_triggers import append_only, drop_append_only

revision = "seals"
down_revision = "files_and_jobs"

SEAL_TABLES = {"seal": (("province", "number"),), "seal_head": (("province", "number", "subject"),)}


def upgrade() -> None:
    _remake_log(chained=True)
    op.create_table(
        "seal",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("subjects", sa.Integer(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("moved_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("prev", sa.LargeBinary(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_seal_number_positive")),
        sa.PrimaryKeyConstraint("province", "number", name=op.f("pk_seal")),
    )
    op.create_table(
        "seal_head",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("province", "number", "subject", name=op.f("pk_seal_head")),
        sqlite_with_rowid=False,
    )
    for table, keys in SEAL_TABLES.items():
        _protect(table, keys)


def downgrade() -> None:
    for table in SEAL_TABLES:
        op.drop_table(table)
        _unprotect(table)
    _remake_log(chained=False)


def _remake_log(chained: bool) -> None:
    """The access log anew, with its rows; a chain needs MACs of its own, made with the installation's key."""
    bind = op.get_bind()
    bind.exec_driver_sql("CREATE TABLE access_log_kept AS SELECT * FROM access_log")
    op.drop_table("access_log")
    _unprotect("access_log")
    _make_log(chained)
    kept = sa.Table("access_log_kept", sa.MetaData(), *_log_columns(not chained))
    rows = [dict(row) for row in bind.execute(sa.select(kept).order_by(kept.c.at, kept.c.id)).mappings()]
    if rows:
        bind.execute(sa.insert(sa.Table("access_log", sa.MetaData(), *_log_columns(chained))), _signed(rows, chained))
    op.drop_table("access_log_kept")
    _protect("access_log", (("province", "id"), ("province", "chain", "seq")) if chained else (("province", "id"),))


def _signed(rows: list[dict], chained: bool) -> list[dict]:
    from casemgr import vault
    from casemgr.access.log import genesis, mac

    if not chained:  # their MACs fit only the chain; they are kept as they are
        return [{k: v for k, v in row.items() if k not in ("chain", "seq")} for row in rows]
    prev = genesis(1)
    for seq, row in enumerate(rows, start=1):
        row |= {"chain": 1, "seq": seq}
        prev = row["mac"] = mac(vault.keys().mac, row, prev)
    return rows


def _log_columns(chained: bool) -> list[sa.Column]:
    place = [
        sa.Column("chain", sa.SmallInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
    ]
    return [
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("unit", sa.String(length=32), nullable=True),
        sa.Column("programme", sa.String(length=16), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("endpoint", sa.String(length=80), nullable=False),
        *(place if chained else []),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
    ]


def _make_log(chained: bool) -> None:
    place = sa.UniqueConstraint("province", "chain", "seq", name=op.f("uq_access_log_province_chain_seq"))
    op.create_table(
        "access_log",
        *_log_columns(chained),
        sa.PrimaryKeyConstraint("province", "id", name=op.f("pk_access_log")),
        *([place] if chained else []),
    )
    for columns in (["province", "at"], ["province", "subject", "at"], ["province", "user_id", "at"]):
        op.create_index(op.f(f"ix_access_log_{'_'.join(columns)}"), "access_log", columns)


def _protect(table: str, keys) -> None:
    bind = op.get_bind()
    for statement in append_only(table, bind.dialect.name, keys):
        bind.exec_driver_sql(statement)


def _unprotect(table: str) -> None:
    bind = op.get_bind()
    for statement in drop_append_only(table, bind.dialect.name):
        bind.exec_driver_sql(statement)
