"""Seals taken outside: one seal with its heads, or the proof that the last one holds a single case."""

import gzip
import json

from flask import abort, redirect, url_for

from casemgr.access.web import Permission, current_actor, guard, log_access, require
from casemgr.audit import outside, sealing
from casemgr.audit.desk import bp
from casemgr.audit.models import Seal
from casemgr.cases import services as cases
from casemgr.cases.queries import barred
from casemgr.cases.web import facts_of
from casemgr.clock import now
from casemgr.db import db
from casemgr.jobs import start
from casemgr.ledger.services import province
from casemgr.papers.web import download
from casemgr.refused import Refused
from casemgr.ui.errors import NoAnswer


@bp.post("/seal")
@guard(Permission.AUDIT_READ)
def seal():
    """A seal on demand, as long work."""
    actor = current_actor()
    require(Permission.AUDIT_READ)
    unit = actor.grants[0].unit
    job = start(db.session, "audit.seal", {}, author=str(actor.user_id), unit=unit, now=now())
    return redirect(url_for("jobs.show", job=job), 303)


@bp.get("/seals/<int:number>")
@guard(Permission.AUDIT_READ)
def kept(number: int):
    """A seal to be kept outside: ids of ledgers and their digests, no numbers of files, nothing they say."""
    made = db.session.get(Seal, (province(), number)) if 0 < number < 2**31 else None
    if made is None:
        abort(404)
    log_access("report:export", None, None, None, f"seal,{number}")
    content = gzip.compress(json.dumps(sealing.keep(db.session, made)).encode(), mtime=0)
    return download(content, "application/gzip", f"chot-so-{number}.json.gz")


@bp.get("/proofs/<number>")
@guard(Permission.AUDIT_READ)
def proof(number: str):
    """That the last seal holds this case file; it says nothing of any other."""
    file = cases.find(db.session, number)
    if file is None or barred(db.session, current_actor(), file.subject):
        abort(404)
    require(Permission.CASE_READ, subject=file.subject, detail="proof", **facts_of(file))
    try:
        said = outside.prove(db.session, file.subject)
    except Refused as refused:
        raise NoAnswer(refused) from None
    log_access("report:export", file.subject, file.unit_id, file.programme, "proof")
    return download((json.dumps(said, indent=1) + "\n").encode(), "application/json", f"{number.lower()}-proof.json")
