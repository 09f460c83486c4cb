"""Promises by rule and the files of one worker are found in their index alone.

Revision: narrow, after recorded.
"""

import sqlalchemy as sa
from alembic import op

revision = "narrow"
down_revision = "recorded"

PENDING = {"sqlite_where": sa.text("pending = 1"), "postgresql_where": sa.text("pending")}
SPAN = ["province", "criterion", "due"]
FILE = ["province", "worker", "status", "next_due"]


def upgrade() -> None:
    _replace([*SPAN, "subject", "unit_id", "worker", "programme", "track", "pending"], [*FILE, "unit_id", "programme"])


def downgrade() -> None:
    _replace([*SPAN, "unit_id"], FILE)


def _replace(span: list[str], file: list[str]) -> None:
    op.drop_index("ix_case_span_pending", table_name="case_span")
    op.create_index("ix_case_span_pending", "case_span", span, **PENDING)
    op.drop_index("ix_case_file_worker", table_name="case_file")
    op.create_index("ix_case_file_worker", "case_file", file)
