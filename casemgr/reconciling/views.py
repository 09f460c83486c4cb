"""The pages of a reconciliation: the registers, one with its tiles and the pair to be answered, one row."""

import json
import re
from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr import jobs
from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.clock import now
from casemgr.db import db
from casemgr.programmes import programmes
from casemgr.reconciling import page as show
from casemgr.reconciling import queries, receipts, services
from casemgr.reconciling.asking import Place, barred
from casemgr.reconciling.forms import AnswerForm
from casemgr.reconciling.listing import list_lines
from casemgr.reconciling.pairs import Beside, show_birth
from casemgr.reconciling.projection import subject_of
from casemgr.reconciling.queries import Placed
from casemgr.reconciling.rules import DUPLICATE, MACHINE, MATCHED, NEVER, NOT_SAME, SAME, Candidate, read_who
from casemgr.refused import Refused
from casemgr.registers import rows as stored
from casemgr.registers.models import Register, RegisterRow
from casemgr.registers.sources import sources
from casemgr.ui.i18n import language, say
from casemgr.ui.paging import Page, page_number
from casemgr.units import services as units
from casemgr.units.loading import calendar
from casemgr.units.web import by_district, current_tree

bp = Blueprint("reconciling", __name__, url_prefix="/registers")
SIZE = 25


@bp.get("/reconcile")
@guard(Permission.REGISTER_MATCHES)
def index():
    """The registers of today with rows in the reader's communes."""
    found, hidden = [], barred(db.session, current_actor())
    for register in stored.current(db.session):
        if register.programme in NEVER or not register.named:
            continue
        counted = queries.counts(db.session, register, reach_of(register, hidden), now())
        if any(counted.values()):
            found.append((register, source_name(register), counted))
    return render_template("reconciling/index.html", found=found, lang=language())


@bp.get("/<uuid:register>/reconcile")
@guard(Permission.REGISTER_MATCHES)
def page(register: UUID):
    """The five tiles; the first pair to be answered, or the rows of one tile."""
    chosen, reach = find_register(register)
    counted = queries.counts(db.session, chosen, reach, now())
    counted |= queries.count_aside(db.session, chosen, reach)
    state = request.args.get("state") or (queries.UNSURE if counted[queries.UNSURE] else queries.UNFILED)
    if state not in (*queries.STANDINGS, *queries.ASIDE):
        abort(404)
    full = may_answer(chosen)
    number = page_number()
    found, total = queries.placed(db.session, chosen, reach, now(), state, limit=SIZE, offset=(number - 1) * SIZE)
    pair = _pair(chosen, found[0]) if state == queries.UNSURE and full and found and number == 1 else None
    log_access(Permission.REGISTER_MATCHES, chosen.subject, chosen.unit_id, chosen.programme, state)
    return render_template(
        "reconciling/page.html",
        register=chosen,
        source=source_name(chosen),
        tiles=[(name, gettext(words), asks, counted[name]) for name, (words, asks) in show.TILES.items()],
        further=[(name, gettext(words), counted[name]) for name, words in show.FURTHER.items() if counted[name]],
        state=state,
        mixed=state in queries.ASIDE,
        heading=show.standing_words(state),
        pair=pair,
        form=AnswerForm(),
        unsure=counted[queries.UNSURE],
        lines=_lines(chosen, found, full),
        page=Page(found, number, SIZE, total),
        full=full,
        communes=_communes(chosen, reach),
        may_load=may(Permission.REGISTER_READ, unit=chosen.unit_id, programme=chosen.programme),
        may_compare=may(Permission.REGISTER_LOAD, unit=chosen.unit_id, programme=chosen.programme),
    )


@bp.post("/<uuid:register>/reconcile")
@guard(Permission.REGISTER_LOAD)
def again(register: UUID):
    """Compares once more every row on which no human has answered."""
    chosen, _reach = find_register(register)
    actor = require(Permission.REGISTER_LOAD, subject=chosen.subject, unit=chosen.unit_id, programme=chosen.programme)
    if not AnswerForm().validate_on_submit():
        abort(400)
    params = {"register": str(chosen.subject)}
    job = jobs.start(db.session, "registers.compare", params, author=str(actor.user_id), unit=chosen.unit_id, now=now())
    return redirect(url_for("jobs.show", job=job), 303)


