"""What the pages of samples share: who may look at which sample and case."""

from uuid import UUID

from flask import Blueprint, abort

from casemgr.access.web import Permission, current_actor, may, require
from casemgr.cases.queries import barred
from casemgr.db import db
from casemgr.plans import plans
from casemgr.plans.model import Indicator, Plan
from casemgr.refused import N_
from casemgr.samples import rules, services
from casemgr.samples.rules import Drawn, Sample

bp = Blueprint("samples", __name__, url_prefix="/samples")
# (shape, words) of how a case stands
STATES = {
    rules.OPEN: ("plain", N_("chưa kiểm tra")),
    rules.FINE: ("met", N_("khớp")),
    rules.WAITING: ("not_due", N_("chờ đơn vị trả lời")),
    rules.ANSWERED_STATE: ("not_due", N_("chờ kết luận")),
    rules.UPHELD: ("missed", N_("có sai sót")),
    rules.DROPPED: ("met", N_("không có sai sót")),
}
# what did not agree when it was drawn again
WRONG = {
    "list": N_("danh sách gốc nay khác"),
    "cases": N_("ra các hồ sơ khác"),
    "seed": N_("số khởi đầu không suy ra từ mã chốt sổ và câu hỏi"),
    "seal": N_("lần chốt sổ đó không có, hoặc không phải mã đó"),
}


def facts_of(sample: Sample) -> dict:
    return {"unit": sample.unit, "programme": sample.programme}


def found_sample(subject: UUID) -> Sample:
    found = services.find(db.session, subject)
    if found is None:
        abort(404)
    require(Permission.SAMPLE_DRAW, subject=subject, **facts_of(found))
    return found


def answering(sample: Sample, drawn: Drawn, holder: str | None, permission=Permission.SAMPLE_ANSWER) -> str | None:
    """The unit for which the reader may answer: the one in whose figure the case is, or the one that holds it now."""
    for unit in dict.fromkeys((drawn.unit, holder or drawn.unit)):
        if may(permission, unit=unit, programme=sample.programme):
            return unit
    return None


def found_case(subject: UUID, place: int, permission: Permission) -> tuple[Sample, Drawn, str]:
    """The case and the unit for which the reader acts, if whoever acts may do this with it: an auditor of the sample,
    or the case's own unit once asked."""
    sample = services.find(db.session, subject)
    drawn = sample.case(place) if sample else None
    if drawn is None or barred(db.session, current_actor(), drawn.subject):
        abort(404)
    if permission == Permission.SAMPLE_DRAW:
        unit = sample.unit
    else:
        holder = services.holders(db.session, [drawn]).get(drawn.subject)
        unit = answering(sample, drawn, holder, permission) or drawn.unit
    require(permission, subject=drawn.subject, detail=f"sample,{place}", unit=unit, programme=sample.programme)
    if drawn.found is None and not may(Permission.SAMPLE_DRAW, **facts_of(sample)):
        abort(404)  # a unit does not know beforehand what is looked at
    return sample, drawn, unit


def about(sample: Sample) -> tuple[Plan, Indicator]:
    plan = plans()[sample.plan]
    return plan, plan.indicators[sample.indicator]
