"""Transfers, referrals and conflicts of interest of case files.

Revision: handover, after files_and_jobs.
"""

import sqlalchemy as sa
from alembic import op

revision = "handover"
down_revision = "seals"


def _key() -> tuple:
    return (
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "case_transfer",
        *_key(),
        sa.Column("asked", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("programme", sa.String(8), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("from_unit", sa.String(32), nullable=False),
        sa.Column("worker", sa.String(36), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("province", "subject", "asked", name=op.f("pk_case_transfer")),
        sa.CheckConstraint("state IN ('waiting','accepted','declined')", name=op.f("ck_case_transfer_state_known")),
        sa.CheckConstraint(
            "(state = 'waiting') = (answered_at IS NULL)", name=op.f("ck_case_transfer_answer_has_date")
        ),
    )
    op.create_index("ix_case_transfer_to", "case_transfer", ["province", "unit_id", "state", "asked_at"])
    op.create_index("ix_case_transfer_from", "case_transfer", ["province", "from_unit", "state", "asked_at"])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "uq_case_transfer_waiting",
        "case_transfer",
        ["province", "subject"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "case_referral",
        *_key(),
        sa.Column("sent", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("programme", sa.String(8), nullable=False),
        sa.Column("unit_id", sa.String(32), nullable=False),
        sa.Column("worker", sa.String(36), nullable=True),
        sa.Column("need", sa.String(24), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("province", "subject", "sent", name=op.f("pk_case_referral")),
        sa.CheckConstraint("state IN ('sent','accepted','declined','done')", name=op.f("ck_case_referral_state_known")),
        sa.CheckConstraint("(state = 'sent') = (answered_at IS NULL)", name=op.f("ck_case_referral_answer_has_date")),
    )
    op.create_index("ix_case_referral_list", "case_referral", ["province", "unit_id", "state", "sent_at"])
    op.create_table(
        "case_bar",
        *_key(),
        sa.Column("hidden", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("province", "subject", "hidden", "account", name=op.f("pk_case_bar")),
    )
    op.create_index("ix_case_bar_account", "case_bar", ["province", "account", "hidden"])


def downgrade() -> None:
    op.drop_table("case_bar")
    op.drop_table("case_referral")
    op.drop_table("case_transfer")
