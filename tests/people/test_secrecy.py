"""Whoever has the database without the key file finds no name, number or phone in it."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from casemgr.db import db
from casemgr.people import services
from casemgr.people.rules import Birth, Identifier, Person, check
from casemgr.refused import Refused

NOW = datetime(2022, 6, 30, 8, 0)
UNIT = "30544-20210101"
SECRETS = [
    "Nguyễn Quang Thịnh", "nguyen quang thinh", "Nguyễn", "Thịnh", "thinh", "Tư Còi", "089210004321", "0912349876",
    "Trần Thị Lệ", "Số 17, tổ 4", "2010-05-03", "Quách", "Sai tên",
]  # fmt: skip


def write_everything(session) -> None:
    subject = services.register(
        session, "u-1", UNIT, NOW,
        name="Nguyễn Quang Thịnh", other_names=("Tư Còi",), sex="nam", birth=Birth(2010, 5, 3), phone="0912349876",
        identifiers=(Identifier("cccd", "089210004321"),), address="Số 17, tổ 4", mother="Trần Thị Lệ",
    )  # fmt: skip
    services.correct(session, "u-1", UNIT, NOW, subject, reason="Sai tên", father="Quách Văn Sơn")
    home = services.register(session, "u-1", UNIT, NOW, kind="household", name="Nguyễn Quang Thịnh")
    services.add_member(session, "u-1", UNIT, NOW, home, subject, "chu_ho")
    session.commit()


def test_no_secret_is_anywhere_in_the_database(session, app, backend, tmp_path):
    write_everything(session)
    if backend == "sqlite":
        session.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
        stored = b"".join(file.read_bytes() for file in tmp_path.glob("casemgr.db*"))
    else:
        names = sa.inspect(db.engine).get_table_names()
        rows = [str(row) for name in names for row in session.execute(sa.text(f'SELECT t::text FROM "{name}" t'))]
        stored = "\n".join(rows).encode()
        # bytea is printed as hex: look inside it too.
        secrets = [secret.encode().hex() for secret in SECRETS]
        assert not [secret for secret in secrets if secret.encode() in stored]
    assert UNIT.encode() in stored  # we did look at the right place
    assert not [secret for secret in SECRETS if secret.encode() in stored]


@pytest.mark.parametrize("facts", [{"phone": "0912349876123"}, {"identifiers": (Identifier("cccd", "0892100043"),)}])
def test_refusals_do_not_repeat_what_was_typed(facts):
    with pytest.raises(Refused) as caught:
        check(Person("Nguyễn Quang Thịnh", home=UNIT, **facts), NOW.date())
    assert not [secret for secret in ("0912349876", "0892100043", "Thịnh") if secret in str(caught.value)]
