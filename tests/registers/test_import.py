"""Registers sent, checked, imported, sent again, corrected, mended; and everything that must not be taken."""

import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from uuid import UUID

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from casemgr import files, jobs
from casemgr.ledger.check import rebuild, verify
from casemgr.refused import Refused
from casemgr.registers import drafts, importing
from casemgr.registers.models import Register, RegisterMapping, RegisterRow
from casemgr.registers.rows import current, rows_of
from casemgr.registers.services import HOOKS
from tests.accounts import make_user, sign_in
from tests.registers.conftest import FACTS, NOW, PROVINCE
from tests.registers.tables import AWKWARD, AWKWARD_COUNTS, PLAIN, csv, plain, xlsx

SENT = {
    "source": "TONG_DAI_111/TE", "unit": PROVINCE, "start": "01/01/2022", "end": "30/06/2022", "document": "12/TD",
    "document_date": "01/07/2022",
}  # fmt: skip


def load(app, session, rows, facts=FACTS, name="a.xlsx", author="x", data: bytes | None = None) -> UUID:
    """Sends a file and imports it, as the command does."""
    data = data if data is not None else xlsx(rows)
    register = drafts.begin(session, facts, name, data, author=author, now=NOW)
    draft = drafts.find(session, register)
    job = importing.start(session, draft, author=author, at=NOW)
    session.commit()
    jobs.work_on(app, job)
    session.rollback()
    done = jobs.find(session, job)
    assert done.state == "done", done.message
    return register


def changes(session, register) -> list:
    return [(stored.number, stored.change, stored.before) for stored, _row in rows_of(session, register).values()]


def test_a_register_is_sent_checked_and_imported_by_its_page(app, place, sender, client):
    sign_in(client, sender)
    answer = client.post("/registers/new", data=SENT | {"file": (BytesIO(xlsx(AWKWARD)), "Danh sách.xlsx")})
    assert answer.status_code == 303, answer.text
    page = client.get(answer.location)
    for words in ("Nạp 4 dòng", "089211001234", "NGUYỄN VĂN ÂN", "Năm chỉ có hai chữ số", "dòng 10", "xã Núi Tô"):
        assert words in page.text
    assert current(place) == []
    started = client.post(answer.location, data=client.form(answer.location, 1) | {"act": "import"})
    assert started.status_code == 303
    client.get(started.location)  # the work is done when this request is over
    done = client.get(started.location).text
    (register,) = current(place)
    assert f'href="/registers/{register.subject}"' in done
    counts = importing.counts_of(place, register.subject)
    assert {name: counts[name] for name in AWKWARD_COUNTS} == AWKWARD_COUNTS
    shown = client.get(f"/registers/{register.subject}").text
    assert "Người dùng sender" in shown
    assert register.sha256 in shown
    rows = {number: row for number, (_stored, row) in rows_of(place, register.subject).items()}
    assert sorted(rows) == [7, 8, 11, 12]
    assert (rows[7].person.name, rows[7].person.birth.year, rows[7].person.sex) == ("NGUYỄN VĂN ÂN", 2011, "nam")
    assert (rows[7].harm, rows[7].person.phone) == ("BL", "0912345678")
    assert rows[8].doubts == ("id_lost",)
    assert rows[11].place == "Xã Lạ"
    assert (rows[12].same_as, rows[12].doubts) == (7, ())
    stored = place.execute(sa.select(RegisterRow.__table__)).all()
    assert "Trần".encode() not in b"".join(v for row in stored for v in row if isinstance(v, bytes))
    assert verify(place)[1] == []
    assert rebuild(place, check=True)[1] == []
    assert "Danh sách nguồn" in client.get("/registers").text


