"""Each list of exceptions says why a case is on it, and empties itself when the cause is gone."""

import re
from datetime import date, datetime

import pytest

from casemgr.cases import services
from casemgr.detections import services as detections
from casemgr.people.identifiers import Birth
from casemgr.units.services import add_unit, close_unit
from casemgr.work.lists import supervision
from tests.accounts import make_user, sign_in
from tests.cases import files
from tests.cases.conftest import as_, clock, count_queries, who  # noqa: F401 - fixtures
from tests.cases.files import HERE, PLAN, SCREENED, plan_of, write
from tests.work.world import SERVED, VISIT, World, words


def emergency_untaken(w):
    subject, number = w.detected()
    yield number, "Nhận việc khẩn cấp: hạn 22/03/2022 08:00, quá 1 giờ"
    detections.take(w.session, subject, str(w.who.worker.id), w.by("2022-03-22T08:30"))


def detected_no_file(w):
    subject, number = w.detected(emergency=False, received="2022-03-01T08:00")
    detections.verify(w.session, subject, "substantiated", "Đã gặp.", w.by("2022-03-02T08:00"))
    yield number, "Mở hồ sơ: hạn 10/03/2022, quá 8 ngày làm việc"
    person = {"name": "Nguyễn Thị Bé", "sex": "nu", "birth": Birth(2011), "ethnicity": "kinh"}
    detections.open_file(w.session, subject, w.by("2022-03-22T08:30"), person=person)


def overdue(w):
    w.clock("2022-03-16T09:00")
    case, number = w.child(needs=())
    yield number, "Kế hoạch được phê duyệt: hạn 15/03/2022, quá 1 ngày làm việc"
    w.write(case, "assessed", {"needs": {code: ("yes", "") for code in PLAN}}, "2022-03-14")
    w.write(case, "met", {"present": ["CAN_BO", "CHU_TRI"], "conclusion": "x"}, "2022-03-14")
    plan = plan_of(w.session, case, w.who.worker, "2022-03-15")
    files.decide(w.session, case, plan, w.who.chair, "2022-03-15T11:00")


def suspect_released(w):
    case, number = w.child()
    w.write(case, "released", {"note": "Được tại ngoại."}, "2022-03-21T15:00")
    yield number, "Đánh giá lại khi đối tượng trở về: hạn 22/03/2022 15:00, còn 6 giờ"
    w.write(case, "screened", SCREENED | {"emergency": False, "a1": "TB"}, "2022-03-22T08:00", now=files.NOW)


def isolation_ending(w):
    case, number = w.child(emergency=True)
    shelter = {"measure": ["CACH_LY"], "isolation": True, "signer": "CHU_TICH"}
    w.write(case, "protected", shelter, "2022-03-08T21:15")
    yield number, "Kết thúc tạm thời cách ly trong 15 ngày: hạn 23/03/2022, còn 1 ngày"
    write(w.session, case, "isolation_ended", {"outcome": "VE_GIA_DINH", "note": "x"}, "2022-03-22T08:00",
          w.who.chair, now=files.NOW)  # fmt: skip


def high_risk_silent(w):
    case, number = w.child()
    w.clock("2022-04-22T09:00")
    yield number, "nguy cơ cao; lần gặp gần nhất 07/03/2022, cách đây 46 ngày"
    w.write(case, "visited", VISIT, "2022-04-21T09:00")


def plan_past_end(w):
    case, number = w.child()
    files.approve(w.session, case, plan_of(w.session, case, w.who.worker), w.who.chair)
    w.clock("2022-05-09T09:00")
    yield number, "Rà soát, đánh giá tình trạng trẻ em (Mẫu 06): hạn 30/04/2022"
    values = {"a1": "T", "a2": "T", "a3": "T", "result": "TIEP_TUC", "note": "x"}
    w.write(case, "reviewed", values, "2022-05-08")


def need_without_service(w):
    case, number = w.child()
    w.clock("2022-03-25T09:00")
    yield number, "«An toàn» và 4 nhu cầu khác: xác định ngày 07/03/2022, đã 18 ngày, chưa có dịch vụ"
    plan_of(w.session, case, w.who.worker)


def single_need(w):
    case, number = w.child(needs=("AN_TOAN",))
    yield number, "nguy cơ cao; đánh giá ngày 07/03/2022 chỉ nêu «An toàn»"
    answers = {c: ("yes", "") for c in PLAN}
    w.write(case, "assessed", {"needs": answers}, "2022-03-21")


def closed_without_outcome(w):
    case, number = w.child(risk="", needs=())
    closed = w.write(case, "closed", {"reason": "DU_TUOI", "note": "x"}, "2022-03-10")
    files.decide(w.session, case, closed, w.who.chair, "2022-03-11T08:00")
    yield number, "đóng ngày 11/03/2022"
    w.write(case, "served", SERVED | {"service": "TE-TV"}, "2022-03-10")