@bp.get("/<uuid:register>/rows/<int:number>")
@guard(Permission.REGISTER_MATCHES)
def row(register: UUID, number: int):
    """One row: what it says, whom it may be about, what was written of it, what may be done."""
    chosen, _reach, at = find_row(register, number)
    full = may_answer(chosen, at.unit)
    state = services.row_state(db.session, chosen, number)
    said = services.read_row(db.session, chosen, number) if full else None
    near = [*([Candidate(state.who, 0)] if state.who else []), *(each for each in state.near if each.who != state.who)]
    beside = _beside(chosen, near) if full else None
    waiting = [e for e in (state.asked, state.dispute) if e is not None]
    return render_template(
        "reconciling/row.html",
        register=chosen,
        source=source_name(chosen),
        row=at,
        said=said,
        badge=(show.SHAPES[at.standing], show.standing_words(at.standing)),
        doubts=[gettext(show_doubt(code)) for code in at.doubts],
        pairs=[pair for each in near if (pair := beside.pair(said, each))] if full else [],
        line=_lines(chosen, [at], full)[0],
        matched=state.who,
        state=state,
        turns=show.told(db.session, chosen, state.turns, waiting) if full else [],
        form=AnswerForm(),
        full=full,
        birth=show_birth(said.person.birth) if said else "",
        may_decide={e.id: may(Permission.DETECTION_DECIDE, author=e.author, **place_of(chosen, at)) for e in waiting},
        unfiled=at.standing == queries.UNFILED,
        again=state.said in (MATCHED, DUPLICATE)
        and (at.standing != queries.UNFILED or show.incident(db.session, chosen, at, state) is not None)
        and programmes()[chosen.programme].population == "detections"
        and receipts.may_report(db.session, chosen, number, state),
        same_incident=state.said == MATCHED and state.by == MACHINE and state.detected is None,
        receipt=show.receipt(db.session, chosen, at, state) if full else "",
    )


@bp.post("/<uuid:register>/rows/<int:number>/answer")
@guard(Permission.REGISTER_RECONCILE)
def answer(register: UUID, number: int):
    chosen, _reach, at = find_row(register, number, Permission.REGISTER_RECONCILE)
    form = AnswerForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        who = read_who((form.kind.data, form.who.data)) if form.who.data else None
    except ValueError:
        abort(400)
    if who is not None and form.said.data in (SAME, NOT_SAME):
        # Nobody answers about somebody whom they may not see beside the row.
        one = Candidate(who, 0)
        pair = _beside(chosen, [one]).pair(services.read_row(db.session, chosen, number), one)
        if pair is None or not pair.lines:
            abort(403)
    try:
        services.answer(db.session, chosen, number, form.said.data or "", who, on(chosen, at, form))
    except Refused as refused:
        flash(say(refused), "error")
    else:
        flash(
            gettext("Dòng %(row)s: đã ghi «%(said)s».", row=number, said=gettext(show.ANSWERS[form.said.data])),
            "success",
        )
    if request.form.get("back") == "row":
        return redirect(url_for("reconciling.row", register=register, number=number), 303)
    return redirect(url_for("reconciling.page", register=register), 303)


# --- what every view begins with ------------------------------------------------------------------------------------


def find_register(subject: UUID) -> tuple[Register, object]:
    """(the register, the condition on its rows in the reader's scope); 404 where none of it is theirs."""
    found = stored.get(db.session, subject)
    if found is None or not found.named or found.programme in NEVER:
        abort(404)
    held = scope(current_actor(), Permission.REGISTER_MATCHES)
    if not any(found.programme in each.programmes for each in held):
        abort(404)
    reach = reach_of(found, barred(db.session, current_actor()))
    mine = sa.select(RegisterRow.number).where(
        RegisterRow.province == found.province, RegisterRow.register == found.subject, reach
    )
    if db.session.scalar(mine.limit(1)) is None:
        abort(404)
    return found, reach


