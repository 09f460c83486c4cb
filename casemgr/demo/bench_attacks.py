"""The whole list of attacks at every position of a small province, and at random positions of a larger one, on each
database: undetected / tried."""

import os
import sys
from datetime import datetime
from random import Random

from casemgr import create_app, vault
from casemgr.access import log
from casemgr.access.cli import make_schema
from casemgr.audit import sealing
from casemgr.db import begin_write, db
from casemgr.demo.attacks import everywhere, run, somewhere
from casemgr.demo.bench import TODAY, place
from casemgr.demo.build import build
from casemgr.ledger.services import province

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")


LARGE, TRIED = 500, 200  # files of the larger province, and attacks at random positions of it


def main() -> None:
    """The table: for each database, how many attacks stayed unseen of how many tried. An argument names one database."""
    names, failed = sys.argv[1:] or (["sqlite", "postgresql"] if POSTGRES else ["sqlite"]), False
    for name in names:
        for cases, where, attacks in (
            (LARGE, f"at {TRIED} random positions of a larger one", lambda s: somewhere(s, Random(6), TRIED)),
            (3, "at every position of a small province", everywhere),
        ):
            unseen, tried = attacked(name, cases, attacks)
            failed = failed or bool(unseen)
            said = f"{name}, {where}: undetected / tried = {len(unseen)} / {tried}\n"
            sys.stdout.write(said + "".join(f"  {x}\n" for x in unseen))
            sys.stdout.flush()
    sys.exit(failed)


def attacked(name: str, cases: int, attacks) -> tuple[list[str], int]:
    """(names of the attacks that stayed unseen, how many were tried) on a province of this many files."""
    with place(name, POSTGRES) as (uri, folder):
        settings = {"CASEMGR_INSTANCE": folder, "CASEMGR_KEY_FILE": folder / "casemgr.key"}
        app = create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": uri, **settings})
        with app.app_context():
            make_schema()
            build(db.session, cases=cases, seed=1, today=TODAY)
            seal_twice(db.session)
            kept = sealing.export(db.session, sealing.last(db.session))
            found = run(db.session, attacks(db.session), kept)
            db.session.remove()
            db.engine.dispose()
    return found


def seal_twice(session) -> None:
    """Two seals, with rows of the access log before each."""
    moment = datetime.combine(TODAY, datetime.min.time())
    for hour in (16, 17):
        told = {"province": province(), "at": moment.replace(hour=hour), "user_id": None, "status": 200}
        notes = [log.Note("case:read", None, "x", "XX", str(n)) for n in range(3)]
        begin_write(session)
        log.write(session, vault.keys().mac, log.rows(notes, method="GET", endpoint="x.y", **told))
        session.commit()
        sealing.make(session, "system:seal", moment.replace(hour=hour, minute=30))
        session.commit()


if __name__ == "__main__":
    main()