def test_the_rows_in_error_come_back_mended_and_only_they_are_added(app, place, sender, client):
    register = load(app, place, AWKWARD)
    sign_in(client, sender)
    answer = client.get(f"/registers/{register}/errors")
    assert answer.headers["Content-Disposition"] == "attachment; filename=can-sua.xlsx"
    table = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert table[0][-1] == "Lý do chưa nhập được"
    assert [row[1] for row in table[1:]] == ["Lê Văn Cu", "", "'=1+1 Trần Văn Em"], "no formula goes out"
    assert table[1][-1] == "Năm chỉ có hai chữ số; phải ghi đủ bốn chữ số."
    table[1][2], table[2][1], table[3][2] = "15/08/2011", "Lý Thị Gấm", "28/02/2011"
    more = load(app, place, table)
    (found,) = place.scalars(sa.select(Register).where(Register.subject == more))
    assert (found.adds_to, found.good, found.wrong, found.errors) == (register, 3, 0, None)
    assert {each.subject for each in current(place)} == {register, more}
    assert "=1+1 Trần Văn Em" in [row.person.name for _stored, row in rows_of(place, more).values()]
    assert "Bổ sung" in client.get(f"/registers/{register}").text


def test_the_same_file_changes_nothing_and_a_corrected_one_shows_the_difference(app, place, sender, client):
    rows = plain(6)
    data = xlsx(rows)
    register = load(app, place, rows, data=data)
    with pytest.raises(drafts.AlreadyLoaded):
        drafts.begin(place, replace(FACTS, document="13/TD"), "b.xlsx", data, author="x", now=NOW)
    sign_in(client, sender)
    again = client.post("/registers/new", data=SENT | {"file": (BytesIO(data), "b.xlsx")}, follow_redirects=True)
    assert "Tệp này đã được nạp ngày 05/07/2022" in again.text
    assert [each.subject for each in current(place)] == [register]
    changed = [*rows[:3], [*rows[3][:2], "Nguyễn Thị Khác", *rows[3][3:]], *rows[5:], *plain(2, 20)[1:]]
    sent = client.post("/registers/new", data=SENT | {"file": (BytesIO(xlsx(changed)), "c.xlsx")})
    assert "Thêm 2, sửa 1, bớt 1, giữ nguyên 4 dòng." in client.get(sent.location).text
    job = client.post(sent.location, data=client.form(sent.location, 1) | {"act": "import"}).location
    client.get(job)
    (now,) = current(place)
    assert now.replaces == register
    assert changes(place, now.subject)[:5] == [
        (2, "same", 2),
        (3, "same", 3),
        (4, "changed", 4),
        (5, "same", 6),
        (6, "same", 7),
    ]
    assert importing.counts_of(place, now.subject)["difference"] == {"added": 2, "changed": 1, "gone": 1, "same": 4}
    assert "đã được thay bằng bản khác" in client.get(f"/registers/{register}").text
    assert verify(place)[1] == []


SCRIPT = """
import os, sys
from uuid import UUID
from casemgr import jobs
from casemgr.registers import importing
from tests.conftest import test_config
from casemgr import create_app
from pathlib import Path
importing.BATCH = 10
told = jobs.Work.progress
def progress(work, done, total):
    told(work, done, total)
    if done == 20:
        os.kill(os.getpid(), 9)
jobs.Work.progress = progress
app = create_app(test_config(Path(sys.argv[1]), sys.argv[2]) | {"CASEMGR_TODAY": "2022-07-05"})
jobs.work_on(app, UUID(sys.argv[3]))
"""


def test_an_import_killed_half_way_shows_nothing_and_goes_on_where_it_was(app, place, tmp_path):
    """kill -9 in another process, after two batches."""
    told = []
    HOOKS.append(lambda _session, register, *_: told.append(register))
    register = drafts.begin(place, FACTS, "a.csv", csv(plain(45)), author="x", now=NOW)
    draft = drafts.find(place, register)
    job = importing.start(place, draft, author="x", at=NOW)
    place.commit()
    uri = app.config["SQLALCHEMY_DATABASE_URI"]
    killed = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path), uri, str(job)], check=False)
    assert killed.returncode == -9
    assert jobs.find(place, job).done == 20
    assert len(rows_of(place, register)) == 20
    assert current(place) == []
    place.rollback()
    kept = place.scalar(sa.select(RegisterRow.sealed).where(RegisterRow.number == 2))
    place.rollback()
    assert jobs.work_on(app, job), "its worker is dead, so the work is free"
    assert jobs.find(place, job).state == "done"
    assert [each.good for each in current(place)] == [45]
    assert len(rows_of(place, register)) == 45
    assert place.scalar(sa.select(RegisterRow.sealed).where(RegisterRow.number == 2)) == kept, "not written twice"
    assert told == [register]
    HOOKS.pop()


