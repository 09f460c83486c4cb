"""What communes have confirmed of each month.

Revision: confirmed_months, after unit_areas.
"""

import sqlalchemy as sa
from alembic import op

revision = "confirmed_months"
down_revision = "unit_areas"


def upgrade() -> None:
    op.create_table(
        "confirmed_month",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("programme", sa.String(length=8), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("province", "subject", name=op.f("pk_confirmed_month")),
        sa.UniqueConstraint(
            "province",
            "month",
            "programme",
            "unit_id",
            name=op.f("uq_confirmed_month_province_month_programme_unit_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("confirmed_month")
