from types import SimpleNamespace

import pytest

from tests.accounts import make_user
from tests.cases import files
from tests.cases.conftest import as_, clock, count_queries  # noqa: F401 - fixtures


@pytest.fixture
def who(clock, session) -> SimpleNamespace:  # noqa: F811
    """The people of two communes and of the district above them."""
    people = files.staff(session)
    people.leader_there = make_user(session, "chutich2", ("supervisor", files.THERE))
    people.above_worker = make_user(session, "canbo.huyen", ("worker", files.DISTRICT))
    return people


@pytest.fixture
def drawn(session, who):
    return files.drawn_case(session, who)


@pytest.fixture
def above(session, who):
    """A leader of the province, the only one above the district's."""
    who.province = make_user(session, "tinh", ("supervisor", files.PROVINCE))
    return who
