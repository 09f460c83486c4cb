"""Unusual reading in the access log, found by plain rules over who opened what and when. Pure."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple
from uuid import UUID

SETTINGS = tomllib.loads(Path(__file__).with_name("audit.toml").read_text(encoding="utf-8"))
MANY, NIGHT, AGAIN, SEARCHED, SEARCHED_ON = "many", "night", "again", "searched", "searched_on"


class Reading(NamedTuple):
    """One line of the access log in which somebody opened a case, an identity or a detection."""

    user: UUID
    at: datetime
    subject: UUID | None


class Search(NamedTuple):
    """One search for a person; `name` stands for what was typed (see `people.search.sign_of`)."""

    user: UUID
    at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Sign:
    """Something to look at: what, by whom, on which day, how many times, and how many would have been usual."""

    kind: str
    user: UUID
    day: date
    number: int
    usual: int = 0
    subject: UUID | None = None
    name: str = ""  # what stands in the log for the name that was searched


def unusual(readings: Iterable[Reading], searches: Iterable[Search] = (), settings: Mapping = SETTINGS) -> list[Sign]:
    """Days with many more cases than is usual for that user; reading at night; one case on many days; one person's name
    again and again in a day, or on many days."""
    opened: dict[UUID, dict[date, set]] = defaultdict(lambda: defaultdict(set))
    nights: Counter = Counter()
    days: dict[tuple[UUID, UUID], set] = defaultdict(set)
    begins, ends = settings["night"]
    for user, at, subject in readings:
        if subject is not None:
            opened[user][at.date()].add(subject)
            days[user, subject].add(at.date())
        if at.hour >= begins or at.hour < ends:
            nights[user, at.date()] += 1
    found = [Sign(NIGHT, user, day, number) for (user, day), number in nights.items()]
    for user, by_day in opened.items():
        usual = median(len(subjects) for subjects in by_day.values())
        for day, subjects in by_day.items():
            number = len(subjects)
            if number >= settings["many_at_least"] and number >= settings["many_times"] * usual:
                found.append(Sign(MANY, user, day, number, round(usual)))
    for (user, subject), own in days.items():
        if len(own) >= settings["again_days"]:
            found.append(Sign(AGAIN, user, max(own), len(own), subject=subject))
    asked: dict[tuple[UUID, str], Counter] = defaultdict(Counter)
    for user, at, name in searches:
        asked[user, name][at.date()] += 1
    for (user, name), by_day in asked.items():
        found += [
            Sign(SEARCHED, user, day, number, name=name)
            for day, number in by_day.items()
            if number >= settings["again_searches"]
        ]
        if len(by_day) >= settings["again_search_days"]:
            found.append(Sign(SEARCHED_ON, user, max(by_day), len(by_day), name=name))
    return sorted(found, key=lambda s: (s.day, s.kind, str(s.user)), reverse=True)
