from datetime import datetime

import pytest
import sqlalchemy as sa

from casemgr import files
from casemgr.cases.models import CaseFile
from casemgr.ledger import services as ledger
from tests.accounts import few_units, make_user, sign_in
from tests.audit.lost import run
from tests.coverage import histories
from tests.ledger.build import draft

PROVINCE = "89-20210101"


@pytest.fixture
def place(session):
    """A province with two communes."""
    few_units(session)
    return session


@pytest.fixture
def auditor(place, client):
    client.application.config["CASEMGR_TODAY"] = "2022-12-31"
    histories.write(place, 13, 40)
    return sign_in(client, make_user(place, "auditor", ("auditor", PROVINCE)))


@pytest.fixture
def written(app, place):
    """Case files, an attachment, a seal; then a few entries that no seal knows of."""
    histories.write(place, 3, 12)
    subject = place.scalar(sa.select(CaseFile.subject).limit(1))
    kept = files.store(place, subject, "giay.pdf", b"%PDF-1.4 giay xac nhan", author="x", now=datetime(2022, 12, 1))
    place.commit()
    assert run(app, "seal").exit_code == 0
    ledger.append(place, subject, [draft("visited"), draft("visited")])
    place.commit()
    return subject, kept
