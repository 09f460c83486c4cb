"""After the districts were abolished: what a conflict of interest had moved up to one is the province's to decide."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from casemgr.cases.models import CaseFile
from casemgr.units.services import add_unit, close_unit
from tests.accounts import make_user, sign_in
from tests.cases import files
from tests.cases.files import DISTRICT, HERE, PROVINCE, THERE, send
from tests.handover.marks import marked

LAST, FIRST, WHEN = date(2025, 6, 30), date(2025, 7, 1), datetime(2025, 7, 2, 9, 0)
MERGED, COMMUNE = "91-20250701", "30502-20250701"


@pytest.fixture
def abolished(as_, session, who, clock):
    """(number of a file that the district held, the plan that waits in it); province, district and communes ended."""
    case, number = files.open_child(session, who)
    files.write(session, case, "screened", files.SCREENED, "2022-03-04T17:40", who.worker)
    needs = {code: ("yes", "") for code in files.PLAN}
    files.write(session, case, "assessed", {"needs": needs, "opinions": "x"}, "2022-03-07", who.worker)
    plan = files.plan_of(session, case, who.worker)
    session.commit()
    marked(as_("worker"), number, who)
    facts = {"valid_from": FIRST, "now": WHEN}
    add_unit(session, code="91", name="An Giang", kind="tinh", parent_id=None, **facts)
    add_unit(session, code="30502", name="Tri Tôn", kind="xa", parent_id=MERGED, **facts)
    for commune in (HERE, THERE):
        close_unit(session, commune, LAST, WHEN, heirs=[(COMMUNE, True)], act="NQ 1654")
    for district in (DISTRICT, "883-20210101"):
        close_unit(session, district, LAST, WHEN, act="NQ 203")
    close_unit(session, PROVINCE, LAST, WHEN, heirs=[(MERGED, True)], act="NQ 202")
    session.commit()
    clock("2025-08-15T09:00")
    return number, plan


@pytest.mark.parametrize("where", [MERGED, PROVINCE], ids=["merged province", "role still in the old one"])
def test_the_province_finds_decides_and_hands_on(app, session, who, abolished, where):
    number, plan = abolished
    leader = make_user(session, "tinh", ("supervisor", where))
    tinh = sign_in(app.test_client(), leader)
    assert number in tinh.get("/approvals").text
    page = tinh.get("/transfers").text
    assert "không có đơn vị kế tiếp" in page
    address = f"/caseload/files?unit={DISTRICT}"
    assert address in page
    assert number in tinh.get(address).text
    decision = {"outcome": "approved", "signer": "CHU_TICH", "number": "5/QĐ", "note": "Đồng ý."}
    assert send(tinh, f"/cases/{number}/entries/{plan.id}/decide", **decision).status_code == 303
    make_user(session, "canbo.moi", ("worker", COMMUNE))
    commune = make_user(session, "chutich.moi", ("supervisor", COMMUNE))
    ask = {"to": COMMUNE, "reason": "competence", "note": "Không còn cấp huyện."}
    assert send(tinh, f"/cases/{number}/transfer", **ask).status_code == 303
    chair = sign_in(app.test_client(), commune)
    assert number in chair.get("/transfers").text
    asked = session.scalar(sa.text("SELECT asked FROM case_transfer"))
    assert asked is not None
    assert session.scalar(sa.select(CaseFile.unit_id)) == DISTRICT, "until the commune accepts"


def test_a_commune_and_who_is_named_in_the_conflict_do_not_reach_it(app, session, as_, who, abolished):
    number, plan = abolished
    commune = sign_in(app.test_client(), make_user(session, "chutich.moi", ("supervisor", COMMUNE)))
    for client in (as_("chair"), commune):
        assert client.get(f"/cases/{number}").status_code == 404
        assert client.get(f"/cases/{number}/entries/{plan.id}/decide").status_code == 404