def reach_of(register: Register, hidden: Collection[Place]):
    """The condition on the rows that the reader may see: those in their scope, without those about somebody whose file a
    conflict of interest hides from them."""
    reach, subject = queries.in_scope(current_actor(), register), subject_of(register.subject)
    numbers = sorted(number for place, number in hidden if place == subject)
    return sa.and_(reach, RegisterRow.number.not_in(numbers)) if numbers else reach


def find_row(
    subject: UUID, number: int, permission: Permission = Permission.REGISTER_MATCHES
) -> tuple[Register, object, Placed]:
    """A row that the reader may do this to: logged; 404 outside their scope."""
    register, reach = find_register(subject)
    at = queries.one(db.session, register, reach, now(), number)
    if at is None:
        abort(404)
    require(permission, subject=register.subject, detail=str(number), **place_of(register, at))
    return register, reach, at


def place_of(register: Register, at: Placed) -> dict:
    return {"unit": at.unit or register.unit_id, "programme": register.programme}


def on(register: Register, at: Placed, form, unit: str | None = None) -> services.On:
    """Who writes about a row, as it was shown."""
    if not re.fullmatch("[0-9]{1,5}", form.turns.data or ""):
        abort(400)
    author = str(current_actor().user_id)
    return services.On(author, unit or at.unit or register.unit_id, now(), form.id, int(form.turns.data))


def may_answer(register: Register, unit: str | None = None) -> bool:
    facts = {"programme": register.programme} | ({"unit": unit or register.unit_id} if unit is not None else {})
    return may(Permission.REGISTER_RECONCILE, **facts)


def source_name(register: Register) -> str:
    found = sources().sources.get(register.source)
    return found.name[language()] if found else register.source


def show_doubt(code: str) -> str:
    from casemgr.registers.rules import DOUBTS

    return DOUBTS.get(code, code)


def _pair(register: Register, at: Placed):
    """(row, the pair shown first, how many more, how much was written) of a row to be looked at; None where nobody is
    left."""
    said = services.read_row(db.session, register, at.number)
    near = [Candidate(read_who((kind, hexed)), score) for kind, hexed, score in json.loads(at.said.near)]
    beside = _beside(register, near)
    pairs = [pair for each in near if (pair := beside.pair(said, each))]
    for pair in pairs:
        log_access("person:match", pair.who[1], pair.unit)
    return (said, pairs[0], len(pairs) - 1, at.said.turns) if pairs else None


def _beside(register: Register, near: list[Candidate]) -> Beside:
    hamlets = {
        str(h.id): h.label for unit in _homes(register, near) for h in units.hamlets(db.session, unit, now().date())
    }
    who = [each.who for each in near]
    return Beside(db.session, current_actor(), current_tree(), register, who, hamlets)


def _homes(register: Register, near: list[Candidate]) -> set[str]:
    from casemgr.people.models import Beneficiary

    subjects = [each.who[1] for each in near]
    query = sa.select(Beneficiary.unit_id).where(
        Beneficiary.province == register.province, Beneficiary.subject.in_(subjects)
    )
    return set(db.session.scalars(query)) if subjects else set()


def _lines(register: Register, found: list[Placed], full: bool) -> list:
    names = {}
    if full and found:
        numbers = [each.number for each in found if may_answer(register, each.unit)]
        opened = stored.rows_of(db.session, register.subject, [RegisterRow.number.in_(numbers)])
        names = {number: said.person.name for number, (_stored, said) in opened.items()}
    return list_lines(db.session, current_actor(), register, found, names, now(), calendar(db.session))


def _communes(register: Register, reach) -> list[tuple[str, list[tuple[str, dict]]]]:
    """Per district and commune how many rows stand where, for those who see more than one."""
    found = queries.by_commune(db.session, register, reach, now())
    if len(found) < 2:
        return []
    return [
        (above, [(unit, found[unit]) for unit in units]) for above, units in by_district(current_tree(), found).items()
    ]
