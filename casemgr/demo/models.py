"""The mark of a demo database: without it `flask demo` touches nothing that exists."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base


class DemoMark(Base):
    """One row in a database that holds the invented province and nothing real."""

    __tablename__ = "demo_mark"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    seed: Mapped[int]
    cases: Mapped[int]
    today: Mapped[date]
