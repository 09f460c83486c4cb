"""In which units something was appended, so that counts are made again only there.

Revision: touched, after unit_area_ends.
"""

import sqlalchemy as sa
from alembic import op

revision = "touched"
down_revision = "unit_area_ends"


def upgrade() -> None:
    op.create_table(
        "ledger_touched",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("beats", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("province", "shard", "beats", "unit_id", name=op.f("pk_ledger_touched")),
    )


def downgrade() -> None:
    op.drop_table("ledger_touched")
