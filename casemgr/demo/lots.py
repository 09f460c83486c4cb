"""Stories in lots, each one transaction: what a lot asks to be written, and the generator's own record of it.

Inventing takes about as long as writing; for a large province a child process invents the next lot while the last one
is being written. The stories come one after the other from the same generator either way, so that the same seed gives
the same province.
"""

import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from uuid import UUID

from flask import current_app

from casemgr.demo import addicts, children, families, lists, sexwork, truth
from casemgr.demo.story import Story
from casemgr.demo.world import Commune, World
from casemgr.ledger.rules import Draft
from casemgr.people.services import Registration
from casemgr.programmes import programmes

SIZE = 400  # stories in one lot
LARGE = 1000  # case files for which a second process is worth its start
SHARES = (
    ("NCC", 45, families.invent),
    ("TE", 25, children.invent),
    ("MT", 25, addicts.invent),
    ("BD", 5, sexwork.invent),
)
# What must be there on the morning of the demo: (fate, how long ago it came in), for the communes shown first.
THIS_MORNING = (("emergency", timedelta(minutes=35)), ("emergency", timedelta(hours=2, minutes=10)))


@dataclass(slots=True)
class Lot:
    """`stories`: (programme, whether a file was opened) of each."""

    stories: list[tuple[str, bool]] = field(default_factory=list)
    persons: list[Registration] = field(default_factory=list)
    ledgers: list[tuple[str, UUID, list[Draft]]] = field(default_factory=list)
    record: list[truth.Child] = field(default_factory=list)
    known: lists.Listed = field(default_factory=lists.Listed)  # persons who may stand in a register from outside

    @property
    def entries(self) -> int:
        return sum(len(drafts) for _kind, _subject, drafts in self.ledgers) + len(self.persons)

    def take(self, story: Story) -> None:
        self.stories.append((story.programme, story.file is not None))
        if story.person is not None and story.registered is not None:
            self.persons.append(story.person.registration(story.author, story.registered))
        self.ledgers += [each for each in story.all_ledgers() if each[2]]
        self.known.keep(story)
        if story.truth is not None:
            story.truth.keep_little()
            self.record.append(story.truth)


def lots(world: World, cases: int) -> Iterator[Lot]:
    """Lots until every programme has its share of case files."""
    return _beside(world, cases) if cases >= LARGE else _here(world, cases)


def _here(world: World, cases: int) -> Iterator[Lot]:
    stories = _stories(world, cases)
    while batch := list(islice(stories, SIZE)):
        lot = Lot()
        for story in batch:
            lot.take(story)
        yield lot


def _stories(world: World, cases: int) -> Iterator[Story]:
    """First what the morning of the demo needs."""
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


def _beside(world: World, cases: int) -> Iterator[Lot]:
    """The same from a child process, one lot ahead. EOFError if it fails."""
    names = [name for name in current_app.config if name.startswith("CASEMGR_")]
    settings = {name: current_app.config[name] for name in ("SQLALCHEMY_DATABASE_URI", *names)}
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    given = (sender, settings, world.seed, world.today, world.calendar, world.communes, cases)
    child = context.Process(target=_invent, args=given, daemon=True)
    child.start()
    sender.close()
    try:
        while (lot := receiver.recv()) is not None:
            yield lot
    finally:
        receiver.close()
        child.terminate()
        child.join()


def _invent(sender, settings: dict, seed: int, today: date, calendar, communes: list[Commune], cases: int) -> None:
    from casemgr import create_app

    with create_app(settings).app_context():
        for lot in _here(World(seed, today, programmes(), calendar, communes), cases):
            sender.send(lot)
    sender.send(None)
