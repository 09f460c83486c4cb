"""TE-2, BD-1, MT-1 and NCC-1 once more, in SQL over a bundle alone.

Written from the law and from the sentences of the programme files; shares no code with the product. `Recount(folder)` reads the CSV files; `at(start, t, known)` answers for the whole province.
"""

from datetime import datetime
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
FILES = {"TE-2": "te", "BD-1": "bd", "MT-1": "mt", "NCC-1": "ncc"}
CODES = tuple(FILES)


class Recount:
    def __init__(self, bundle: Path):
        self.db = duckdb.connect()
        self.db.execute("SET threads = 1")
        for table in ("entries", "holidays", "figures", "units"):
            self.db.execute(
                f"CREATE TABLE {table} AS SELECT * FROM read_csv('{bundle / table}.csv', all_varchar = true, header = true)"
            )
        self.db.execute((HERE / "tables.sql").read_text(encoding="utf-8"))

    def at(self, start: datetime, t: datetime, known: datetime) -> dict[str, dict]:
        """{indicator: {name: number}} of what came up since `start`, at time t, from what was known at `known`."""
        self.db.execute("DELETE FROM asked")
        self.db.execute("INSERT INTO asked VALUES (?, ?, ?)", [start, t, known])
        self.db.execute((HERE / "known.sql").read_text(encoding="utf-8"))
        found = {}
        for code, name in FILES.items():
            result = self.db.execute((HERE / f"{name}.sql").read_text(encoding="utf-8"))
            names = [column[0] for column in result.description]
            found[code] = dict(zip(names, result.fetchone(), strict=True))
        return found

    def children_by_commune(self) -> dict[str, tuple[int, ...]]:
        """{unit: (numerator, denominator, not due, unknown, excluded)} of TE-2, as last asked."""
        rows = self.db.execute(
            "SELECT unit, count(*) FILTER (WHERE v = 'met'), count(*) FILTER (WHERE v IN ('met', 'missed', 'unknown')), "
            "count(*) FILTER (WHERE v = 'not_due'), count(*) FILTER (WHERE v = 'unknown'), "
            "count(*) FILTER (WHERE v = 'excluded') FROM te_item GROUP BY unit"
        ).fetchall()
        return {unit: tuple(numbers) for unit, *numbers in rows if any(numbers)}
