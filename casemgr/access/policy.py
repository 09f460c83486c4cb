"""One policy: may this user do this, here, now. The guard, the button, the query and the test ask the same function.

Plain Python. A role is held in a unit (with everything below it) and for programmes; ROLES is the whole matrix.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from casemgr.refused import N_


class Permission(StrEnum):
    """resource:action"""

    AREA_MANAGE = "area:manage"
    AUDIT_READ = "audit:read"
    CASE_ASSIGN = "case:assign"
    CASE_CONFLICT = "case:conflict"
    CASE_DECIDE = "case:decide"
    CASE_LIST = "case:list"
    CASE_READ = "case:read"
    CASE_TRANSFER = "case:transfer"
    CASE_WRITE = "case:write"
    CASELOAD_READ = "caseload:read"
    DETECTION_CONFIRM = "detection:confirm"
    DETECTION_DECIDE = "detection:decide"
    DETECTION_LIST = "detection:list"
    DETECTION_READ = "detection:read"
    DETECTION_WRITE = "detection:write"
    FIGURE_CASES = "figure:cases"
    FIGURE_READ = "figure:read"
    FUND_KEEP = "fund:keep"
    IDENTITY_READ = "identity:read"
    LIST_APPROVE = "list:approve"
    PERSON_EXPORT = "person:export"
    PERSON_SEARCH = "person:search"
    REGISTER_LOAD = "register:load"
    REGISTER_MATCHES = "register:matches"
    REGISTER_READ = "register:read"
    REGISTER_RECONCILE = "register:reconcile"
    REPORTED_CONFIRM = "reported:confirm"
    REPORTED_WRITE = "reported:write"
    REPORT_APPROVE = "report:approve"
    REPORT_PREPARE = "report:prepare"
    SAMPLE_ANSWER = "sample:answer"
    SAMPLE_DRAW = "sample:draw"
    SAMPLE_READ = "sample:read"
    TRANSFER_ANSWER = "transfer:answer"
    UNIT_MANAGE = "unit:manage"
    USER_MANAGE = "user:manage"


P = Permission

ROLES: dict[str, frozenset[Permission]] = {
    "worker": frozenset(
        {P.CASE_LIST, P.CASE_READ, P.CASE_WRITE, P.IDENTITY_READ, P.PERSON_SEARCH, P.CASE_TRANSFER, P.CASE_CONFLICT}
        | {P.DETECTION_LIST, P.DETECTION_READ, P.DETECTION_WRITE, P.FIGURE_READ, P.FIGURE_CASES}
        | {P.REGISTER_MATCHES, P.REGISTER_RECONCILE, P.DETECTION_CONFIRM}
    ),
    "supervisor": frozenset(
        {P.CASE_LIST, P.CASE_READ, P.CASE_DECIDE, P.CASE_ASSIGN, P.IDENTITY_READ, P.PERSON_SEARCH, P.CASELOAD_READ}
        | {P.CASE_TRANSFER, P.CASE_CONFLICT, P.TRANSFER_ANSWER}
        | {P.DETECTION_LIST, P.DETECTION_READ, P.DETECTION_WRITE, P.DETECTION_DECIDE, P.FIGURE_READ, P.FIGURE_CASES}
        | {P.PERSON_EXPORT, P.REGISTER_READ, P.REGISTER_MATCHES, P.REGISTER_RECONCILE, P.REPORT_APPROVE}
        | {P.DETECTION_CONFIRM, P.LIST_APPROVE}
        | {P.SAMPLE_READ, P.SAMPLE_ANSWER}
    ),
    "auditor": frozenset(
        {P.CASE_LIST, P.CASE_READ, P.IDENTITY_READ, P.DETECTION_LIST, P.DETECTION_READ}
        | {P.FIGURE_READ, P.FIGURE_CASES, P.AUDIT_READ, P.REGISTER_READ, P.CASELOAD_READ}
        | {P.REGISTER_MATCHES, P.SAMPLE_READ, P.SAMPLE_DRAW}
    ),
    "coordinator": frozenset(
        {P.REPORTED_WRITE, P.REPORTED_CONFIRM, P.FIGURE_READ, P.FUND_KEEP, P.REGISTER_LOAD, P.REGISTER_READ}
        | {P.AREA_MANAGE, P.REGISTER_MATCHES, P.REPORT_PREPARE, P.REPORT_APPROVE}
        | {P.DETECTION_LIST, P.DETECTION_READ, P.DETECTION_WRITE}
    ),
    "administrator": frozenset({P.USER_MANAGE, P.UNIT_MANAGE, P.AREA_MANAGE}),
}

TITLES = {
    "worker": N_("Cán bộ phụ trách"),
    "supervisor": N_("Người phê duyệt, theo dõi"),
    "auditor": N_("Người kiểm tra số liệu"),
    "coordinator": N_("Cán bộ tổng hợp"),
    "administrator": N_("Quản trị hệ thống"),
}

# What nobody decides on their own work.
SECOND_PERSON = frozenset(
    {P.CASE_DECIDE, P.REPORTED_CONFIRM, P.DETECTION_DECIDE, P.TRANSFER_ANSWER, P.REPORT_APPROVE, P.LIST_APPROVE}
)

# What a case of a restricted programme shows only to those who work on it; such a programme says read = 'assigned'.
OF_ONE_CASE = frozenset({P.CASE_READ, P.CASE_WRITE, P.CASE_TRANSFER, P.CASE_CONFLICT, P.IDENTITY_READ})


class _All:
    """The programmes of a grant that is not limited to any: it contains every code."""

    def __contains__(self, _code: object) -> bool:
        return True

    def __repr__(self) -> str:
        return "ALL"


ALL = _All()


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in a unit.

    `units`: everything it reaches (the unit, all below it, and what went wholly into them); `below`: those of them
    that lie on a lower level than the unit; `left`: those of `below` that have ended and went into no other unit (the
    districts), whose leader is now the one of the unit above; `unit`: the unit itself, for the header of the page.
    """

    role: str
    units: frozenset[str]
    programmes: "frozenset[str] | _All"
    below: frozenset[str] = frozenset()
    unit: str = ""
    left: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with every grant that is valid today."""

    user_id: UUID
    name: str
    grants: tuple[Grant, ...]


class Scope(NamedTuple):
    """Where a permission reaches. With `assigned_only`, cases of programmes that say read = 'assigned' are visible
    only where the actor is the assigned worker."""

    units: frozenset[str]
    programmes: "frozenset[str] | _All"
    assigned_only: bool


class Answer(Enum):
    YES = "yes"
    NO_VERB = "no role of the actor has this permission"
    OUT_OF_SCOPE = "outside the units, programmes or cases of the actor"
    OWN_WORK = "the actor wrote what is to be decided or confirmed"
    NO_REASON = "an auditor opens an identity only with a reason"


Who = UUID | str | Collection[UUID | str] | None


def answer(
    actor: Actor,
    permission: Permission,
    *,
    unit: str | None = None,
    programme: str | None = None,
    author: Who = None,
    worker: Who = None,
    read: str = "commune",
    reason: bool = False,
) -> Answer:
    """Why, or why not.

    A fact left out is not asked about (a button in the header knows no unit). `author`: who wrote what is to be
    decided. `worker`: who is assigned to the case, or was granted it. `read`: 'assigned' or 'commune', from the
    programme. `reason`: a reason was given and will be logged.
    """
    held = [grant for grant in actor.grants if permission in ROLES[grant.role]]
    if not held:
        return Answer.NO_VERB
    near = [
        grant
        for grant in held
        if (unit is None or unit in _reached(grant, permission))
        and (programme is None or programme in grant.programmes)
        and not (_assigned_only(grant, permission) and read == "assigned" and not _among(actor, worker))
    ]
    if not near:
        return Answer.OUT_OF_SCOPE
    if permission in SECOND_PERSON and _among(actor, author):
        return Answer.OWN_WORK
    if permission == P.IDENTITY_READ and not reason and all(grant.role == "auditor" for grant in near):
        return Answer.NO_REASON
    return Answer.YES


def may(actor: Actor | None, permission: Permission, **facts) -> bool:
    """Whether the actor may do this here; the facts are those of `answer`."""
    return actor is not None and answer(actor, permission, **facts) is Answer.YES


def deciding_unit(actor: Actor, unit: str, programme: str | None = None) -> str:
    """The unit above this one in which the actor decides what counts for or against it; where they do so in none, the
    unit itself."""
    held = (grant for grant in actor.grants if P.DETECTION_DECIDE in ROLES[grant.role] and unit in grant.below)
    return next((g.unit for g in held if programme is None or programme in g.programmes), unit)


def scope(actor: Actor, permission: Permission) -> list[Scope]:
    """Where a permission reaches, for queries: a row is visible if it lies in any of these scopes."""
    scopes = []
    for grant in actor.grants:
        units = _reached(grant, permission)
        if permission in ROLES[grant.role] and units:
            scopes.append(Scope(units, grant.programmes, _assigned_only(grant, permission)))
    return scopes


def narrowed(actor: Actor, units: frozenset[str]) -> Actor:
    """The same actor as they look only at these units: less than they may, never more."""
    reached = ((g, {"units": g.units & units, "below": g.below & units, "left": g.left & units}) for g in actor.grants)
    return replace(actor, grants=tuple(replace(grant, **there) for grant, there in reached))


def may_grant(actor: Actor, user_id: UUID, unit: str) -> Answer:
    """Whether an administrator may give or end a role of this user in this unit: never one of their own."""
    found = answer(actor, P.USER_MANAGE, unit=unit)
    if found is Answer.YES and _among(actor, user_id):
        return Answer.OWN_WORK
    return found


@lru_cache(maxsize=1024)  # a page asks dozens of times
def _reached(grant: Grant, permission: Permission) -> frozenset[str]:
    if permission in (P.CASE_DECIDE, P.TRANSFER_ANSWER, P.SAMPLE_ANSWER, P.DETECTION_CONFIRM):
        # The commune that holds a case approves its plan, takes what is passed to it, answers for it, and confirms
        # what it has detected; a level above only where the case was moved up to it, or to a unit that is no more.
        return (grant.units - grant.below) | grant.left
    if permission == P.DETECTION_DECIDE:
        return grant.units & grant.below  # what counts for or against a unit is decided above it
    return grant.units


def _assigned_only(grant: Grant, permission: Permission) -> bool:
    return grant.role == "worker" and permission in OF_ONE_CASE


def _among(actor: Actor, who: Who) -> bool:
    if who is None:
        return False
    people = (who,) if isinstance(who, UUID | str) else who
    return any(str(person) == str(actor.user_id) for person in people)