def date_missing(w):
    case, number = w.child(emergency=True)
    values = {"measure": ["BAO_CONG_AN"], "isolation": False, "signer": "CHU_TICH"}
    known = w.write(case, "protected", values, "2022-03-05")
    yield number, "Can thiệp khẩn cấp: thiếu ngày, giờ"
    services.void(w.session, case, known.id, reason="wrong_data", note="Thiếu giờ.", author=str(w.who.worker.id),
                  unit=HERE, now=files.NOW)  # fmt: skip
    w.write(case, "protected", values, "2022-03-04T20:00", now=files.NOW)


def burst(w):
    case, number = w.child()
    made = [
        w.write(case, "visited", VISIT, f"2022-03-{day}T08:00", now=datetime(2022, 3, 15, 10, 0))
        for day in ("08", "09", "10", "11")
    ]
    yield number, "4 bản ghi cho việc đã qua, nhập đến 15/03/2022 10:00, ngay trước hạn 15/03/2022"
    services.void(w.session, case, made[0].id, reason="double", note="x", author=str(w.who.worker.id), unit=HERE,
                  now=files.NOW)  # fmt: skip


def recorded_late(w):
    case, number = w.child()
    entry = w.write(case, "visited", VISIT, "2022-03-08T08:00", now=datetime(2022, 3, 20, 9, 0))
    yield number, "«Thăm hộ, gặp trẻ» ngày 08/03, nhập 20/03/2022, muộn 12 ngày"
    files.decide(w.session, case, entry, w.who.chair, "2022-03-21T08:00")


def sent_back(w):
    """As it waits for the worker to mend it, the line says so."""
    case, number = w.child()
    entry = w.write(case, "visited", VISIT, "2022-03-08T08:00", now=datetime(2022, 3, 20, 9, 0))
    files.decide(w.session, case, entry, w.who.chair, "2022-03-21T08:00", "returned")
    yield number, "muộn 12 ngày, đã trả lại, chờ đính chính"
    services.void(w.session, case, entry.id, reason="double", note="x", author=str(w.who.worker.id), unit=HERE,
                  now=files.NOW)  # fmt: skip


def worker_left(w):
    _case, number = w.child()
    w.who.worker.active = False
    yield number, "tài khoản đã khóa"
    w.who.worker.active = True


SENT_BACK = {"recorded-late": sent_back}
SCENES = {
    scene.__name__.replace("_", "-"): scene
    for scene in (
        emergency_untaken, detected_no_file, overdue, suspect_released, isolation_ending, high_risk_silent, plan_past_end,
        need_without_service, single_need, closed_without_outcome, date_missing, burst, recorded_late, worker_left,
    )
}  # fmt: skip


@pytest.mark.parametrize(("code", "scene"), [*SCENES.items(), *SENT_BACK.items()])
def test_a_list_says_why_and_empties_itself(session, as_, who, clock, code, scene):  # noqa: F811
    world = World(session, who, clock)
    scene = scene(world)
    number, why = next(scene)
    session.commit()
    chair, auditor = as_("chair"), as_("auditor")
    page = chair.get(f"/exceptions/{code}").text
    assert number in page
    assert why in words(page)
    assert f'href="/exceptions/{code}"' in chair.get("/exceptions").text
    read = auditor.get(f"/exceptions/{code}").text
    assert number in read
    assert not [name for name in ("Kha N.", "Bé N.", "Người dùng") if name in read], "an auditor sees numbers only"
    assert as_("worker").get(f"/exceptions/{code}").status_code in (403, 303)
    assert next(scene, None) is None  # the cause goes
    session.commit()
    assert number not in chair.get(f"/exceptions/{code}").text
    assert f'href="/exceptions/{code}"' not in chair.get("/exceptions").text


def test_every_list_of_the_file_has_its_scene():
    # conflict: tests/handover/test_conflict.py; the others below
    assert set(supervision().lists) - set(SCENES) == {"few-needs", "burst-many", "conflict"}


def test_overdue_is_one_thing_everywhere(session, as_, who, clock):  # noqa: F811
    """The day, the case page, the list of files, the caseload and the exceptions say the same of the same minute."""
    _case, number = World(session, who, clock).child(needs=())
    session.commit()
    chair, worker, said = as_("chair"), as_("worker"), []
    for moment in ("2022-03-15T23:59", "2022-03-16T00:01"):  # seven working days after Friday 04/03
        clock(moment)
        sign_in(chair, who.chair), sign_in(worker, who.worker)
        said.append(
            {
                "exceptions": words(chair.get("/exceptions/overdue").text).count("Kế hoạch được phê duyệt: hạn 15/03"),
                "file": words(worker.get(f"/cases/{number}").text).count(
                    "Kế hoạch được phê duyệt · quá 1 ngày làm việc"
                ),
                "day": words(worker.get("/").text).count("Quá hạn ("),
                "list": number in chair.get("/cases?overdue=y").text,
                "caseload": re.search(r"(\d+) hồ sơ có việc quá hạn", words(chair.get("/caseload").text))[1],
            }
        )
    assert list(said[0].values()) == [0, 0, 0, False, "0"]
    assert list(said[1].values()) == [1, 1, 1, True, "1"]


