"""Building the invented province: stories in lots, each lot one transaction through the ledger's one append."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from time import perf_counter
from uuid import UUID

import sqlalchemy as sa

from casemgr.access.models import User
from casemgr.db import begin_write
from casemgr.demo import areas, asked, figures, givings, lists, months, truth
from casemgr.demo.ground import lay
from casemgr.demo.lots import Lot, lots
from casemgr.demo.models import DemoMark
from casemgr.demo.world import World
from casemgr.ledger import services as ledger
from casemgr.people import services as people
from casemgr.programmes import programmes
from casemgr.units.loading import calendar, load


@dataclass(slots=True)
class Built:
    """What was built, how fast, and what the generator knows of the children's cases."""

    accounts: list[tuple[str, str]]
    stories: dict[str, int] = field(default_factory=dict)
    filed: dict[str, int] = field(default_factory=dict)  # case files by programme
    files: int = 0
    entries: int = 0
    invented: float = 0.0  # seconds; where a child process invents, those spent waiting for it
    written: float = 0.0
    record: list[truth.Child] = field(default_factory=list)
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def take(self, lot: Lot) -> None:
        for programme, filed in lot.stories:
            self.stories[programme] = self.stories.get(programme, 0) + 1
            self.filed[programme] = self.filed.get(programme, 0) + filed
            self.files += filed
        self.entries += lot.entries
        self.record += lot.record

    def count(self, t: datetime) -> dict[str, int]:
        """The generator's own count of TE-2 at time t, of the year of t."""
        return truth.count(self.record, self.answers, date(t.year, 1, 1), t)


def build(session, *, cases: int, seed: int, today: date, told: Callable[[Built], None] = lambda _built: None) -> Built:
    """Fills an empty database; commits as it goes."""
    _hurry(session, True)
    begin_write(session)
    communes, roster = lay(session, seed, datetime(2021, 1, 4, 8, 0))
    session.add(DemoMark(id=1, seed=seed, cases=cases, today=today))
    session.commit()
    world = World(seed, today, programmes(), calendar(session), communes)
    result = Built(roster.shown, answers=answering(world))
    listed = lists.Listed()
    started = perf_counter()
    for number, lot in enumerate(lots(world, cases), start=1):
        result.invented += perf_counter() - started
        started = perf_counter()
        write(session, lot)
        session.commit()
        if number.bit_count() == 1:  # the first, the second, the fourth, …
            _recount(session)
        result.written += perf_counter() - started
        result.take(lot)
        listed.add(lot.known)
        told(result)
        started = perf_counter()
    figures.report(session, world, roster, result.filed)
    # One worker has left, and somebody must notice the files that stayed behind.
    left = sorted(communes, key=lambda commune: -commune.weight)[3].workers["NCC"]
    session.execute(sa.update(User).where(User.id == UUID(left)).values(active=False))
    areas.load(session, world, datetime.combine(today, datetime.min.time()))
    lists.write(session, world, listed, roster.ids["tonghop1"], load(session).find("89", today))
    months.confirm(session, world)
    givings.give(session, world, roster)
    asked.ask(session, world, communes)
    session.commit()
    _recount(session)
    _hurry(session, False)
    return result


def _recount(session) -> None:
    """PostgreSQL plans by what it has counted last. As long as it takes the tables for empty, it reads a whole
    province to find a few ledgers; and nobody may count meanwhile on a machine where that is not done by itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("ANALYZE"))
        session.commit()


def _hurry(session, begin: bool) -> None:
    """SQLite: nothing is waited for while an empty database is filled, which a crash would leave to be filled anew;
    what comes after is on the disk before it is acknowledged, as ever. Keys come in no order, so that the indexes
    must be at hand."""
    if session.get_bind().dialect.name != "sqlite":
        return
    engine = session.get_bind()
    session.commit()
    connection = engine.raw_connection()  # outside a transaction, where these may be said
    for pragma in (
        ("cache_size=-200000", "synchronous=OFF") if begin else ("synchronous=FULL", "wal_checkpoint(TRUNCATE)")
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.close()
    if not begin:
        engine.dispose()  # whoever connects now is careful again


def answering(world: World) -> dict[str, tuple[str, ...]]:
    """Which needs a service answers, for the generator's own count."""
    needs = world.programmes["TE"].needs.values()
    return {
        service: tuple(need.code for need in needs if service in need.services)
        for service in world.programmes["TE"].services
    }


def write(session, lot: Lot) -> None:
    """One lot through the services that the pages use, each called once for all stories."""
    begin_write(session)
    if lot.persons:
        people.register_many(session, lot.persons)
    ledger.create_many(session, [(kind, subject) for kind, subject, _drafts in lot.ledgers])
    ledger.append_many(session, [(subject, drafts) for _kind, subject, drafts in lot.ledgers])
