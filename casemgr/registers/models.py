"""Registers from outside: what was received, its rows, and what is being prepared."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base, QuickUuid
from casemgr.registers.rules import CHANGES, STATES


class Register(Base):
    """Projection of a register's ledger: one row for each register that was received whole.

    A register whose import was cut short has rows but no line here, so nothing of it is seen.
    """

    __tablename__ = "register"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    source: Mapped[str] = mapped_column(sa.String(24))
    programme: Mapped[str] = mapped_column(sa.String(8))
    unit_id: Mapped[str] = mapped_column(sa.String(32))  # the unit it covers
    start: Mapped[date] = mapped_column(sa.Date)
    end: Mapped[date] = mapped_column(sa.Date)
    document: Mapped[str] = mapped_column(sa.String(60))
    document_date: Mapped[date | None] = mapped_column(sa.Date)
    named: Mapped[bool]  # False: only codes of the source, never matched
    sha256: Mapped[str] = mapped_column(sa.String(64))
    file: Mapped[UUID] = mapped_column(QuickUuid)
    errors: Mapped[UUID | None] = mapped_column(QuickUuid)  # the file of the rows that were not taken
    good: Mapped[int] = mapped_column(sa.Integer)
    parked: Mapped[int] = mapped_column(sa.Integer)  # taken, with a doubt
    wrong: Mapped[int] = mapped_column(sa.Integer)  # not taken
    state: Mapped[str] = mapped_column(sa.String(8))
    replaces: Mapped[UUID | None] = mapped_column(QuickUuid)  # the register that this one corrects
    adds_to: Mapped[UUID | None] = mapped_column(QuickUuid)  # the register whose mended rows these are
    received_at: Mapped[datetime] = mapped_column(sa.DateTime)
    author: Mapped[str] = mapped_column(sa.String(64))
    head_seq: Mapped[int] = mapped_column(sa.Integer)

    __table_args__ = (
        sa.CheckConstraint(f"state IN {STATES}", name="state_known"),
        sa.Index("ix_register_list", "province", "programme", "source", "state"),
        sa.Index(None, "province", "sha256"),
    )


class RegisterRow(Base):
    """One row of a register, under the register's key.

    Twenty thousand rows are not twenty thousand entries: the register's `received` entry names the digest of the file
    and how many rows it gave, and the file is kept, so that the rows can be made again. They stay as they were received:
    what is found out about a row later is told in the ledger of its reconciliation.
    """

    __tablename__ = "register_row"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    register: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)  # its line in the file
    doubts: Mapped[str] = mapped_column(sa.String(200), default="")  # codes of rules.DOUBTS; not empty: parked
    same_as: Mapped[int | None] = mapped_column(sa.Integer)  # an earlier line about the same person
    change: Mapped[str] = mapped_column(sa.String(8), default="")  # against the register that this one corrects
    before: Mapped[int | None] = mapped_column(sa.Integer)  # its line there
    unit_id: Mapped[str] = mapped_column(sa.String(32), default="")  # commune; "" where it could not be found
    sex: Mapped[str] = mapped_column(sa.String(10))
    birth_year: Mapped[int | None] = mapped_column(sa.SmallInteger)
    received_at: Mapped[datetime | None] = mapped_column(sa.DateTime)  # by the source
    received_precision: Mapped[str] = mapped_column(sa.String(6), default="day")
    # Keyed digests as in people.IdentifierIndex (the kinds of numbers, and "phone").
    id_kind: Mapped[str] = mapped_column(sa.String(8), default="")
    id_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    phone_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)

    __table_args__ = (
        sa.CheckConstraint(f"change IN {CHANGES}", name="change_known"),
        sa.Index("ix_register_row_unit", "province", "unit_id"),
        sa.Index("ix_register_row_id", "province", "id_digest"),
        sa.Index("ix_register_row_phone", "province", "phone_digest"),
    )


class RegisterDraft(Base):
    """A file that was sent but is not imported yet: where it stands, seen by its sender only; removed afterwards."""

    __tablename__ = "register_draft"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)  # the subject of the register to be
    author: Mapped[str] = mapped_column(sa.String(64))
    unit: Mapped[str] = mapped_column(sa.String(32))
    file: Mapped[UUID] = mapped_column(QuickUuid)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    facts: Mapped[str] = mapped_column(sa.Text)  # JSON of codes, dates and the mapping of columns
    job: Mapped[UUID | None] = mapped_column(QuickUuid)  # the import under way
    made_at: Mapped[datetime] = mapped_column(sa.DateTime)


class RegisterMapping(Base):
    """Which column is which field, as last confirmed for a source and a set of headings."""

    __tablename__ = "register_mapping"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    programme: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    headings: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # a digest: a heading may be a name
    columns: Mapped[str] = mapped_column(sa.Text)  # JSON: field by column
    saved_at: Mapped[datetime] = mapped_column(sa.DateTime)
