"""Four indicators counted again in SQL from the bundle alone, for days and states of knowledge drawn at random."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from casemgr.coverage import services
from casemgr.demo.build import build
from casemgr.export import services as export
from casemgr.ledger import services as ledger
from casemgr.ledger.check import rebuild
from casemgr.ledger.rules import Draft
from casemgr.plans import plans
from casemgr.plans import services as reported
from casemgr.units.loading import load
from tests.accounts import few_units
from tests.coverage import histories
from tests.export.recount import BY_COMMUNE, CODES, Recount

FIRST = date(2022, 1, 1)


def product(session, through: date, known: datetime | None, now: datetime) -> tuple[dict, datetime]:
    """{indicator: {name: number}} as the pages show them, and the time they speak of."""
    asked = services.ask(plans()["KH322-2022"], load(session), now, through=through, known_at=known)
    found = {}
    for result in services.report(session, asked, now, indicators=CODES).results:
        figure = result.figure
        found[result.indicator.code] = figure.beside | {
            "numerator": figure.numerator,
            "denominator": figure.denominator,
            "not_due": figure.not_due,
            "unknown": figure.unknown,
            "excluded": figure.excluded,
            "second_n": (figure.second or (None,))[0],
            "second_d": (figure.second or (None, None))[1],
        }
    return found, asked.t


def agree(session, folder, now: datetime, pairs) -> dict:
    """Compares every number of the recount; gives the largest of each that was seen."""
    export.write(session, plans()["KH322-2022"], folder, now)
    recount, largest = Recount(folder), {}
    for through, known in pairs:
        shown, t = product(session, through, known, now)
        for code, numbers in recount.at(datetime(2022, 1, 1), t, known or now).items():
            for name, number in numbers.items():
                about = f"{code} {name} through {through} as known {known}"
                assert (number or 0) == (shown[code].get(name) or 0), about
                largest[code, name] = max(largest.get((code, name), 0), number or 0)
        for code in CODES:
            communes = by_commune(session, code, through, known, now)
            assert recount.by_commune(code) == communes, f"{code} by commune through {through} as known {known}"
            largest["communes", code] = max(largest.get(("communes", code), 0), len(communes))
            if code == "TE-2":
                missed = sum(whole > top for top, whole, *_rest in communes.values())
                largest["communes", "missed"] = max(largest.get(("communes", "missed"), 0), missed)
    return largest


def by_commune(session, code: str, through: date, known: datetime | None, now: datetime) -> dict[str, tuple[int, ...]]:
    """An indicator of each commune, charged to the one that held the file when the first missed promise was due."""
    asked = services.ask(plans()["KH322-2022"], load(session), now, through=through, known_at=known)
    (result,) = services.report(session, asked, now, indicators=[code], by=("commune",)).results
    found = {
        group["commune"]: tuple(getattr(figure, name) or 0 for name in BY_COMMUNE[code])
        for group, figure in result.groups
    }
    return {unit: numbers for unit, numbers in found.items() if any(numbers)}


def drawn(random: Random, days: int, count: int) -> list[tuple[date, datetime]]:
    return [
        (
            FIRST + timedelta(days=random.randrange(days)),
            datetime(2022, 1, 2) + timedelta(minutes=random.randrange(days * 1440)),
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize("seed", [3])
def test_the_invented_province(app, session, tmp_path, seed):
    app.config["CASEMGR_TODAY"] = "2022-06-15"
    build(session, cases=170, seed=seed, today=date(2022, 6, 15))
    now = datetime(2022, 6, 15, 20)
    pairs = [*drawn(Random(seed), 160, 4), (date(2022, 5, 31), now), (date(2022, 6, 15), None)]
    seen = agree(session, tmp_path, now, pairs)
    for code, name in (("TE-2", "numerator"), ("TE-2", "not_due"), ("BD-1", "second_d")):
        assert seen[code, name] > 1, (code, name)
    assert seen["MT-1", "numerator"] > 5
    assert seen["NCC-1", "numerator"] > 5
    assert seen["MT-1", "denominator"] > 5, "the list of the police"
    assert seen["TE-2", "denominator"] > seen["TE-2", "numerator"]
    assert seen["communes", "missed"] > 2
    assert all(seen["communes", code] > 2 for code in ("TE-2", "MT-1", "NCC-1"))
    assert seen["communes", "BD-1"] >= 1


def lists(session) -> None:
    """Both lists of the province: sent in July, put right in September; each time another person confirms."""
    plan, tree = plans()["KH322-2022"], load(session)
    for code, source in (("MT1.list", "CONG_AN_TINH"), ("NCC1.families", "SO_LDTBXH")):
        values = {"input": code, "unit": "89-20210101", "from": FIRST, "to": date(2022, 6, 30), "source": source,
                  "document": "1/BC", "document_date": date(2022, 7, 4), "value": Decimal(140), "note": "Sửa"}  # fmt: skip
        own = {"unit": "89-20210101"}
        made, _entry = reported.report(session, plan, values, author="a", now=datetime(2022, 7, 5), tree=tree, **own)
        reported.confirm(session, plan, made, on_seq=1, author="b", now=datetime(2022, 7, 10), **own)
        again = values | {"value": Decimal(130)}
        reported.correct(session, plan, made, again, on_seq=2, author="a", now=datetime(2022, 9, 1), tree=tree, **own)
        reported.confirm(session, plan, made, on_seq=3, author="b", now=datetime(2022, 9, 3), **own)
    session.commit()


def without_a_decision(random: Random) -> histories.History:
    """A family that lives well and whose file was never completed."""
    case = histories.History(random, "NCC")
    case.open(birth_year=None, sex=None)
    case.add("rated", {"level": "BANG", "year": 2022}, after=24)
    return case


def without_support(random: Random) -> histories.History:
    """A file in time, and nothing after it."""
    case = histories.History(random, "BD")
    case.open(birth_year=1995, age_group="TU_18", consent="CO")
    case.add("consented", {}, after=24)
    case.add("assessed", {"needs": {"NGHE": "yes"}, "coercion": 0}, after=24)
    return case


def moves(session, random: Random, written: list[histories.History]) -> None:
    """Files of adults and of families move too, some of them before their first deadline."""
    for case in written:
        opened, code = case.drafts[0], case.programme.code
        if code == "TE" or random.random() < 0.4:
            continue
        at = opened.occurred_at + timedelta(days=random.choice((2, 5, 12, 20, 50, 60)), minutes=random.randrange(1440))
        (to,) = {*histories.UNITS} - {opened.unit}
        moved = Draft(
            "transferred", at, "minute", "worker", to, at, coded={"to": to, "accepted": True},
            definition=case.programme.definition,
        )  # fmt: skip
        ledger.append(session, case.subject, [moved])
    session.commit()


@pytest.mark.parametrize("seed", [21, 23])
def test_random_histories_with_voids_exclusions_and_transfers(session, tmp_path, seed):
    few_units(session)
    written = histories.write(session, seed, 90)
    kinds = {draft.kind for case in written for draft in case.drafts}
    assert {"voided", "told", "transferred"} <= kinds
    assert rebuild(session, check=True)[1] == []
    written += histories.write(session, seed + 100, 30, kinds=(without_a_decision, without_support))
    moves(session, Random(seed), written)
    lists(session)
    now = datetime(2022, 12, 31, 20)
    known = [datetime(2022, 8, 1), datetime(2022, 9, 2), None]  # sent, put right but not confirmed, confirmed
    pairs = [*drawn(Random(seed), 364, 4), *((date(2022, 12, 31), each) for each in known)]
    seen = agree(session, tmp_path, now, pairs)
    assert seen["TE-2", "excluded"] > 0
    assert seen["communes", "missed"] == 2
    assert {code: seen["communes", code] for code in CODES} == dict.fromkeys(CODES, 2)
    assert seen["NCC-1", "numerator"] > 0
    assert seen["NCC-1", "denominator"] == seen["MT-1", "denominator"] == 140
