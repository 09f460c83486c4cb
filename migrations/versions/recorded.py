"""What was recorded since a day, and how late, is counted in an index.

Revision: recorded, after settled.
"""

from alembic import op

revision = "recorded"
down_revision = "settled"


def upgrade() -> None:
    columns = ["province", "recorded_at", "occurred_at", "unit"]
    op.create_index(op.f("ix_ledger_entry_province_recorded_at_occurred_at_unit"), "ledger_entry", columns)


def downgrade() -> None:
    op.drop_index(op.f("ix_ledger_entry_province_recorded_at_occurred_at_unit"), table_name="ledger_entry")
