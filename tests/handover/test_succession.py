"""After the communes were rearranged: one that was divided leaves each of its files to a person's choice."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from casemgr.access.models import RoleGrant
from casemgr.cases import services
from casemgr.cases.models import CaseFile
from casemgr.units.services import add_hamlet, add_unit, close_unit, move_hamlet
from tests.accounts import make_user, sign_in
from tests.cases import files
from tests.cases.files import HERE, THERE

LAST, FIRST = date(2025, 6, 30), date(2025, 7, 1)
WHEN = datetime(2025, 7, 2, 9, 0)
NORTH, SOUTH = "30502-20250701", "30580-20250701"


@pytest.fixture
def divided(session, who, clock):
    """(number of a file whose hamlet went north, number of one without a hamlet); the commune is divided in two."""
    known = files.open_child(session, who)
    unknown = files.open_child(session, who, name="Chau Rít")
    hamlet = add_hamlet(
        session, HERE, kind="ap", name="Tô Thuận", valid_from=date(2021, 1, 1), now=datetime(2022, 1, 1)
    ).id
    beneficiary = session.get(CaseFile, (89, known[0])).beneficiary
    session.execute(sa.text("UPDATE beneficiary SET hamlet_id = :h WHERE subject = :s").bindparams(
        sa.bindparam("h", hamlet, sa.Uuid), sa.bindparam("s", beneficiary, sa.Uuid)))  # fmt: skip
    for code, name in (("30502", "Bắc Tri"), ("30580", "Nam Tri")):
        add_unit(session, code=code, name=name, kind="xa", parent_id="89-20210101", valid_from=FIRST, now=WHEN)
    close_unit(session, HERE, LAST, WHEN, heirs=[(NORTH, True), (SOUTH, False)], act="NQ 1654")
    move_hamlet(session, hamlet, NORTH, WHEN)
    session.commit()
    clock("2025-07-02T09:00")
    return known[1], unknown[1]


def test_each_file_waits_for_a_person_who_chooses_by_hamlet(app, client, session, who, divided):
    known, unknown = divided
    province = make_user(session, "tinh", ("supervisor", "89-20210101"))
    north = make_user(session, "bac", ("supervisor", NORTH))
    client = sign_in(client, province)
    page = client.get("/transfers").text
    assert "2 hồ sơ chờ chọn đơn vị" in page
    path = f"/succession/{HERE}"
    data = client.form(path, 1)
    assert data[f"to-{known}"] == NORTH, "the hamlet says where"
    assert data[f"to-{unknown}"] == ""
    assert sign_in(app.test_client(), north).get(f"/cases/{known}").status_code == 404
    assert client.post(path, data=data).status_code == 303
    assert "còn 1 hồ sơ" in client.get(path).text
    session.expire_all()
    moved = session.scalar(sa.select(CaseFile).where(CaseFile.number == known))
    assert (moved.unit_id, moved.worker) == (NORTH, str(who.worker.id)), "the people stay as they are"
    assert sign_in(app.test_client(), north).get(f"/cases/{known}").status_code == 200
    # What was due before stays with the unit that held it then.
    assert services.state(session, moved.subject)[0].charged_at(datetime(2022, 3, 5)) == HERE
    none = client.post(path, data=data)
    assert none.status_code == 422, "of those that are left none was chosen"
    assert "Hãy chọn đơn vị cho ít nhất một hồ sơ." in none.text
    wrong = client.post(path, data=data | {f"to-{unknown}": "891-20210101"})
    assert wrong.status_code == 422
    assert "Hãy chọn một trong các đơn vị" in wrong.text


def test_one_unit_is_chosen_for_several_files_with_the_reason_in_each(client, session, divided):
    client, path = sign_in(client, make_user(session, "tinh", ("supervisor", "89-20210101"))), f"/succession/{HERE}"
    data = client.form(path, 1) | {"pick": list(divided)}
    for wrong, said in (
        ({"note": "Ấp Tô Hạ về Nam Tri."}, "Hãy chọn đơn vị cho các hồ sơ đã đánh dấu."),
        ({"together": SOUTH}, "cần ghi lý do, căn cứ"),
        ({"together": SOUTH, "note": "x", "pick": []}, "Hãy đánh dấu các hồ sơ chuyển về đơn vị này."),
    ):
        answer = client.post(path, data=data | wrong)
        assert (answer.status_code, said in answer.text) == (422, True)
    assert {file.unit_id for file in session.scalars(sa.select(CaseFile))} == {HERE}, "nothing half-done"
    session.rollback()
    done = client.post(path, data=data | {"together": SOUTH, "note": "Ấp Tô Hạ về Nam Tri."})
    assert done.status_code == 303
    session.expire_all()
    assert {file.unit_id for file in session.scalars(sa.select(CaseFile))} == {SOUTH}
    assert all("Ấp Tô Hạ về Nam Tri." in client.get(f"/cases/{number}").text for number in divided)


def test_only_the_ticked_files_go(client, session, divided):
    known, unknown = divided
    client, path = sign_in(client, make_user(session, "tinh", ("supervisor", "89-20210101"))), f"/succession/{HERE}"
    data = client.form(path, 1) | {"pick": [unknown], "together": SOUTH, "note": "Theo nơi ở."}
    assert client.post(path, data=data).status_code == 303
    found = {file.number: file.unit_id for file in session.scalars(sa.select(CaseFile))}
    assert found == {known: HERE, unknown: SOUTH}


def test_a_worker_whose_role_stayed_on_the_old_commune_is_told_as_having_left(app, client, session, who, divided):
    known, _unknown = divided
    client, path = sign_in(client, make_user(session, "tinh", ("supervisor", "89-20210101"))), f"/succession/{HERE}"
    assert known not in client.get("/exceptions/worker-left").text, "the old commune's file is still theirs to work on"
    client.post(path, data=client.form(path, 1))
    page = client.get("/exceptions/worker-left").text
    assert known in page
    assert "không còn quyền ở nơi giữ hồ sơ" in page
    session.add(RoleGrant(user_id=who.worker.id, role="worker", unit_id=NORTH, programmes="*", valid_from=FIRST,
                          granted_at=WHEN))  # fmt: skip
    session.commit()
    assert known not in client.get("/exceptions/worker-left").text


def test_nobody_of_another_unit_chooses(app, client, session, who, divided):
    here = make_user(session, "bac", ("supervisor", NORTH))
    assert sign_in(client, here).get(f"/succession/{HERE}").status_code == 404
    assert sign_in(client, here).get(f"/succession/{NORTH}").status_code == 404


def test_the_caseload_is_told_by_the_units_of_today(app, client, session, who, divided):
    """An abolished commune's files are its successor's; those of a divided one stand under its own name."""
    beside = files.open_child(session, who, name="Chau Sóc", unit=THERE)[1]
    add_unit(session, code="30999", name="Đồi Tức", kind="xa", parent_id="89-20210101", valid_from=FIRST, now=WHEN)
    close_unit(session, THERE, LAST, WHEN, heirs=[("30999-20250701", True)], act="NQ 1654")
    session.commit()
    client = sign_in(client, make_user(session, "tinh", ("supervisor", "89-20210101")))
    page = client.get("/caseload?by=unit").text
    assert "thị trấn Tri Tôn" not in page
    for unit, numbers in (("30999-20250701", {beside}), (HERE, set(divided))):
        address = f"/caseload/files?unit={unit}"
        assert address in page
        listed = client.get(address).text
        assert {number for number in (beside, *divided) if number in listed} == numbers
