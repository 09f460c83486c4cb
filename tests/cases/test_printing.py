"""Papers from entries: what stands on Mẫu 02-06, minutes, decisions; who may print; what is written down about it."""

import io

import pytest
import sqlalchemy as sa
from docx import Document

from casemgr.access.models import AccessLog
from casemgr.files.services import FILES
from casemgr.ledger import services as ledger
from tests.papers.pages import check_pages, words

SECRET = "bà ngoại ở Ba Chúc"


@pytest.fixture
def entries(session, drawn):
    """The entries of the case of the mock-up, by seq."""
    return {e.seq: e for e in ledger.entries(session, drawn[0])}


@pytest.fixture
def printed(as_, drawn, entries):
    def get(seq: int, ending="pdf", who="worker"):
        return as_(who).get(f"/cases/{drawn[1]}/entries/{entries[seq].id}/print/{ending}")

    return get


def test_every_paper_of_a_child_says_what_was_entered(printed, entries, drawn):
    kinds = {e.kind: seq for seq, e in entries.items() if seq < 10}
    common = (
        "ỦY BAN NHÂN DÂN XÃ NÚI TÔ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        drawn[1],
        "Neáng Sóc Kha",
        "03/05/2011",
    )
    expected = {
        "screened": ("Mẫu 02 (NĐ 56/2017)", "ngày 04 tháng 3 năm 2022", "A1. Mức độ tổn hại x", "Cộng phần A 1 2 0", "Cộng phần B 0 0 5", "Kết luận: Nguy cơ cao", "NGƯỜI LẬP"),
        "protected": ("QUYẾT ĐỊNH", "Về việc can thiệp khẩn cấp", "Căn cứ NĐ 56/2017 điều 31, 32;", "Số: ……/QĐ-UBND", "(ghi tay trên bản lưu)", "CHỦ TỊCH", "Có tạm thời cách ly trẻ? Có"),
        "assessed": ("Mẫu 03", "An toàn Có", "Cháu muốn ở với bà."),
        "met": ("BIÊN BẢN", "Họp xác định nhu cầu", "Năm nhu cầu.", "CHỦ TRÌ", "NGƯỜI GHI BIÊN BẢN"),
        "planned": ("Mẫu 04", "Cháu an toàn.", "Trị liệu tâm lý 18/03/2022 xã", "CHỦ TỊCH"),
        "decided": ("Mẫu 05", "QUYẾT ĐỊNH", "Số: 41/QĐ-UBND", "ngày 11 tháng 3 năm 2022", "Căn cứ NĐ 56/2017 điều 28;", "TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH", "Trị liệu tâm lý 18/03/2022"),
    }  # fmt: skip
    for kind, texts in expected.items():
        content = printed(kinds[kind])
        assert content.mimetype == "application/pdf", kind
        assert content.headers["Content-Disposition"] == 'attachment; filename="bieu-mau.pdf"'
        check_pages(content.data)
        said = words(content.data)
        for text in (*common, *texts):
            assert text in said, f"{kind}: {text} not in {said}"
        assert SECRET not in said


def test_word_says_the_same_and_the_shelter_is_nowhere(printed, entries):
    seq = next(s for s, e in entries.items() if e.kind == "protected")
    content = printed(seq, "docx").data
    text = "\n".join(
        node.text or "" for node in Document(io.BytesIO(content)).element.body.iter() if node.tag.endswith("}t")
    )
    assert "Neáng Sóc Kha" in text
    assert "(ghi tay trên bản lưu)" in text
    assert SECRET not in text


def test_who_may_print(printed, entries, session, as_, drawn):
    screened = next(s for s, e in entries.items() if e.kind == "screened")
    struck = next(s for s, e in entries.items() if any(o.voids == e.id for o in entries.values()))
    visit = next(s for s, e in entries.items() if e.kind == "visited")
    assert printed(screened, who="chair").status_code == 200
    assert printed(screened, who="district").status_code == 200
    assert printed(screened, who="auditor").status_code == 403, "an auditor reads without names"
    assert printed(screened, who="away").status_code == 404
    assert printed(screened, "exe").status_code == 404
    assert printed(struck).status_code == 404, "what was struck through is not printed"
    assert printed(visit).status_code == 404, "a visit has no paper"
    session.expire_all()
    query = sa.select(AccessLog.detail, AccessLog.status).where(AccessLog.action == "case:print")
    assert session.execute(query).all() == [(f"seq={screened},pdf", 200)] * 2
    page = as_("worker").get(f"/cases/{drawn[1]}").text
    assert page.count("/print/pdf") == page.count("/print/docx") == 6
    assert "/print/" not in as_("auditor").get(f"/cases/{drawn[1]}").text


