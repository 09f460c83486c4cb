"""The people who work in the invented province, and the accounts with which a visitor may sign in."""

from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa

from casemgr.access.models import RoleGrant, User
from casemgr.demo import names
from casemgr.demo.world import Commune, new_id
from casemgr.people.names import fold_name

PASSWORD = "an-giang-2022"  # noqa: S105  printed for every visitor of the demo
SHOWN = ("30574", "30397")  # Núi Tô (Tri Tôn, Khmer) and Châu Phong (Tân Châu, Chăm)


class Roster:
    """Collects accounts and their roles, then inserts them in one go."""

    def __init__(self, rng: Random, password_hash: str, now: datetime):
        self.rng, self.password_hash, self.now = rng, password_hash, now
        self.users: list[dict] = []
        self.grants: list[dict] = []
        self.shown: list[tuple[str, str]] = []  # (username, what it is)
        self.ids: dict[str, str] = {}  # by username

    def add(self, username: str, unit: str, role: str, programmes: str, shown: str = "") -> str:
        """The id of a new account as text."""
        user, sex = new_id(self.rng), self.rng.choice(("nam", "nu"))
        self.users.append(
            {
                "id": user,
                "username": username,
                "full_name": names.full_name(self.rng, "kinh", sex),
                "unit_id": unit,
                "password": self.password_hash,
                "must_change": False,
                "active": True,
                "fs_uniquifier": f"{self.rng.getrandbits(128):032x}",
                "language": "vi",
                "created_at": self.now,
            }
        )
        self.grants.append(
            {
                "id": new_id(self.rng),
                "user_id": user,
                "role": role,
                "unit_id": unit,
                "programmes": programmes,
                "valid_from": self.now.date() - timedelta(days=1),
                "granted_at": self.now,
            }
        )
        self.ids[username] = str(user)
        if shown:
            self.shown.append((username, shown))
        return str(user)

    def insert(self, session) -> None:
        session.execute(sa.insert(User), self.users)
        session.execute(sa.insert(RoleGrant), self.grants)


def engage(rng: Random, communes: list[Commune], districts: dict[str, str], province: str, roster: Roster) -> None:
    """Accounts for every commune, district and the province; fills in who works where."""
    officers = {}
    for unit, name in sorted(districts.items()):
        handle = _handle(name)
        shown = f"cán bộ theo dõi cấp huyện, {name}" if name in ("Tri Tôn", "Tân Châu") else ""
        officers[unit] = roster.add(f"huyen.{handle}", unit, "supervisor", "*", shown)
    for commune in communes:
        handle = _handle(commune.name) if commune.code in SHOWN else commune.code
        label = commune.name if commune.code in SHOWN else ""
        children = roster.add(f"treem.{handle}", commune.unit, "worker", "BD,TE", label and f"cán bộ TE, BD, {label}")
        social = roster.add(f"xahoi.{handle}", commune.unit, "worker", "MT,NCC", label and f"cán bộ MT, NCC, {label}")
        commune.workers.update(TE=children, BD=children, MT=social, NCC=social)
        commune.leader = roster.add(
            f"lanhdao.{handle}", commune.unit, "supervisor", "*", label and f"Chủ tịch UBND, {label}"
        )
        commune.above = officers[commune.district_unit]
    roster.add("tinh", province, "supervisor", "*", "cán bộ theo dõi cấp tỉnh")
    roster.add("kiemtra", province, "auditor", "*", "người kiểm tra số liệu")
    roster.add("tonghop1", province, "coordinator", "*", "cán bộ tổng hợp")
    roster.add("tonghop2", province, "coordinator", "*", "cán bộ tổng hợp (xác nhận số liệu)")
    roster.add("quantri", province, "administrator", "*", "quản trị hệ thống")


def listed(usernames: list[str]) -> list[tuple[str, str]]:
    """Those of the accounts that are shown to visitors: every account whose name is not a code."""
    return [(name, "") for name in usernames if not name[-1].isdigit() or name.startswith("tonghop")]


def _handle(name: str) -> str:
    return fold_name(name).replace(" ", "")
