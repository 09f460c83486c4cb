"""The page of one piece of work. It loads itself again while the work goes on, and can be closed meanwhile."""

import json
from uuid import UUID

from flask import Blueprint, abort, make_response, render_template, url_for
from flask_babel import gettext
from flask_login import current_user

from casemgr import files
from casemgr.db import db
from casemgr.jobs.models import Job
from casemgr.jobs.services import KINDS, find
from casemgr.ui.doors import signed_in

bp = Blueprint("jobs", __name__, url_prefix="/jobs")
EVERY = "2"  # seconds


@bp.get("/<uuid:job>")
@signed_in
def show(job: UUID):
    row, kind = _mine(job)
    params = json.loads(row.params)
    link = None
    if row.state == "done" and kind.leads_to:
        endpoint, values = kind.leads_to(params)
        link = url_for(endpoint, **values)
    why = gettext(row.message, **json.loads(row.values)) if row.message else ""
    answer = make_response(render_template("jobs/job.html", row=row, title=gettext(kind.title), link=link, why=why))
    if row.state in ("waiting", "running"):
        answer.headers["Refresh"] = EVERY
    return answer


@bp.get("/<uuid:job>/file")
@signed_in
def result(job: UUID):
    """The file that the work made."""
    row, _kind = _mine(job)
    try:
        return files.send(files.load(db.session, row.file), "ket-qua")
    except files.Missing:
        abort(404)


result.leaves = "report:export"  # a row in the access log: this package knows nothing of it


def _mine(job: UUID) -> tuple[Job, object]:
    row = find(db.session, job)
    if row is None or row.kind not in KINDS or row.asked_by != str(current_user.id):
        abort(404)
    return row, KINDS[row.kind]
