"""Disputes about figures and detections.

Revision: disputes, after signs_that_ask.
"""

import sqlalchemy as sa
from alembic import op

revision = "disputes"
down_revision = "signs_that_ask"


def upgrade() -> None:
    op.create_table(
        "dispute",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.String(length=8), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("plan", sa.String(length=24), nullable=False),
        sa.Column("indicator", sa.String(length=16), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("through", sa.Date(), nullable=True),
        sa.Column("shown", sa.String(length=80), nullable=False),
        sa.Column("detected", sa.Uuid(), nullable=True),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("province", "subject", name=op.f("pk_dispute")),
    )
    op.create_index(
        op.f("ix_dispute_province_plan_indicator_unit_id"), "dispute", ["province", "plan", "indicator", "unit_id"]
    )
    op.create_index(op.f("ix_dispute_province_detected"), "dispute", ["province", "detected"])


def downgrade() -> None:
    op.drop_table("dispute")
