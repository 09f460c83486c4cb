"""The pages of registers: the list, sending a file, its columns and what would come of it, what was received."""

from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr import files, jobs
from casemgr.access.models import User
from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.clock import now
from casemgr.db import db
from casemgr.ledger.services import province
from casemgr.programmes import programmes
from casemgr.refused import Refused
from casemgr.registers import drafts, importing, rules
from casemgr.registers.columns import FIELDS
from casemgr.registers.forms import DraftForm, SendForm
from casemgr.registers.models import Register
from casemgr.registers.old_fonts import NAMES
from casemgr.registers.rows import get
from casemgr.registers.show import columns_shown, first_rows, old_text, problems
from casemgr.registers.sources import sources
from casemgr.ui.doors import takes_files
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language, say
from casemgr.ui.paging import Page, page_number
from casemgr.units.web import current_tree

PAGE = 30
bp = Blueprint("registers", __name__, url_prefix="/registers")


@bp.get("")
@guard(Permission.REGISTER_READ)
def index():
    """What was received for the reader's units and programmes, newest first, and what the reader has sent."""
    query = sa.select(Register).where(Register.province == province())
    found = db.session.scalars(query.order_by(Register.received_at.desc(), Register.subject)).all()
    found = [each for each in found if may(Permission.REGISTER_READ, unit=each.unit_id, programme=each.programme)]
    author = str(current_actor().user_id)
    mine = drafts.of_author(db.session, author) if may(Permission.REGISTER_LOAD) else []
    log_access(Permission.REGISTER_READ)
    number = page_number()
    page = Page(found[(number - 1) * PAGE : number * PAGE], number, PAGE, len(found))
    waiting = [(each, drafts.Facts.loads(each.facts)) for each in mine]
    return render_template("registers/list.html", page=page, drafts=waiting, named=_named)


@bp.route("/new", methods=["GET", "POST"])
@guard(Permission.REGISTER_LOAD)
@takes_files
def new():
    """Sends a file. It is read at once, so that what is wrong with it is said here."""
    form, tree = SendForm(), current_tree()
    units = frozenset().union(*(each.units for each in scope(current_actor(), Permission.REGISTER_LOAD)))
    nodes = sorted(
        (tree[unit] for unit in units if unit in tree and tree[unit].valid_from <= now().date()),
        key=lambda node: node.path,
    )
    form.choose(_kinds(), [(node.id, _unit_label(node)) for node in nodes])
    if form.validate_on_submit():
        facts = form.facts()
        actor = require(Permission.REGISTER_LOAD, unit=facts.unit, programme=facts.programme)
        try:
            name, data = files.read_upload(form.file.data)
            made = drafts.begin(db.session, facts, name, data, author=str(actor.user_id), now=now())
        except drafts.AlreadyLoaded as known:
            flash(say(known), "info")
            return redirect(url_for("registers.show", register=known.register), 303)
        except Refused as refused:
            form.refuse(refused)
        else:
            log_access(Permission.REGISTER_LOAD, made, facts.unit, facts.programme, "sent")
            return redirect(url_for("registers.draft", draft=made), 303)
    return show_form("registers/new.html", form)


@bp.route("/drafts/<uuid:draft>", methods=["GET", "POST"])
@guard(Permission.REGISTER_LOAD)
def draft(draft: UUID):
    """Which column is which, and what would come of it; from here the file is imported or given up."""
    row = _own(draft)
    facts = drafts.Facts.loads(row.facts)
    actor = require(Permission.REGISTER_LOAD, subject=row.id, unit=facts.unit, programme=facts.programme)
    form, wrong, status = DraftForm(), [], 200
    if form.validate_on_submit():
        act = request.form.get("act")
        try:
            if act == "discard":
                drafts.discard(db.session, row, author=str(actor.user_id), now=now())
                flash(gettext("Đã bỏ tệp. Không có gì được nạp."), "info")
                return redirect(url_for("registers.index"), 303)
            seen = _choose(row, facts)
            row = drafts.find(db.session, row.id)
            if act == "import" and seen:
                job = importing.start(db.session, row, author=str(actor.user_id), at=now())
                return redirect(url_for("jobs.show", job=job), 303)
            return redirect(url_for("registers.draft", draft=row.id), 303)
        except Refused as refused:
            wrong, status = [say(refused)], 422
    try:
        look = drafts.look(db.session, row, now())
    except Refused as refused:  # another sheet without a table: back to the first
        return render_template("registers/unreadable.html", form=form, why=say(refused), draft=row), 422
    if look.refused is not None and not wrong:
        wrong = [say(look.refused)]
    return render_template("registers/draft.html", **_shown(row, look), form=form, wrong=wrong), status


