"""The end of an area, or of somebody's charge of it, is a row of its own; areas are never changed.

Revision: unit_area_ends, after recorded.
"""

import sqlalchemy as sa
from alembic import op

revision = "unit_area_ends"
down_revision = "recorded"


def upgrade() -> None:
    op.create_table(
        "unit_area_end",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.CheckConstraint("(area_id IS NULL) <> (member_id IS NULL)", name=op.f("ck_unit_area_end_of_one")),
        sa.ForeignKeyConstraint(["area_id"], ["unit_area.id"], name=op.f("fk_unit_area_end_area_id_unit_area")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["unit_area_member.id"], name=op.f("fk_unit_area_end_member_id_unit_area_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_area_end")),
    )
    with op.batch_alter_table("unit_area_end", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_area_end_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_area_end_member_id"), ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_table("unit_area_end")
