"""What case files must hear from the people below them."""

import sqlalchemy as sa

from casemgr.cases import services
from casemgr.cases.models import CaseFile
from casemgr.ledger.services import province
from casemgr.people.services import Change, on_change


@on_change
def tell_identity(session, change: Change) -> None:
    """A corrected sex, birth year or ethnicity is told to the files of the person, because figures are told apart by it."""
    if change.before is None:
        return
    after = {"sex": change.after.sex, "ethnicity": change.after.ethnicity, "birth_year": change.after.birth_year}
    before = {"sex": change.before.sex, "ethnicity": change.before.ethnicity, "birth_year": change.before.birth_year}
    if after == before:
        return
    files = sa.select(CaseFile.subject).where(CaseFile.province == province(), CaseFile.beneficiary == change.subject)
    for subject in session.scalars(files).all():
        services.tell(
            session,
            subject,
            [{"fact": "identity"} | after],
            occurred_at=change.now,
            author=str(change.actor),
            unit=change.unit,
            now=change.now,
        )
