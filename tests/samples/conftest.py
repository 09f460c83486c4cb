import pytest

from tests.accounts import few_units


@pytest.fixture
def place(session):
    """A province with two communes."""
    few_units(session)
    return session
