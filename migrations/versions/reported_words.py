"""A reported figure may be a report in words, and says by which standard a rate was counted.

Revision: reported_words, after supervision.
"""

import sqlalchemy as sa
from alembic import op

revision = "reported_words"
down_revision = "supervision"


def upgrade() -> None:
    with op.batch_alter_table("reported_figure", schema=None) as batch_op:
        batch_op.add_column(sa.Column("standard", sa.String(length=16), nullable=True))
        batch_op.alter_column("value", existing_type=sa.String(length=24), nullable=True)


def downgrade() -> None:
    # A projection: the ledger still says what was reported.
    op.execute("UPDATE reported_figure SET value = '0' WHERE value IS NULL")
    with op.batch_alter_table("reported_figure", schema=None) as batch_op:
        batch_op.alter_column("value", existing_type=sa.String(length=24), nullable=False)
        batch_op.drop_column("standard")
