"""Accounts and roles, for administrators. An administrator sees no case and gives no role to themselves."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr.access import accounts, services
from casemgr.access.forms import EmptyForm, GrantForm, UserForm
from casemgr.access.models import RoleGrant, User
from casemgr.access.policy import ROLES, Answer, Permission, may_grant, scope
from casemgr.access.web import current_actor, guard, log_access, may, require, role_title
from casemgr.clock import now
from casemgr.db import begin_write, db
from casemgr.programmes import programmes
from casemgr.refused import Refused
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.ui.paging import Page, page_number
from casemgr.units.web import current_tree

bp = Blueprint("admin", __name__, url_prefix="/admin")
PAGE = 50
ALL_PROGRAMMES = "*"


@bp.get("/")
@guard(Permission.USER_MANAGE)
def index():
    return redirect(url_for("admin.users"), 303)


@bp.get("/users")
@guard(Permission.USER_MANAGE)
def users():
    number = page_number()
    found, total = services.users_of(db.session, _units(), number=number, size=PAGE)
    today = now().date()
    held = {user.id: [grant for grant in user.grants if grant.holds_on(today)] for user in found}
    page = Page(found, number, PAGE, total)
    return render_template("access/users.html", page=page, held=held, title=_title)


@bp.route("/users/new", methods=["GET", "POST"])
@guard(Permission.USER_MANAGE, late=True)
def new_user():
    form = UserForm()
    form.unit_id.choices = _unit_choices()
    if request.method == "POST" and form.validate():
        require(Permission.USER_MANAGE, unit=form.unit_id.data)
        password = accounts.one_time_password()
        made = accounts.hashed(password)
        begin_write()
        try:
            user = services.create_user(
                db.session,
                username=form.username.data,
                full_name=form.full_name.data,
                unit_id=form.unit_id.data,
                password_hash=made,
                now=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            log_access("user:create", user.id, user.unit_id)
            return render_template("access/password_shown.html", user=user, password=password, new=True)
    return show_form("access/user_form.html", form)


@bp.get("/users/<uuid:id>")
@guard(Permission.USER_MANAGE)
def user(id: UUID):
    return _user_page(_user(id), _grant_form())


@bp.post("/users/<uuid:id>/grants")
@guard(Permission.USER_MANAGE)
def grant(id: UUID):
    user, form = _user(id), _grant_form()
    if not form.validate():
        return _user_page(user, form)
    actor = _may_grant(user, form.unit_id.data)
    codes = ALL_PROGRAMMES if ALL_PROGRAMMES in form.programmes.data else ",".join(form.programmes.data)
    try:
        services.grant_role(
            db.session,
            user=user,
            role=form.role.data,
            unit_id=form.unit_id.data,
            programmes=codes,
            valid_from=form.valid_from.data,
            valid_to=form.valid_to.data,
            granted_by=actor.user_id,
            now=now(),
        )
    except Refused as refused:
        form.refuse(refused)
        return _user_page(user, form)
    log_access("user:grant", user.id, form.unit_id.data, detail=form.role.data)
    flash(gettext("Đã giao vai trò."), "success")
    return redirect(url_for("admin.user", id=id), 303)


@bp.post("/users/<uuid:id>/grants/<uuid:grant_id>/end")
@guard(Permission.USER_MANAGE)
def end_grant(id: UUID, grant_id: UUID):
    user = _user(id)
    held = db.session.get(RoleGrant, grant_id)
    if held is None or held.user_id != user.id:
        abort(404)
    actor = _may_grant(user, held.unit_id)
    try:
        services.end_grant(db.session, held, ended_by=actor.user_id, now=now())
    except Refused as refused:
        form = _grant_form(blank=True)
        form.refuse(refused)
        return _user_page(user, form)
    log_access("user:end-grant", user.id, held.unit_id, detail=held.role)
    flash(gettext("Đã kết thúc vai trò."), "success")
    return redirect(url_for("admin.user", id=id), 303)


@bp.post("/users/<uuid:id>/reset")
@guard(Permission.USER_MANAGE, late=True)
def reset(id: UUID):
    _may_close(_user(id))
    password = accounts.one_time_password()
    made = accounts.hashed(password)
    begin_write()
    user = _user(id)
    _may_close(user)
    services.set_password(db.session, user, made, must_change=True)
    log_access("user:reset", user.id, user.unit_id)
    return render_template("access/password_shown.html", user=user, password=password, new=False)


@bp.post("/users/<uuid:id>/active")
@guard(Permission.USER_MANAGE)
def active(id: UUID):
    user = _user(id)
    _may_close(user)
    services.set_active(db.session, user, request.form.get("active") == "1")
    log_access("user:open" if user.active else "user:close", user.id, user.unit_id)
    flash(gettext("Đã mở lại tài khoản.") if user.active else gettext("Đã khóa tài khoản."), "success")
    return redirect(url_for("admin.user", id=id), 303)


def _user(id: UUID) -> User:
    """The account, if it belongs to a unit of the administrator; else 404."""
    user = db.session.get(User, id)
    if user is None:
        abort(404)
    require(Permission.USER_MANAGE, unit=user.unit_id, subject=user.id)
    return user


def _may_grant(user: User, unit: str):
    actor = require(Permission.USER_MANAGE, unit=unit)
    if may_grant(actor, user.id, unit) is not Answer.YES:
        log_access("user:grant", user.id, unit, detail="self")
        abort(403)
    return actor


def _may_close(user: User) -> None:
    """Whoever sets a password could use the account: not one's own, nor one that reaches further than oneself."""
    _not_self(user)
    if _reaches_further(user):
        log_access(Permission.USER_MANAGE, user.id, detail="reaches-further")
        abort(403)


