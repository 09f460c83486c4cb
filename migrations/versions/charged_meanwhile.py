"""Which unit the figures charge with a file until a second person has confirmed the mark of its conflict of interest.
`flask ledger rebuild` fills it for the marks that wait already.

Revision: charged_meanwhile, after morning_letters.
"""

import sqlalchemy as sa
from alembic import op

revision = "charged_meanwhile"
down_revision = "morning_letters"


def upgrade() -> None:
    op.add_column("case_bar", sa.Column("unit_id", sa.String(length=32), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("case_bar") as table:
        table.drop_column("unit_id")
