"""Projections of the case ledgers: what pages and figures read. Rebuilt at any time from the entries."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base, QuickUuid


class CaseFile(Base):
    """One row per case file: its state today."""

    __tablename__ = "case_file"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(12))
    programme: Mapped[str] = mapped_column(sa.String(8))
    beneficiary: Mapped[UUID | None] = mapped_column(QuickUuid)
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    worker: Mapped[str | None] = mapped_column(sa.String(36))
    status: Mapped[str] = mapped_column(sa.String(8))
    risk: Mapped[str] = mapped_column(sa.String(16))
    opened_at: Mapped[datetime] = mapped_column(sa.DateTime)
    closed_at: Mapped[datetime | None] = mapped_column(sa.DateTime)
    last_contact: Mapped[datetime | None] = mapped_column(sa.DateTime)
    next_due: Mapped[datetime | None] = mapped_column(sa.DateTime)
    waiting: Mapped[int] = mapped_column(sa.SmallInteger)
    stage: Mapped[str] = mapped_column(sa.String(8))  # new, or one of programmes.model.STAGES
    needs: Mapped[int] = mapped_column(sa.SmallInteger)  # found by the assessments and not ended
    head_seq: Mapped[int] = mapped_column(sa.Integer)

    __table_args__ = (
        sa.UniqueConstraint("province", "number"),
        sa.CheckConstraint("status IN ('open','closing','closed')", name="status_known"),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_has_date"),
        # A list is counted and put in order here; only the files it shows are opened.
        sa.Index(
            "ix_case_file_list",
            "province",
            "unit_id",
            "programme",
            "next_due",
            "number",
            "worker",
            "status",
            "subject",
        ),
        sa.Index("ix_case_file_worker", "province", "worker", "status", "next_due"),
        sa.Index("ix_case_file_beneficiary", "province", "beneficiary"),
        sa.Index(
            "ix_case_file_next",
            "province",
            "next_due",
            "number",
            "unit_id",
            sqlite_where=sa.text("status <> 'closed'"),
            postgresql_where=sa.text("status <> 'closed'"),
        ),
        # The caseload is counted from this index alone, over open files.
        sa.Index(
            "ix_case_file_open",
            "province",
            "unit_id",
            "programme",
            "worker",
            "risk",
            "stage",
            "next_due",
            "last_contact",
            "opened_at",
            "needs",
            "status",
            sqlite_where=sa.text("status <> 'closed'"),
            postgresql_where=sa.text("status <> 'closed'"),
        ),
    )


class CaseSpan(Base):
    """One row per span of each criterion, of case files and of detections (`track`); `unit_id` and `worker` are
    today's, for the work lists."""

    __tablename__ = "case_span"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    track: Mapped[str] = mapped_column(sa.String(9))  # case | detection
    number: Mapped[str] = mapped_column(sa.String(12))
    programme: Mapped[str] = mapped_column(sa.String(8))
    criterion: Mapped[str] = mapped_column(sa.String(24))
    item: Mapped[int] = mapped_column(sa.SmallInteger)
    anchor: Mapped[UUID] = mapped_column(QuickUuid)
    arises: Mapped[datetime] = mapped_column(sa.DateTime)
    due: Mapped[datetime | None] = mapped_column(sa.DateTime)
    due_missing: Mapped[bool]
    met: Mapped[datetime | None] = mapped_column(sa.DateTime)
    met_entry: Mapped[UUID | None] = mapped_column(QuickUuid)
    blurred: Mapped[bool]
    failed: Mapped[datetime | None] = mapped_column(sa.DateTime)
    ended: Mapped[datetime | None] = mapped_column(sa.DateTime)
    detail: Mapped[str] = mapped_column(sa.String(32))
    band: Mapped[str] = mapped_column(sa.String(16))
    # Still to be done: neither met nor ended, and the file is open.
    pending: Mapped[bool]
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    worker: Mapped[str | None] = mapped_column(sa.String(36))
    role: Mapped[str] = mapped_column(sa.String(12))

    __table_args__ = (
        # The same for what a worker, or whoever looks over a few units, has to do.
        sa.Index(
            "ix_case_span_work",
            "province",
            "unit_id",
            "worker",
            "due",
            "number",
            "criterion",
            "track",
            "role",
            "programme",
            "subject",
            sqlite_where=sa.text("pending = 1"),
            postgresql_where=sa.text("pending"),
        ),
        sa.Index("ix_case_span_criterion", "province", "programme", "criterion", "arises"),
        # What is still to be done, by due date, and by rule and due date, for whoever looks over many units.
        sa.Index(
            "ix_case_span_late",
            "province",
            "due",
            "subject",
            "criterion",
            "unit_id",
            "worker",
            "programme",
            "track",
            "pending",
            sqlite_where=sa.text("pending = 1"),
            postgresql_where=sa.text("pending"),
        ),
        sa.Index(
            "ix_case_span_pending",
            "province",
            "criterion",
            "due",
            "unit_id",
            sqlite_where=sa.text("pending = 1"),
            postgresql_where=sa.text("pending"),
        ),
    )


