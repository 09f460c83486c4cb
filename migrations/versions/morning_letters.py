"""Which morning letters have gone out.

Revision: morning_letters, after work_of_a_worker.
"""

import sqlalchemy as sa
from alembic import op

revision = "morning_letters"
down_revision = "work_of_a_worker"


def upgrade() -> None:
    op.create_table(
        "reminder_letter",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("province", "day", "user_id", name=op.f("pk_reminder_letter")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_reminder_letter_user_id_user_account")),
    )


def downgrade() -> None:
    op.drop_table("reminder_letter")
