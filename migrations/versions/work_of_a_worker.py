"""Indexes that hold what a worker's lists ask, so that thousands of files of one worker are not opened to show a few; and
what counts in one unit, for the figures after a write there.

Revision: work_of_a_worker, after named_lists.
"""

import sqlalchemy as sa
from alembic import op

revision = "work_of_a_worker"
down_revision = "named_lists"

FILES = ["province", "unit_id", "programme", "next_due", "number", "worker", "status", "subject"]
SPANS = [
    "province", "unit_id", "worker", "due", "number", "criterion", "track", "role", "programme", "subject",
]  # fmt: skip
DETECTED = ["province", "unit_id", "programme", "status", "emergency", "next_due"]
PENDING = {"sqlite_where": sa.text("pending = 1"), "postgresql_where": sa.text("pending")}


def upgrade() -> None:
    op.drop_index("ix_case_file_list", table_name="case_file")
    op.create_index("ix_case_file_list", "case_file", FILES)
    op.drop_index("ix_case_span_due", table_name="case_span")
    op.create_index("ix_case_span_work", "case_span", SPANS, **PENDING)
    op.drop_index("ix_detected_list", table_name="detected")
    op.create_index("ix_detected_list", "detected", [*DETECTED, "waiting", "received_at", "number", "subject"])
    op.create_index("ix_verdict_unit", "verdict", ["province", "unit_id", "programme", "end"])


def downgrade() -> None:
    op.drop_index("ix_verdict_unit", table_name="verdict")
    op.drop_index("ix_detected_list", table_name="detected")
    op.create_index("ix_detected_list", "detected", DETECTED)
    op.drop_index("ix_case_span_work", table_name="case_span", **PENDING)
    op.create_index("ix_case_span_due", "case_span", ["province", "unit_id", "pending", "role", "due"])
    op.drop_index("ix_case_file_list", table_name="case_file")
    op.create_index("ix_case_file_list", "case_file", ["province", "unit_id", "programme", "status", "next_due"])
