"""Building the invented province: stories in batches, each batch one transaction through the ledger's one append."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from time import perf_counter

import sqlalchemy as sa

from casemgr.db import begin_write
from casemgr.demo import addicts, children, families, figures, givings, lists, months, sexwork, truth
from casemgr.demo.ground import lay
from casemgr.demo.models import DemoMark
from casemgr.demo.story import Story
from casemgr.demo.world import World
from casemgr.ledger import services as ledger
from casemgr.people import services as people
from casemgr.programmes import programmes
from casemgr.units.loading import calendar, load

BATCH = 400  # stories in one transaction
SHARES = (
    ("NCC", 45, families.invent),
    ("TE", 25, children.invent),
    ("MT", 25, addicts.invent),
    ("BD", 5, sexwork.invent),
)
# What must be there on the morning of the demo: (fate, how long ago it came in), for the communes shown first.
THIS_MORNING = (("emergency", timedelta(minutes=35)), ("emergency", timedelta(hours=2, minutes=10)))


@dataclass(slots=True)
class Built:
    """What was built, how fast, and what the generator knows of the children's cases."""

    accounts: list[tuple[str, str]]
    stories: dict[str, int] = field(default_factory=dict)
    filed: dict[str, int] = field(default_factory=dict)  # case files by programme
    files: int = 0
    entries: int = 0
    invented: float = 0.0  # seconds
    written: float = 0.0
    record: list[truth.Child] = field(default_factory=list)
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def count(self, t: datetime) -> dict[str, int]:
        """The generator's own count of TE-2 at time t, of the year of t."""
        return truth.count(self.record, self.answers, date(t.year, 1, 1), t)


def build(session, *, cases: int, seed: int, today: date, told: Callable[[Built], None] = lambda _built: None) -> Built:
    """Fills an empty database; commits as it goes."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sa.text("PRAGMA cache_size=-200000"))  # keys come in no order: keep the indexes at hand
        session.commit()
    begin_write(session)
    communes, roster = lay(session, seed, datetime(2021, 1, 4, 8, 0))
    session.add(DemoMark(id=1, seed=seed, cases=cases, today=today))
    session.commit()
    world = World(seed, today, programmes(), calendar(session), communes)
    result = Built(roster.shown)
    record: list[truth.Child] = []
    listed = lists.Listed()
    stories = _stories(world, cases)
    while True:
        started = perf_counter()
        batch = list(islice(stories, BATCH))
        if not batch:
            break
        result.invented += perf_counter() - started
        _take(result, record, batch)
        started = perf_counter()
        write(session, batch)
        session.commit()
        result.written += perf_counter() - started
        for story in batch:
            listed.keep(story)
            if story.truth is not None:
                story.truth.keep_little()
        told(result)
    result.record, result.answers = record, answering(world)
    figures.report(session, world, roster, result.filed)
    lists.write(session, world, listed, roster.ids["tonghop1"], load(session).find("89", today))
    months.confirm(session, world)
    givings.give(session, world, roster)
    session.commit()
    return result


def answering(world: World) -> dict[str, tuple[str, ...]]:
    """Which needs a service answers, for the generator's own count."""
    needs = world.programmes["TE"].needs.values()
    return {
        service: tuple(need.code for need in needs if service in need.services)
        for service in world.programmes["TE"].services
    }


def _stories(world: World, cases: int) -> Iterator[Story]:
    """Stories until every programme has its share of case files; first what the morning of the demo needs."""
    shown = sorted(world.communes, key=lambda c: -c.weight)[:2]
    for n, (fate, ago) in enumerate(THIS_MORNING):
        rng = world.chance("morning", n)
        at = (world.now - ago).replace(second=0)
        yield from children.invent(world, rng, (at, "minute"), shown[n % len(shown)], fate)
    for code, share, invent in SHARES:
        wanted, n = round(cases * share / 100), 0
        while wanted > 0:
            for story in invent(world, world.chance(code, n)):
                wanted -= story.file is not None
                yield story
            n += 1


def _take(result: Built, record: list[truth.Child], batch: list[Story]) -> None:
    for story in batch:
        result.stories[story.programme] = result.stories.get(story.programme, 0) + 1
        result.files += story.file is not None
        result.filed[story.programme] = result.filed.get(story.programme, 0) + (story.file is not None)
        result.entries += sum(len(drafts) for _kind, _subject, drafts in story.all_ledgers()) + (
            story.person is not None
        )
        if story.truth is not None:
            record.append(story.truth)


def write(session, batch: list[Story]) -> None:
    """One batch through the services that the pages use, each called once for all stories."""
    begin_write(session)
    persons = [(s.person, s) for s in batch if s.person is not None and s.registered is not None]
    if persons:
        people.register_many(session, [p.registration(s.author, s.registered) for p, s in persons])
    ledgers = [each for story in batch for each in story.all_ledgers() if each[2]]
    ledger.create_many(session, [(kind, subject) for kind, subject, _drafts in ledgers])
    ledger.append_many(session, [(subject, drafts) for _kind, subject, drafts in ledgers])
