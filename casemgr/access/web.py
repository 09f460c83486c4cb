"""Every request passes here: who is it, may they, and one commit together with its line in the access log.

A request that writes begins its transaction before anything is read and commits once. A read, or a failure, rolls
back and then commits its log rows before it answers. If the log cannot be written, nothing is shown.
"""

from datetime import date
from functools import lru_cache
from uuid import UUID

import sqlalchemy as sa
from flask import abort, current_app, g, redirect, request, session, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError

from casemgr import vault
from casemgr.access import log, policy, sessions
from casemgr.access.log import Note
from casemgr.access.models import TODAY, RoleGrant, User
from casemgr.access.policy import ALL, Actor, Answer, Grant, Permission
from casemgr.clock import now
from casemgr.db import begin_write, db
from casemgr.ui import navigation
from casemgr.ui.doors import public
from casemgr.ui.errors import STALE_FORM, error_page, log_exception
from casemgr.units.ended import falls_to
from casemgr.units.rules import UnitTree
from casemgr.units.web import current_tree

__all__ = ["Permission", "current_actor", "guard", "log_access", "may", "public", "require"]

# Reading figures names no person; everything else that is read leaves a row even if its view forgets to say so.
UNLOGGED_READS = frozenset({Permission.FIGURE_READ, Permission.REPORTED_WRITE, Permission.REPORTED_CONFIRM})
UNKNOWN = object()  # a visitor is None


def guard(permission: Permission | None = None, *, late: bool = False):
    """Opens a view to those who hold the permission somewhere (None: to everyone who has signed in).

    The view itself asks `require` about the unit, the programme and the case. With `late` it calls `begin_write`
    itself, after slow work such as hashing a password.
    """

    def mark(view):
        view.door = permission
        view.door_late = late
        return view

    return mark


def current_actor() -> Actor | None:
    """Who acts in this request, with the grants valid today; None for a visitor. One query for user and grants."""
    actor = g.get("actor", UNKNOWN)
    if actor is UNKNOWN:
        user = current_user
        actor = g.actor = _actor(user.id, user.full_name, user.grants) if user.is_authenticated else None
    return actor


def actor_of(user: User) -> Actor:
    """The actor that a user is today."""
    today = now().date()
    return _actor(user.id, user.full_name, [row for row in user.grants if row.holds_on(today)])


def actors(session, where, **values) -> dict[UUID, Actor]:
    """The actors that the accounts under a condition are today, without the accounts: one query. A closed account
    holds no role. The condition is made once and has its `values`, and `TODAY`, bound each time."""
    held: dict[tuple, list] = {}
    for row in session.execute(_roles_of(where), {"today": now().date(), **values}):
        held.setdefault((row.id, row.full_name), []).extend([row] if row.role else [])
    return {id: _actor(id, name, rows) for (id, name), rows in held.items()}


@lru_cache(maxsize=16)
def _roles_of(where) -> sa.Select:
    role, holds = RoleGrant, (RoleGrant.holding(TODAY), User.active)
    query = sa.select(User.id, User.full_name, role.role, role.unit_id, role.programmes)
    return query.outerjoin(role, sa.and_(role.user_id == User.id, *holds)).where(where).order_by(role.granted_at)


def _actor(id: UUID, name: str, held) -> Actor:
    tree, today = current_tree(), now().date()
    rows = (row for row in held if row.unit_id in tree)
    return Actor(id, name, tuple(_grant(tree, row.role, row.unit_id, row.programmes, today) for row in rows))


@lru_cache(maxsize=512)
def _grant(tree: UnitTree, role: str, unit: str, programmes: str, today: date) -> Grant:
    """What a role reaches. It depends on nothing but the units and the day, so it is worked out once for each."""
    units, level = tree.with_predecessors(unit), tree.level(unit)
    codes = ALL if programmes == "*" else frozenset(programmes.split(","))
    below = frozenset(each for each in units if tree.level(each) != level)
    left = frozenset(each for each in below if falls_to(tree, each, today) in units - below)
    return Grant(role, units, codes, below, unit, left)


def may(permission: Permission, **facts) -> bool:
    """Whether whoever acts may do this here; for buttons. The facts are those of `policy.answer`."""
    return policy.may(current_actor(), permission, **facts)


def require(permission: Permission, *, subject=None, detail: str = "", **facts) -> Actor:
    """The actor, if they may; else 404 outside their scope, 403 where their role lacks the verb.

    With `subject` the access is logged, whether it succeeds or fails. The facts are those of `policy.answer`.
    """
    actor = current_actor()
    if actor is None:
        abort(403)
    found = policy.answer(actor, permission, **facts)
    if subject is not None or found is not Answer.YES:
        log_access(permission, subject, facts.get("unit"), facts.get("programme"), detail)
    if found is not Answer.YES:
        abort(404 if found is Answer.OUT_OF_SCOPE else 403)
    return actor


def log_access(action: str, subject=None, unit: str | None = None, programme: str | None = None, detail: str = ""):
    """Notes what is written to the access log when the request ends. `detail` holds codes only."""
    notes = _notes()
    note = Note(str(action), subject, unit, programme, detail)
    if note not in notes:
        notes.append(note)


def _notes() -> list[Note]:
    return g.setdefault("access_notes", [])


