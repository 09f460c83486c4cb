"""Where somebody wants to be reminded.

Revision: reminders, after reported_words.
"""

import sqlalchemy as sa
from alembic import op

revision = "reminders"
down_revision = "reported_words"


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("calendar", sa.LargeBinary(16), nullable=True),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_reminder")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_reminder_user_id_user_account")),
        sa.UniqueConstraint("calendar", name=op.f("uq_reminder_calendar")),
    )


def downgrade() -> None:
    op.drop_table("reminder")