def test_the_lists_are_narrowed_to_a_unit_that_the_reader_looks_over(session, as_, who, clock):  # noqa: F811
    here, elsewhere = World(session, who, clock).child(needs=())[1], []
    for n in range(2):
        case, number = files.open_child(session, who, name=f"Chau Rít {n}", unit=files.THERE, emergency=False)
        screened = SCREENED | {"emergency": False}
        write(session, case, "screened", screened, "2022-03-04T17:40", who.worker, files.THERE)
        elsewhere.append(number)
    session.commit()
    clock("2022-04-22T09:00")
    district = as_("district")

    def late(page: str) -> int:
        return int(re.search(r"Việc quá hạn theo quy định (\d+)", words(page))[1])

    every, theirs = (district.get(f"/exceptions{asked}").text for asked in ("", f"?unit={files.THERE}"))
    assert late(every) > late(theirs) > 0
    assert late(every) == late(theirs) + late(district.get(f"/exceptions?unit={HERE}").text)
    assert f'<option value="{files.THERE}" selected>' in theirs
    assert f'href="/exceptions/overdue?unit={files.THERE}"' in theirs

    page = district.get(f"/exceptions/overdue?unit={files.THERE}").text
    assert here not in page
    assert all(number in page for number in elsewhere)
    assert "Chỉ của thị trấn Tri Tôn." in words(page)
    assert f"({late(theirs)})" in words(page)
    assert f'<a href="/exceptions?unit={files.THERE}">' in page
    rule = re.search(r'href="(/exceptions/overdue\?[^"]*rule=[^"]*)"', page)[1].replace("&amp;", "&")
    assert f"unit={files.THERE}" in rule
    assert here not in district.get(rule).text

    # A unit that is not the reader's changes nothing about what they see.
    for asked in (f"?unit={files.THERE}", "?unit=x"):
        page = as_("chair").get(f"/exceptions/overdue{asked}").text
        assert here in page
        assert not [number for number in elsewhere if number in page]
        assert "Chỉ của" not in page


@pytest.mark.parametrize("where", [files.PROVINCE, files.DISTRICT, "91-20250701"])
def test_a_role_in_what_has_ended_narrows_to_what_came_after(app, session, who, clock, where):  # noqa: F811
    ours, theirs = (
        files.open_child(session, who, name=name, unit=unit)[1]
        for name, unit in (("Nguyễn Văn Ân", HERE), ("Chau Rít", files.THERE))
    )
    session.commit()
    facts, last, told = {"valid_from": date(2025, 7, 1)}, date(2025, 6, 30), datetime(2025, 7, 2, 9, 0)
    add_unit(session, code="91", name="An Giang", kind="tinh", parent_id=None, **facts, now=told)
    for code, name, old in (("30502", "Núi Mới", HERE), ("30503", "Tri Mới", files.THERE)):
        add_unit(session, code=code, name=name, kind="xa", parent_id="91-20250701", **facts, now=told)
        close_unit(session, old, last, told, heirs=[(f"{code}-20250701", True)], act="NQ 1654")
    for district in (files.DISTRICT, "883-20210101"):
        close_unit(session, district, last, told, act="NQ 203")
    close_unit(session, files.PROVINCE, last, told, heirs=[("91-20250701", True)], act="NQ 202")
    session.commit()
    clock("2025-08-15T09:00")
    leader = sign_in(app.test_client(), make_user(session, "leader", ("supervisor", where)))
    every, one = (leader.get(f"/exceptions/overdue{asked}").text for asked in ("", "?unit=30502-20250701"))
    assert ours in every
    assert theirs in every
    assert "Chỉ của xã Núi Mới." in words(one)
    assert ours in one
    assert theirs not in one


def test_the_lists_take_as_many_queries_with_more_in_them(session, as_, who, clock, count_queries):  # noqa: F811
    world = World(session, who, clock)
    world.child()
    session.commit()
    clock("2022-04-22T09:00")
    taken = []
    for n in (0, 8):
        for each in range(n):
            world.child(name=f"Nguyễn Văn Ân {each}")
        session.commit()
        for path in ("/exceptions", "/exceptions/overdue", "/exceptions/high-risk-silent", "/caseload", "/"):
            as_("chair").get(path)
            with count_queries() as seen:
                as_("chair").get(path)
            taken.append((path, len(seen)))
    assert taken[:5] == taken[5:]
    assert max(n for _path, n in taken) <= 22, taken
