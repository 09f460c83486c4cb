"""Lists that name people: asked for, answered by a second person.

Revision: named_lists, after disputes.
"""

import sqlalchemy as sa
from alembic import op

revision = "named_lists"
down_revision = "disputes"
TABLE = "named_list"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("programme", sa.String(length=8), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=True),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('asked','approved','declined')", name=op.f("ck_named_list_status_known")),
        sa.CheckConstraint(
            "(status = 'asked') = (answered_by IS NULL)", name=op.f("ck_named_list_answered_by_somebody")
        ),
        sa.CheckConstraint(
            "(status = 'approved') = (until IS NOT NULL)", name=op.f("ck_named_list_approved_for_a_time")
        ),
        sa.CheckConstraint("answered_by <> author", name=op.f("ck_named_list_second_person")),
        sa.PrimaryKeyConstraint("province", "subject", name=op.f("pk_named_list")),
    )
    op.create_index(op.f("ix_named_list_province_status_unit_id"), TABLE, ["province", "status", "unit_id"])
    op.create_index(op.f("ix_named_list_province_author_asked_at"), TABLE, ["province", "author", "asked_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_named_list_province_author_asked_at"), table_name=TABLE)
    op.drop_index(op.f("ix_named_list_province_status_unit_id"), table_name=TABLE)
    op.drop_table(TABLE)
