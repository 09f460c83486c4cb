"""What stands beside a figure: who has not confirmed the month, the ledger of exclusions, two lists that overlap."""

import json
import re
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

import pytest

from casemgr.detections import monthly
from casemgr.detections import services as detections
from casemgr.detections.drafts import Seen
from casemgr.people.identifiers import Identifier
from casemgr.people.rules import Birth
from casemgr.reconciling import as_known, queries, services
from casemgr.refused import Refused
from casemgr.registers import rows as stored
from tests.accounts import make_user, sign_in
from tests.reconciling.conftest import (
    BE,
    CHILD,
    DISTRICT,
    KHA,
    NEIGHBOUR,
    NOW,
    NUMBER,
    PROVINCE,
    UNIT,
    compare,
    filed,
    on,
    received,
    row,
    state,
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("sound")
MARCH = date(2022, 3, 1)


def test_a_commune_confirms_its_month_by_name_and_again_when_it_changes(reading_as, client, place):
    filed(place, **BE)
    worker = make_user(place, "hoa", ("worker", UNIT, "TE"))
    above = reading_as(make_user(place, "huyen", ("supervisor", DISTRICT)))
    sign_in(client, worker)
    page = client.get("/detections/months")
    assert "Xác nhận số phát hiện tháng 03/2022" in page.text
    assert "Xác nhận 1 trường hợp" in page.text
    form = client.form("/detections/months", 1)
    assert client.post("/detections/months", data=form | {"number": "0"}).status_code == 303  # not what is there
    assert "chưa xác nhận" in client.get("/detections/months").text
    assert client.post("/detections/months", data=client.form("/detections/months", 1)).status_code == 303
    shown = client.get("/detections/months").text
    assert "đã xác nhận" in shown
    assert worker.full_name in shown
    # From above it is seen who has not; nobody confirms for a commune.
    listed = above.get("/detections/months").text
    assert re.search(r"\d+ trong \d+ chưa xác nhận", listed)
    assert "<button" not in listed[listed.index("<h1") : listed.index("</main")]
    assert above.post("/detections/months", data=form).status_code == 404
    assert "1 trong 2 xã, phường, thị trấn chưa xác nhận" in above.get("/coverage/KH322-2022?period=nam").text
    filed(place, "2022-03-20T08:00", **KHA)
    place.commit()
    assert "đã xác nhận 1, nay khác" in client.get("/detections/months").text


def test_a_month_that_is_not_over_is_not_confirmed(place):
    with pytest.raises(Refused):
        monthly.confirm(place, UNIT, "TE", date(2022, 4, 1), 0, author="w", now=NOW)
    monthly.confirm(place, UNIT, "TE", MARCH, 0, author="w", now=NOW)
    found = monthly.months_of(place, [UNIT, NEIGHBOUR], ["TE"], MARCH)
    assert {unit: month.confirmed for (unit, _p), month in found.items()} == {UNIT: True, NEIGHBOUR: False}


def test_the_ledger_of_exclusions_says_what_each_did_to_the_figure(client, place):
    _person, first, number = filed(place, **BE)
    _person, second, other = filed(place, "2022-03-06T08:00", **KHA)
    by = detections.By("worker", UNIT, NOW, (NOW, "minute"), uuid4())
    above = replace(by, author="district", unit=DISTRICT, entry_id=None)
    for subject in (first, second):
        asked = detections.ask_exclusion(place, subject, "MAT", "7/GCT", "", replace(by, entry_id=None))
        if subject == first:
            detections.decide(place, subject, asked.id, "approved", "", above)
    sign_in(client, make_user(place, "kt", ("auditor", PROVINCE)))
    page = client.get("/registers/exclusions")
    for shown in ("Đã mất", "7/GCT", "bớt 1 trường hợp chưa đạt khỏi tổng số phải tính", "chờ cấp trên: vẫn được tính"):
        assert shown in page.text, shown
    assert not {BE["name"], KHA["name"]} & set(re.findall(r">([^<]+)<", page.text))
    shares = page.text[page.text.index("theo đơn vị") :]
    # One district: unfolded; its line alone says received, substantiated, at risk and excluded.
    assert '<details class="fold" open>' in shares
    line = "Tiếp nhận: 2 · Đã xác minh, đúng: 1 · Có nguy cơ, ngoài diện tính: 0 · Không tính (đã duyệt): 1"
    assert line in " ".join(shares.split())
    assert re.findall(r'data-label="[^"]*">(\d+)<', shares)[:7] == ["2", "1", "0", "0", "0", "1", "0"]


def test_a_row_left_out_stands_on_the_same_ledger(client, place):
    register = received(place, row(2, **BE), row(3, **KHA), row(4, name="Lâm Quốc Khang"))
    compare(place, register)
    found = stored.get(place, register)
    above = replace(on(author="district"), unit=DISTRICT)
    for number in (2, 3):
        services.ask_exclusion(place, found, number, "MAT", f"{number}/GCT", "", on())
    asked = state(place, register, 2).asked
    services.decide(place, found, 2, asked.id, "approved", "", above, UNIT)
    sign_in(client, make_user(place, "kt", ("auditor", PROVINCE)))
    page = client.get("/registers/exclusions").text
    for shown in ("Dòng 2", "2/GCT", "bớt 1 khỏi số người của danh sách", "Dòng 3", "chờ cấp trên: vẫn được tính"):
        assert shown in page, shown
    assert "Dòng 4" not in page
    assert BE["name"] not in page


def test_two_lists_overlap(client, place):
    numbers = [(Identifier("cccd", f"0893100{n:05d}"),) for n in range(8)]
    names = ("Khang", "Đạt", "Phát", "Toàn", "Vinh", "Sang", "Loan", "Oanh")
    people = [
        {"name": f"Lâm Quốc {n}", "birth": Birth(2009), "identifiers": i} for n, i in zip(names, numbers, strict=True)
    ]
    for source, some in (("TONG_DAI_111", people[:6]), ("GIAO_DUC", people[3:])):
        compare(place, received(place, *(row(n, **p) for n, p in enumerate(some, 2)), source=source))
    sign_in(client, make_user(place, "huyen", ("supervisor", PROVINCE, "TE")))
    page = client.get("/registers/overlap").text
    # (6 + 1)(5 + 1)/(3 + 1) − 1 = 9.5
    assert "Ước lượng có khoảng 10 người" in page
    assert "Đã thấy 8 người" in page
    assert "độc lập" in page
    assert "Lâm Quốc" not in page


def test_a_named_register_stands_beside_the_number_that_was_sent(app, client, place):
    from casemgr.coverage import silence
    from casemgr.coverage.services import ask
    from casemgr.plans import plans
    from casemgr.units.loading import load

    register = received(
        place, row(2, name="Lê Văn Ba", birth=Birth(1990), identifiers=NUMBER), row(3, name="Trần Văn Tư", home=NEIGHBOUR),
        source="CONG_AN_NGHIEN", programme="MT",
    )  # fmt: skip
    compare(place, register)
    asked = ask(plans()["KH322-2022"], load(place), datetime(2022, 4, 6))
    assert silence.named_register(place, asked, "MT", None) == {"register": 2, "register_filed": 0}
    assert silence.named_register(place, asked, "MT", frozenset({UNIT}))["register"] == 1
    assert silence.named_register(place, asked, "NCC", None) == {}
    # In the command, and on both pages.
    place.commit()
    command = ["coverage", "KH322-2022", "--indicator", "MT-1", "--through", "2022-04-06", "--format", "json"]
    said = json.loads(app.test_cli_runner().invoke(args=command).output)["indicators"][0]["beside"]
    assert (said["register"], said["register_filed"]) == (2, 0)
    sign_in(client, make_user(place, "tinh", ("supervisor", PROVINCE)))
    for page in ("/coverage/KH322-2022", "/coverage/KH322-2022/MT-1"):
        assert "danh sách có tên: 2 người, 0 có hồ sơ" in client.get(page).text


def test_mended_rows_are_rows_of_their_list(client, place):
    """Added later, they are the newest that came in, but not the list."""
    from casemgr.coverage import silence
    from casemgr.coverage.services import ask
    from casemgr.plans import plans
    from casemgr.units.loading import load

    police = {"source": "CONG_AN_NGHIEN", "programme": "MT"}
    people = [row(n, name=f"Lê Văn {n}", birth=Birth(1990)) for n in range(2, 7)]
    first = received(place, *people[:4], **police)
    compare(place, first)
    compare(place, received(place, people[4], adds_to=first, **police))
    asked = ask(plans()["KH322-2022"], load(place), datetime(2022, 4, 6))
    assert silence.named_register(place, asked, "MT", None) == {"register": 5, "register_filed": 0}
    assert as_known.listed(place, "MT", NOW.date(), None, datetime(2022, 5, 1)) == as_known.Listed(5, 0)


def test_lists_that_overlap_are_compared_once_with_what_was_added_to_them(client, place):
    numbers = [(Identifier("cccd", f"0893100{n:05d}"),) for n in range(6)]
    some = [
        {"name": f"Lâm Quốc {n}", "birth": Birth(2009), "identifiers": i}
        for n, i in zip("ABCDEG", numbers, strict=True)
    ]
    first = received(place, *(row(n, **p) for n, p in enumerate(some[:4], 2)))
    compare(place, first)
    compare(place, received(place, row(2, **some[4]), adds_to=first))
    compare(place, received(place, *(row(n, **p) for n, p in enumerate(some[2:], 2)), source="GIAO_DUC"))
    filed(
        place, "2022-02-02T08:00", **BE
    )  # by a school: beside the list of the hotline, not beside that of the schools
    sign_in(client, make_user(place, "huyen", ("supervisor", PROVINCE, "TE")))
    page = client.get("/registers/overlap").text
    # (5 + 1)(4 + 1)/(3 + 1) − 1 = 6.5
    assert "Đã thấy 6 người" in page
    assert len(re.findall("<h3", page)) == 2, "the two lists, and one beside what was detected here"


def test_an_overlap_of_which_nothing_can_be_said(client, place):
    compare(place, received(place, row(2, name="Lâm Quốc Tuấn", birth=Birth(2009))))
    sign_in(client, make_user(place, "huyen", ("supervisor", PROVINCE, "TE")))
    assert "Chưa có hai nguồn độc lập cùng thời gian." in client.get("/registers/overlap").text
    compare(place, received(place, row(2, name="Đỗ Thị Loan", birth=Birth(2010)), source="GIAO_DUC"))
    page = client.get("/registers/overlap").text
    assert "chưa đủ căn cứ ước lượng: chưa có ai ở cả hai nguồn" in page
    assert "Ước lượng có khoảng" not in page
    compare(place, received(place, row(2, name="Đỗ Thị Loan", birth=Birth(2010)), source="Y_TE", unit=DISTRICT))
    assert client.get("/registers/overlap").text.count("<h3") == 1, "lists of different areas are not compared"


def test_a_register_is_known_from_when_it_was_received(place):
    """What is known at a time is what was answered, left out and filed by then."""
    _person, subject, _number = filed(place, **BE, identifiers=NUMBER)
    register = received(
        place,
        row(2, name=BE["name"], identifiers=NUMBER),
        row(3, name="Lâm Quốc Tuấn", birth=Birth(2009)),
        row(4, name="Lâm Quốc Tuấn", birth=Birth(2009), same_as=3),
        row(5, name="Trần Văn Tư", birth=Birth(2010), home=NEIGHBOUR),
        row(6, name="Đỗ Văn Năm", birth=Birth(2011)),
    )
    compare(place, register)
    found, through = stored.get(place, register), NOW.date()
    before = datetime(2022, 4, 1)
    assert as_known.listed(place, "TE", through, None, before) is None, "not yet received"
    known = lambda units=None: as_known.listed(place, "TE", through, units, datetime(2022, 5, 1))  # noqa: E731
    assert known() == as_known.Listed(4, 1)
    assert known(frozenset({NEIGHBOUR})) == as_known.Listed(1, 0)
    services.ask_exclusion(place, found, 3, "NGOAI_DIA_BAN", "12/CV", "", on())
    asked = state(place, register, 3).asked
    services.decide(place, found, 3, asked.id, "approved", "", on("district", DISTRICT), UNIT)
    assert known() == as_known.Listed(3, 1)
    by = detections.By("worker", UNIT, NOW, (NOW, "minute"), uuid4())
    asked = detections.ask_exclusion(place, subject, "MAT", "7/GCT", "", by)
    above = replace(by, author="district", unit=DISTRICT, entry_id=None)
    detections.decide(place, subject, asked.id, "approved", "", above)
    assert known() == as_known.Listed(2, 0)
    counted = queries.counts(place, found, queries.of_units(None), datetime(2022, 5, 1))
    assert sum(n for name, n in counted.items() if name not in (queries.TWICE, queries.NOT_COUNTED)) == 2
    assert counted[queries.FILED] == 0


def test_somebody_filed_between_two_lists_is_one_person_on_both(client, place):
    """The first list found a detection, the second the person that it had become."""
    seen = Seen(name=BE["name"], sex="nu", birth=BE["birth"])
    at = (datetime(2022, 3, 5, 8), "minute")
    report = detections.Report(at, source="TRUONG_HOC", persons=[(seen, CHILD)])
    subject = detections.report(place, "TE", report, author="worker", unit=UNIT, now=at[0]).detected[0][0]
    first = received(place, row(2, **BE))
    compare(place, first)
    found = state(place, first, 2)
    if found.who is None:
        services.answer(place, stored.get(place, first), 2, "same", ("detected", subject), on())
    by = detections.By("worker", UNIT, NOW, (NOW, "minute"))
    detections.verify(place, subject, "substantiated", "Đã gặp trẻ", by)
    detections.open_file(place, subject, by, person=BE)
    compare(place, received(place, row(2, **BE), source="GIAO_DUC"))
    sign_in(client, make_user(place, "tinh", ("supervisor", PROVINCE, "TE")))
    page = client.get("/registers/overlap").text
    assert "Đã thấy 1 người" in page
    assert "chưa có ai ở cả hai nguồn" not in page
