"""Opening a file where nobody was detected first: found before typed, possible matches shown, stored once."""

import sqlalchemy as sa

from casemgr.cases.models import CaseFile
from casemgr.people import services as people
from casemgr.people.identifiers import Birth
from casemgr.programmes import programmes
from tests.cases.files import HERE, NOW, THERE

NEW = "/cases/new"


def group_of(code: str) -> str:
    return str(list(programmes()).index(code) + 1)


def known(session, who, name="Nguyễn Văn Ân", unit=HERE, kind="person"):
    facts = {"sex": "nam", "birth": Birth(1990, 5, 3)} if kind == "person" else {}
    subject = people.register(session, str(who.worker.id), unit, NOW, kind=kind, name=name, **facts)
    session.commit()
    return subject


def form_of(client, group, **more) -> dict:
    """What a browser would send back from the form of a new file."""
    from tests.pages import _values, parse

    page = parse(client.post(NEW + "/file", data={"group": group} | more).text)
    form = next(f for f in page.iter("form") if f.get("action") == NEW + "/file")
    return _values(form) | {"save": "1"}


def files(session) -> list[CaseFile]:
    return list(session.scalars(sa.select(CaseFile)))


def test_somebody_known_is_found_and_used(as_, session, who):
    subject, group = known(session, who), group_of("MT")
    client = as_("worker")
    page = client.post(NEW, data={"group": group, "text": "nguyen van an"}).text
    assert "Nguyễn Văn Ân" in page
    assert str(subject) in page
    data = form_of(client, group, beneficiary=str(subject))
    assert "name" not in data
    answer = client.post(NEW + "/file", data=data)
    assert answer.status_code == 303
    (file,) = files(session)
    assert (file.programme, file.beneficiary, file.unit_id, file.worker) == ("MT", subject, HERE, str(who.worker.id))
    assert answer.headers["Location"] == f"/cases/{file.number}"
    assert client.get(answer.headers["Location"]).status_code == 200
    # Pressed twice, it is the same file; opened again, it is refused with the number of the first.
    assert client.post(NEW + "/file", data=data).headers["Location"] == f"/cases/{file.number}"
    again = client.post(NEW + "/file", data=form_of(client, group, beneficiary=str(subject)))
    assert again.status_code == 422
    assert f"Đã có hồ sơ đang mở: {file.number}." in again.text
    assert file.number in client.post(NEW, data={"group": group, "text": "ân"}).text
    assert len(files(session)) == 1


def test_somebody_new_is_registered_with_the_file(as_, session, who):
    client, group = as_("worker"), group_of("MT")
    nobody = client.post(NEW, data={"group": group, "text": "Lê Văn Tám"}).text
    assert "Chưa có ai khớp" in nobody
    data = form_of(client, group, text="Lê Văn Tám")
    assert data["name"] == "Lê Văn Tám"
    data |= {"sex": "nam", "birth": "1988", "ethnicity": "khmer"}
    assert client.post(NEW + "/file", data=data).status_code == 303
    assert client.post(NEW + "/file", data=data).status_code == 303  # pressed twice
    (file,) = files(session)
    person = people.identity(session, file.beneficiary).person
    assert (person.name, person.birth_year, person.home) == ("Lê Văn Tám", 1988, HERE)
    assert "nam, 34 tuổi" in client.get(f"/cases/{file.number}").text


def test_possible_matches_are_shown_before_a_second_one_is_made(as_, session, who):
    subject, group, client = known(session, who), group_of("MT"), as_("worker")
    data = form_of(client, group, text="Nguyễn Văn Ân") | {"sex": "nam", "birth": "03/05/1990"}
    asked = client.post(NEW + "/file", data=data)
    assert asked.status_code == 200
    assert "Có thể đã có người này" in asked.text
    assert str(subject) in asked.text
    assert files(session) == []
    # The one on the list is taken …
    assert "name" not in form_of(client, group, beneficiary=str(subject))
    # … or the worker says that it is somebody else.
    assert client.post(NEW + "/file", data=data | {"different": "y"}).status_code == 303
    (file,) = files(session)
    assert file.beneficiary != subject


def test_a_match_elsewhere_shows_only_the_unit(as_, session, who):
    known(session, who, unit=THERE)
    client, group = as_("worker"), group_of("MT")
    assert "Ân" not in client.post(NEW, data={"group": group, "text": "an"}).text.replace('value="an"', "")
    asked = client.post(
        NEW + "/file", data=form_of(client, group, text="Nguyễn Văn Ân") | {"sex": "nam", "birth": "03/05/1990"}
    )
    assert "Có người khớp ở thị trấn Tri Tôn" in asked.text


def test_a_household(as_, session, who):
    client, group = as_("worker"), group_of("NCC")
    data = form_of(client, group, text="Trần Thị Bưởi")
    assert client.post(NEW + "/file", data=data).status_code == 303
    (file,) = files(session)
    assert people.identity(session, file.beneficiary).kind == "household"


def test_wrong_input_is_kept(as_, session, who):
    client, group = as_("worker"), group_of("MT")
    data = form_of(client, group, text="Lê Văn Tám") | {"birth": "31/02/1990", "phone": "12", "occurred": "01/01/2030"}
    wrong = client.post(NEW + "/file", data=data)
    assert wrong.status_code == 422
    for part in ("Không có ngày 31/02/1990", "Lê Văn Tám", 'value="01/01/2030"'):
        assert part in wrong.text
    future = client.post(NEW + "/file", data=data | {"birth": "1990", "phone": ""})
    assert future.status_code == 422
    assert "Ngày thực hiện chưa đến." in future.text
    assert files(session) == []
    assert session.scalar(sa.text("SELECT count(*) FROM beneficiary")) == 0


def test_who_may_open_what(as_, session, who):
    group = group_of("MT")
    for name, status in {"chair": 403, "auditor": 403, "admin": 403, "worker": 200}.items():
        assert as_(name).get(NEW).status_code == status, name
    assert as_("worker").post(NEW + "/file", data={"group": group_of("TE")}).status_code == 404
    assert as_("worker").post(NEW + "/file", data={"group": "x"}).status_code == 404
    subject = known(session, who, unit=THERE)
    assert as_("worker").post(NEW + "/file", data={"group": group, "beneficiary": str(subject)}).status_code == 404
    data = form_of(as_("worker"), group, text="Lê Văn Tám") | {"unit": THERE}
    assert as_("worker").post(NEW + "/file", data=data).status_code == 404
