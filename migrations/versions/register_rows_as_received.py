"""Rows of registers stay as they were received; what is found out about them is told elsewhere.

Revision: register_rows_as_received, after reconciling.
"""

import sqlalchemy as sa
from alembic import op

revision = "register_rows_as_received"
down_revision = "reconciling"
STATES = "state IN ('waiting', 'matched', 'no_file', 'doubtful', 'duplicate', 'excluded', 'disputed')"


def upgrade() -> None:
    op.drop_index("ix_register_row_unit", "register_row")
    with op.batch_alter_table("register_row") as batch:
        batch.drop_constraint(op.f("ck_register_row_state_known"), type_="check")
        for column in ("state", "person", "detected", "case_subject"):
            batch.drop_column(column)
    op.create_index("ix_register_row_unit", "register_row", ["province", "unit_id"])


def downgrade() -> None:
    op.drop_index("ix_register_row_unit", "register_row")
    with op.batch_alter_table("register_row") as batch:
        batch.add_column(sa.Column("state", sa.String(length=10), nullable=False, server_default="waiting"))
        for column in ("person", "detected", "case_subject"):
            batch.add_column(sa.Column(column, sa.Uuid(), nullable=True))
        batch.create_check_constraint(op.f("ck_register_row_state_known"), STATES)
    op.create_index("ix_register_row_unit", "register_row", ["province", "unit_id", "state"])