def test_the_command_says_what_the_page_says(app, place, sender, client, tmp_path):
    file = tmp_path / "a.xlsx"
    file.write_bytes(xlsx(AWKWARD, {(6, 9): ("=912345677+1", 912345678)}))
    command = ["register", "import", str(file), "--source", "TONG_DAI_111", "--programme", "TE", "--to", "2022-06-30"]
    dry = app.test_cli_runner().invoke(args=[*command, "--dry-run"])
    assert dry.exit_code == 0, dry.output
    assert "Đọc 7 dòng: 2 đạt, 2 cần xem xét, 3 lỗi; bỏ qua 2 dòng" in dry.output
    assert place.scalar(sa.select(sa.func.count()).select_from(RegisterRow)) == 0
    assert drafts.of_author(place, "system:cli") == []
    place.rollback()
    real = app.test_cli_runner().invoke(args=command)
    assert real.exit_code == 0, real.output
    assert real.output.replace("Đã nạp.", "") == dry.output.replace("Chạy thử: không có gì được nạp.", "")
    (register,) = current(place)
    shown = sign_in(client, sender).get(f"/registers/{register.subject}").text
    for line in dry.output.splitlines():
        if line.startswith("  ") and ": " in line and "cột" not in line:
            count, _, text = line.strip().partition(": ")
            assert text.split(" (dòng")[0].rstrip(".") in shown, line
            assert f"</span> {count}</span>" in shown
    assert "công thức" in dry.output
    wrong = app.test_cli_runner().invoke(args=[*command, "--dry-run"])
    assert "đã được nạp" in wrong.output
    assert wrong.exit_code == 1


def test_columns_are_chosen_once_and_remembered_for_the_source(app, place, sender, client):
    rows = [["STT", "Đối tượng", "Sinh", "Chỗ"], [1, "Trần Văn Em", "2011", "Núi Tô"]]
    sign_in(client, sender)
    at = client.post("/registers/new", data=SENT | {"file": (BytesIO(csv(rows)), "a.csv")})
    assert "Không tìm thấy dòng tiêu đề" in at.text
    rows[0] = ["STT", "Đối tượng", "Năm sinh", "Xã"]
    at = client.post("/registers/new", data=SENT | {"file": (BytesIO(csv(rows)), "a.csv")}).location
    assert "Chưa chỉ ra cột họ tên." in client.get(at).text
    form = client.form(at, 1)
    assert client.post(at, data=form | {"column-1": "birth", "act": "import"}).status_code == 422
    assert client.post(at, data=form | {"column-1": "nobody"}).status_code == 400
    assert client.post(at, data=form | {"column-1": "name", "act": "import"}).location.startswith("/jobs/")
    client.get("/registers")
    rows.append([2, "Lê Thị Út", "2012", "Núi Tô"])
    at = client.post("/registers/new", data=SENT | {"file": (BytesIO(csv(rows)), "b.csv")}).location
    assert client.form(at, 1)["column-1"] == "name"
    assert client.post(at, data={"act": "discard"}).location == "/registers"
    assert client.get(at).status_code == 404
    assert place.scalar(sa.select(sa.func.count()).select_from(files.services.FILES)) == 1, "what was given up is gone"


