"""A conflict of interest: the persons named lose the file at once, without a word, and the unit above holds it."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from casemgr.cases import services
from casemgr.cases.models import CaseBar, CaseFile
from casemgr.refused import Refused
from tests.cases.files import DISTRICT, HERE, filled, send
from tests.handover.marks import confirm, marked, name


def test_who_is_named_loses_the_file_at_once_and_silently(as_, session, who, drawn):
    number = drawn[1]
    worker, chair, district = as_("worker"), as_("chair"), as_("district")
    for client in (worker, chair, district):
        assert client.get(f"/cases/{number}").status_code == 200
    data = filled(worker, f"/cases/{number}/conflict", note="Chủ tịch là người thân của đối tượng.")
    answer = worker.post(f"/cases/{number}/conflict", data=data | {"accounts": [str(who.chair.id)]})
    assert answer.status_code == 303
    for path in (f"/cases/{number}", f"/cases/{number}/identity", f"/cases/{number}/transfer"):
        assert chair.get(path).status_code == 404
    for path in ("/", "/cases", "/approvals", "/transfers"):
        assert number not in chair.get(path).text
    assert number not in chair.post("/cases/search", data={"text": "neang soc kha"}).text
    assert chair.post("/cases/search", data={"text": number}).status_code == 200  # as for a number that there is not
    session.expire_all()
    file = session.scalar(sa.select(CaseFile).where(CaseFile.number == number))
    assert (file.unit_id, file.worker) == (DISTRICT, None)
    page = district.get(f"/cases/{number}").text
    assert "Xung đột lợi ích" in page
    assert "Chủ tịch là người thân của đối tượng." in page
    # The unit above assigns somebody of its own, who then works on it.
    assert send(district, f"/cases/{number}/assign", worker=str(who.above_worker.id)).status_code == 303
    assert as_("above_worker").get(f"/cases/{number}").status_code == 200
    assert worker.get(f"/cases/{number}").status_code == 404


def test_an_officer_above_who_is_named_loses_it_too(as_, session, who, drawn):
    number, worker = drawn[1], as_("worker")
    data = filled(worker, f"/cases/{number}/conflict", note="Người nhà.")
    worker.post(f"/cases/{number}/conflict", data=data | {"accounts": [str(who.district.id)]})
    assert as_("district").get(f"/cases/{number}").status_code == 404
    assert number not in as_("district").get("/cases").text


def test_nobody_named_is_refused(as_, who, drawn):
    answer = send(as_("worker"), f"/cases/{drawn[1]}/conflict", note="Không rõ ai.")
    assert answer.status_code == 422
    assert "Hãy chọn người có liên quan." in answer.text


def test_figures_and_their_reasons_do_not_name_the_file_to_them(as_, who, drawn):
    number, worker, chair, district = drawn[1], as_("worker"), as_("chair"), as_("district")
    data = filled(worker, f"/cases/{number}/conflict", note="Người nhà.")
    lists = [f"/coverage/KH322-2022/TE-2?state={state}" for state in ("missed", "not_due", "met", "unknown")]
    why = f"/coverage/KH322-2022/TE-2/why/{number}"
    assert any(number in chair.get(path).text for path in lists)
    assert chair.get(why).status_code == 200
    worker.post(f"/cases/{number}/conflict", data=data | {"accounts": [str(who.district.id)]})
    pages = [district.get(path).text for path in lists]
    assert not any(number in page for page in pages)
    assert any("hồ sơ của người khác" in page for page in pages)  # the figure itself is everybody's
    assert district.get(why).status_code == 404


def test_the_unit_above_ends_a_conflict(as_, session, who, drawn):
    number, worker, district = drawn[1], as_("worker"), as_("district")
    data = filled(worker, f"/cases/{number}/conflict", note="Người nhà.")
    worker.post(f"/cases/{number}/conflict", data=data | {"accounts": [str(who.chair.id)]})
    assert str(who.chair.id) in district.get(f"/cases/{number}/conflict").text
    assert name(district, number, note="Ghi nhầm người.").status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(CaseBar)) == 0
    assert "đã hết" in district.get(f"/cases/{number}").text


def test_a_second_person_above_confirms_and_the_list_counts_the_communes(as_, session, who, drawn):
    number, district = drawn[1], as_("district")
    assert number not in district.get("/exceptions/conflict").text
    marked(as_("worker"), number, who)
    page = " ".join(district.get("/exceptions/conflict").text.split())
    assert number in page
    assert "1 hồ sơ, 1 chờ xác nhận" in page
    assert "chờ người thứ hai xác nhận" in page
    assert "1 xung đột lợi ích chờ người thứ hai xác nhận" in district.get("/approvals").text
    assert f'href="/cases/{number}/conflict"' in district.get("/exceptions/conflict").text
    asked = district.get(f"/cases/{number}/conflict").text
    for text in (who.worker.full_name, "22/03/2022 09:00", "xã Núi Tô, huyện Tri Tôn", "Người nhà của chủ tịch."):
        assert text in asked, "what the second person has to go by"
    for outsider in ("chair", "worker"):
        assert confirm(as_(outsider), number, outcome="approved").status_code in (403, 404)
        assert number not in as_(outsider).get("/exceptions/conflict").text
    assert confirm(district, number).status_code == 422
    assert confirm(district, number, outcome="approved").status_code == 303
    page = " ".join(district.get("/exceptions/conflict").text.split())
    assert "đã xác nhận" in page
    assert "chờ xác nhận" not in page
    assert "chờ người thứ hai" not in district.get("/approvals").text
    assert confirm(district, number, outcome="returned", why="Muộn.").status_code == 422, "decided once"
    assert as_("chair").get(f"/cases/{number}").status_code == 404


def test_a_mark_that_is_not_confirmed_sends_the_file_back(as_, session, who, drawn):
    number, district = drawn[1], as_("district")
    marked(as_("worker"), number, who)
    assert confirm(district, number, outcome="returned").status_code == 422, "a reason is needed"
    assert confirm(district, number, outcome="returned", why="Không có quan hệ gì.").status_code == 303
    session.expire_all()
    assert session.scalar(sa.select(CaseFile.unit_id).where(CaseFile.number == number)) == HERE
    assert as_("chair").get(f"/cases/{number}").status_code == 200
    assert number not in district.get("/exceptions/conflict").text


def test_who_marked_does_not_confirm(as_, who, drawn):
    number, district = drawn[1], as_("district")
    marked(district, number, who)
    assert confirm(district, number, outcome="approved").status_code == 403
    assert "chờ người thứ hai" not in district.get("/approvals").text


@pytest.mark.parametrize(
    ("answer", "before", "after"),
    [({"outcome": "approved"}, HERE, DISTRICT), ({"outcome": "returned", "why": "Không có quan hệ."}, HERE, HERE)],
)
def test_a_file_leaves_the_figure_of_its_commune_only_once_it_is_confirmed(
    as_, session, who, drawn, answer, before, after
):
    def charged() -> str:
        """With what falls due from now on; what was missed before stays where it was due."""
        session.rollback()
        return services.state(session, drawn[0])[0].charged_at(datetime(2030, 1, 1))

    assert charged() == HERE
    marked(as_("worker"), drawn[1], who)
    assert charged() == before
    confirm(as_("district"), drawn[1], **answer)
    assert charged() == after


def test_the_figure_says_above_how_many_files_are_held_because_of_conflicts(as_, who, drawn):
    said = "1 hồ sơ do đơn vị cấp trên giữ vì xung đột lợi ích"
    path = "/coverage/KH322-2022/TE-2"
    assert said not in as_("district").get(path).text
    marked(as_("worker"), drawn[1], who)
    assert said in as_("district").get(path).text
    assert said not in as_("chair").get(path).text
    assert said not in as_("worker").get(path).text


def test_who_is_named_is_not_assigned_nor_offered(as_, session, above, drawn):
    number, district = drawn[1], as_("district")
    name(as_("worker"), number, above.chair, above.above_worker)
    page = district.get(f"/cases/{number}/assign")
    assert str(above.above_worker.id) not in page.text
    assert send(district, f"/cases/{number}/assign", worker=str(above.above_worker.id)).status_code == 422
    with pytest.raises(Refused, match="có liên quan"):
        services.assign(
            session, drawn[0], str(above.above_worker.id), author=str(above.district.id), unit=DISTRICT,
            now=datetime(2022, 3, 22, 10, 0),
        )  # fmt: skip
