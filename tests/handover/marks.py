"""What people do about a conflict of interest, through the pages."""

import sqlalchemy as sa

from casemgr.cases.models import CaseFile
from tests.cases.files import filled


def marked(client, number: str, who) -> None:
    data = filled(client, f"/cases/{number}/conflict", note="Người nhà của chủ tịch.")
    assert client.post(f"/cases/{number}/conflict", data=data | {"accounts": [str(who.chair.id)]}).status_code == 303


def confirm(client, number: str, **data):
    return client.post(f"/cases/{number}/conflict/decide", data={"why": ""} | data)


def name(client, number: str, *accounts, note="Người nhà."):
    data = filled(client, f"/cases/{number}/conflict", note=note)
    return client.post(f"/cases/{number}/conflict", data=data | {"accounts": [str(each.id) for each in accounts]})


def held(session, number: str) -> str:
    session.expire_all()
    return session.scalar(sa.select(CaseFile.unit_id).where(CaseFile.number == number))


def waits_for(client) -> bool:
    return "xung đột lợi ích chờ người thứ hai xác nhận" in client.get("/approvals").text
