"""How open promises become a day's work."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from casemgr import programmes
from casemgr.programmes.loader import load_file
from casemgr.work.rules import EMERGENCY, NEW, OVERDUE, SOON, TODAY, Task, arrange, group_of

TE = load_file(Path(programmes.__file__).parent / "TE.toml")
NOW = datetime(2022, 6, 15, 9, 0)


def task(code: str, hours: float | None, subject: int = 1, track: str = "case", detail: str = "") -> Task:
    criteria = (TE.case if track == "case" else TE.detection).criteria
    criterion = next(c for c in criteria if c.code == code)
    due = None if hours is None else NOW + timedelta(hours=hours)
    return Task(UUID(int=subject), track, f"HS-{subject}", TE, criterion, due, UUID(int=9), NOW, detail)


def test_a_task_belongs_to_the_most_pressing_group():
    assert group_of(task("emergency", 9), NOW) == EMERGENCY
    assert group_of(task("emergency", -9), NOW) == EMERGENCY
    assert group_of(task("approved", -1), NOW) == OVERDUE
    assert group_of(task("approved", 5), NOW) == TODAY
    assert group_of(task("approved", 50), NOW) == SOON
    assert group_of(task("verified", 50, track="detection"), NOW) == NEW
    assert group_of(task("emergency", None), NOW) == EMERGENCY


def test_one_card_a_file_with_the_earliest_first():
    day = arrange([task("approved", -10), task("need", -30, detail="TAM_LY"), task("approved", -50, subject=2)], NOW)
    assert [(t.number, t.criterion.code) for t in day.groups[OVERDUE]] == [("HS-2", "approved"), ("HS-1", "need")]
    assert [t.criterion.code for t in day.groups[OVERDUE][1].also] == ["approved"]


def test_what_one_entry_keeps_is_one_thing_to_do():
    # `supported` and `first_service` are both kept by the first service delivered.
    day = arrange([task("supported", -10), task("first_service", -5)], NOW)
    (card,) = day.groups[OVERDUE]
    assert (card.criterion.code, card.also) == ("supported", [])


def test_a_long_group_is_cut_and_says_so():
    day = arrange([task("approved", -n, subject=n) for n in range(1, 31)], NOW, most=20)
    assert len(day.groups[OVERDUE]) == 20
    assert day.more == {OVERDUE: 10}
    assert day.groups[OVERDUE][0].number == "HS-30"


def test_the_clock_of_a_task_says_its_unit():
    assert task("emergency", 1).version.unit == "hours"
    assert task("first_service", 1).version.unit == "workdays"
    assert task("review", 1).version is None


def test_of_two_clocks_it_is_the_one_that_gave_the_date():
    """Screening is due within 12 hours in an emergency, else in working days, which end with a day."""
    screening, night = task("screened", 12), datetime(2022, 6, 17, 23, 59, 59)
    assert screening.version.unit == "hours"
    assert replace(screening, due=night).version.unit == "workdays"
