"""Closing a period: two people, one seal, never changed again; corrected by another report; checked anywhere."""

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from random import Random
from uuid import UUID

import pytest
import sqlalchemy as sa

from casemgr.audit import closing, left_open, offline, outside, sheets, standing
from casemgr.audit.models import ReportBody, Seal
from casemgr.cases.models import Verdict
from casemgr.clock import now
from casemgr.demo import attacks
from casemgr.detections.models import ConfirmedMonth
from casemgr.ledger import services as ledger
from casemgr.plans import plans
from casemgr.plans import services as reported
from casemgr.programmes.words import Text
from casemgr.refused import Refused
from casemgr.units.loading import load
from tests.accounts import make_user, sign_in
from tests.coverage import histories
from tests.ledger.build import draft
from tests.pages import text_of

PROVINCE, COMMUNE = "89-20210101", "30547-20210101"
DAY = "2022-12-31"


@pytest.fixture
def desk(place, client):
    """The pages as two coordinators, an auditor and a commune see them."""
    client.application.config["CASEMGR_TODAY"] = DAY
    histories.write(place, 11, 40)
    users = {
        "one": make_user(place, "one", ("coordinator", PROVINCE)),
        "two": make_user(place, "two", ("coordinator", PROVINCE)),
        "auditor": make_user(place, "auditor", ("auditor", PROVINCE)),
        "commune": make_user(place, "commune", ("supervisor", COMMUNE)),
    }
    return lambda who: sign_in(client.application.test_client(), users[who])


def sealed(place, desk, query="") -> tuple[str, closing.Report]:
    made = desk("one").post("/reports/new" + query, data={
        "period": "KH322-2022/6-thang-dau", "unit": PROVINCE, "basis": "as_were"})  # fmt: skip
    assert made.status_code == 303
    done = desk("two").post(made.location + "/approve")
    assert done.status_code == 303
    return made.location, closing.find(place, UUID(made.location.rpartition("/")[2]))


def test_a_report_is_sealed_by_a_second_person_and_never_changes(place, desk):
    path, report = sealed(place, desk)
    assert report.status == "sealed"
    before = closing.raw(place, report)
    said = json.loads(before)
    t = datetime(2022, 6, 30, 23, 59, 59)
    query = sa.select(Verdict.verdict, sa.func.count()).where(
        Verdict.programme == "TE", Verdict.start <= t, Verdict.end > t, Verdict.counted_at >= datetime(2022, 1, 1)
    )
    found = dict(place.execute(query.group_by(Verdict.verdict)).all())
    te2 = next(i for i in said["indicators"] if i["code"] == "TE-2")
    assert te2["numerator"] == found.get("met", 0)
    assert te2["denominator"] == sum(found.get(v, 0) for v in ("met", "missed", "unknown"))
    assert place.get(Seal, (ledger.province(), report.seal)).digest.hex() == said["seal"]["digest"]
    # a thousand later entries, of old days too, into these very ledgers
    subjects = place.scalars(sa.select(ledger.SUBJECTS.c.id).where(ledger.SUBJECTS.c.kind == "case")).all()
    moment = datetime(2023, 1, 2, 8)
    later = [draft("visited", n, occurred_at=datetime(2022, 3, 1, 8), recorded_at=moment) for n in range(25)]
    ledger.append_many(place, [(subject, later) for subject in subjects[:40]])
    place.commit()
    again = closing.compose(place, report, report.known_at, place.get(Seal, (ledger.province(), report.seal)))
    assert sha256(again).digest() == sha256(before).digest()
    assert closing.raw(place, report) == before
    assert standing.verify(place, report) == []
    with pytest.raises(Refused, match="không sửa"):
        closing.approve(place, report, author="x", at=PROVINCE, now=datetime(2022, 12, 31))
    place.rollback()
    refused = desk("two").post(path + "/approve")
    assert refused.status_code == 400
    assert "Báo cáo đã chốt thì không sửa nữa. Hãy lập báo cáo điều chỉnh." in text_of(refused)


