"""Projections for supervision, and the saved views of the caseload."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base, QuickUuid


class CaseSign(Base):
    """One row per thing about a file or a detection that a supervisor should look at, and from when until when; see
    `signs`. A pure function of one ledger: gone as soon as its cause is."""

    __tablename__ = "case_sign"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(sa.String(24))  # of a list in supervision.toml
    track: Mapped[str] = mapped_column(sa.String(9))  # case | detection
    number: Mapped[str] = mapped_column(sa.String(12))
    programme: Mapped[str] = mapped_column(sa.String(8))
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    worker: Mapped[str | None] = mapped_column(sa.String(36))
    since: Mapped[datetime] = mapped_column(sa.DateTime)
    until: Mapped[datetime] = mapped_column(sa.DateTime)
    # Why: the day it rests on, how many (days, entries, needs), of what, and the entry it is about.
    day: Mapped[datetime] = mapped_column(sa.DateTime)
    amount: Mapped[int] = mapped_column(sa.Integer)
    detail: Mapped[str] = mapped_column(sa.String(32))
    entry: Mapped[UUID | None] = mapped_column(QuickUuid)
    author: Mapped[str] = mapped_column(sa.String(64))
    asks: Mapped[bool]  # an entry that somebody else must accept

    __table_args__ = (
        sa.Index(
            "ix_case_sign_list", "province", "code", "since", "until", "unit_id", "programme", "worker", "subject"
        ),
        sa.Index(
            "ix_case_sign_asks",
            "province",
            "code",
            "track",
            "since",
            "unit_id",
            sqlite_where=sa.text("asks = 1"),
            postgresql_where=sa.text("asks"),
        ),
    )


class SavedView(Base):
    """A way to look at the caseload under a name. `query` holds codes only, never a name or a number of a file."""

    __tablename__ = "saved_view"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    owner: Mapped[UUID] = mapped_column(sa.ForeignKey("user_account.id"))
    unit_id: Mapped[str] = mapped_column(sa.String(32))  # those who supervise here see a shared view
    name: Mapped[str] = mapped_column(sa.String(60))
    query: Mapped[str] = mapped_column(sa.String(400))
    shared: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(sa.DateTime)

    __table_args__ = (
        sa.UniqueConstraint("province", "owner", "name"),
        sa.Index("ix_saved_view_unit", "province", "unit_id", "shared"),
    )