class Verdict(Base):
    """One row per segment of time in which an item counts with one verdict. `subject` is the case file, or the
    detected person as long as no case file exists."""

    __tablename__ = "verdict"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    item: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    start: Mapped[datetime] = mapped_column(sa.DateTime, primary_key=True)
    end: Mapped[datetime] = mapped_column(sa.DateTime)
    programme: Mapped[str] = mapped_column(sa.String(8))
    number: Mapped[str] = mapped_column(sa.String(12))
    counted_at: Mapped[datetime] = mapped_column(sa.DateTime)
    # met, not_due, missed, unknown, excluded; for a detection also pending, unsubstantiated, duplicate
    verdict: Mapped[str] = mapped_column(sa.String(16))
    steps: Mapped[str] = mapped_column(sa.String(8))
    band: Mapped[str] = mapped_column(sa.String(16))
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    # Whose: the child or household counted once where persons are printed beside cases.
    beneficiary: Mapped[UUID | None] = mapped_column(QuickUuid)
    incident: Mapped[UUID | None] = mapped_column(QuickUuid)
    sex: Mapped[str] = mapped_column(sa.String(12))
    age_band: Mapped[str] = mapped_column(sa.String(8))
    ethnicity: Mapped[str] = mapped_column(sa.String(12))

    __table_args__ = (
        sa.Index(
            "ix_verdict_figure",
            "province",
            "programme",
            "end",
            "start",
            "counted_at",
            "unit_id",
            "verdict",
            "steps",
            "band",
            "subject",
            "item",
            "beneficiary",
            "incident",
        ),
        sa.Index("ix_verdict_unit", "province", "unit_id", "programme", "end"),  # after a write in a unit
    )


class CaseTransfer(Base):
    """One row per transfer asked for: from whom, to whom, and whether it still waits."""

    __tablename__ = "case_transfer"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    asked: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(12))
    programme: Mapped[str] = mapped_column(sa.String(8))
    # The unit that is asked; under this name the scope of a reader is asked for everywhere.
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    from_unit: Mapped[str] = mapped_column(sa.String(32))
    worker: Mapped[str | None] = mapped_column(sa.String(36))
    asked_at: Mapped[datetime] = mapped_column(sa.DateTime)
    asked_by: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(16))
    state: Mapped[str] = mapped_column(sa.String(8))
    answered_at: Mapped[datetime | None] = mapped_column(sa.DateTime)

    __table_args__ = (
        sa.CheckConstraint("state IN ('waiting','accepted','declined')", name="state_known"),
        sa.CheckConstraint("(state = 'waiting') = (answered_at IS NULL)", name="answer_has_date"),
        sa.Index("ix_case_transfer_to", "province", "unit_id", "state", "asked_at"),
        sa.Index("ix_case_transfer_from", "province", "from_unit", "state", "asked_at"),
        # One unit at a time is asked; two would both hold the file if both accepted.
        sa.Index(
            "uq_case_transfer_waiting",
            "province",
            "subject",
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )


class CaseReferral(Base):
    """One row per referral to a service or agency and how it stands."""

    __tablename__ = "case_referral"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    sent: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(12))
    programme: Mapped[str] = mapped_column(sa.String(8))
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    worker: Mapped[str | None] = mapped_column(sa.String(36))
    need: Mapped[str] = mapped_column(sa.String(24))
    sent_at: Mapped[datetime] = mapped_column(sa.DateTime)
    state: Mapped[str] = mapped_column(sa.String(8))
    answered_at: Mapped[datetime | None] = mapped_column(sa.DateTime)

    __table_args__ = (
        sa.CheckConstraint("state IN ('sent','accepted','declined','done')", name="state_known"),
        sa.CheckConstraint("(state = 'sent') = (answered_at IS NULL)", name="answer_has_date"),
        sa.Index("ix_case_referral_list", "province", "unit_id", "state", "sent_at"),
    )


class CaseBar(Base):
    """Who may not know of a case: one row per account named in a conflict of interest and per ledger hidden from it
    (the file itself and its detections)."""

    __tablename__ = "case_bar"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    hidden: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    # Whom the figures charge until a second person has confirmed the mark; None: the unit that holds the file.
    unit_id: Mapped[str | None] = mapped_column(sa.String(32))

    __table_args__ = (sa.Index("ix_case_bar_account", "province", "account", "hidden"),)