def test_nobody_approves_their_own_report_and_a_commune_sees_none_above(place, desk):
    made = desk("one").post("/reports/new", data={
        "period": "KH322-2022/quy-1", "unit": PROVINCE, "basis": "as_were"})  # fmt: skip
    own = desk("one").get(made.location)
    assert "Người lập báo cáo không tự phê duyệt" in text_of(own)
    assert desk("one").post(made.location + "/approve").status_code == 403
    assert "Phê duyệt và chốt số liệu" in text_of(desk("two").get(made.location))
    assert desk("auditor").post(made.location + "/approve").status_code == 403
    assert desk("commune").get(made.location).status_code == 404
    assert desk("auditor").get(made.location + "/bundle").status_code == 404  # not sealed yet
    late = desk("one").post("/reports/new", data={"period": "KH322-2022/nope", "unit": PROVINCE, "basis": "x"})
    assert late.status_code == 422
    desk("one").application.config["CASEMGR_TODAY"] = "2022-03-31"
    early = desk("one").post("/reports/new", data={"period": "KH322-2022/nam", "unit": PROVINCE, "basis": "as_were"})
    assert early.status_code == 422
    assert 'id="period-error"' in early.text


def test_before_it_is_sealed_a_report_says_which_communes_have_not_confirmed(place, desk):
    made = desk("one").post("/reports/new", data={
        "period": "KH322-2022/6-thang-dau", "unit": PROVINCE, "basis": "as_were"})  # fmt: skip
    assert "Xã chưa xác nhận số phát hiện tháng 06/2022: Trẻ em 2" in text_of(desk("two").get(made.location))
    facts = {"month": date(2022, 6, 1), "number": 0, "programme": "TE", "author": "x", "at": datetime(2022, 7, 1)}
    row = facts | {"province": ledger.province(), "subject": UUID(int=77), "unit_id": COMMUNE}
    place.execute(sa.insert(ConfirmedMonth), [row])
    ledger.beat(place, [COMMUNE])
    place.commit()
    assert "Xã chưa xác nhận số phát hiện tháng 06/2022: Trẻ em 1" in text_of(desk("two").get(made.location))
    # What was open at the approval stays with the report, also when it is made up for later; on paper too.
    desk("two").post(made.location + "/approve")
    place.execute(sa.insert(ConfirmedMonth), [row | {"subject": UUID(int=78), "unit_id": "30544-20210101"}])
    place.commit()
    page = text_of(desk("one").get(made.location))
    assert "Còn lại khi phê duyệt" in page
    assert "Xã chưa xác nhận số phát hiện tháng 06/2022: Trẻ em: 1" in page
    report = closing.find(place, UUID(made.location.rpartition("/")[2]))
    paper = str(sheets.paper(report, closing.read(place, report)))
    assert "Xã chưa xác nhận số phát hiện tháng 06/2022: Trẻ em: 1" in paper
    assert "như vào ngày đó" in paper


def test_what_was_open_counts_no_cases_on_paper(app, place):
    with app.test_request_context():
        listed = [["pending", 3, "", ""], ["not_due", 7, "", ""], ["unknown", 0, "", ""], ["disputed", 2, "", ""]]
        assert left_open.on_paper(listed) == ["Đề nghị xem xét lại số liệu, trường hợp chưa trả lời: 2"]


def test_a_correction_says_which_figures_of_others_have_changed(place, desk):
    _path, old = sealed(place, desk)
    same_path, _same = sealed(place, desk, f"?corrects={old.subject}")
    assert f"Không chỉ tiêu nào khác báo cáo {old.number}" in text_of(desk("one").get(same_path))
    plan, own = plans()["KH322-2022"], {"unit": PROVINCE}
    values = {"input": "LD6.abroad", "from": date(2022, 1, 1), "to": date(2022, 6, 30), "source": "SO_LDTBXH",
              "document": "1/BC", "document_date": date(2022, 7, 4), "value": Decimal(214)} | own  # fmt: skip
    made, _entry = reported.report(place, plan, values, author="a", now=now(), tree=load(place), **own)
    reported.confirm(place, plan, made, on_seq=1, author="b", now=now(), **own)
    place.commit()
    path, _new = sealed(place, desk, f"?corrects={old.subject}")
    page = desk("one").get(path)
    assert "Lao động đi làm việc ở nước ngoài – 214" in text_of(page)
    assert "Không chỉ tiêu nào khác" not in text_of(page)
    assert desk("one").get(path + "/paper/docx").data[:2] == b"PK"


