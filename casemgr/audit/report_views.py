"""The pages of closed periods: check, approve and seal, read, hold against the database, and check a code."""

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from casemgr import papers
from casemgr.access.policy import Answer, answer
from casemgr.access.web import Permission, current_actor, guard, log_access, may, public, require
from casemgr.audit import bundle, closing, left_open, replays, sheets, standing
from casemgr.audit.closing import SEALED, Report
from casemgr.audit.present import cause_name, reason_name, signed
from casemgr.audit.rules import code_of
from casemgr.clock import now
from casemgr.db import db
from casemgr.jobs import start
from casemgr.papers.web import download
from casemgr.plans import plans
from casemgr.programmes import programmes
from casemgr.refused import N_, Refused
from casemgr.ui.errors import NoAnswer
from casemgr.ui.fields import Required, TextField
from casemgr.ui.forms import Form, show_form
from casemgr.ui.i18n import language
from casemgr.units.web import current_tree

bp = Blueprint("reports", __name__)
STATES = {
    "prepared": ("not_due", N_("chờ phê duyệt")),
    "approved": ("not_due", N_("đang chốt")),
    "sealed": ("met", N_("đã chốt")),
}


class CodeForm(Form):
    """The short code on a paper."""

    code = TextField(
        lazy_gettext("Mã ngắn trên báo cáo"),
        [Required()],
        limit=40,
        description=lazy_gettext("Ví dụ: 1A2B-3C4D-5E6F-7890-ABCD"),
    )


@bp.get("/reports")
@guard(Permission.FIGURE_READ)
def index():
    return render_template(
        "audit/reports.html",
        reports=[r for r in closing.every(db.session) if all(may(Permission.FIGURE_READ, **f) for f in _facts(r))],
        states=STATES,
        plans=plans(),
        may_prepare=may(Permission.REPORT_PREPARE),
        lang=language(),
    )


@bp.get("/reports/<uuid:report>")
@guard(Permission.FIGURE_READ)
def show(report: UUID):
    """A report: before it is sealed what is still open, afterwards what it says and whether all of it still stands."""
    found = report_for(report, Permission.FIGURE_READ)
    said, gone = None, False
    if found.status == SEALED:
        try:
            said = closing.read(db.session, found)
        except Refused:
            gone = True
    corrected = closing.find(db.session, found.corrects) if found.corrects else None
    actor = current_actor()
    asked = [answer(actor, Permission.REPORT_APPROVE, author=found.author, **facts) for facts in _facts(found)]
    return render_template(
        "audit/report.html",
        report=found,
        state=STATES[found.status],
        plan=plans()[found.plan],
        said=said,
        gone=gone,
        rows=sheets.figure_rows(said) if said else [],
        checks=left_open.said(found.open if found.status == SEALED else _open(found)),
        may_approve=found.status != SEALED and all(each is Answer.YES for each in asked),
        own=Answer.OWN_WORK in asked,
        may_correct=found.status == SEALED and may(Permission.REPORT_PREPARE, unit=found.unit),
        checked=_checked(found),
        parts=_parts(said),
        others=sheets.others(said, before) if said and (before := _before(found)) else [],
        period=next(
            (p.code for p in plans()[found.plan].periods if (p.start, p.end) == (found.start, found.through)), ""
        ),
        may_give_out=all(may(Permission.AUDIT_READ, unit=found.unit, programme=code) for code in programmes()),
        corrected=corrected,
        corrections=[r for r in closing.every(db.session) if r.corrects == found.subject],
        lang=language(),
    )


def _before(found: Report) -> dict | None:
    """What the report said that is corrected; None where there is none, or it is gone."""
    corrected = closing.find(db.session, found.corrects) if found.corrects else None
    try:
        return closing.read(db.session, corrected) if corrected else None
    except Refused:
        return None


def _parts(said) -> list[tuple[str, list]]:
    """The difference to the report that is corrected: [(indicator, [(cause, numerator, denominator, cases)])]."""
    if not said or not said["corrects"]:
        return []
    return [
        (
            code,
            [
                (cause_name(p["cause"]), signed(p["numerator"]), signed(p["denominator"]), len(p["cases"]))
                for p in parts
            ],
        )
        for code, parts in said["corrects"]["parts"].items()
        if parts
    ]