def test_every_programme_has_papers_and_an_empty_form_can_be_filled_by_hand(app):
    """Each printable kind of each programme, with nothing entered at all."""
    from datetime import datetime

    from casemgr import papers
    from casemgr.cases.printing import Setting, entry_paper
    from casemgr.ledger.rules import Entry
    from casemgr.programmes import programmes

    fixed = {name: None for name in Entry.__slots__}
    entry = Entry(**(fixed | {"occurred_at": datetime(2022, 1, 5), "precision": "day", "coded": {}}))
    setting = Setting("HS-7K4-29Q", ("ỦY BAN NHÂN DÂN", "XÃ NÚI TÔ"), "Núi Tô", (), "người có mã số nêu trên", "")
    counts = {}
    with app.app_context():
        for programme in programmes().values():
            kinds = [k for k in programme.case.kinds.values() if k.paper]
            counts[programme.code] = len(kinds)
            for kind in kinds:
                said = words(papers.pdf(entry_paper(programme, kind, entry, {}, setting)))
                for field in kind.fields:
                    if field.name != "number":
                        assert field.label.vi in said, f"{programme.code} {kind.code}: {field.label.vi}"
    assert counts == {"TE": 8, "MT": 11, "BD": 4, "NCC": 6}


def test_the_signed_paper_comes_back(as_, drawn, entries, session):
    plan = next(e for e in entries.values() if e.kind == "planned")
    path = f"/cases/{drawn[1]}/attach"
    page = as_("worker").get(f"{path}?entry={plan.id.hex}").text
    data = as_("worker").form(f"{path}?entry={plan.id.hex}", 1)
    assert data["about"] == plan.id.hex
    assert "multipart/form-data" in page
    for name, content, said in (
        ("don.pdf", b"MZ\x90 not a pdf", "Không nhận ra loại tệp này"),
        ("anh.png", b"%PDF-1.7\n%%EOF", "nội dung là loại khác"),
        ("", b"", "Chưa chọn tệp"),
    ):
        sent = as_("worker").post(path, data=data | {"file": (io.BytesIO(content), name), "note": "Số 15/KH"})
        assert sent.status_code == 422
        assert said in sent.text
        assert "Số 15/KH" in sent.text, "what was typed is kept"
    scan = b"%PDF-1.7\n% signed by the chair\n%%EOF\n"
    for _twice in range(2):
        sent = as_("worker").post(
            path, data=data | {"file": (io.BytesIO(scan), "Kế hoạch cháu Kha.pdf"), "note": "Số 15/KH"}
        )
        assert sent.status_code == 303
    for content, note in ((scan + b"% another\n", "Số 15/KH"), (scan, "Số 16/KH")):
        other = as_("worker").post(path, data=data | {"file": (io.BytesIO(content), "khac.pdf"), "note": note})
        assert other.status_code == 422
        assert "đã được lưu trước đó với nội dung khác" in other.text
    session.expire_all()
    assert session.scalar(sa.select(sa.func.count()).select_from(FILES)) == 1
    attached = [e for e in ledger.entries(session, drawn[0]) if e.kind == "attached"]
    assert len(attached) == 1
    assert attached[0].coded["about"] == plan.id.hex
    page = as_("worker").get(f"/cases/{drawn[1]}").text
    assert f"Bản đã ký của bản ghi {plan.seq}" in page
    assert "Kế hoạch cháu Kha" not in page
    where = f"/cases/{drawn[1]}/entries/{attached[0].id}/file"
    got = as_("chair").get(where)
    assert got.data == scan
    assert f"{drawn[1]}-{attached[0].seq}.pdf" in got.headers["Content-Disposition"]
    assert as_("auditor").get(where).status_code == 403
    assert as_("away").get(where).status_code == 404
