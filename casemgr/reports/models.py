"""The projection of the ledgers of lists that name people."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base


class NamedList(Base):
    """One list that somebody asked for. `until`: how long it may be answered, and once it was approved taken."""

    __tablename__ = "named_list"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    programme: Mapped[str] = mapped_column(sa.String(8))
    author: Mapped[str] = mapped_column(sa.String(64))
    asked_at: Mapped[datetime] = mapped_column(sa.DateTime)
    status: Mapped[str] = mapped_column(sa.String(9))
    answered_by: Mapped[str | None] = mapped_column(sa.String(64))
    until: Mapped[datetime | None] = mapped_column(sa.DateTime)
    head_seq: Mapped[int]

    __table_args__ = (
        sa.CheckConstraint("status IN ('asked','approved','declined','withdrawn')", name="status_known"),
        sa.CheckConstraint("(status IN ('asked','withdrawn')) = (answered_by IS NULL)", name="answered_by_somebody"),
        sa.CheckConstraint("(status IN ('asked','approved')) = (until IS NOT NULL)", name="open_for_a_time"),
        sa.CheckConstraint("answered_by <> author", name="second_person"),
        sa.Index(None, "province", "status", "unit_id"),
        sa.Index(None, "province", "author", "asked_at"),
    )
