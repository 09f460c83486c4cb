"""Who lives in the hamlets that a plan names: as the projection has it, and as was known at a time. Ids alone."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from casemgr.ledger.services import province, replay
from casemgr.people.models import Beneficiary
from casemgr.people.projection import fold
from casemgr.units.models import Hamlet

# Rules that count items of case files alone; others set them against numbers that only communes report.
KNOWS_HAMLETS = ("all_steps", "two_readings", "timely")


def query(hamlets: Collection[UUID]):
    """The ids of those who live there now."""
    wanted = sorted(hamlets)
    return sa.select(Beneficiary.subject).where(
        Beneficiary.province == province(),
        Beneficiary.unit_id.in_(sa.select(Hamlet.unit_id).where(Hamlet.id.in_(wanted))),
        Beneficiary.hamlet_id.in_(wanted),
    )


def known(session, hamlets: Collection[UUID], known_at: datetime) -> set[UUID]:
    """The ids of those who, by what was recorded by then, live there."""
    if not hamlets:
        return set()
    wanted = {str(hamlet) for hamlet in hamlets}
    return {
        subject
        for kind in ("person", "household")
        for subject, entries in replay(session, kind, known_at)
        if ((fold(entries, {}) or {}).get("hamlet") or "") in wanted
    }
