"""Administrative units, their lineage, hamlets and the state's yearly decisions on days off.

Reference tables: the same in every installation's shard, hence without `province`. Periods include both their days.
"""

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base
from casemgr.units.names import HAMLET_WORDS, WORDS, label

HAMLETS = uuid.UUID("5d0c6a0e-6f0b-4e3c-9c55-5a3f0b1c89a9")


def _one_of(column: str, values) -> str:
    return f"{column} IN ({', '.join(repr(each) for each in values)})"


class Unit(Base):
    """A province, district or commune as it was from one day to another; see `rules` for the key."""

    __tablename__ = "unit"
    __table_args__ = (
        sa.UniqueConstraint("code", "valid_from"),
        sa.CheckConstraint(_one_of("kind", WORDS), name="kind"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        # The rules refuse every overlap of periods; what both databases can refuse by themselves is two open ones.
        sa.Index(
            "uq_unit_open_code",
            "code",
            unique=True,
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(5))
    name: Mapped[str] = mapped_column(sa.String(100))
    kind: Mapped[str] = mapped_column(sa.String(10))
    parent_id: Mapped[str | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    path: Mapped[str] = mapped_column(sa.String(60))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    recorded_at: Mapped[datetime]


class Lineage(Base):
    """An ended unit became another one, wholly or (split) in part, by a legal act in force from `valid_from`."""

    __tablename__ = "unit_lineage"

    old_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    new_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True, index=True)
    split: Mapped[bool]
    is_default: Mapped[bool]
    valid_from: Mapped[date]
    act: Mapped[str] = mapped_column(sa.String(200), default="")
    recorded_at: Mapped[datetime]


class Hamlet(Base):
    """An ấp, khóm or khu phố of a commune. `moved_to` is the unit it went to when its commune was split."""

    __tablename__ = "hamlet"
    __table_args__ = (
        sa.UniqueConstraint("unit_id", "kind", "name", "valid_from"),
        sa.CheckConstraint(_one_of("kind", HAMLET_WORDS), name="kind"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(sa.String(100))
    kind: Mapped[str] = mapped_column(sa.String(10))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    moved_to: Mapped[str | None] = mapped_column(sa.ForeignKey("unit.id"))
    recorded_at: Mapped[datetime]

    @property
    def label(self) -> str:
        """As written in a sentence: "ấp Tô Hạ"."""
        return label(self.kind, self.name)


def hamlet_key(unit: str, kind: str, name: str, valid_from: date) -> uuid.UUID:
    """The same hamlet has the same id in every installation and after every import."""
    return uuid.uuid5(HAMLETS, f"{unit}/{kind}/{name}/{valid_from:%Y%m%d}")


class Holiday(Base):
    """A decision of the state on one day that the computed calendar does not know: off, or worked instead."""

    __tablename__ = "holiday"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_off: Mapped[bool]
    name: Mapped[str] = mapped_column(sa.String(200))
    document: Mapped[str] = mapped_column(sa.String(200), default="")
    recorded_at: Mapped[datetime]


ZONES = ("I", "II", "III", "DBKK")


class Area(Base):
    """What a decision says, for a period, of a commune or of one of its hamlets: the zone (khu vực I, II, III; a
    hamlet: đặc biệt khó khăn) and the rates it was judged by, in hundredths of a per cent."""

    __tablename__ = "unit_area"
    __table_args__ = (
        sa.CheckConstraint(_one_of("zone", ZONES), name="zone"),
        sa.CheckConstraint("(zone = 'DBKK') = (hamlet_id IS NOT NULL)", name="hamlet_of_its_zone"),
        sa.CheckConstraint("poor_rate BETWEEN 0 AND 10000", name="poor_rate"),
        sa.CheckConstraint("minority_rate BETWEEN 0 AND 10000", name="minority_rate"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    hamlet_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("hamlet.id"))
    zone: Mapped[str] = mapped_column(sa.String(4))
    poor_rate: Mapped[int | None]
    minority_rate: Mapped[int | None]
    document: Mapped[str] = mapped_column(sa.String(200), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    recorded_at: Mapped[datetime]


class AreaMember(Base):
    """A member of the steering committee, an official named by office, in charge of an area for a period."""

    __tablename__ = "unit_area_member"
    __table_args__ = (sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    area_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("unit_area.id"), index=True)
    member: Mapped[str] = mapped_column(sa.String(160))
    document: Mapped[str] = mapped_column(sa.String(200), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    recorded_at: Mapped[datetime]


class AreaEnd(Base):
    """That an area, or somebody's charge of it, ended earlier than was written: a row of its own, so that what was known
    before stays readable."""

    __tablename__ = "unit_area_end"
    __table_args__ = (sa.CheckConstraint("(area_id IS NULL) <> (member_id IS NULL)", name="of_one"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    area_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("unit_area.id"), index=True)
    member_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("unit_area_member.id"), index=True)
    last_day: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(sa.String(64))


class Outline(Base):
    """The outline of a unit as an SVG path in a square of 1000, from a boundary file that an operator loaded."""

    __tablename__ = "unit_outline"

    unit_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True)
    path: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.String(200))
    recorded_at: Mapped[datetime]


class UnitVersion(Base):
    """One row whose random token changes with the units, so that each process knows when its tree is out of date."""

    __tablename__ = "unit_version"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    token: Mapped[uuid.UUID]
