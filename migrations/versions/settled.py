"""Up to when nothing more can be recorded, because somebody has asked what was known then.

Revision: settled, after confirmed_months.
"""

import sqlalchemy as sa
from alembic import op

revision = "settled"
down_revision = "confirmed_months"


def upgrade() -> None:
    op.create_table(
        "ledger_settled",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("known_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("province", name=op.f("pk_ledger_settled")),
    )


def downgrade() -> None:
    op.drop_table("ledger_settled")
