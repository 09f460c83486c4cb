"""The auditor's rows of the benchmark: figures replayed as known at a time, a seal, and everything verified."""

import time
from datetime import date, datetime, timedelta

from casemgr.audit import outside, replays, sealing
from casemgr.coverage import services
from casemgr.plans import plans
from casemgr.units.loading import load

PLAN = "KH322-2022"


def measure(session, today: date) -> dict:
    """Seconds: all figures of the plan replayed as known a week ago, the cases behind one, a seal, and a check of every
    chain, seal and head against the seal that was kept."""
    now = datetime.combine(today, datetime.min.time()) + timedelta(hours=20)
    plan, known = plans()[PLAN], now - timedelta(days=7)
    asked = services.ask(plan, load(session), now, through=known.date(), known_at=known)
    counted = [i for i in plan.indicators.values() if i.programme]
    found = {}
    with _timed(found, "replay"):
        services.report(session, asked, now, indicators=[i.code for i in counted])
    session.rollback()
    with _timed(found, "replay_cases"):
        replays.rows_by_programme(session, asked, [plan.indicators["TE-2"]], now)
    session.rollback()
    with _timed(found, "seal"):
        made = sealing.make(session, "system:seal", now)
        session.commit()
    kept = sealing.export(session, made)
    with _timed(found, "verify"):
        _count, faults = outside.verify_with(session, kept)
    session.rollback()
    if faults:
        raise SystemExit(f"{len(faults)} ledgers are broken")
    return found


class _timed:
    def __init__(self, found: dict, name: str):
        self.found, self.name = found, name

    def __enter__(self):
        self.started = time.perf_counter()

    def __exit__(self, *_error):
        self.found[self.name] = round(time.perf_counter() - self.started, 1)


def show(found: dict) -> str:
    return (
        f"  as known a week ago: all figures replayed in {found['replay']} s, the cases behind one in "
        f"{found['replay_cases']} s; sealed in {found['seal']} s, verified with the seal in {found['verify']} s"
    )
