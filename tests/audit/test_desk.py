"""The auditor's desk: unusual reading, trust at a glance, habits of communes, seals on demand."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import sqlalchemy as sa

from casemgr import vault
from casemgr.access import log
from casemgr.audit import rules, trust
from casemgr.audit.models import Seal
from casemgr.audit.signs import Reading, Search, unusual
from casemgr.cases.models import CaseFile
from casemgr.ledger import services as ledger
from casemgr.ledger.models import LedgerEntry
from casemgr.reconciling.models import Dispute
from casemgr.registers.models import RegisterDraft
from tests.accounts import make_user, sign_in
from tests.pages import parse, text_of

PROVINCE, COMMUNE = "89-20210101", "30547-20210101"
DAY = datetime(2022, 6, 10, 9)
YEAR = datetime(2022, 1, 1), datetime(2022, 12, 31)
SETTINGS = {"night": [22, 5], "many_at_least": 30, "many_times": 4, "again_days": 8, "again_searches": 6,
            "again_search_days": 5}  # fmt: skip


def reads(user, day, number, hour=9):
    return [Reading(user, day.replace(hour=hour) + timedelta(seconds=n), uuid4()) for n in range(number)]


def test_unusual_reading_is_pointed_out_and_usual_reading_is_not():
    calm, hasty, nosy, owl = (UUID(int=n) for n in range(1, 5))
    days = [DAY - timedelta(days=n) for n in range(9)]
    lines = [line for day in days for user in (calm, hasty) for line in reads(user, day, 5)]
    lines += reads(hasty, DAY + timedelta(days=1), 40)
    lines += [Reading(nosy, day, UUID(int=99)) for day in days]
    lines += reads(owl, DAY, 3, hour=2)
    asked = [Search(nosy, DAY + timedelta(minutes=n), "a1b2c3d4") for n in range(6)]
    asked += [Search(calm, DAY + timedelta(minutes=n), f"{n:08x}") for n in range(30)]
    asked += [Search(owl, day, "e5f6a7b8") for day in days[:5]]
    asked += [Search(hasty, day, "c9d0e1f2") for day in days[:4] for _ in range(5)]  # often, over some days
    found = {(s.kind, s.user, s.number, s.name) for s in unusual(lines, asked, SETTINGS)}
    assert found == {
        ("many", hasty, 40, ""), ("again", nosy, 9, ""), ("night", owl, 3, ""), ("searched", nosy, 6, "a1b2c3d4"),
        ("searched_on", owl, 5, "e5f6a7b8"),
    }  # fmt: skip
    assert unusual(reads(calm, DAY, 29), asked[1:6], SETTINGS) == []


def test_a_name_that_is_searched_again_and_again_is_pointed_out_without_the_name(place, auditor, app):
    worker = sign_in(app.test_client(), make_user(place, "canbo", ("worker", COMMUNE, "TE"), unit_id=COMMUNE))
    for text in ("Nguyễn Thị Bé", "nguyen thi be", "NGUYỄN THỊ BÉ", "bé nguyễn thị", "Nguyen Thi Be", "Nguyễn Thị Bé"):
        worker.post("/cases/search", data={"text": text})
    worker.post("/cases/search", data={"text": "Trần Văn Tư"})
    shown = auditor.get("/audit/log")
    page = text_of(shown)
    assert "tìm cùng một tên 6 lần trong một ngày" in page
    assert "nguyen" not in page.lower()
    assert "Bé" not in page
    (link,) = {a.get("href") for a in parse(shown.text).iter("a") if "name=" in (a.get("href") or "")}
    assert text_of(auditor.get(link)).count("tìm người") == 6
    assert text_of(auditor.get(f"/audit/log?user={parse_qs(urlsplit(link).query)['user'][0]}")).count("tìm người") == 7
    assert auditor.get("/audit/log?name=Bé").status_code == 404


def test_the_log_says_who_opened_what_and_what_is_unusual(place, auditor):
    worker = make_user(place, "canbo", ("worker", COMMUNE), unit_id=COMMUNE)
    subject, number = place.execute(sa.select(CaseFile.subject, CaseFile.number).limit(1)).one()
    for day in range(9):
        told = {"province": ledger.province(), "at": datetime(2022, 12, 1 + day, 23, 30), "user_id": worker.id}
        row = log.rows([log.Note("case:read", subject)], status=200, method="GET", endpoint="x.y", **told)
        log.write(place, vault.keys().mac, row)
    place.commit()
    page = text_of(auditor.get("/audit/log"))
    assert "đọc cùng một hồ sơ trong 9 ngày khác nhau" in page
    assert "đọc ban đêm: 1 lần" in page
    own = text_of(auditor.get(f"/audit/log?user={worker.id}&subject={subject}"))
    assert own.count("mở hồ sơ") == 9
    assert number in own
    assert auditor.get("/audit/log?user=x").status_code == 404
    assert text_of(auditor.get("/audit/log?day=03/12/2022")).count("mở hồ sơ") == 1
    wrong = auditor.get("/audit/log?day=31/02/2022")
    assert 'id="day-error"' in wrong.text
    assert "auditor" in text_of(auditor.get("/audit/log"))  # reading the log is in the log too


def test_refused_sign_ins_and_commands_are_in_the_log_and_other_programmes_are_not(place, auditor, app):
    worker = make_user(place, "canbo", ("worker", COMMUNE), unit_id=COMMUNE)
    app.test_client().post("/sign-in", data={"username": "khongai", "password": "sai mật khẩu"})
    told = {"province": ledger.province(), "at": datetime(2022, 12, 1), "user_id": worker.id, "status": 200}
    notes = [
        log.Note("case:read", None, COMMUNE, "XX", "elsewhere"),
        log.Note("case:read", None, COMMUNE, "TE", "here"),
    ]
    log.write(place, vault.keys().mac, log.rows(notes, method="GET", endpoint="x.y", **told))
    command = log.rows(
        [log.Note("report:export", detail="bundle,x")], method="CLI", endpoint="x", **told | {"user_id": None}
    )
    log.write(place, vault.keys().mac, command)
    place.commit()
    page = text_of(auditor.get("/audit/log"))
    assert "chưa đăng nhập đăng nhập không được" in page
    assert "lệnh trên máy chủ kết xuất bundle,x" in page
    assert "here" in page
    assert "elsewhere" not in page


def test_the_strip_counts_what_plain_queries_count(place, auditor):
    now = datetime(2022, 12, 31, 12)
    found = trust.at_a_glance(place, now)
    stored = place.scalars(sa.select(LedgerEntry))
    entries = [e for e in stored if e.recorded_at >= now - timedelta(days=90)]
    late = [e for e in entries if e.recorded_at - e.occurred_at > timedelta(days=3)]
    assert (found.entries, found.late) == (len(entries), len(late))
    assert (found.communes, found.seal) == (2, 0)
    assert "chưa chốt sổ lần nào" in text_of(auditor.get("/coverage/KH322-2022"))
    done = auditor.post("/audit/seal")
    assert "/jobs/" in done.location
    assert place.scalar(sa.select(sa.func.count()).select_from(Seal)) == 1
    assert "chốt sổ lần 1" in text_of(auditor.get("/audit"))


def test_what_is_disputed_and_what_is_not_yet_imported_show_on_every_scorecard(place, auditor):
    now, common = datetime(2022, 12, 30), {"province": ledger.province()}
    dispute = {
        "programme": "TE", "unit_id": COMMUNE, "plan": "KH322-2022", "indicator": "TE-2", "shown": "50%", "number": "",
        "author": "x", "at": now, "answered_by": "",
    }  # fmt: skip
    rows = [common | dispute | {"subject": uuid4(), "outcome": outcome} for outcome in ("", "", "upheld")]
    place.execute(sa.insert(Dispute), rows)
    draft = {"author": "x", "unit": COMMUNE, "file": uuid4(), "sha256": "0" * 64, "facts": "{}", "made_at": now}
    place.execute(sa.insert(RegisterDraft), [common | draft | {"id": uuid4()}])
    place.commit()
    trust.forget(place)
    page = text_of(auditor.get("/coverage/KH322-2022"))
    assert "đề nghị xem xét lại chưa trả lời: 2" in page
    assert "danh sách gửi đến chưa nạp xong: 1" in page


def test_seals_and_proofs_are_taken_outside_from_the_pages(place, auditor, app, tmp_path):
    auditor.post("/audit/seal")
    file = tmp_path / "chot-so-1.json.gz"
    file.write_bytes(auditor.get("/audit/seals/1").data)
    assert app.test_cli_runner().invoke(args=["ledger", "verify", "--seal", str(file)]).exit_code == 0
    assert auditor.get("/audit/seals/2").status_code == 404
    subject, number = place.execute(sa.select(CaseFile.subject, CaseFile.number).limit(1)).one()
    said = auditor.get(f"/audit/proofs/{number}").json
    head = rules.Head(subject, said["head"]["kind"], said["head"]["seq"], bytes.fromhex(said["head"]["mac"]))
    steps = [rules.Step(side, bytes.fromhex(value)) for side, value in said["steps"]]
    assert rules.proven(head, steps, bytes.fromhex(said["seal"]["root"]))
    assert auditor.get("/audit/proofs/HS-000-000").status_code == 404
