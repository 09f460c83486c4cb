"""Where nobody is left who could confirm a mark: who sees the mark is told so, and whom to ask for a second person."""

import pytest

from tests.accounts import make_user
from tests.cases.files import DISTRICT, PROVINCE, THERE
from tests.handover.marks import confirm, held, marked, name, waits_for
from tests.pages import text_of

SAID = "Chưa có người thứ hai nào xác nhận được"
DO = "giao vai trò «Cán bộ theo dõi cấp huyện» ở huyện Tri Tôn cho một người nữa."
LIST = "/exceptions/conflict"


@pytest.fixture
def alone(as_, who, drawn):
    """The number of a file that the only leader above the commune has marked."""
    marked(as_("district"), drawn[1], who)
    return drawn[1]


def test_the_page_of_the_mark_and_the_list_say_once_what_to_do(as_, session, alone):
    district = as_("district")
    assert f"Đã ghi nhận xung đột lợi ích. {SAID}" in text_of(district.get("/cases"))
    for path in (f"/cases/{alone}/conflict", LIST):
        page = text_of(district.get(path))
        assert page.count(SAID) == 1, path
        assert DO in page, path
    assert (held(session, alone), as_("chair").get(f"/cases/{alone}").status_code) == (DISTRICT, 404)
    assert not waits_for(district)
    assert confirm(district, alone, outcome="approved").status_code == 403


def test_once_there_is_a_second_person_nothing_is_said_and_they_confirm(as_, session, who, alone):
    who.second = make_user(session, "huyen2", ("supervisor", DISTRICT))
    assert waits_for(as_("second"))
    for path in (f"/cases/{alone}/conflict", LIST):
        page = as_("second").get(path).text
        assert SAID not in page
        assert "người thứ hai" in page
    assert confirm(as_("second"), alone, outcome="approved").status_code == 303


def test_it_waits_for_nobody_who_decides_elsewhere_and_only_reads_here(as_, session, who, alone):
    who.reads = make_user(session, "kiemtra2", ("auditor", PROVINCE), ("supervisor", THERE))
    assert alone in as_("reads").get(LIST).text
    assert not waits_for(as_("reads"))


def test_who_is_named_is_told_nothing(as_, who, drawn):
    """Not even in the answer to who names themselves."""
    number, district = drawn[1], as_("district")
    assert name(district, number, who.chair, who.district).status_code == 303
    for client in (district, as_("chair")):
        for path in ("/cases", "/", LIST, "/approvals", "/exceptions"):
            page = client.get(path).text
            assert SAID not in page, path
            assert number not in page, path


def test_who_has_no_second_person_knows_it_before_they_mark(as_, drawn):
    path = f"/cases/{drawn[1]}/conflict"
    assert DO in text_of(as_("district").get(path))
    assert SAID not in as_("worker").get(path).text, "the leader of the district would confirm it"


def test_who_loses_the_file_by_the_mark_is_told_and_the_auditor_finds_it(as_, who, drawn):
    worker = as_("worker")
    assert name(worker, drawn[1], who.chair, who.district).status_code == 303
    assert DO in text_of(worker.get("/cases"))
    assert SAID not in text_of(worker.get("/cases")), "said once"
    assert DO in text_of(as_("auditor").get(LIST))
