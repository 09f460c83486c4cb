"""Zones of communes and specially difficult hamlets, who is in charge of them, and outlines for maps.

Revision: unit_areas, after register_rows_as_received.
"""

import sqlalchemy as sa
from alembic import op

revision = "unit_areas"
down_revision = "register_rows_as_received"


def upgrade() -> None:
    op.create_table(
        "unit_area",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.String(length=16), nullable=False),
        sa.Column("hamlet_id", sa.Uuid(), nullable=True),
        sa.Column("zone", sa.String(length=4), nullable=False),
        sa.Column("poor_rate", sa.Integer(), nullable=True),
        sa.Column("minority_rate", sa.Integer(), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("zone IN ('I', 'II', 'III', 'DBKK')", name=op.f("ck_unit_area_zone")),
        sa.CheckConstraint("(zone = 'DBKK') = (hamlet_id IS NOT NULL)", name=op.f("ck_unit_area_hamlet_of_its_zone")),
        sa.CheckConstraint("poor_rate BETWEEN 0 AND 10000", name=op.f("ck_unit_area_poor_rate")),
        sa.CheckConstraint("minority_rate BETWEEN 0 AND 10000", name=op.f("ck_unit_area_minority_rate")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_unit_area_period")),
        sa.ForeignKeyConstraint(["hamlet_id"], ["hamlet.id"], name=op.f("fk_unit_area_hamlet_id_hamlet")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_area_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_area")),
    )
    with op.batch_alter_table("unit_area", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_area_unit_id"), ["unit_id"], unique=False)
    op.create_table(
        "unit_area_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("member", sa.String(length=160), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_unit_area_member_period")),
        sa.ForeignKeyConstraint(["area_id"], ["unit_area.id"], name=op.f("fk_unit_area_member_area_id_unit_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_area_member")),
    )
    with op.batch_alter_table("unit_area_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_area_member_area_id"), ["area_id"], unique=False)
    op.create_table(
        "unit_outline",
        sa.Column("unit_id", sa.String(length=16), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_outline_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_outline")),
    )


def downgrade() -> None:
    op.drop_table("unit_outline")
    with op.batch_alter_table("unit_area_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_area_member_area_id"))
    op.drop_table("unit_area_member")
    with op.batch_alter_table("unit_area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_area_unit_id"))
    op.drop_table("unit_area")
