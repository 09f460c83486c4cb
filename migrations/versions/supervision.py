"""What supervision reads: how far a file has come, signs, saved views, and two indexes over what is still open.

Revision: supervision, after registers. Existing files get their stage and signs from `flask ledger rebuild`.
"""

import sqlalchemy as sa
from alembic import op

revision = "supervision"
down_revision = "registers"

OPEN, PENDING = "status <> 'closed'", ("pending = 1", "pending")


def upgrade() -> None:
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stage", sa.String(length=8), nullable=False, server_default="new"))
        batch_op.add_column(sa.Column("needs", sa.SmallInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.alter_column("stage", server_default=None, existing_type=sa.String(length=8), existing_nullable=False)
        batch_op.alter_column("needs", server_default=None, existing_type=sa.SmallInteger(), existing_nullable=False)
    op.create_index(
        "ix_case_file_open",
        "case_file",
        [
            "province",
            "unit_id",
            "programme",
            "worker",
            "risk",
            "stage",
            "next_due",
            "last_contact",
            "opened_at",
            "needs",
            "status",
        ],
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_index(
        "ix_case_file_next",
        "case_file",
        ["province", "next_due", "number", "unit_id"],
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_index(
        "ix_case_span_late",
        "case_span",
        ["province", "due", "subject", "criterion", "unit_id", "worker", "programme", "track", "pending"],
        sqlite_where=sa.text(PENDING[0]),
        postgresql_where=sa.text(PENDING[1]),
    )
    op.create_index(
        "ix_case_span_pending",
        "case_span",
        ["province", "criterion", "due", "unit_id"],
        sqlite_where=sa.text(PENDING[0]),
        postgresql_where=sa.text(PENDING[1]),
    )
    op.create_table(
        "case_sign",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("track", sa.String(length=9), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("programme", sa.String(length=8), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("worker", sa.String(length=36), nullable=True),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("day", sa.DateTime(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(length=32), nullable=False),
        sa.Column("entry", sa.Uuid(), nullable=True),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("province", "subject", "position", name=op.f("pk_case_sign")),
    )
    op.create_index(
        "ix_case_sign_list",
        "case_sign",
        ["province", "code", "since", "until", "unit_id", "programme", "worker", "subject"],
    )
    op.create_table(
        "saved_view",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=400), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["user_account.id"], name=op.f("fk_saved_view_owner_user_account")),
        sa.PrimaryKeyConstraint("province", "id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("province", "owner", "name", name=op.f("uq_saved_view_province_owner_name")),
    )
    op.create_index("ix_saved_view_unit", "saved_view", ["province", "unit_id", "shared"])


def downgrade() -> None:
    op.drop_table("saved_view")
    op.drop_table("case_sign")
    op.drop_index("ix_case_span_pending", "case_span")
    op.drop_index("ix_case_span_late", "case_span")
    op.drop_index("ix_case_file_next", "case_file")
    op.drop_index("ix_case_file_open", "case_file")
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.drop_column("needs")
        batch_op.drop_column("stage")
