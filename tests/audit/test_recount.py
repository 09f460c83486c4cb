"""Independent recomputation: DuckDB counts the same from the exported bundle as the product from its ledgers."""

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest

from casemgr.coverage import services
from casemgr.db import db
from casemgr.demo.build import build
from casemgr.export import services as export
from casemgr.plans import plans
from casemgr.units.loading import load
from tests.coverage import histories

SQL = Path(__file__).with_name("recount.sql").read_text(encoding="utf-8")
CODES = ("TE-2", "BD-1", "MT-1", "NCC-1")
COUNTS = {
    "TE-2": "SELECT count(*) FILTER (verdict = 'met'), count(*) FILTER (verdict IN ('met', 'missed', 'unknown')) FROM te2",
    "BD-1": "SELECT count(*) FILTER (file = 'met' AND support = 'met'),"
    " count(*) FILTER (file = 'met' AND support <> 'not_due') FROM bd1",
    "MT-1": "SELECT count(*), NULL FROM mt1",
    "NCC-1": "SELECT count(*), NULL FROM ncc1",
}


class Bundle:
    """An export, read by DuckDB."""

    def __init__(self, session, folder: Path, now: datetime):
        export.write(session, plans()["KH322-2022"], folder, now)
        texts = ("ledger", "subject", "entry", "kind", "programme", "unit", "voids", "coded", "author", "definition")
        types = dict.fromkeys(texts, "VARCHAR") | {"occurred_at": "TIMESTAMP", "recorded_at": "TIMESTAMP"}
        self.db = duckdb.connect()
        self.db.execute(
            "CREATE TABLE entries AS SELECT ledger AS \"of\", * REPLACE (nullif(voids, '') AS voids) "
            f"FROM read_csv('{folder}/entries.csv', header = true, types = {types})"
        )
        self.db.execute(
            "CREATE TABLE days AS SELECT CAST(d AS DATE) AS day, coalesce(h.working, CAST(isodow(d) <= 5 AS INT)) AS working "
            "FROM generate_series(DATE '2020-01-01', DATE '2024-12-31', INTERVAL 1 DAY) s(d) LEFT JOIN (SELECT day, "
            "arg_max(working, coalesce(recorded_at, TIMESTAMP '1900-01-01')) AS working FROM read_csv("
            f"'{folder}/holidays.csv', types = {{'day': 'DATE', 'working': 'INT', 'recorded_at': 'TIMESTAMP'}}) GROUP BY day) h "
            "ON h.day = CAST(d AS DATE)"
        )

    def count(self, t: datetime, known: datetime, start: datetime) -> dict[str, tuple]:
        values = {"t": t, "known": known, "start": start}
        for statement in self.db.extract_statements(SQL):
            names = statement.named_parameters
            self.db.execute(statement, {n: values[n] for n in names} if names else None)
        return {code: self.db.execute(query).fetchone() for code, query in COUNTS.items()}


def product(session, through: date, known_at: datetime, now: datetime) -> dict[str, services.Figure]:
    asked = services.ask(plans()["KH322-2022"], load(session), now, through=through, known_at=known_at)
    asked.t = min(asked.t, known_at)
    results = services.report(session, asked, now, indicators=CODES).results
    return {r.indicator.code: r.figure for r in results}, asked


def agree(session, bundle: Bundle, now: datetime, random: Random, rounds: int, cases_only: bool) -> None:
    for _ in range(rounds):
        known = now - timedelta(minutes=random.randrange(300 * 1440))
        through = max(date(2022, 1, 1), known.date() - timedelta(days=random.choice((0, 0, 20, 90))))
        figures, asked = product(session, through, known, now)
        counted = bundle.count(asked.t, known, datetime(2022, 1, 1))
        for code, (numerator, denominator) in counted.items():
            figure = figures[code]
            assert figure.numerator == numerator, f"{code} through {through} as known {known}"
            if denominator is not None and (cases_only or code == "BD-1"):
                assert figure.denominator == denominator, f"{code} through {through} as known {known}"


def test_random_histories_are_counted_alike(session, tmp_path):
    from tests.accounts import few_units

    few_units(session)
    histories.write(session, 21, 120)
    now = datetime(2022, 12, 31, 20)
    bundle = Bundle(session, tmp_path, now)
    agree(session, bundle, now, Random(3), 5, cases_only=True)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_invented_province_is_counted_alike(app, backend, tmp_path):
    app.config["CASEMGR_TODAY"] = "2022-06-15"
    with app.app_context():
        build(db.session, cases=200, seed=4, today=date(2022, 6, 15))
        now = datetime(2022, 6, 15, 20)
        bundle = Bundle(db.session, tmp_path, now)
        agree(db.session, bundle, now, Random(4), 3, cases_only=False)
        db.session.remove()
