"""The ledger's part of the benchmark: how fast it is read, folded, checked, and how long a figure as it was known takes.

Rates stand twice: by the clock, and by the processor time of this process, which says what one core can do while
others use the machine.
"""

import gc
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from datetime import time as clock_time
from itertools import chain

from casemgr.cases.projection import state_of
from casemgr.cases.verdicts import segments
from casemgr.coverage import processes, services
from casemgr.db import db
from casemgr.ledger.check import verify
from casemgr.ledger.services import replay
from casemgr.plans import plans
from casemgr.units.loading import calendar, load

LONGEST = 60  # seconds after which a rate is known well enough
PLAN = "KH322-2022"


def measure(today) -> dict:
    """Entries a second: read, folded, folded with verdicts over time, verified; seconds for one figure."""
    days = calendar(db.session)
    work: dict[str, Callable] = {
        "read": lambda entries: None,
        "folded": lambda entries: state_of(entries, days),
        "folded_with_verdicts": lambda entries: segments(state_of(entries, days)),
    }
    with _undisturbed():
        found: dict = {"rates": {label: _rate(replay(db.session, "case"), each) for label, each in work.items()}}
        with _timed(found, "verify"):
            count, breaks = verify(db.session)
    db.session.rollback()
    if breaks:
        raise SystemExit(f"{len(breaks)} ledgers are broken")
    for name in ("per_second", "per_cpu_second"):
        found["verify"][name] = round(count / found["verify"]["seconds" if name == "per_second" else "cpu_seconds"])
    now = datetime.combine(today, clock_time(7, 30))
    asked = services.ask(plans()[PLAN], load(db.session), now, through=today, known_at=now)
    found["processes"] = len(processes.parts(db.session))
    with _timed(found, "figures_as_known"):
        services.report(db.session, asked, now)
    db.session.rollback()
    return found


def show(found: dict) -> list[str]:
    rates, check, figure = found["rates"], found["verify"], found["figures_as_known"]
    pairs = ", ".join(f"{k} {v['per_second']} ({v['per_cpu_second']})" for k, v in rates.items())
    return [
        f"  entries/s by the clock (and by processor time): {pairs}, "
        f"verified {check['per_second']} ({check['per_cpu_second']})",
        f"  all figures of the plan as known at a time: {figure['seconds']} s on {found['processes']} processes "
        f"({figure['cpu_seconds']} s of processor time); all chains verified in {check['seconds']} s",
    ]


def _rate(ledgers: Iterable, each: Callable) -> dict:
    count, started, used = 0, time.perf_counter(), time.process_time()
    for _subject, entries in ledgers:
        each(entries)
        count += len(entries)
        if time.perf_counter() - started > LONGEST:
            break
    wall, cpu = time.perf_counter() - started, time.process_time() - used
    db.session.rollback()
    return {"per_second": round(count / wall), "per_cpu_second": round(count / cpu)}


@contextmanager
def _timed(found: dict, name: str) -> Iterator[None]:
    """Seconds by the clock and of processor time, that of children included."""
    started, used = time.perf_counter(), _cpu()
    yield
    found[name] = {"seconds": round(time.perf_counter() - started, 1), "cpu_seconds": round(_cpu() - used, 1)}


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(chain.from_iterable((used.ru_utime, used.ru_stime) for used in both))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """As in the processes of a replay: what is read holds no rings, and looking for them takes a fifth of the time."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