@pytest.mark.parametrize(
    ("chosen", "words"),
    [({"column-2": ""}, "Chưa chỉ ra cột họ tên."), ({"column-3": "name"}, "Hai cột cùng được chọn là «Họ và tên».")],
)
def test_a_refused_choice_of_columns_takes_nothing_and_keeps_what_was_chosen(place, sender, client, chosen, words):
    sign_in(client, sender)
    at = client.post("/registers/new", data=SENT | {"file": (BytesIO(xlsx(plain(3))), "a.xlsx")}).location
    answer = client.post(at, data=client.form(at, 1) | chosen | {"act": "import"})
    assert answer.status_code == 422
    assert words in answer.text
    assert "Nạp 3 dòng" not in answer.text
    for column, field in chosen.items():
        select = answer.text[answer.text.index(f'name="{column}"') :]
        assert f'value="{field}" selected' in select[: select.index("</select>")]
    (draft,) = drafts.of_author(place, str(sender.id))
    assert draft.job is None
    assert place.scalar(sa.select(sa.func.count()).select_from(RegisterMapping)) == 0, "nobody remembers it"


def test_another_sheet_may_be_the_one(place, sender, client):
    sign_in(client, sender)
    data = xlsx([["Bìa"], ["Tháng 6"]], sheets=(plain(3),))
    refused = client.post("/registers/new", data=SENT | {"file": (BytesIO(data), "a.xlsx")})
    assert refused.status_code == 422  # the first sheet with a table holds none that can be read
    data = xlsx(plain(2), sheets=(plain(5), [["Bìa"], ["x"]]))
    at = client.post("/registers/new", data=SENT | {"file": (BytesIO(data), "a.xlsx")}).location
    assert "Nạp 2 dòng" in client.get(at).text
    assert client.post(at, data=client.form(at, 1) | {"sheet": "1", "act": "import"}).location == at
    assert "Nạp 5 dòng" in client.get(at).text
    client.post(at, data=client.form(at, 1) | {"sheet": "2", "act": "look"})
    lost = client.get(at)
    assert lost.status_code == 422
    client.post(at, data=client.form(at, 1) | {"act": "look"})
    assert "Nạp 2 dòng" in client.get(at).text


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([PLAIN, [1, "x", "Trần Văn Em", "2011", "", "", ""]], "chỉ nhận danh sách đã mã hóa"),
        ([["STT", "Mã số", "Năm sinh", "Cột A"], [1, "K1", 1990, "Trần Văn Em"]], "chỉ nhận danh sách đã mã hóa"),
        ([["STT", "Mã số", "Năm sinh", "Cột A"], [1, "K1", 1990, "089190001234"]], "chỉ nhận danh sách đã mã hóa"),
        ([["DANH SÁCH NGƯỜI NGHIỆN MA TÚY"], ["STT", "Mã số", "Năm sinh"], [1, "K1", 1990]], "nhóm đối tượng khác"),
    ],
)
def test_a_group_that_is_never_named_takes_no_names(place, rows, words):
    facts = replace(FACTS, source="TO_TIEP_CAN", programme="BD")
    with pytest.raises(Refused, match=words):
        drafts.begin(place, facts, "a.xlsx", xlsx(rows), author="x", now=NOW)
    with pytest.raises(Refused, match="không cung cấp"):
        drafts.begin(place, replace(facts, source="CONG_AN_TE"), "a.xlsx", xlsx(rows), author="x", now=NOW)


def test_a_coded_register_is_kept_without_anybodys_name(app, place):
    facts = replace(FACTS, source="TO_TIEP_CAN", programme="BD")
    register = load(app, place, [["Mã số", "Năm sinh", "Xã"], ["K1", 1990, "Núi Tô"], ["K2", 1995, "Tri Tôn"]], facts)
    (found,) = current(place)
    assert (found.named, found.good) == (False, 2)
    assert [row.person.name for _stored, row in rows_of(place, register).values()] == ["", ""]