def _checked(found: Report):
    """The last time this report was held against the database: (when, [(number, seq, why)])."""
    said = replays.kept(db.session, standing.checked_key(found)) if found.status == SEALED else None
    if said is None:
        return None
    return sheets.checked_at(said), [(number, seq, reason_name(reason)) for number, seq, reason in said["wrong"]]


def _open(found: Report) -> list[left_open.Point]:
    groups = {facts["programme"] for facts in _facts(found) if "programme" in facts}
    return left_open.points(db.session, found, groups, current_tree(), now())


@bp.post("/reports/<uuid:report>/approve")
@guard(Permission.REPORT_APPROVE)
def approve(report: UUID):
    """A second person approves; then the report is worked out and sealed."""
    found = report_for(report, Permission.FIGURE_READ)
    for facts in _facts(found):
        actor = require(Permission.REPORT_APPROVE, author=found.author, **facts)
    try:
        closing.approve(db.session, found, author=str(actor.user_id), at=found.unit, now=now(), left=_open(found))
    except Refused as refused:
        raise NoAnswer(refused) from None
    params = {"report": str(found.subject)}
    job = start(db.session, "audit.close", params, author=str(actor.user_id), unit=found.unit, now=now())
    return redirect(url_for("jobs.show", job=job), 303)


@bp.post("/reports/<uuid:report>/verify")
@guard(Permission.FIGURE_READ)
def verify(report: UUID):
    """Holds a sealed report against the database."""
    found = report_for(report, Permission.FIGURE_READ)
    if found.status != SEALED:
        abort(404)
    params = {"report": str(found.subject)}
    author = str(current_actor().user_id)
    job = start(db.session, "audit.verify", params, author=author, unit=found.unit, now=now())
    return redirect(url_for("jobs.show", job=job), 303)


@bp.get("/reports/<uuid:report>/bundle")
@guard(Permission.AUDIT_READ)
def given_out(report: UUID):
    """The bundle that can be checked elsewhere: it names every case by number, so it is the auditor's to give out."""
    found = _sealed(report)
    for code in programmes():  # it holds the cases of every programme
        require(Permission.AUDIT_READ, unit=found.unit, programme=code)
    log_access("report:export", found.subject, found.unit, None, "bundle")
    return download(bundle.made(db.session, found), "application/zip", f"{found.number.lower()}.zip")


@bp.get("/reports/<uuid:report>/paper/<ending>")
@guard(Permission.FIGURE_READ)
def paper(report: UUID, ending: str):
    """PDF, Word or Excel, with the digest and the short code."""
    found = _sealed(report)
    if ending not in papers.MAKERS:
        abort(404)
    log_access("report:export", found.subject, found.unit, None, ending)
    paper = sheets.paper(found, closing.read(db.session, found), _before(found))
    return papers.answer(paper, ending, found.number.lower())


@bp.route("/check", methods=["GET", "POST"])
@public
def check():
    """For people who have only the paper: whether its code is that of a sealed report."""
    form, found = CodeForm(), None
    if form.is_submitted() and form.validate():
        wanted = "".join(c for c in form.code.data.upper() if c.isalnum())
        found = next((r for r in closing.every(db.session) if r.code.replace("-", "") == wanted and r.code), None)
        if found is None:
            form.code.errors = [gettext("Không có báo cáo nào đã chốt mang mã này. Hãy xem lại từng ký tự.")]
    named, lines = plans().get(found.plan) if found else None, None
    if found is not None:
        try:
            lines = sheets.lines(closing.read(db.session, found))
        except Refused:  # it stays None: what it said is no longer there
            lines = None
    return show_form(
        "audit/check.html",
        form,
        found=found,
        lines=lines,
        title=named.title[language()] if named else "",
        code=code_of(bytes.fromhex(found.digest)) if found else "",
        bare=current_actor() is None,
    )


def report_for(subject: UUID, permission: Permission) -> Report:
    """The report, for whoever may do this in its unit and for every programme that it is about."""
    found = closing.find(db.session, subject)
    if found is None:
        abort(404)
    for facts in _facts(found):
        require(permission, **facts)
    return found


def _facts(report: Report) -> list[dict]:
    indicators = plans()[report.plan].indicators
    programmes = {indicators[code].programme for code in report.indicators if code in indicators} - {None}
    return [{"unit": report.unit}, *({"unit": report.unit, "programme": p} for p in sorted(programmes))]


def _sealed(subject: UUID) -> Report:
    found = report_for(subject, Permission.FIGURE_READ)
    if found.status != SEALED:
        abort(404)
    return found
