"""Asking for figures under another version of a programme's rules than the one in force."""

from casemgr.coverage.asked import Asked
from casemgr.programmes import programmes, version, versions
from casemgr.refused import N_, Refused


def rules_of(code: str) -> list[str]:
    """The names of the versions of a programme that can be asked for, the one in force last."""
    return [each.rule for each in versions(code)]


def under_rule(asked: Asked, code: str | None, rule: str, field: str = "rule") -> Asked:
    """The same question under a version of the rules of a programme; '' is the one in force. Raises Refused where there
    is none of this name, it did not hold on the last day, or others report the figure."""
    if not rule or (code and rule == programmes()[code].rule):
        return asked
    if not code:
        raise Refused(N_("Số liệu này do cơ quan khác cung cấp, không theo cách tính nào của hệ thống."), field)
    found = version(rule)
    if found is None or found.code != code or not found.held(asked.through):
        held = [v.rule for v in versions(code) if v.held(asked.through)]
        raise Refused(
            N_("Cách tính %(rule)s không áp dụng cho chỉ tiêu này vào ngày %(day)s; cách tính khi đó là %(own)s."),
            field,
            rule=rule,
            day=f"{asked.through:%d/%m/%Y}",
            own=", ".join(held) or programmes()[code].rule,
        )
    asked.rule = rule
    return asked
