"""The lists that compare communes or add up several files: they say why, and empty themselves."""

from datetime import datetime

from casemgr.cases import services
from tests.cases import files
from tests.cases.conftest import as_, clock, who  # noqa: F401 - fixtures
from tests.cases.files import HERE, PLAN, SCREENED, open_child, write
from tests.work.world import VISIT, World, words


def test_few_needs_are_told_by_commune_and_the_list_empties_itself(session, as_, who, clock):  # noqa: F811
    world, made = World(session, who, clock), []
    for n in range(5):
        made.append(world.child(needs=("AN_TOAN",), name=f"Trần Văn Ba {n}")[0])
        case, _number = open_child(session, who, name=f"Chau Rít {n}", unit=files.THERE, emergency=False)
        write(session, case, "screened", SCREENED | {"emergency": False}, "2022-03-04T17:40", who.worker, files.THERE)
        answers = {"needs": {code: ("yes", "") for code in PLAN}}
        write(session, case, "assessed", answers, "2022-03-07", who.worker, files.THERE)
    session.commit()
    page = words(as_("chair").get("/exceptions/few-needs").text)
    assert "xã Núi Tô Trẻ em 1,0 3,0 5" in page
    assert "thị trấn Tri Tôn" not in page
    assert 'href="/exceptions/few-needs"' in as_("chair").get("/exceptions").text
    for case in made[:4]:  # looked at again: they need as much as elsewhere
        world.write(case, "assessed", answers, "2022-03-21")
    session.commit()
    assert "Không có xã nào trong danh sách này." in as_("chair").get("/exceptions/few-needs").text
    assert 'href="/exceptions/few-needs"' not in as_("chair").get("/exceptions").text


def test_few_files_say_nothing_about_a_commune(session, as_, who, clock):  # noqa: F811
    world = World(session, who, clock)
    for n in range(4):
        world.child(needs=("AN_TOAN",), name=f"Trần Văn Ba {n}")
    case, _number = open_child(session, who, name="Chau Rít", unit=files.THERE, emergency=False)
    write(session, case, "screened", SCREENED | {"emergency": False}, "2022-03-04T17:40", who.worker, files.THERE)
    session.commit()
    assert "Không có xã nào trong danh sách này." in as_("chair").get("/exceptions/few-needs").text


def _burst(session, who, clock, per_file: int, *writers):  # noqa: F811
    """Three files of a worker, each with as many visits by each writer put down on the day before the plan was due."""
    world, made = World(session, who, clock), []
    for n in range(3):
        case, _number = world.child(name=f"Trần Văn Ba {n}")
        for k in range(per_file):
            for author in writers or (who.worker,):
                when, now = f"2022-03-{8 + k:02}T08:00", datetime(2022, 3, 15, 10, 0)
                made.append((case, write(session, case, "visited", VISIT, when, author, now=now)))
    session.commit()
    return made


def test_a_burst_over_several_files_is_told_by_who_wrote(session, as_, who, clock):  # noqa: F811
    made = _burst(session, who, clock, 4)
    page = words(as_("chair").get("/exceptions/burst-many").text)
    assert f"15/03/2022 {who.worker.full_name} xã Núi Tô 12 3" in page
    read = words(as_("auditor").get("/exceptions/burst-many").text)
    assert "12 3" in read
    assert who.worker.full_name not in read, "an auditor sees the account only"
    case, entry = made[0]
    services.void(session, case, entry.id, reason="double", note="x", author=str(who.worker.id), unit=HERE,
                  now=files.NOW)  # fmt: skip
    session.commit()
    assert "Không có lần nhập dồn nào." in as_("chair").get("/exceptions/burst-many").text


def test_a_burst_of_several_people_is_told_by_commune(session, as_, who, clock):  # noqa: F811
    made = _burst(session, who, clock, 2, who.worker, who.other)
    page = words(as_("district").get("/exceptions/burst-many").text)
    assert "15/03/2022 nhiều người xã Núi Tô 12 3" in page
    assert who.worker.full_name not in page, "neither of them alone wrote so much"
    assert 'href="/exceptions/burst-many"' in as_("district").get("/exceptions").text
    case, entry = made[0]
    services.void(session, case, entry.id, reason="double", note="x", author=str(who.worker.id), unit=HERE,
                  now=files.NOW)  # fmt: skip
    session.commit()
    assert "Không có lần nhập dồn nào." in as_("district").get("/exceptions/burst-many").text
    assert 'href="/exceptions/burst-many"' not in as_("district").get("/exceptions").text


def test_one_file_alone_is_no_burst_over_several(session, as_, who, clock):  # noqa: F811
    _burst(session, who, clock, 3)
    assert "Không có lần nhập dồn nào." in as_("chair").get("/exceptions/burst-many").text
