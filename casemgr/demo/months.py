"""What the communes have confirmed of the last months: most of them, some that nothing came up, a few not at all."""

import sqlalchemy as sa

from casemgr.demo.world import World, at_work, new_id, on_workday
from casemgr.detections.models import Detected
from casemgr.detections.monthly import KIND, draft_of, following, last_month, subject_of
from casemgr.ledger import services as ledger

BACK = 2
SILENT = 0.08  # of the communes, each month


def confirm(session, world: World) -> None:
    codes = [code for code, each in world.programmes.items() if each.population == "detections"]
    month = last_month(world.today)
    for _ in range(BACK):
        counts = _counts(session, month)
        made = []
        for commune in world.communes:
            for code in codes:
                rng = world.chance("month", month, commune.code, code)
                if rng.random() < SILENT:
                    continue
                at = at_work(rng, on_workday(following(month), rng.randrange(4)))
                if at > world.now:
                    continue
                number = counts.get((commune.unit, code), 0)
                author, entry = commune.workers[code], new_id(rng)
                draft = draft_of(commune.unit, code, month, number, author=author, now=at, entry=entry)
                made.append((subject_of(commune.unit, code, month), [draft]))
        if made:
            ledger.create_many(session, [(KIND, subject) for subject, _drafts in made])
            ledger.append_many(session, made)
        month = last_month(month)


def _counts(session, month) -> dict:
    query = sa.select(Detected.unit_id, Detected.programme, sa.func.count()).where(
        Detected.received_at >= month, Detected.received_at < following(month)
    )
    return {(u, p): n for u, p, n in session.execute(query.group_by(Detected.unit_id, Detected.programme))}
