"""What is kept beside the ledgers of reconciliations, so that pages are fast; rebuilt from them."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base, QuickUuid
from casemgr.reconciling.rules import SAID


class ReconciledRow(Base):
    """One row of a register, as far as something is said about it. `subject` is the reconciliation."""

    __tablename__ = "reconciled_row"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    said: Mapped[str] = mapped_column(sa.String(9))
    by: Mapped[str] = mapped_column(sa.String(7))
    later: Mapped[bool]
    person: Mapped[UUID | None] = mapped_column(QuickUuid)
    detected: Mapped[UUID | None] = mapped_column(QuickUuid)
    near: Mapped[str] = mapped_column(sa.Text)  # JSON: [[kind, subject, score]]
    same_as: Mapped[int | None] = mapped_column(sa.Integer)
    reason: Mapped[str] = mapped_column(sa.String(24))  # why it is not counted; "" where it is
    asked: Mapped[UUID | None] = mapped_column(QuickUuid)  # the exclusion that waits for a decision above
    dispute: Mapped[UUID | None] = mapped_column(QuickUuid)  # not yet answered
    turns: Mapped[int] = mapped_column(sa.SmallInteger)  # how often people wrote about it

    __table_args__ = (
        sa.CheckConstraint(f"said IN {SAID}", name="said_known"),
        sa.Index("ix_reconciled_row_person", "province", "person"),
        sa.Index("ix_reconciled_row_detected", "province", "detected"),
    )


class NotSame(Base):
    """A row and somebody who are two people, whoever asks again: known by a digest of what the row says."""

    __tablename__ = "not_same"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    who: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    since: Mapped[datetime] = mapped_column(sa.DateTime)

    __table_args__ = (sa.Index("ix_not_same_digest", "province", "digest"), sa.Index(None, "province", "who"))


class Dispute(Base):
    """A dispute about a figure or a detection, and whether it was answered. `outcome`: "" while it waits."""

    __tablename__ = "dispute"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    programme: Mapped[str] = mapped_column(sa.String(8))
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    plan: Mapped[str] = mapped_column(sa.String(24))
    indicator: Mapped[str] = mapped_column(sa.String(16))
    start: Mapped[date | None] = mapped_column(sa.Date)
    through: Mapped[date | None] = mapped_column(sa.Date)
    shown: Mapped[str] = mapped_column(sa.String(80))  # what the figure was when it was disputed
    detected: Mapped[UUID | None] = mapped_column(QuickUuid)
    number: Mapped[str] = mapped_column(sa.String(12))
    author: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(sa.DateTime)
    outcome: Mapped[str] = mapped_column(sa.String(10))
    answered_by: Mapped[str] = mapped_column(sa.String(64))
    answered_at: Mapped[datetime | None] = mapped_column(sa.DateTime)

    __table_args__ = (
        sa.Index(None, "province", "plan", "indicator", "unit_id"),
        sa.Index(None, "province", "detected"),
    )
