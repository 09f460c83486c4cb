"""What detections must hear from the packages below them."""

import sqlalchemy as sa

from casemgr.detections import drafts
from casemgr.detections.base import state
from casemgr.detections.models import Detected
from casemgr.detections.rules import MATCHED, age_on
from casemgr.ledger import services as ledger
from casemgr.people.known import known_through
from casemgr.people.services import Change, on_change


@known_through
def _by_detections(session, subjects) -> list:
    query = sa.select(Detected.beneficiary, Detected.programme).where(
        Detected.province == ledger.province(), Detected.beneficiary.in_(list(subjects))
    )
    return [(row.beneficiary, row.programme) for row in session.execute(query)]


@on_change
def tell_identity(session, change: Change) -> None:
    """A corrected person: those of their detections that still count themselves are told. (A file is told by cases.)"""
    if change.before is None:
        return
    query = sa.select(Detected.subject).where(
        Detected.province == ledger.province(), Detected.beneficiary == change.subject, Detected.status != MATCHED
    )
    for subject in session.scalars(query).all():
        current, _entries = state(session, subject)
        fact = {"fact": "identity", "sex": change.after.sex, "ethnicity": change.after.ethnicity}
        fact["birth_year"] = change.after.birth_year
        fact["age"] = age_on(change.after.birth, current.happened_on)
        told = drafts.told_draft(current.programme, fact, author=change.actor, unit=change.unit, now=change.now)
        ledger.append(session, subject, [told])