def test_a_correction_names_the_old_report_and_explains_the_difference(place, desk):
    path, old = sealed(place, desk)
    row = next(r for r in closing.read(place, old)["cases"]["TE"] if r[4] in ("met", "missed"))
    subject = UUID(row[0])
    opening = next(
        e for e in ledger.entries(place, subject) if e.kind == "opened"
    )  # written down late, it is not first
    void = draft("voided", occurred_at=now(), recorded_at=now(), voids=opening.id, coded={"reason": "wrong_data"})
    ledger.append(place, subject, [void])
    place.commit()
    new_path, new = sealed(place, desk, f"?corrects={old.subject}")
    said, before = closing.read(place, new), closing.read(place, old)
    assert (said["corrects"]["number"], said["corrects"]["digest"]) == (old.number, old.digest)
    for one, was in zip(said["indicators"], before["indicators"], strict=True):
        parts = said["corrects"]["parts"].get(one["code"])
        if parts is not None:
            assert sum(p["numerator"] for p in parts) == (one["numerator"] or 0) - (was["numerator"] or 0)
            assert sum(p["denominator"] for p in parts) == (one["denominator"] or 0) - (was["denominator"] or 0)
    causes = {p["cause"]: p["cases"] for p in said["corrects"]["parts"]["TE-2"]}
    assert causes == {"voided": [row[2]]}
    page = text_of(desk("auditor").get(new_path))
    assert f"Điều chỉnh báo cáo {old.number}" in page
    assert new.number in text_of(desk("auditor").get(path))


