"""From the draw to the conclusion, as an auditor and two communes see it."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import pytest
import sqlalchemy as sa

from casemgr.audit import sealing
from casemgr.audit.models import Seal
from casemgr.audit.rules import code_of
from casemgr.cases.models import CaseBar, CaseFile
from casemgr.clock import now
from casemgr.ledger import services as ledger
from casemgr.ledger.models import LedgerSettled
from casemgr.samples import services
from tests.accounts import make_user, sign_in
from tests.coverage import histories
from tests.pages import PageClient, parse

PROVINCE, COMMUNE, OTHER = "89-20210101", "30547-20210101", "30544-20210101"
ASK = {"indicator": "KH322-2022/TE-2", "unit": PROVINCE, "through": "31/12/2022", "size": "12", "minimum": "2"}
WORDS = "Nguyễn Văn Chín nói ngày 3/4"


@pytest.fixture
def desk(place, client):
    client.application.config["CASEMGR_TODAY"] = "2022-12-31"
    histories.write(place, 11, 80)
    sealing.make(place, "system:seal", now())
    place.commit()
    users = {
        "auditor": make_user(place, "auditor", ("auditor", PROVINCE)),
        "second": make_user(place, "second", ("auditor", PROVINCE)),
        "commune": make_user(place, "commune", ("supervisor", COMMUNE)),
        "other": make_user(place, "other", ("supervisor", OTHER)),
        "district": make_user(place, "district", ("supervisor", "891-20210101")),
    }
    client.application.test_client_class = PageClient
    return lambda who: sign_in(client.application.test_client(), users[who])


def text_of(page) -> str:
    return " ".join(" ".join(parse(page.text).find("body").itertext()).split())


def drawn(desk, who="auditor", **more) -> str:
    client = desk(who)
    made = client.post("/samples/new", data=client.form("/samples/new") | ASK | more)
    assert made.status_code == 303, text_of(made)
    done = parse(client.get(made.location).text)
    (path,) = [a.get("href") for a in done.iter("a") if (a.get("href") or "").startswith("/samples/")]
    return path


def put(client, address: str, verb: str, **values):
    return client.post(f"{address}/{verb}", data=client.form(address) | values)


def hold(place, cases, unit: str) -> None:
    place.execute(sa.update(CaseFile).where(CaseFile.subject.in_([c.subject for c in cases])).values(unit_id=unit))
    place.commit()


def test_two_auditors_draw_the_same_cases(place, desk):
    # More than either commune has, so that both come whatever the seal says.
    first, second = drawn(desk, size="20"), drawn(desk, "second", size="20")
    one, two = (services.find(place, UUID(path.rpartition("/")[2])) for path in (first, second))
    assert one.subject != two.subject
    assert [(c.number, c.stratum) for c in one.cases] == [(c.number, c.stratum) for c in two.cases]
    assert {c.unit for c in one.cases} == {COMMUNE, OTHER}
    assert sum(s.total for s in one.strata) > len(one.cases) == sum(s.drawn for s in one.strata)

    # The seed is that of the last seal and the list, by hand.
    seal = sealing.last(place)
    lines = [seal.digest.hex(), "KH322-2022", "TE-2", PROVINCE, "2022-01-01", "2022-12-31", "20", "2", one.population]
    assert one.seed == int(sha256("\n".join(lines).encode()).hexdigest()[:12], 16)
    page = desk("second").get(first)
    assert f"lần chốt sổ số 1 (mã {code_of(seal.digest)})" in text_of(page)
    for case in one.cases:
        assert case.number in page.text
    assert "chưa tính được" in text_of(page)


def test_who_is_barred_from_a_file_does_not_find_it_in_the_sample(place, desk):
    path = drawn(desk)
    sample = services.find(place, UUID(path.rpartition("/")[2]))
    barred = sample.cases[0]
    row = {"province": ledger.province(), "subject": barred.subject, "hidden": barred.subject, "account": sample.author}
    place.execute(sa.insert(CaseBar), [row])
    place.commit()
    assert barred.number not in desk("auditor").get(path).text
    assert barred.number in desk("second").get(path).text
    assert sample.cases[1].number in desk("auditor").get(path).text


def test_drawing_again_tells_whether_the_same_cases_come(place, desk):
    path = drawn(desk)
    client = desk("second")
    assert "/jobs/" in client.post(path + "/again", data=client.form(path)).location
    done = text_of(client.get(path))
    assert "chọn lại: ra đúng các hồ sơ này" in done
    assert "KHÔNG" not in done
    place.execute(sa.delete(LedgerSettled))  # somebody with free hands puts in what the past did not have
    place.commit()
    histories.write(place, 12, 20)
    client.post(path + "/again", data=client.form(path))
    assert "KHÔNG ra đúng" in text_of(client.get(path))


def test_whoever_draws_cannot_make_the_seal_that_decides(place, desk):
    """An auditor may seal at any time, and could do so until the cases suit."""
    assert desk("auditor").post("/audit/seal").status_code == 303
    assert [s.author for s in place.scalars(sa.select(Seal).order_by(Seal.number))][0] == "system:seal"
    path = drawn(desk)
    assert services.find(place, UUID(path.rpartition("/")[2])).seal == 1
    other = drawn(desk, "second")  # for whom it is the seal of somebody else
    assert services.find(place, UUID(other.rpartition("/")[2])).seal == 2
    page = text_of(desk("second").get(path))
    assert "Người chọn vẫn quyết định hỏi gì" in page


def test_a_seed_from_a_seal_that_never_was_is_found_when_it_is_drawn_again(place, desk, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(sealing, "stood_before", lambda _session, _author: (1, "ab" * 32))
        path = drawn(desk)
    client = desk("second")
    client.post(path + "/again", data=client.form(path))
    page = text_of(client.get(path))
    assert "KHÔNG ra đúng các hồ sơ này" in page
    assert "lần chốt sổ đó không có, hoặc không phải mã đó" in page
    assert "ra các hồ sơ khác" not in page


def test_from_what_was_found_to_the_conclusion(place, desk):
    path = drawn(desk)
    auditor, second, commune = desk("auditor"), desk("second"), desk("commune")
    sample = services.find(place, UUID(path.rpartition("/")[2]))
    case = next(c for c in sample.cases if c.unit == COMMUNE and c.opened)
    hold(place, [case], COMMUNE)  # which case comes hangs on the seal, and some have been transferred since
    address = f"{path}/cases/{case.place}"

    assert commune.get(address).status_code == 404, "a unit does not know beforehand what is looked at"
    silent = put(auditor, address, "found", result="wrong_date", note="")
    assert silent.status_code == 422
    assert "Ghi rõ nội dung kiểm tra" in silent.text
    assert put(auditor, address, "found", result="wrong_date", note=WORDS).status_code == 303
    assert "Người kiểm tra khác" in text_of(second.post(address + "/found", data={"result": "agrees"}))

    # Only the unit's own supervisor is asked, and nobody answers for another.
    assert case.number in commune.get("/samples").text
    for who in ("other", "district"):
        assert case.number not in desk(who).get("/samples").text
        assert desk(who).post(address + "/answer", data={"stance": "accepts", "note": "x"}).status_code == 404
    assert desk("district").get(address).status_code == 200
    early = auditor.post(address + "/settle", data={"ending": "upheld", "note": "x"})
    assert "còn thời gian trả lời" in text_of(early)

    assert put(commune, address, "answer", stance="contests", note="Ngày trên giấy là 3/4").status_code == 303
    assert "không chờ trả lời" in text_of(commune.post(address + "/answer", data={"stance": "accepts", "note": "x"}))
    assert "Chỉ người đã ghi" in text_of(second.post(address + "/settle", data={"ending": "upheld", "note": "x"}))
    assert put(auditor, address, "settle", ending="dropped", note="Giấy đúng").status_code == 303
    page = text_of(commune.get(address))
    for words in (WORDS, "Ngày trên giấy là 3/4", "Giấy đúng", "không có sai sót"):
        assert words in page

    entries = ledger.entries(place, sample.subject)
    assert [e.kind for e in entries] == ["drawn", "found", "answered", "settled"]
    assert WORDS not in str([e.coded for e in entries]), "what is written is sealed"
    for each in sample.cases:
        if each.place != case.place:
            put(auditor, f"{path}/cases/{each.place}", "found", result="agrees", note="")
    page = text_of(auditor.get(path))
    assert "0 hồ sơ có sai sót trong" in page
    assert "khoảng tin cậy 95%: từ 0,0% đến" in page


def test_a_silent_unit_is_waited_for_and_no_longer(place, desk, client):
    path = drawn(desk)
    sample = services.find(place, UUID(path.rpartition("/")[2]))
    address = f"{path}/cases/1"
    auditor = desk("auditor")
    put(auditor, address, "found", result="no_evidence", note="Không có phiếu")
    client.application.config["CASEMGR_TODAY"] = (now() + timedelta(days=16)).date().isoformat()
    assert put(desk("auditor"), address, "settle", ending="upheld", note="Không trả lời").status_code == 303
    assert services.find(place, sample.subject).case(1).status == "upheld"


def test_what_cannot_be_drawn_is_said_at_its_field(desk):
    auditor = desk("auditor")
    for values, words in (
        ({"size": "0"}, "Chọn từ 1 đến"),
        ({"size": "1,5"}, "Chọn từ 1 đến"),
        ({"minimum": "99"}, "Số ít nhất của mỗi nhóm"),
        ({"through": "31/12/2021"}, "sớm hơn ngày đầu của kỳ"),
        ({"indicator": "KH322-2022/khong-co"}, ""),
    ):
        sent = auditor.form("/samples/new") | ASK | values
        page = auditor.post("/samples/new", data=sent)
        assert page.status_code == 422, values
        assert words in page.text


def test_before_the_first_seal_the_system_throws_the_seed_and_nobody_types_it(place, client):
    client.application.config["CASEMGR_TODAY"] = "2022-12-31"
    histories.write(place, 11, 40)
    desk = sign_in(client, make_user(place, "auditor", ("auditor", PROVINCE)))
    seeds = set()
    for _ in range(2):
        made = desk.post("/samples/new", data=desk.form("/samples/new") | ASK | {"seed": "4711"})
        assert made.status_code == 303
        seeds = {s.seed for s in services.every(place)}
    assert len(seeds) == 2
    assert 4711 not in seeds
    page = desk.get(f"/samples/{services.every(place)[0].subject}")
    assert "do hệ thống bốc ngẫu nhiên" in text_of(page)


def test_a_case_transferred_since_is_answered_by_who_was_measured_or_who_holds_it(place, desk):
    path = drawn(desk)
    sample = services.find(place, UUID(path.rpartition("/")[2]))
    mine = [c for c in sample.cases if c.unit == COMMUNE and c.opened][:2]
    hold(place, mine, OTHER)
    for case in mine:
        put(desk("auditor"), f"{path}/cases/{case.place}", "found", result="wrong_date", note="Ngày khác giấy")
    one, two = (f"{path}/cases/{case.place}" for case in mine)
    page = desk("commune").get(one)
    assert "Cả hai nơi đều trả lời được" in text_of(page)
    assert "Mở hồ sơ" not in text_of(page), "the file is no longer theirs"
    assert mine[1].number in desk("other").get("/samples").text
    assert "Mở hồ sơ" in text_of(desk("other").get(two))
    assert put(desk("commune"), one, "answer", stance="accepts", note="Đúng").status_code == 303
    assert put(desk("other"), two, "answer", stance="accepts", note="Đúng").status_code == 303
    answered = services.find(place, sample.subject)
    assert [answered.case(c.place).answered.unit for c in mine] == [COMMUNE, OTHER]
