"""Projection of the ledgers of reported figures: what each says now."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base, QuickUuid


class ReportedFigure(Base):
    """One row per reported figure: its last version. `value` is decimal text: a count, đồng, or per cent for a share;
    a report in words has none."""

    __tablename__ = "reported_figure"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    entry: Mapped[UUID] = mapped_column(QuickUuid)
    plan: Mapped[str] = mapped_column(sa.String(32))
    input: Mapped[str] = mapped_column(sa.String(32))
    unit: Mapped[str] = mapped_column(sa.String(32))
    start: Mapped[date]
    end: Mapped[date]
    source: Mapped[str] = mapped_column(sa.String(32))
    document: Mapped[str] = mapped_column(sa.String(60))
    document_date: Mapped[date]
    value: Mapped[str | None] = mapped_column(sa.String(24))
    numerator: Mapped[int | None] = mapped_column(sa.BigInteger)
    denominator: Mapped[int | None] = mapped_column(sa.BigInteger)
    author: Mapped[str] = mapped_column(sa.String(64))
    recorded_at: Mapped[datetime]
    confirmed_by: Mapped[str | None] = mapped_column(sa.String(64))
    confirmed_at: Mapped[datetime | None]
    head_seq: Mapped[int]
    standard: Mapped[str | None] = mapped_column(sa.String(16))

    __table_args__ = (
        # One figure for each question; what changes it is a correction.
        sa.UniqueConstraint("province", "plan", "input", "unit", "start", "end", "source"),
        sa.CheckConstraint('start <= "end"', name="period_ordered"),
        sa.CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed_by_someone"),
        sa.CheckConstraint("confirmed_by <> author", name="confirmed_by_another"),
    )
