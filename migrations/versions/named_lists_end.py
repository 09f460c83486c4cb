"""A list that names people may be withdrawn by whoever asked for it, and waits for an answer only so long.

Revision: named_lists_end, after charged_meanwhile.
"""

import sqlalchemy as sa
from alembic import op

revision = "named_lists_end"
down_revision = "charged_meanwhile"
TABLE = "named_list"
OLD = {
    "status_known": "status IN ('asked','approved','declined')",
    "answered_by_somebody": "(status = 'asked') = (answered_by IS NULL)",
    "approved_for_a_time": "(status = 'approved') = (until IS NOT NULL)",
}
NEW = {
    "status_known": "status IN ('asked','approved','declined','withdrawn')",
    "answered_by_somebody": "(status IN ('asked','withdrawn')) = (answered_by IS NULL)",
    "open_for_a_time": "(status IN ('asked','approved')) = (until IS NOT NULL)",
}


def upgrade() -> None:
    _change(OLD, {}, 9)
    # Asked for without a time: what waits now has lapsed, and may be asked for again.
    op.execute("UPDATE named_list SET until = asked_at WHERE status = 'asked'")
    _change({}, NEW, 9)


def downgrade() -> None:
    _change(NEW, {}, 9)
    op.execute("DELETE FROM named_list WHERE status = 'withdrawn'")
    op.execute("UPDATE named_list SET until = NULL WHERE status = 'asked'")
    _change({}, OLD, 8)


def _change(gone: dict[str, str], come: dict[str, str], length: int) -> None:
    with op.batch_alter_table(TABLE) as batch:
        for name in gone:
            batch.drop_constraint(op.f(f"ck_named_list_{name}"), type_="check")
        batch.alter_column("status", type_=sa.String(length=length), existing_nullable=False)
        for name, text in come.items():
            batch.create_check_constraint(op.f(f"ck_named_list_{name}"), text)