def _reaches_further(user: User) -> bool:
    """Whether a role of the account lies outside the units of the administrator."""
    today = now().date()
    held = [grant.unit_id for grant in user.grants if grant.valid_to is None or grant.valid_to > today]
    return not all(may(Permission.USER_MANAGE, unit=unit) for unit in held)


def _not_self(user: User) -> None:
    if user.id == current_actor().user_id:
        log_access(Permission.USER_MANAGE, user.id, detail="self")
        abort(403)


def _user_page(user: User, form: GrantForm):
    today = now().date()
    return show_form(
        "access/user.html",
        form,
        user=user,
        empty=EmptyForm(formdata=None),
        own=user.id == current_actor().user_id,
        further=_reaches_further(user),
        held=[grant for grant in user.grants if grant.valid_to is None or grant.valid_to > today],
        ended=[grant for grant in user.grants if grant.valid_to is not None and grant.valid_to <= today],
        title=_title,
    )


def _title(grant: RoleGrant) -> str:
    return role_title(grant.role, grant.unit_id)


def _grant_form(blank: bool = False) -> GrantForm:
    form = GrantForm(formdata=None) if blank else GrantForm()
    form.role.choices = {"": gettext("Chọn vai trò")} | {role: _role_choice(role) for role in ROLES}
    form.unit_id.choices = _unit_choices()
    names = {code: programme.name[language()] for code, programme in programmes().items()}
    form.programmes.choices = {ALL_PROGRAMMES: gettext("Tất cả chương trình")} | names
    if not form.valid_from.raw_data:
        form.valid_from.data = now().date()
    return form


def _role_choice(role: str) -> str:
    names = {
        "worker": gettext("Cán bộ phụ trách: ghi hồ sơ của đơn vị"),
        "supervisor": gettext("Lãnh đạo, cán bộ theo dõi: phê duyệt, phân công, xem cấp dưới"),
        "auditor": gettext("Người kiểm tra số liệu: xem mọi số liệu, ẩn danh tính"),
        "coordinator": gettext("Cán bộ tổng hợp: danh sách nguồn, số liệu báo cáo"),
        "administrator": gettext("Quản trị hệ thống: tài khoản và đơn vị, không xem hồ sơ"),
    }
    return names[role]


def _units() -> frozenset[str]:
    return frozenset().union(*(each.units for each in scope(current_actor(), Permission.USER_MANAGE)))


def _unit_choices() -> dict[str, str]:
    """The administrator's units in force today, each with the unit above it, for names occur twice."""
    tree, today = current_tree(), now().date()
    nodes = sorted((tree[id] for id in _units() if tree[id].valid(today)), key=lambda node: node.path)
    return {"": gettext("Chọn đơn vị")} | {node.id: _unit_label(tree, node) for node in nodes}


def _unit_label(tree, node) -> str:
    above = tree.label(node.parent) if node.parent and tree.level(node.id) == "commune" else ""
    return f"{tree.label(node.id)} ({above})" if above else tree.label(node.id)
