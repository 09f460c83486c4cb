"""What is known of each row of a register, and who was answered not to be whom.

Revision: reconciling, after funds.
"""

import sqlalchemy as sa
from alembic import op

revision = "reconciling"
down_revision = "funds"


def _key() -> list[sa.Column]:
    return [
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "reconciled_row",
        *_key(),
        sa.Column("said", sa.String(length=9), nullable=False),
        sa.Column("by", sa.String(length=7), nullable=False),
        sa.Column("later", sa.Boolean(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=True),
        sa.Column("detected", sa.Uuid(), nullable=True),
        sa.Column("near", sa.Text(), nullable=False),
        sa.Column("same_as", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("asked", sa.Uuid(), nullable=True),
        sa.Column("dispute", sa.Uuid(), nullable=True),
        sa.Column("turns", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "said IN ('waiting', 'look', 'matched', 'nobody', 'duplicate')", name=op.f("ck_reconciled_row_said_known")
        ),
        sa.PrimaryKeyConstraint("province", "subject", "number", name=op.f("pk_reconciled_row")),
    )
    op.create_index("ix_reconciled_row_person", "reconciled_row", ["province", "person"])
    op.create_index("ix_reconciled_row_detected", "reconciled_row", ["province", "detected"])
    op.create_table(
        "not_same",
        *_key(),
        sa.Column("who", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("province", "subject", "number", "who", name=op.f("pk_not_same")),
    )
    op.create_index("ix_not_same_digest", "not_same", ["province", "digest"])
    op.create_index(op.f("ix_not_same_province_who"), "not_same", ["province", "who"])


def downgrade() -> None:
    for table in ("not_same", "reconciled_row"):
        op.drop_table(table)
