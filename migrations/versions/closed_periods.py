"""Answers worked out from the ledgers, and what closed reports say.

Revision: closed_periods, after reminders.
"""

import sqlalchemy as sa
from alembic import op

from casemgr.db_triggers import append_only, drop_append_only

revision = "closed_periods"
down_revision = "reminders"


def upgrade() -> None:
    op.create_table(
        "replayed",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("province", "key", name=op.f("pk_replayed")),
    )
    op.create_table(
        "report_body",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("province", "digest", name=op.f("pk_report_body")),
    )
    bind = op.get_bind()
    for statement in append_only("report_body", bind.dialect.name, (("province", "digest"),)):
        bind.exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("report_body")
    bind = op.get_bind()
    for statement in drop_append_only("report_body", bind.dialect.name):
        bind.exec_driver_sql(statement)
    op.drop_table("replayed")
