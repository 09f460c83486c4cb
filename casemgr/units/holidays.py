"""Vietnam's public holidays as a file: `python -m casemgr.units.holidays` writes it anew from the package `holidays`.

The server reads the file. So a newer package changes no figure of the past unseen, and no worker keeps the calendars of
the whole world in its memory. A test holds the file against the package.
"""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

FILE = Path(__file__).with_name("holidays.csv")
# Later Tết days follow the law's rule until the state has decided.
YEARS = range(2000, 2061)

Days = tuple[frozenset[date], frozenset[date]]  # off, and Saturdays or Sundays worked instead


def known(years: Iterable[int] = YEARS) -> Days:
    """The days of these years in the file."""
    wanted, found = set(years), (set(), set())
    with FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            day = date.fromisoformat(row["day"])
            if day.year in wanted:
                found[row["is_off"] == "0"].add(day)
    return frozenset(found[0]), frozenset(found[1])


def of_package(years: Iterable[int] = YEARS) -> Days:
    """The same days as the package has them; only where the tools of development are installed."""
    from holidays.countries.vietnam import Vietnam

    found = Vietnam(years=years)
    return frozenset(found), frozenset(found.weekend_workdays)


def main() -> None:
    off, on = of_package()
    with FILE.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(("day", "is_off"))
        rows.writerows((day, int(day in off)) for day in sorted(off | on))


if __name__ == "__main__":
    main()
