"""Keeping the outlines of units that an operator loads, and giving them to a map."""

from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from casemgr.units.loading import read
from casemgr.units.models import Outline
from casemgr.units.names import N_, UnitError
from casemgr.units.outlines import draw, read_outlines


def load_file(session, path: Path | str, now: datetime, day: date | None = None, key: str | None = None) -> int:
    """Replaces all outlines by those of a file; its codes are those of a day (None: the newest units). Returns how
    many. Raises UnitError where the file is no boundary file, or names units that there are not."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise UnitError(N_("Không mở được tệp %(name)s."), name=Path(path).name) from error
    except UnicodeDecodeError as error:
        raise UnitError(N_("Tệp không dùng bảng mã UTF-8.")) from error
    shapes, tree = read_outlines(text, key), read(session)
    day = day or tree.newest(now.date())
    ids = {code: tree.find(code, day) for code in shapes}
    unknown = sorted(code for code, id in ids.items() if id is None)
    if unknown:
        raise UnitError(
            N_("Không có đơn vị nào mang các mã này vào ngày %(day)s: %(codes)s."),
            day=f"{day:%d/%m/%Y}",
            codes=", ".join(unknown[:10]) + ("…" if len(unknown) > 10 else ""),
        )
    session.execute(sa.delete(Outline))
    rows = [
        {"unit_id": ids[code], "path": path_, "source": Path(path).name[:200], "recorded_at": now}
        for code, path_ in draw(shapes).items()
    ]
    session.execute(sa.insert(Outline), rows)
    return len(rows)


def remove(session) -> int:
    return session.execute(sa.delete(Outline)).rowcount


def outlines(session, units: Collection[str]) -> dict[str, str]:
    """{unit: path} of these units, as far as they were loaded."""
    found = session.execute(sa.select(Outline.unit_id, Outline.path)).all()
    return {row.unit_id: row.path for row in found if row.unit_id in units}