def test_the_bundle_is_checked_elsewhere_and_one_changed_byte_is_found(place, desk, tmp_path):
    path, report = sealed(place, desk)
    answer = desk("auditor").get(path + "/bundle")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        archive.extractall(tmp_path)
    run = [sys.executable, "-I", str(tmp_path / "verify.py"), str(tmp_path), report.code]
    good = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout) == (0, f"OK {report.code}\n"), good.stdout + good.stderr
    for name in ("README.txt", "report.json", "cases.csv", "seal.json"):
        file = tmp_path / name
        whole = file.read_bytes()
        for place_ in (len(whole) // 3, len(whole) // 2, len(whole) - 40):
            changed = bytearray(whole)
            changed[place_] = ord("1") if changed[place_] != ord("1") else ord("2")
            file.write_bytes(changed)
            assert offline.check(offline.files(tmp_path), report.code), f"{name} {place_}"
        file.write_bytes(whole)
    assert offline.check(offline.files(tmp_path), report.code) == []
    assert offline.check(offline.files(tmp_path), "0000-0000-0000-0000-0000")


def test_the_command_holds_a_bundle_against_the_database(place, desk, app, tmp_path, monkeypatch):
    path, report = sealed(place, desk)
    file = tmp_path / "bundle.zip"
    file.write_bytes(desk("auditor").get(path + "/bundle").data)

    def verify():
        place.rollback()
        return app.test_cli_runner().invoke(args=["ledger", "verify", "--seal", str(file)])

    good = verify()
    assert good.exit_code == 0, good.output
    assert f"OK {report.code}" in good.output
    whole, own = file.read_bytes(), offline.files(file)
    random = Random(5)
    for at in (random.randrange(len(whole)) for _ in range(25)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        # A flag or a time in the list of a zip file may change without any file in it being another.
        assert offline.files(file) == own or verify().exit_code == 1, at
    file.write_bytes(whole)
    place.rollback()
    monkeypatch.setattr(outside, "installation_of", lambda key: "0123456789abcdef")
    other = verify()
    assert (other.exit_code, "thuộc một hệ thống khác" in other.output) == (1, True), other.output


def test_the_command_names_what_changed_since_a_bundle_was_given_out(place, desk, app, tmp_path):
    path, report = sealed(place, desk)
    file = tmp_path / "bundle.zip"
    file.write_bytes(desk("auditor").get(path + "/bundle").data)
    row = next(r for r in closing.read(place, report)["cases"]["TE"] if r[7] > 2)
    chain = attacks.Chain(place, ledger.ENTRIES, UUID(row[0]))
    attacks.free_hands(place)
    chain.write(place, chain.altered(1, unit="x"))
    place.commit()
    found = app.test_cli_runner().invoke(args=["ledger", "verify", "--seal", str(file)])
    assert found.exit_code == 1
    assert f"BROKEN subject={row[2]} seq=2 reason=mac" in found.output


def test_what_was_changed_behind_its_back_is_named(place, desk):
    path, report = sealed(place, desk)
    desk("auditor").post(path + "/verify")
    assert "dữ liệu toàn vẹn (đã kiểm tra)" in text_of(desk("auditor").get(path))
    said = closing.read(place, report)
    row = next(r for r in said["cases"]["TE"] if r[7] > 2)
    chain = attacks.Chain(place, ledger.ENTRIES, UUID(row[0]))
    attacks.free_hands(place)
    chain.write(place, chain.altered(1, unit="x"))
    place.commit()
    desk("auditor").post(path + "/verify")
    page = text_of(desk("auditor").get(path))
    assert "dữ liệu đã bị thay đổi sau khi chốt" in page
    assert f"{row[2]}, bản ghi 2: nội dung đã bị thay đổi" in page
    attacks.free_hands(place)
    place.execute(sa.update(ReportBody).values(body=b"x"))
    place.commit()
    assert "Nội dung báo cáo không còn đúng như khi chốt" in text_of(desk("auditor").get(path))


def test_the_paper_carries_the_code_and_anybody_can_check_it(place, desk, client):
    path, report = sealed(place, desk)
    for ending, magic in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        paper = desk("auditor").get(f"{path}/paper/{ending}")
        assert paper.data.startswith(magic)
    with zipfile.ZipFile(io.BytesIO(paper.data)) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
    assert report.code in texts
    said = closing.read(place, report)
    for one in said["indicators"]:  # what leaves the unit names no small number of a sensitive group
        if one["code"] in ("TE-2", "BD-1") and (0 < one["numerator"] < 5 or 0 < one["denominator"] < 5):
            assert "số nhỏ, không hiển thị" in texts
            assert f"{one['numerator']} / {one['denominator']}" not in texts
    assert report.digest in texts
    stranger = client.application.test_client()
    good = stranger.post("/check", data={"code": report.code.lower()})
    assert "đúng là báo cáo đã chốt" in text_of(good)
    assert report.digest in good.text
    bad = stranger.post(
        "/check", data={"code": "0" + report.code[1:] if report.code[0] != "0" else "1" + report.code[1:]}
    )
    assert bad.status_code == 422
    assert "Không có báo cáo nào" in text_of(bad)


def test_the_period_must_be_over(place, desk):
    with pytest.raises(Refused):
        closing.prepare(
            place, plans()["KH322-2022"], indicators=["TE-2"], unit=PROVINCE, start=date(2022, 1, 1),
            through=date(2022, 12, 31), basis="as_were", corrects=None, author="x", at=PROVINCE,
            now=datetime(2022, 6, 1),
        )  # fmt: skip


def test_the_paper_of_a_sealed_report_has_the_names_and_targets_that_were_sealed(place, desk, monkeypatch):
    """A later edition of the plan's file, or none at all, changes nothing on what was closed."""
    path, report = sealed(place, desk)
    before = closing.read(place, report)
    shown = text_of(desk("auditor").get(path))
    with desk("auditor").application.test_request_context():
        lines = sheets.figure_rows(before)
    plan = plans()["KH322-2022"]
    changed = {
        code: replace(i, name=Text("Tên khác", "Another name"), target=i.target and i.target / 2)
        for code, i in plan.indicators.items()
    }
    monkeypatch.setattr(sheets, "plans", lambda: {plan.code: replace(plan, indicators=changed)})
    assert text_of(desk("auditor").get(path)) == shown
    assert "Tên khác" not in shown
    monkeypatch.setattr(sheets, "plans", dict)
    with desk("auditor").application.test_request_context():
        gone = sheets.figure_rows(before)
        paper = str(sheets.paper(report, before))
    assert [(r.name, r.target, r.value) for r in gone] == [(r.name, r.target, r.value) for r in lines]
    assert len(gone) == len(before["indicators"])
    assert all(r.name in paper for r in lines)


def test_a_reported_figure_is_the_same_one_under_another_name(place, desk, app):
    _path, report = sealed(place, desk)
    said = closing.read(place, report) | {"corrects": {"number": "BC-1", "parts": {}}}
    te2 = next(one for one in said["indicators"] if one["code"] == "TE-2")
    figure = te2["figure"] | {"numerator": te2["figure"]["numerator"] + 1}
    told = te2["said"] | {"name": {"vi": "Tên trước đây", "en": "Former name"}}
    other = [te2 | {"figure": figure, "said": told} if one is te2 else one for one in said["indicators"]]
    with app.test_request_context():
        changed = sheets.others(said, said | {"indicators": other})
    assert [name.split()[0] for name, _was, _is in changed] == ["TE-2"]


def test_who_has_only_the_paper_sees_the_figures_it_must_show(place, desk, app):
    _path, report = sealed(place, desk)
    reader = app.test_client()
    page = reader.post("/check", data={"code": report.code.lower()})
    said = closing.read(place, report)
    te2 = next(line for line in sheets.lines(said) if line[0].startswith("TE-2 "))
    assert te2[3] in text_of(page)
    attacks.free_hands(place)
    place.execute(sa.update(ReportBody).values(body=b"x"))
    place.commit()
    page = reader.post("/check", data={"code": report.code})
    assert "không còn đúng như khi chốt" in text_of(page)
    assert te2[3] not in text_of(page)
