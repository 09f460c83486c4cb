"""What a figure is asked for: through a day, as known at a time, on a basis of units; and what has no answer."""

from collections.abc import Mapping
from datetime import date, datetime

from casemgr.coverage import services
from casemgr.coverage.services import Asked
from casemgr.coverage.versions import under_rule
from casemgr.ledger.settling import began
from casemgr.plans import plans
from casemgr.plans.model import Indicator, Plan
from casemgr.programmes import programmes
from casemgr.refused import N_, Refused
from casemgr.units.rules import UnitTree


def ask(
    session,
    plan: Plan,
    tree: UnitTree,
    now: datetime,
    *,
    unit: str,
    through: date,
    known_at: datetime,
    basis: str,
    start: date | None = None,
    names: Mapping[str, str] | None = None,
) -> Asked:
    """The question; `names` are the form's fields for through, known and unit. Raises Refused where it has no sense."""
    names = {"through": "through", "known": "known", "unit": "unit"} | dict(names or {})
    check_known(session, known_at, through, now, names)
    if not plan.start <= through <= plan.end:
        raise Refused(
            N_("Kế hoạch này tính từ %(start)s đến %(end)s."),
            names["through"],
            start=f"{plan.start:%d/%m/%Y}",
            end=f"{plan.end:%d/%m/%Y}",
        )
    if unit not in tree or (basis == services.AS_WERE and not tree[unit].valid(through)):
        raise Refused(N_("Đơn vị này không có vào ngày đó; hãy chọn cách quy về đơn vị hiện nay."), names["unit"])
    asked = services.ask(plan, tree, now, start=start, through=through, unit=unit, basis=basis, known_at=known_at)
    # What was known at a time says nothing of later; so the same question has the same answer whenever it is asked.
    asked.t = min(asked.t, known_at)
    return asked


def check_known(
    session, known_at: datetime, through: date | None, now: datetime, names: Mapping[str, str] | None = None
) -> None:
    """Refuses what nobody can have known: before the first entry, in the future, or about a day after it."""
    names = names or {"known": "known", "through": "through"}
    if known_at > now:
        raise Refused(N_("Thời điểm này chưa đến."), names["known"])
    first = began(session)
    if first is None:
        raise Refused(N_("Hệ thống chưa có dữ liệu nào."), names["known"])
    if known_at < first:
        raise Refused(
            N_("Hệ thống ghi dữ liệu từ %(day)s; trước đó chưa biết gì."), names["known"], day=f"{first:%d/%m/%Y}"
        )
    if through is not None and through > now.date():
        raise Refused(N_("Ngày này chưa đến."), names["through"])
    if through is not None and through > known_at.date():
        raise Refused(N_("Số liệu không thể đến một ngày sau ngày nhập dữ liệu."), names["through"])


def moment(text: str) -> datetime:
    """A moment as an address names it: wall time. Raises ValueError."""
    made = datetime.fromisoformat(text)
    if made.tzinfo is not None:
        raise ValueError("wall time has no zone")
    return made


def rule_of(asked: Asked, indicator: Indicator) -> str:
    """By which version it is judged; nothing where others report the figure."""
    return asked.rule or (programmes()[indicator.programme].rule if indicator.programme else "")


def to_params(asked: Asked, indicator: Indicator) -> dict[str, str]:
    """The question as ids and codes, for a job or an address."""
    return {
        "plan": asked.plan.code,
        "indicator": indicator.code,
        "unit": asked.unit,
        "start": asked.start.isoformat(),
        "through": asked.through.isoformat(),
        "known": asked.known_at.isoformat(),
        "basis": asked.basis,
        "rule": asked.rule,
    }


def from_params(session, params: Mapping[str, str], tree: UnitTree, now: datetime) -> tuple[Asked, Indicator]:
    """The same question again. Raises Refused, also where an address was made up."""
    try:
        plan = plans()[params["plan"]]
        indicator = plan.indicators[params["indicator"]]
        values = {
            "unit": params["unit"],
            "through": date.fromisoformat(params["through"]),
            "start": date.fromisoformat(params["start"]) if params.get("start") else None,
            "known_at": moment(params["known"]),
            "basis": params["basis"],
        }
        if values["basis"] not in (services.AS_WERE, services.TODAY):
            raise KeyError("basis")
    except (KeyError, ValueError, TypeError):
        raise Refused(N_("Địa chỉ này không nêu một số liệu nào.")) from None
    asked = ask(session, plan, tree, now, **values)
    return under_rule(asked, indicator.programme, params.get("rule") or ""), indicator
