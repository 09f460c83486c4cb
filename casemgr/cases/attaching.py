"""Papers that come back signed: a scan is added to the file and stands beside the entry it belongs to."""

import hashlib
from datetime import datetime
from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from casemgr import files
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases import services
from casemgr.cases.forms import OnceForm, options, refuse
from casemgr.cases.views import bp, teller
from casemgr.cases.web import may_attach, open_dossier, printable
from casemgr.clock import now
from casemgr.db import db
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft, Entry
from casemgr.refused import Refused
from casemgr.ui.doors import takes_files
from casemgr.ui.fields import FileField, SelectField, TextField, WantedSometimes
from casemgr.ui.forms import show_form

SCANS = ("pdf", "png", "jpg")


class AttachForm(OnceForm):
    about = SelectField(_l("Là bản đã ký của"), blank=_l("Giấy tờ khác"), choices=[])
    file = FileField(
        _l("Tệp quét hoặc ảnh chụp"), [WantedSometimes()], description=_l("PDF, PNG hoặc JPEG. Được mã hóa khi lưu.")
    )
    note = TextField(_l("Nội dung, số ký hiệu"), limit=300)


def attach(
    session, subject: UUID, name: str, data: bytes, *, about: UUID | None, note: str | None, author: str, unit: str,
    now: datetime, entry_id: UUID,
) -> Entry:  # fmt: skip
    """Keeps a scan and says so in the file. The same `entry_id` again is the same scan. Raises Refused, EntryConflict
    where that was another."""
    ledger.lock(session, subject)
    current, entries = services.state(session, subject)
    known = next((e for e in entries if e.id == entry_id), None)
    if known is None:
        file_id = files.store(session, subject, name, data, author=author, now=now, allowed=SCANS)
        found = files.facts(session, [file_id])[file_id]
        coded = {"file": file_id.hex, "sha256": found.sha256, "kind": found.media.code}
    elif known.coded.get("sha256") == hashlib.sha256(data).hexdigest():
        coded, now = {each: known.coded[each] for each in ("file", "sha256", "kind")}, known.occurred_at
    else:
        raise ledger.EntryConflict(ledger.CONFLICT)
    draft = Draft(
        kind="attached",
        occurred_at=now,
        precision="minute",
        author=author,
        unit=unit,
        recorded_at=now,
        coded=coded | ({"about": about.hex} if about else {}),
        sealed={"note": note} if note else None,
        definition=current.programme.definition,
        id=entry_id,
    )
    return ledger.append(session, subject, [draft])[0]


@bp.route("/<number>/attach", methods=["GET", "POST"])
@guard(Permission.CASE_READ)
@takes_files
def attach_scan(number: str):
    dossier = open_dossier(number)
    if not may_attach(dossier):
        require(Permission.CASE_DECIDE if may(Permission.CASE_DECIDE) else Permission.CASE_WRITE, **dossier.facts)
    form, tell = AttachForm(), teller(dossier)
    signed = [e for e in reversed(dossier.entries) if printable(dossier, e)]
    labels = ((e.id.hex, f"{tell.one(e).title} ({gettext('bản ghi')} {e.seq})") for e in signed)
    form.about.choices = form.about.choices[:1] + options(labels)
    if request.method == "GET" and request.args.get("entry") in {e.id.hex for e in signed}:
        form.about.data = request.args["entry"]
    if request.method == "POST" and form.validate():
        try:
            name, data = files.read_upload(form.file.data)
            about = UUID(form.about.data) if form.about.data else None
            attach(
                db.session, dossier.file.subject, name, data, about=about, note=form.note.data,
                author=str(current_actor().user_id), unit=dossier.state.unit, now=now(), entry_id=form.id,
            )  # fmt: skip
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(gettext("Đã lưu tệp vào hồ sơ."), "success")
            return redirect(url_for("cases.case", number=number), 303)
    return show_form("cases/attach.html", form, file=dossier.file, label=dossier.label)


@bp.get("/<number>/entries/<uuid:id>/file")
@guard(Permission.CASE_READ)
def attached_file(number: str, id: UUID):
    """A scan, downloaded under a neutral name; one of a wrong file that was struck through is not given out."""
    dossier = open_dossier(number)
    file = dossier.file
    require(Permission.IDENTITY_READ, subject=file.subject, **dossier.facts)
    entry = dossier.entry(id)
    if entry.kind != "attached" or all(e.id != id for e in dossier.state.entries):
        abort(404)
    log_access("case:file", file.subject, file.unit_id, file.programme, f"seq={entry.seq}")
    try:
        found = files.load(db.session, UUID(entry.coded["file"]), entry.coded["sha256"])
    except files.Missing:
        abort(404)
    return files.send(found, f"{file.number}-{entry.seq}")
