"""What waits for somebody to accept it is found without reading what does not.

Revision: signs_that_ask, after touched.
"""

import sqlalchemy as sa
from alembic import op

revision = "signs_that_ask"
down_revision = "touched"


def upgrade() -> None:
    op.create_index(
        "ix_case_sign_asks",
        "case_sign",
        ["province", "code", "track", "since", "unit_id"],
        sqlite_where=sa.text("asks = 1"),
        postgresql_where=sa.text("asks"),
    )


def downgrade() -> None:
    op.drop_index("ix_case_sign_asks", table_name="case_sign")
