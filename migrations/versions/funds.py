"""Funds: balances and movements, projected from their ledgers.

Revision: funds, after closed_periods.
"""

import sqlalchemy as sa
from alembic import op

revision = "funds"
down_revision = "closed_periods"


def upgrade() -> None:
    op.create_table(
        "fund_balance",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("fund", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("money", sa.BigInteger(), nullable=False),
        sa.Column("goods", sa.BigInteger(), nullable=False),
        sa.Column("open_pledges", sa.BigInteger(), nullable=False),
        sa.Column("overdrawn", sa.Boolean(), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "overdrawn OR (money >= 0 AND goods >= 0)", name=op.f("ck_fund_balance_below_zero_with_a_reason")
        ),
        sa.PrimaryKeyConstraint("province", "subject", name=op.f("pk_fund_balance")),
        sa.UniqueConstraint("province", "fund", "unit", name=op.f("uq_fund_balance_province_fund_unit")),
    )
    op.create_table(
        "fund_move",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("entry", sa.Uuid(), nullable=False),
        sa.Column("fund", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.CheckConstraint("kind IN ('pledged','received','disbursed')", name=op.f("ck_fund_move_kind_known")),
        sa.CheckConstraint("way IN ('cash','transfer','goods')", name=op.f("ck_fund_move_way_known")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_fund_move_amount_positive")),
        sa.PrimaryKeyConstraint("province", "subject", "entry", name=op.f("pk_fund_move")),
    )
    op.create_index(op.f("ix_fund_move_province_fund_day"), "fund_move", ["province", "fund", "day"])


def downgrade() -> None:
    op.drop_index(op.f("ix_fund_move_province_fund_day"), table_name="fund_move")
    op.drop_table("fund_move")
    op.drop_table("fund_balance")
