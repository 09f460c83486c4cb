"""TE-2, BD-1, MT-1 and NCC-1 once more, in SQL over a bundle alone.

Written from the law and from the sentences of the programme files; shares no code with the product. `Recount(folder)` reads the CSV files; `at(start, t, known)` answers for the whole province.
"""

from datetime import datetime
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
FILES = {"TE-2": "te", "BD-1": "bd", "MT-1": "mt", "NCC-1": "ncc"}
CODES = tuple(FILES)
# What is counted of each commune, by which condition; the lists of MT-1 and NCC-1 are the province's.
BY_COMMUNE = {
    "TE-2": {
        "numerator": "v = 'met'",
        "denominator": "v IN ('met', 'missed', 'unknown')",
        "not_due": "v = 'not_due'",
        "unknown": "v = 'unknown'",
        "excluded": "v = 'excluded'",
    },
    "BD-1": {"numerator": "both_letters = 'mm'", "denominator": "file = 'm' AND support IN ('m', 'x', 'u')"},
    "MT-1": {"numerator": "treated"},
    "NCC-1": {"numerator": "level IN ('CAO_HON', 'BANG')"},
}


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

    def by_commune(self, code: str) -> dict[str, tuple[int, ...]]:
        """{unit: the numbers that `BY_COMMUNE` names}, as last asked."""
        counts = ", ".join(f"count(*) FILTER (WHERE {which})" for which in BY_COMMUNE[code].values())
        rows = self.db.execute(f"SELECT unit, {counts} FROM {FILES[code]}_item GROUP BY unit").fetchall()  # noqa: S608
        return {unit: tuple(numbers) for unit, *numbers in rows if any(numbers)}