def init_app(app) -> None:
    app.before_request(_open_request)
    app.register_error_handler(CSRFError, _stale_form)
    app.after_request(_close_request)
    app.context_processor(_for_templates)
    app.jinja_env.globals.update(Permission=Permission)


def _door():
    """(permission or 'public' or None, late) of the view of this request."""
    view = current_app.view_functions[request.endpoint]
    return view.door, getattr(view, "door_late", False)


def _open_request():
    if request.endpoint is None:  # no such address: the error page answers
        return None
    if not hasattr(current_app.view_functions[request.endpoint], "door"):
        raise RuntimeError(f"view without a door: {request.endpoint}")
    permission, late = _door()
    if permission == "public":
        return None
    if request.method not in sessions.SAFE and not late:
        begin_write()
    actor = current_actor()
    if actor is None or sessions.idle():
        return sessions.ask_to_sign_in()
    if current_user.must_change and not request.endpoint.startswith("access."):
        log_access("password:due")
        return redirect(url_for("access.password"), 303)
    if permission is not None and policy.answer(actor, permission) is Answer.NO_VERB:
        log_access(permission)
        abort(403)
    return None


def _stale_form(_error: CSRFError):
    """A form of an ended session. Going back would empty it, so a page of ours keeps what was typed.

    Only for forms that the browser says come from this site: what another site sends is not offered for sending.
    """
    ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if not ours or request.endpoint is None or _door()[0] == "public":
        return error_page(400, STALE_FORM)
    if current_actor() is None or sessions.idle():
        return sessions.ask_to_sign_in()
    return sessions.ask_to_send_again()


def _close_request(response):
    if request.endpoint is None or not hasattr(current_app.view_functions[request.endpoint], "door"):
        return response
    permission, _late = _door()
    notes, status = _notes(), response.status_code
    writes = request.method not in sessions.SAFE and permission != "public"
    if permission == "public" and not notes:
        return response
    if not notes and (writes or permission not in UNLOGGED_READS) and permission is not None and _signed_in():
        notes.append(Note(str(permission)))
    if not notes and _signed_in() and (left := getattr(current_app.view_functions[request.endpoint], "leaves", None)):
        notes.append(Note(left))
    if not notes and writes and _signed_in():
        notes.append(Note(request.endpoint.replace(".", ":")))
    kept = status < 400 and request.method not in sessions.SAFE
    try:
        if not kept:
            db.session.rollback()
        if notes or kept:
            begin_write()
            _write(notes, status, alone=not kept)
            db.session.commit()
    except Exception as error:  # whatever stopped the log also stops the answer
        log_exception((type(error), error, error.__traceback__))
        db.session.rollback()
        return _refuse(notes if kept else ())
    return response


def _signed_in() -> bool:
    return g.get("actor") is not None


def _write(notes, status: int, *, alone: bool) -> None:
    actor = g.get("actor")
    made = log.rows(
        notes,
        province=current_app.config["CASEMGR_PROVINCE"],
        at=now(),
        user_id=actor.user_id if actor else None,
        status=status,
        method=request.method,
        endpoint=request.endpoint,
    )
    log.write(db.session, vault.keys().mac, made, alone=alone)


def _refuse(notes):
    """The answer when a commit failed: nothing was kept, nothing is shown. The attempt is logged if it can be."""
    if notes:
        try:
            begin_write()
            _write(notes, 503, alone=True)
            db.session.commit()
        except Exception as error:
            log_exception((type(error), error, error.__traceback__))
            db.session.rollback()
    if request.endpoint == "access.sign_in":
        session.clear()
    return current_app.make_response(error_page(503))


def _for_templates() -> dict:
    return {
        "actor": _Later(current_actor),
        "may": may,
        "navigation": _navigation,
        "link_is_current": navigation.is_current,
        "actor_title": actor_title,
    }


class _Later:
    """The actor for templates, looked up only by those that use it: an error page must not need the database."""

    def __init__(self, find):
        self._find = find

    def __bool__(self) -> bool:
        return self._find() is not None

    def __getattr__(self, name: str):
        return getattr(self._find(), name)


def _navigation():
    actor = current_actor()
    if actor is None or current_user.must_change:
        return []
    return navigation.links(
        current_app, lambda permission: policy.answer(actor, Permission(permission)) is not Answer.NO_VERB
    )


def home() -> str:
    """The first page for whoever acts: the first link of their header, or their account."""
    links = _navigation()
    return url_for(links[0].endpoint if links else "access.account")


def actor_title() -> str:
    """What the header says about whoever acts: role and unit, not the name."""
    actor = current_actor()
    if not actor or not actor.grants:
        return gettext("Tài khoản")
    grant = actor.grants[0]
    return f"{role_title(grant.role, grant.unit)} · {current_tree().label(grant.unit)}"


def role_title(role: str, unit: str) -> str:
    """The name of a role as officials write it; it depends on the level of the unit."""
    if role == "supervisor":
        level = current_tree().level(unit)
        if level == "commune":
            return gettext("Chủ tịch (KT. Phó Chủ tịch) UBND cấp xã")
        return gettext("Cán bộ theo dõi cấp tỉnh") if level == "province" else gettext("Cán bộ theo dõi cấp huyện")
    return gettext(policy.TITLES[role])