def test_who_may_see_and_load(app, place, sender, client):
    register = load(app, place, plain(2), author=str(sender.id))
    waiting = drafts.begin(place, FACTS, "b.xlsx", xlsx(plain(3)), author=str(sender.id), now=NOW)
    place.commit()
    other = make_user(place, "other", ("coordinator", PROVINCE))
    drugs = make_user(place, "drugs", ("coordinator", PROVINCE, "MT"))
    commune = make_user(place, "commune", ("coordinator", "30547-20210101"))
    auditor = make_user(place, "auditor", ("auditor", PROVINCE))
    asked = [f"/registers/{register}", f"/registers/{register}/errors", f"/registers/drafts/{waiting}"]
    for who, answers in (
        (other, [200, 404, 404]),
        (drugs, [404] * 3),
        (commune, [404] * 3),
        (auditor, [200, 403, 403]),
    ):
        sign_in(client, who)
        assert [client.get(path).status_code for path in asked] == answers, who.username
        assert (f"/registers/{register}" in client.get("/registers").text) is (who in (other, auditor))
    sign_in(client, commune)
    sent = client.post("/registers/new", data=SENT | {"file": (BytesIO(xlsx(plain(4))), "c.xlsx")})
    assert sent.status_code == 422, "its own unit only"


def test_bad_facts_and_bad_files_are_said_beside_their_fields(place, sender, client):
    sign_in(client, sender)
    answer = client.post("/registers/new", data=SENT | {"start": "01/07/2022", "end": "30/06/2022", "document": "77/X"})
    assert answer.status_code == 422
    assert "77/X" in answer.text
    assert 'id="file-error"' in answer.text
    for name, data, words in (
        ("a.xlsx", b"PK\x03\x04" + bytes(40), "bị hỏng"),
        ("a.xlsx", csv(plain(2)), "nội dung là loại khác"),
        ("a.csv", b"", "trống"),
        ("a.csv", csv([["x"], ["y"]]), "Không tìm thấy dòng tiêu đề"),
        ("a.csv", csv([["Danh sách liệt sĩ"], *plain(2)]), "nhóm đối tượng khác"),
    ):
        answer = client.post("/registers/new", data=SENT | {"file": (BytesIO(data), name)})
        assert answer.status_code == 422
        assert words in answer.text, name
        assert 'id="file-error"' in answer.text
    assert drafts.of_author(place, str(sender.id)) == []


def test_only_who_has_signed_in_may_send_as_much_as_a_file(app, place, sender, client):
    def size(path: str, megabytes: int) -> int:
        part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + b"x;y\n" * (
            megabytes << 18
        )
        sent = client.post(path, data=part + b"\r\n--x--\r\n", content_type="multipart/form-data; boundary=x")
        return sent.status_code

    assert size("/registers/new", 1) == 413
    sign_in(client, sender)
    assert size("/registers/new", 1) == 422
    assert size("/registers/new", 21) == 413


def test_the_number_of_queries_of_the_list_does_not_grow(app, place, sender, client):
    sign_in(client, sender)
    counts = []
    for size in (1, 4):
        while len(current(place)) < size:
            facts = replace(FACTS, start=FACTS.start.replace(month=len(current(place)) + 1))
            load(app, place, plain(2 + len(current(place))), facts)
        client.get("/registers")  # what was asked for in the background is over now
        seen = []
        sa.event.listen(place.get_bind(), "before_cursor_execute", lambda *args, seen=seen: seen.append(args[2]))
        client.get("/registers")
        counts.append(len(seen))
        place.rollback()
    assert counts[0] == counts[1]


def test_a_file_given_up_or_sent_twice_during_its_import_is_not_received(app, place):
    def begun(name: str, rows) -> tuple:
        made = drafts.begin(place, FACTS, name, xlsx(rows), author="x", now=NOW)
        draft = drafts.find(place, made)
        return draft, drafts.look(place, draft, NOW)

    first, seen = begun("a.xlsx", plain(3))
    other, seen_other = begun("b.xlsx", plain(4))
    lost, seen_lost = begun("c.xlsx", plain(5))
    drafts.discard(place, lost, author="x", now=NOW)
    with pytest.raises(Refused, match="đã bỏ"):
        importing.finish(place, lost, seen_lost, author="x", at=NOW)
    importing.finish(place, first, seen, author="x", at=NOW)
    with pytest.raises(Refused, match="từ tệp khác"):
        importing.finish(place, other, seen_other, author="y", at=NOW)
    with pytest.raises(Refused, match="đã được nạp"):
        drafts.discard(place, first, author="x", now=NOW)
