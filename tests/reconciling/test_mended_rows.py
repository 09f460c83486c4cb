"""A row of a list that was mended and received again is one person, however often it comes."""

from dataclasses import replace
from datetime import datetime

import pytest

from casemgr.coverage import silence
from casemgr.coverage.services import ask
from casemgr.people.identifiers import Identifier
from casemgr.people.rules import Birth
from casemgr.plans import plans
from casemgr.reconciling import as_known, services
from casemgr.registers import rows as stored
from casemgr.registers.repeats import repeated
from casemgr.units.loading import load
from tests.reconciling.conftest import NEIGHBOUR, NOW, NUMBER, UNIT, compare, known, on, received, row, state

POLICE = {"source": "CONG_AN_NGHIEN", "programme": "MT"}
BA = {"name": "Lê Văn Ba", "sex": "nam", "birth": Birth(1990, 2, 3)}
TU = {"name": "Trần Văn Tư", "birth": Birth(1985)}


def listed(session, known_at=datetime(2022, 5, 1)) -> list[int]:
    """How many persons the list has: on the page of the figure, and as it was known."""
    asked = ask(plans()["KH322-2022"], load(session), datetime(2022, 4, 6))
    return [
        silence.named_register(session, asked, "MT", None)["register"],
        as_known.listed(session, "MT", NOW.date(), None, known_at).persons,
    ]


def send(session, *rows, to=None):
    subject = received(session, *rows, adds_to=to, **POLICE)
    compare(session, subject)
    return subject


@pytest.mark.usefixtures("sound")
def test_mended_rows_sent_twice_count_once(place):
    first = send(place, row(2, **BA), row(3, **TU, home=NEIGHBOUR))
    once = send(place, row(2, name="Phạm Văn Năm", birth=Birth(1991)), row(3, name="Đỗ Văn Sáu"), to=first)
    assert listed(place) == [4, 4]
    # The same two once more, in other lines of another file, and one that had not come before.
    twice = send(place, row(5, name="Đỗ Văn Sáu"), row(6, name="Phạm Văn Năm", birth=Birth(1991)), row(7, name="Võ Văn Bảy"), to=first)  # fmt: skip
    assert listed(place) == [5, 5]
    said = [state(place, part, n).said for part, lines in ((once, (2, 3)), (twice, (5, 6))) for n in lines]
    assert sorted(said) == ["duplicate", "duplicate", "nobody", "nobody"]
    for again in (first, once, twice):
        compare(place, again)
    assert listed(place) == [5, 5]


@pytest.mark.usefixtures("sound")
def test_the_mended_row_stands_for_the_doubtful_one_unless_somebody_wrote_about_that(place):
    first = send(place, replace(row(2, **BA), doubts=("id_lost",)), replace(row(3, **TU), code="M7"))
    mended = send(place, row(2, **BA, identifiers=NUMBER), to=first)
    assert [state(place, each, 2).said for each in (first, mended)] == ["duplicate", "nobody"]
    services.dispute(place, stored.get(place, first), 3, "Không ở xã", on())
    last = send(place, replace(row(2, **(TU | {"birth": Birth(1986)})), code="M7"), to=first)
    assert (state(place, first, 3).dispute is not None, state(place, last, 2).said) == (True, "duplicate")
    assert listed(place) == [2, 2]


@pytest.mark.usefixtures("sound")
def test_whoever_is_matched_in_one_part_of_a_list_is_not_counted_in_another(place):
    known(place, **BA, mother="Lê Thị Sáu", home=UNIT, identifiers=NUMBER)
    first = send(place, row(2, name="Lê Văn Ba", birth=Birth(1990), identifiers=NUMBER))
    other = (Identifier("cccd", "089310009999"),)
    mended = send(place, row(7, **BA, mother="Lê Thị Sáu"), row(8, name="Lê Văn Ba", birth=Birth(1990), identifiers=other), to=first)  # fmt: skip
    assert [state(place, part, n).said for part, n in ((first, 2), (mended, 7))] == ["matched", "duplicate"]
    for again in (first, mended):
        compare(place, again)
    assert [state(place, part, n).said for part, n in ((first, 2), (mended, 7))] == ["matched", "duplicate"]
    assert listed(place) == [2, 2]


def test_which_row_is_a_row_once_more():
    id_, other = (Identifier("cccd", "089310001234"),), (Identifier("cccd", "089310009999"),)
    coded = lambda n, code, **person: replace(row(n, **person), code=code)  # noqa: E731
    pairs = [
        (row(2, **BA), row(9, **BA), True),
        (row(2, **BA), row(9, **BA, identifiers=id_), True),
        (row(2, **BA, identifiers=id_), row(9, name="Lê Văn Bá", identifiers=id_), True),
        (row(2, **BA, identifiers=id_), row(9, name="Lê Văn Bá", identifiers=other), False),
        (row(2, **BA, home=UNIT), row(9, **BA, home=NEIGHBOUR), False),
        (row(2, **TU), row(9, **TU), True),
        (row(2, **TU), row(9, **TU, mother="Trần Thị Lệ"), False),  # a year alone tells too little
        (coded(2, "A1", **TU), coded(9, "a1", **(TU | {"birth": Birth(1986)})), True),
        (coded(2, "A1", **TU), coded(9, "A1", **(TU | {"name": "Trần Văn Tứ Hải"})), True),
        (coded(2, "A1", **TU), coded(9, "A1", **BA), False),  # the source counts anew in each file
        (coded(2, "A1", **TU), coded(9, "A2", **TU), False),
    ]
    found = [bool(repeated([old], [new])) for old, new, _same in pairs]
    assert found == [same for _old, _new, same in pairs]
    assert repeated([row(2, **TU)], [row(3, **TU), row(4, **TU)]) == [(2, 3)], "two of the same name may be two people"
