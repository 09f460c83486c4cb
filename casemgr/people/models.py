"""What is kept beside the ledgers of persons and households so that they are found quickly; rebuilt from them.

Nothing here names anyone: names and the rest of an identity are ciphertext under the subject's own key, and the
indexes hold keyed digests. No database constraint ties them to units: a register may come before its units.
"""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base, QuickUuid


class Beneficiary(Base):
    """One person or household."""

    __tablename__ = "beneficiary"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(9))
    unit_id: Mapped[str] = mapped_column(sa.String(32))  # unit of residence
    hamlet_id: Mapped[UUID | None] = mapped_column(QuickUuid)
    sex: Mapped[str] = mapped_column(sa.String(10))
    birth_year: Mapped[int | None] = mapped_column(sa.SmallInteger)
    birth_precision: Mapped[str] = mapped_column(sa.String(9))  # "" where unknown
    ethnicity: Mapped[str] = mapped_column(sa.String(8))  # "" where unknown
    # Ciphertext: the name and other names, one a line. Empty once the key is destroyed.
    name_sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    # Ciphertext: JSON of everything that is not a column above.
    identity_sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    seq: Mapped[int] = mapped_column(sa.Integer)  # the last entry this row was folded from

    __table_args__ = (
        sa.CheckConstraint("kind IN ('person','household')", name="kind_known"),
        sa.CheckConstraint("sex IN ('nam','nu','khong_biet')", name="sex_known"),
        sa.Index(None, "province", "unit_id"),
    )


class NameIndex(Base):
    """The buckets of the syllables of a name: many syllables share one, so that no row gives a name away."""

    __tablename__ = "name_index"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    bucket: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)

    __table_args__ = (sa.Index(None, "province", "bucket", "subject"), {"sqlite_with_rowid": False})


class IdentifierIndex(Base):
    """Keyed digests of numbers that name a person: personal numbers, phone, and a parent's name within a unit."""

    __tablename__ = "identifier_index"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(16), primary_key=True)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)

    __table_args__ = (sa.Index(None, "province", "subject"), {"sqlite_with_rowid": False})


class HouseholdMember(Base):
    """Who belongs to a household, and as what."""

    __tablename__ = "household_member"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)  # the household
    person: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    relation: Mapped[str] = mapped_column(sa.String(12))  # to the head of the household

    __table_args__ = (sa.Index(None, "province", "person"), {"sqlite_with_rowid": False})
