"""Projections of the incidents and the detected persons: what pages, lists and figures read."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base, QuickUuid
from casemgr.detections.rules import STATUSES


class Incident(Base):
    """One row per incident: the earliest report of it, and how many there are."""

    __tablename__ = "incident"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(12))
    programme: Mapped[str] = mapped_column(sa.String(8))
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    received_at: Mapped[datetime] = mapped_column(sa.DateTime)
    received_precision: Mapped[str] = mapped_column(sa.String(6))
    source: Mapped[str] = mapped_column(sa.String(24))
    reports: Mapped[int] = mapped_column(sa.SmallInteger)

    __table_args__ = (
        sa.UniqueConstraint("province", "number"),
        sa.Index("ix_incident_received", "province", "programme", "unit_id", "received_at"),
    )


class Detected(Base):
    """One row per detected person × incident: its state today."""

    __tablename__ = "detected"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(12))
    programme: Mapped[str] = mapped_column(sa.String(8))
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    incident: Mapped[UUID | None] = mapped_column(QuickUuid)
    received_at: Mapped[datetime] = mapped_column(sa.DateTime)
    received_precision: Mapped[str] = mapped_column(sa.String(6))
    emergency: Mapped[bool]
    level: Mapped[str] = mapped_column(sa.String(24))
    status: Mapped[str] = mapped_column(sa.String(16))
    # Whether the programme's figures are about this person at all (not: 16-17 years old, at risk only).
    counted: Mapped[bool]
    case_subject: Mapped[UUID | None] = mapped_column(QuickUuid)
    case_number: Mapped[str] = mapped_column(sa.String(12))
    beneficiary: Mapped[UUID | None] = mapped_column(QuickUuid)
    sex: Mapped[str] = mapped_column(sa.String(12))
    birth_year: Mapped[int | None] = mapped_column(sa.SmallInteger)
    age: Mapped[int | None] = mapped_column(sa.SmallInteger)  # when it happened
    ethnicity: Mapped[str] = mapped_column(sa.String(12))
    worker: Mapped[str | None] = mapped_column(sa.String(36))
    taken_at: Mapped[datetime | None] = mapped_column(sa.DateTime)
    next_due: Mapped[datetime | None] = mapped_column(sa.DateTime)
    waiting: Mapped[int] = mapped_column(sa.SmallInteger)  # proposals that wait for a decision above
    head_seq: Mapped[int] = mapped_column(sa.Integer)

    __table_args__ = (
        sa.UniqueConstraint("province", "number"),
        sa.CheckConstraint(f"status IN {STATUSES}", name="status_known"),
        sa.CheckConstraint("(status = 'matched') = (case_subject IS NOT NULL)", name="matched_has_case"),
        # A list is counted and put in order here; only the detections it shows are opened.
        sa.Index(
            "ix_detected_list",
            "province",
            "unit_id",
            "programme",
            "status",
            "emergency",
            "next_due",
            "waiting",
            "received_at",
            "number",
            "subject",
        ),
        sa.Index("ix_detected_incident", "province", "incident"),
        sa.Index("ix_detected_beneficiary", "province", "beneficiary"),
    )


class ConfirmedMonth(Base):
    """What a commune has last confirmed of a month: how many were detected, or that there were none."""

    __tablename__ = "confirmed_month"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    programme: Mapped[str] = mapped_column(sa.String(8))
    month: Mapped[date] = mapped_column(sa.Date)
    number: Mapped[int] = mapped_column(sa.Integer)
    author: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(sa.DateTime)

    __table_args__ = (sa.UniqueConstraint("province", "month", "programme", "unit_id"),)
