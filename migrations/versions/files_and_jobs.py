"""Attachments and long work.

Revision: files_and_jobs, after the first schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "files_and_jobs"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "file_blob",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("media", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_at", sa.DateTime(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("province", "id", name=op.f("pk_file_blob")),
    )
    op.create_index(op.f("ix_file_blob_province_subject"), "file_blob", ["province", "subject"])
    op.create_table(
        "job",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("file", sa.Uuid(), nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("worker", sa.String(length=100), nullable=False),
        sa.Column("heartbeat", sa.DateTime(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_job_state_known")),
        sa.PrimaryKeyConstraint("province", "id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_province_state_asked_at"), "job", ["province", "state", "asked_at"])


def downgrade() -> None:
    op.drop_table("job")
    op.drop_table("file_blob")