@bp.get("/<uuid:register>")
@guard(Permission.REGISTER_READ)
def show(register: UUID):
    """What was received: from whom, when, with which file, and the numbers of the import."""
    found = _found(register, Permission.REGISTER_READ)
    counts = importing.counts_of(db.session, register)
    others = sa.select(Register).where(Register.province == province())
    others = others.where(sa.or_(Register.adds_to == register, Register.replaces == register))
    return render_template(
        "registers/show.html",
        register=found,
        counts=counts,
        problems=problems(counts),
        later=db.session.scalars(others.order_by(Register.received_at)).all(),
        may_load=may(Permission.REGISTER_LOAD, unit=found.unit_id, programme=found.programme),
        sender=_sender(found.author),
        named=_named,
    )


@bp.get("/<uuid:register>/errors")
@guard(Permission.REGISTER_LOAD)
def errors(register: UUID):
    """The rows that were not taken, with the reasons, to be mended and sent again."""
    found = _found(register, Permission.REGISTER_LOAD)
    if found.errors is None:
        abort(404)
    try:
        return files.send(files.load(db.session, found.errors), "can-sua")
    except files.Missing:
        abort(404)


def _found(register: UUID, permission: Permission) -> Register:
    found = get(db.session, register)
    if found is None:
        abort(404)
    require(permission, subject=register, unit=found.unit_id, programme=found.programme)
    return found


def _own(draft_id: UUID):
    row = drafts.find(db.session, draft_id)
    if row is None or row.author != str(current_actor().user_id):
        abort(404)
    return row


def _choose(row, facts: drafts.Facts) -> bool:
    """What the page says about sheet, columns, and what the file is to the former register. False: another sheet,
    of which nobody has seen the columns yet."""
    sheet, seen = _number("sheet"), _number("seen")
    if sheet is not None and sheet != seen:
        drafts.choose(db.session, row, sheet=sheet)
        return False
    chosen = {name.removeprefix("column-"): field for name, field in request.form.items() if name.startswith("column-")}
    if not all(column.isdigit() and (not field or field in FIELDS) for column, field in chosen.items()):
        abort(400)
    changes: dict = {"columns": chosen} if chosen else {}
    mode = request.form.get("mode", "")
    if facts.other and mode in ("replace", "add"):
        changes["mode"] = mode
    drafts.choose(db.session, row, **changes)
    return True


def _number(name: str) -> int | None:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def _shown(row, look: drafts.Look) -> dict:
    counts = look.checked.counts() if look.checked else None
    job = jobs.find(db.session, row.job) if row.job else None
    return {
        "draft": row,
        "look": look,
        "facts": look.facts,
        "columns": columns_shown(look),
        "fields": [("", gettext("— không dùng —")), *((code, gettext(name)) for code, name in FIELDS.items())],
        "counts": counts,
        "problems": problems(counts, look.checked) if counts else [],
        "repairs": [(gettext(rules.REPAIRS[code]), line, was, said) for code, line, was, said in look.checked.repairs]
        if look.checked
        else [],
        "rows": first_rows(look),
        "font": NAMES.get(look.sheet.old_font),
        "old_text": old_text(look),
        "before": get(db.session, UUID(look.facts.other)) if look.facts.other else None,
        "job": job if job is not None and job.state in ("waiting", "running") else None,
        "named": _named,
    }


def _kinds() -> list[tuple[str, str]]:
    """(source/programme, both in words), for the programmes of the reader's roles."""
    lang, known = language(), programmes()
    pairs = [(source, code) for source in sources().sources.values() for code in source.programmes]
    return [
        (f"{source.code}/{code}", f"{source.name[lang]} · {known[code].short[lang]}")
        for source, code in pairs
        if code in known and may(Permission.REGISTER_LOAD, programme=code)
    ]


def _named(source: str, programme: str) -> tuple[str, str]:
    """The words for a source and a programme."""
    lang, known = language(), sources().sources.get(source)
    group = programmes().get(programme)
    return (known.name[lang] if known else source), (group.short[lang] if group else programme)


def _unit_label(node) -> str:
    tree = current_tree()
    line = [tree.label(each) for each in reversed(tree.line(node.id)[1:])] or [tree.label(node.id)]
    label = ", ".join(line)
    ended = node.valid_to is not None and node.valid_to < now().date()
    return f"{label} ({gettext('đến %(day)s', day=f'{node.valid_to:%d/%m/%Y}')})" if ended else label


def _sender(author: str) -> str:
    try:
        user = db.session.get(User, UUID(author))
    except ValueError:
        user = None
    return user.full_name if user else author
