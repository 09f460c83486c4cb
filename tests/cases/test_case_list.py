"""The list of case files and the search by name: one scope, as little of a person as needed."""

import re

import sqlalchemy as sa

from casemgr.access.models import AccessLog
from casemgr.cases import services
from casemgr.ui import forms
from tests.accounts import sign_in
from tests.cases.files import HERE, THERE, open_child


def numbers(page: str) -> list[str]:
    return re.findall(r'href="/cases/(HS-[^"/]+)"', page)


def test_the_list_shows_little_of_a_person(as_, who, drawn, clock):
    page = as_("worker").get("/cases").text
    assert "Sóc Kha N." in page
    assert "Neáng" not in page
    assert "quá 3 ngày làm việc · 17/03" in page
    audited = as_("auditor").get("/cases").text
    assert drawn[1] in audited
    assert "Kha" not in audited
    clock("2027-06-01T09:00")
    assert re.search(r"quá 1\.[0-9]{3} ngày làm việc", sign_in(as_("worker"), who.worker).get("/cases").text)


def test_list_search_and_page_share_one_scope(as_, session, who, drawn):
    away = open_child(session, who, unit=THERE)[1]
    session.commit()
    seen = {
        "worker": {drawn[1]},  # the file next door is assigned, but lies outside the worker's commune
        "other": set(),
        "away": set(),
        "chair": {drawn[1]},
        "district": {drawn[1], away},
        "auditor": {drawn[1], away},
        "elsewhere": set(),
    }
    for name, wanted in seen.items():
        assert set(numbers(as_(name).get("/cases").text)) == wanted, name
        for number in (drawn[1], away):
            opened = as_(name).get(f"/cases/{number}").status_code == 200
            assert opened == (number in wanted), (name, number)
        if name != "auditor":
            found = as_(name).post("/cases/search", data={"text": "kha"}).text
            assert set(numbers(found)) == wanted, name
    assert as_("auditor").post("/cases/search", data={"text": "kha"}).status_code == 403
    assert as_("admin").get("/cases").status_code == 403


def test_a_name_is_found_without_its_marks(as_, session, who, drawn):
    number = open_child(session, who, name="Nguyễn Văn Ân")[1]
    open_child(session, who, name="Nguyễn Thị Ánh")
    session.commit()
    for typed in ("nguyen van an", "Nguyễn Văn Ân", "ân", "VAN AN"):
        assert numbers(as_("worker").post("/cases/search", data={"text": typed}).text) == [number], typed
    assert numbers(as_("worker").post("/cases/search", data={"text": "lê lợi"}).text) == []
    assert "Không có hồ sơ nào phù hợp." in as_("worker").post("/cases/search", data={"text": ""}).text


def test_a_number_leads_to_its_file(as_, drawn):
    answer = as_("worker").post("/cases/search", data={"text": drawn[1].lower()})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{drawn[1]}")
    assert as_("other").post("/cases/search", data={"text": drawn[1]}).status_code == 200


def test_filters(as_, session, who, drawn):
    calm = open_child(session, who, emergency=False, received="2022-03-21T08:00")[1]
    session.commit()
    client = as_("worker")
    for query, wanted in {
        "": {drawn[1], calm},
        "?group=4": {drawn[1], calm},
        "?group=1": set(),
        "?risk=CAO": {drawn[1]},
        "?overdue=y": {drawn[1]},
        "?mine=y": {drawn[1], calm},
        "?waiting=y": set(),
        "?status=open": {drawn[1], calm},
        "?status=closed": set(),
        "?group=99&status=x": {drawn[1], calm},  # nonsense in the address narrows nothing
        "?page=7": set(),
    }.items():
        assert set(numbers(client.get("/cases" + query).text)) == wanted, query
    assert set(numbers(as_("chair").get("/cases?mine=y").text)) == set()
    near = as_("district").get(f"/cases?unit={HERE}").text
    assert set(numbers(near)) == {drawn[1], calm}
    assert f'value="{THERE}"' in near
    assert set(numbers(as_("district").get(f"/cases?unit={THERE}").text)) == set()


def test_those_due_first_and_in_pages(as_, session, who, monkeypatch):
    from casemgr.cases import views

    monkeypatch.setattr(views, "PAGE", 3)
    for day in (16, 10, 18, 14, 12):
        open_child(session, who, emergency=False, received=f"2022-03-{day}T08:00")
    session.commit()
    first, second = (as_("worker").get(f"/cases?page={n}").text for n in (1, 2))
    shown = numbers(first) + numbers(second)
    dues = [services.find(session, number).next_due for number in shown]
    assert dues == sorted(dues)
    assert len(set(shown)) == 5
    assert "1–3 trong 5" in first


def test_searching_is_logged_without_the_name(as_, session, drawn):
    as_("worker").post("/cases/search", data={"text": "kha"})
    row = session.scalars(sa.select(AccessLog).where(AccessLog.action == "person:search")).one()
    assert re.fullmatch("found=1;name=[0-9a-f]{8}", row.detail)  # which name, only the key could tell


def test_what_is_typed_in_place_of_a_choice_is_not_kept(as_, drawn):
    district = as_("district")

    def kept(typed: str) -> int:
        page = district.post("/cases/search", data={"text": "x" * 2000, "status": typed, "unit": typed})
        assert page.status_code == 422
        assert f'<option value="{HERE}">' in page.text, "what can be chosen stays"
        assert district.get("/caseload", query_string={"unit": typed}).status_code == 200
        return forms._written.cache_info().currsize

    assert kept("") == kept("a" * 999) == kept("b" * 999)
