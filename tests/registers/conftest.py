"""A province with two communes, a coordinator of it, and the day on which registers arrive."""

from datetime import date, datetime

import pytest

from casemgr.registers.drafts import Facts
from tests.accounts import few_units, make_user

PROVINCE = "89-20210101"
NOW = datetime(2022, 7, 5, 9, 0)
FACTS = Facts("TONG_DAI_111", "TE", PROVINCE, date(2022, 1, 1), date(2022, 6, 30), "12/TD", date(2022, 7, 1))


@pytest.fixture
def place(app, session):
    app.config["CASEMGR_TODAY"] = "2022-07-05"
    few_units(session)
    return session


@pytest.fixture
def sender(place):
    return make_user(place, "sender", ("coordinator", PROVINCE))
