"""Registers from outside, their rows, drafts and remembered columns.

Revision: registers, after handover.
"""

import sqlalchemy as sa
from alembic import op

revision = "registers"
down_revision = "handover"


def _province() -> sa.Column:
    return sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "register",
        _province(),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("programme", sa.String(length=8), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=60), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file", sa.Uuid(), nullable=False),
        sa.Column("errors", sa.Uuid(), nullable=True),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("parked", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("adds_to", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('current', 'replaced')", name=op.f("ck_register_state_known")),
        sa.PrimaryKeyConstraint("province", "subject", name=op.f("pk_register")),
    )
    op.create_index("ix_register_list", "register", ["province", "programme", "source", "state"])
    op.create_index(op.f("ix_register_province_sha256"), "register", ["province", "sha256"])
    op.create_table(
        "register_row",
        _province(),
        sa.Column("register", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=True),
        sa.Column("detected", sa.Uuid(), nullable=True),
        sa.Column("case_subject", sa.Uuid(), nullable=True),
        sa.Column("doubts", sa.String(length=200), nullable=False),
        sa.Column("same_as", sa.Integer(), nullable=True),
        sa.Column("change", sa.String(length=8), nullable=False),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("sex", sa.String(length=10), nullable=False),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=True),
        sa.Column("received_precision", sa.String(length=6), nullable=False),
        sa.Column("id_kind", sa.String(length=8), nullable=False),
        sa.Column("id_digest", sa.LargeBinary(length=16), nullable=True),
        sa.Column("phone_digest", sa.LargeBinary(length=16), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'matched', 'no_file', 'doubtful', 'duplicate', 'excluded', 'disputed')",
            name=op.f("ck_register_row_state_known"),
        ),
        sa.CheckConstraint("change IN ('', 'same', 'changed', 'added')", name=op.f("ck_register_row_change_known")),
        sa.PrimaryKeyConstraint("province", "register", "number", name=op.f("pk_register_row")),
    )
    op.create_index("ix_register_row_unit", "register_row", ["province", "unit_id", "state"])
    op.create_index("ix_register_row_id", "register_row", ["province", "id_digest"])
    op.create_index("ix_register_row_phone", "register_row", ["province", "phone_digest"])
    op.create_table(
        "register_draft",
        _province(),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("file", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("job", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("province", "id", name=op.f("pk_register_draft")),
    )
    op.create_table(
        "register_mapping",
        _province(),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("programme", sa.String(length=8), nullable=False),
        sa.Column("headings", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("province", "source", "programme", "headings", name=op.f("pk_register_mapping")),
    )


def downgrade() -> None:
    for table in ("register_mapping", "register_draft", "register_row", "register"):
        op.drop_table(table)
