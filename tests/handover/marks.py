"""What people do about a conflict of interest, through the pages."""

import re
from uuid import UUID

import sqlalchemy as sa

from casemgr.cases.models import CaseFile


def marked(client, number: str, who) -> None:
    assert name(client, number, who.chair, note="Người nhà của chủ tịch.").status_code == 303


def name(client, number: str, *accounts, note="Người nhà."):
    """Exactly these are shut out from now on."""
    return client.post(f"/cases/{number}/conflict", data=filled(client, number, *accounts, note=note))


def filled(client, number: str, *accounts, note="Người nhà.") -> dict:
    """What a browser sends that had the page as it is now: its form is the last."""
    data = client.form(f"/cases/{number}/conflict", -1)
    return data | {"accounts": [str(each.id) for each in accounts], "note": note}


def shown(client, number: str) -> list[str]:
    """The marks on the page, the oldest first."""
    return re.findall(r'id="mark-([0-9a-f-]{36})"', client.get(f"/cases/{number}/conflict").text)


def confirm(client, number: str, mark: str | None = None, **data):
    """Answers about this mark, or the last; a client to whom no page shows it guesses."""
    mark = mark or (shown(client, number) or [str(UUID(int=0))])[-1]
    data = {f"mark-{mark}-{key}": value for key, value in ({"why": ""} | data).items()}
    return client.post(f"/cases/{number}/conflict/{mark}", data=data)


def held(session, number: str) -> str:
    session.expire_all()
    return session.scalar(sa.select(CaseFile.unit_id).where(CaseFile.number == number))


def waits_for(client) -> bool:
    return "xung đột lợi ích chờ người thứ hai xác nhận" in client.get("/approvals").text
