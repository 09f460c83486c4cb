"""Drawing a sample, and drawing it again, as long work: both read every ledger as it was known at one moment."""

from datetime import date
from uuid import UUID

from casemgr.clock import now
from casemgr.coverage import services as coverage
from casemgr.coverage.services import Asked
from casemgr.db import db
from casemgr.jobs import Work, job
from casemgr.ledger.watching import watched
from casemgr.plans import plans
from casemgr.plans.model import Indicator
from casemgr.refused import N_
from casemgr.samples import services
from casemgr.samples.rules import Sample
from casemgr.units.loading import load


def _leads_to(params) -> tuple[str, dict]:
    return "samples.show", {"sample": params["sample"]}


@job("samples.draw", title=N_("Chọn hồ sơ để kiểm tra"), leads_to=_leads_to)
def draw(work: Work) -> None:
    moment, said = now(), work.params
    plan = plans()[said["plan"]]
    asked = coverage.ask(plan, load(db.session), moment, through=date.fromisoformat(said["through"]), unit=said["unit"])
    with watched(db.session, work, times=2):
        services.draw(
            db.session,
            asked,
            plan.indicators[said["indicator"]],
            size=said["size"],
            minimum=said["minimum"],
            author=work.asked_by,
            at=work.unit,
            now=moment,
            subject=UUID(said["sample"]),
        )
    work.progress(1, 1)


@job("samples.again", title=N_("Chọn lại để đối chiếu"), leads_to=_leads_to)
def again(work: Work) -> None:
    moment, sample = now(), services.find(db.session, UUID(work.params["sample"]))
    asked, indicator = question(sample, moment)
    with watched(db.session, work):
        services.draw_again(db.session, sample, asked, indicator, author=work.asked_by, at=work.unit, now=moment)
    work.progress(1, 1)


def question(sample: Sample, moment) -> tuple[Asked, Indicator]:
    """What was asked when the sample was drawn, as known then. Raises Refused where the clock was set back."""
    plan = plans()[sample.plan]
    asked = coverage.ask(
        plan,
        load(db.session),
        moment,
        start=sample.start,
        through=sample.through,
        unit=sample.unit,
        known_at=sample.known_at,
    )
    asked.t = min(asked.t, sample.known_at)
    return asked, plan.indicators[sample.indicator]
