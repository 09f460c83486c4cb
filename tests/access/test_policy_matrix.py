"""The policy, without a database: every role, every permission, every fact."""

from dataclasses import replace
from uuid import UUID

import pytest

from casemgr.access.policy import ALL, ROLES, Actor, Answer, Grant, Permission, answer, may, may_grant, narrowed, scope

P = Permission
PROVINCE, DISTRICT, COMMUNE, OTHER = "89-20210101", "891-20210101", "30544-20210101", "30547-20210101"
BELOW_DISTRICT = frozenset({COMMUNE, OTHER})
ME, SOMEBODY = UUID(int=1), UUID(int=2)


def actor(role: str, where: str = COMMUNE, programmes=ALL) -> Actor:
    units = {COMMUNE: {COMMUNE}, DISTRICT: {DISTRICT, *BELOW_DISTRICT}, PROVINCE: {PROVINCE, DISTRICT, *BELOW_DISTRICT}}
    below = {COMMUNE: frozenset(), DISTRICT: BELOW_DISTRICT, PROVINCE: BELOW_DISTRICT | {DISTRICT}}
    return Actor(ME, "x", (Grant(role, frozenset(units[where]), programmes, below[where], where),))


CASE_WORK = {P.CASE_LIST, P.CASE_READ, P.IDENTITY_READ, P.DETECTION_LIST, P.DETECTION_READ}
EXPECTED = {
    "worker": CASE_WORK
    | {P.CASE_WRITE, P.PERSON_SEARCH, P.DETECTION_WRITE, P.FIGURE_READ, P.FIGURE_CASES}
    | {P.CASE_TRANSFER, P.CASE_CONFLICT, P.REGISTER_MATCHES, P.REGISTER_RECONCILE, P.DETECTION_CONFIRM},
    "supervisor": CASE_WORK
    | {P.CASE_DECIDE, P.CASE_ASSIGN, P.PERSON_SEARCH, P.DETECTION_WRITE, P.DETECTION_DECIDE}
    | {P.CASE_TRANSFER, P.CASE_CONFLICT, P.TRANSFER_ANSWER}
    | {P.PERSON_EXPORT, P.FIGURE_READ, P.FIGURE_CASES, P.REGISTER_READ, P.CASELOAD_READ}
    | {P.REGISTER_MATCHES, P.REGISTER_RECONCILE, P.REPORT_APPROVE, P.SAMPLE_READ, P.SAMPLE_ANSWER}
    | {P.DETECTION_CONFIRM, P.LIST_APPROVE},
    "auditor": CASE_WORK
    | {P.FIGURE_READ, P.FIGURE_CASES, P.AUDIT_READ, P.REGISTER_READ, P.CASELOAD_READ, P.REGISTER_MATCHES}
    | {P.SAMPLE_READ, P.SAMPLE_DRAW},
    "coordinator": {P.AREA_MANAGE, P.REPORTED_WRITE, P.REPORTED_CONFIRM, P.FIGURE_READ, P.DETECTION_LIST}
    | {P.DETECTION_READ, P.DETECTION_WRITE, P.REGISTER_LOAD, P.REGISTER_READ, P.FUND_KEEP}
    | {P.REGISTER_MATCHES, P.REPORT_PREPARE, P.REPORT_APPROVE},
    "administrator": {P.USER_MANAGE, P.UNIT_MANAGE, P.AREA_MANAGE},
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("permission", Permission)
def test_the_whole_matrix(role, permission):
    somewhere = may(actor(role, DISTRICT), permission, reason=True)
    assert somewhere is (permission in EXPECTED[role])


def test_administrators_have_no_case_content():
    assert not any(str(p).split(":")[0] in ("case", "identity", "person", "detection") for p in ROLES["administrator"])


def test_auditors_change_nothing():
    assert not any(str(p).split(":")[1] in ("write", "decide", "assign", "manage") for p in ROLES["auditor"])


def test_outside_the_unit():
    assert answer(actor("worker"), P.CASE_READ, unit=OTHER) is Answer.OUT_OF_SCOPE
    assert answer(actor("supervisor", DISTRICT), P.CASE_READ, unit=OTHER) is Answer.YES
    assert answer(actor("supervisor", DISTRICT), P.CASE_READ, unit=PROVINCE) is Answer.OUT_OF_SCOPE


def test_outside_the_programme():
    worker = actor("worker", programmes=frozenset({"TE", "MT"}))
    assert may(worker, P.CASE_READ, unit=COMMUNE, programme="TE")
    assert answer(worker, P.CASE_READ, unit=COMMUNE, programme="BD") is Answer.OUT_OF_SCOPE


def test_a_role_and_its_unit_belong_together():
    both = Actor(ME, "x", actor("worker").grants + actor("auditor", DISTRICT).grants)
    assert answer(both, P.CASE_WRITE, unit=OTHER) is Answer.OUT_OF_SCOPE
    assert may(both, P.CASE_READ, unit=OTHER)


@pytest.mark.parametrize("author", [ME, str(ME), [SOMEBODY, ME]])
def test_nobody_decides_on_their_own_work(author):
    chair = actor("supervisor")
    assert answer(chair, P.CASE_DECIDE, unit=COMMUNE, author=author) is Answer.OWN_WORK
    assert may(chair, P.CASE_DECIDE, unit=COMMUNE, author=SOMEBODY)


def test_figures_are_confirmed_by_somebody_else():
    coordinator = actor("coordinator", DISTRICT)
    assert answer(coordinator, P.REPORTED_CONFIRM, unit=COMMUNE, author=ME) is Answer.OWN_WORK
    assert may(coordinator, P.REPORTED_WRITE, unit=COMMUNE, author=ME)


def test_plans_are_approved_in_the_commune_and_exclusions_above_it():
    chair, district = actor("supervisor"), actor("supervisor", DISTRICT)
    assert may(chair, P.CASE_DECIDE, unit=COMMUNE)
    assert not may(district, P.CASE_DECIDE, unit=COMMUNE)
    assert may(district, P.CASE_DECIDE, unit=DISTRICT), "a case that was moved up to the district"
    assert not may(chair, P.DETECTION_DECIDE, unit=COMMUNE)
    assert may(district, P.DETECTION_DECIDE, unit=COMMUNE)
    assert not may(district, P.DETECTION_DECIDE, unit=DISTRICT)
    assert not may(district, P.DETECTION_DECIDE, unit=COMMUNE, author=ME)


def test_what_an_abolished_district_held_is_decided_above_it():
    (grant,) = actor("supervisor", PROVINCE).grants
    province = Actor(ME, "x", (replace(grant, left=frozenset({DISTRICT})),))
    assert may(province, P.CASE_DECIDE, unit=DISTRICT)
    assert not may(province, P.CASE_DECIDE, unit=COMMUNE)
    assert answer(province, P.CASE_DECIDE, unit=DISTRICT, author=ME) is Answer.OWN_WORK


@pytest.mark.parametrize("permission", [P.CASE_READ, P.CASE_WRITE, P.CASE_TRANSFER, P.CASE_CONFLICT, P.IDENTITY_READ])
def test_restricted_programmes_are_read_by_the_assigned_worker(permission):
    worker = actor("worker")
    facts = {"unit": COMMUNE, "programme": "TE", "read": "assigned"}
    assert may(worker, permission, **facts, worker=ME)
    assert may(worker, permission, **facts, worker=[SOMEBODY, str(ME)]), "an explicit grant"
    assert not may(worker, permission, **facts, worker=SOMEBODY)
    assert not may(worker, permission, **facts), "an unassigned case is the supervisor's"
    assert may(worker, permission, unit=COMMUNE, programme="NCC", read="commune", worker=SOMEBODY)


def test_the_supervisor_chain_reads_restricted_programmes():
    facts = {"unit": COMMUNE, "programme": "TE", "read": "assigned", "worker": SOMEBODY}
    for where in (COMMUNE, DISTRICT, PROVINCE):
        assert may(actor("supervisor", where), P.CASE_READ, **facts)


def test_auditors_open_an_identity_with_a_reason():
    auditor = actor("auditor", PROVINCE)
    assert answer(auditor, P.IDENTITY_READ, unit=COMMUNE) is Answer.NO_REASON
    assert may(auditor, P.IDENTITY_READ, unit=COMMUNE, reason=True)
    assert may(auditor, P.CASE_READ, unit=COMMUNE)


def test_scope_says_the_same_as_may():
    for role in ROLES:
        for where in (COMMUNE, DISTRICT, PROVINCE):
            who = actor(role, where, frozenset({"TE"}))
            for permission in Permission:
                scopes = scope(who, permission)
                for unit in (PROVINCE, DISTRICT, COMMUNE, OTHER):
                    listed = any(unit in each.units and "TE" in each.programmes for each in scopes)
                    assert listed is may(who, permission, unit=unit, programme="TE", reason=True)


@pytest.mark.parametrize("only", [frozenset(), BELOW_DISTRICT, {COMMUNE}, {PROVINCE, OTHER, "elsewhere"}])
def test_who_looks_at_a_few_units_may_there_what_they_might_and_elsewhere_nothing(only):
    for role in ROLES:
        for where in (COMMUNE, DISTRICT, PROVINCE):
            who = actor(role, where)
            fewer = narrowed(who, frozenset(only))
            for permission in Permission:
                for unit in (PROVINCE, DISTRICT, COMMUNE, OTHER, "elsewhere"):
                    expected = unit in only and may(who, permission, unit=unit)
                    assert may(fewer, permission, unit=unit) is expected


def test_scope_tells_lists_about_restricted_programmes():
    assert scope(actor("worker"), P.CASE_READ)[0].assigned_only
    assert not scope(actor("supervisor"), P.CASE_READ)[0].assigned_only
    assert not scope(actor("worker"), P.CASE_LIST)[0].assigned_only


def test_nobody_gives_roles_to_themselves_or_outside_their_units():
    administrator = actor("administrator", DISTRICT)
    assert may_grant(administrator, SOMEBODY, COMMUNE) is Answer.YES
    assert may_grant(administrator, ME, COMMUNE) is Answer.OWN_WORK
    assert may_grant(administrator, SOMEBODY, PROVINCE) is Answer.OUT_OF_SCOPE
    assert may_grant(actor("worker"), SOMEBODY, COMMUNE) is Answer.NO_VERB


def test_a_visitor_may_nothing():
    assert not any(may(None, permission) for permission in Permission)
    assert not any(may(Actor(ME, "x", ()), permission) for permission in Permission)
