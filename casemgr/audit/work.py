"""The long work of the auditor's pages."""

from uuid import UUID

from casemgr.audit import asking, closing, replays, sealing, standing, trust
from casemgr.clock import now
from casemgr.db import db
from casemgr.jobs import Work, job
from casemgr.ledger.watching import watched
from casemgr.refused import N_
from casemgr.units.loading import load


@job("audit.figure", title=N_("Tính lại số liệu từ diễn biến hồ sơ"), leads_to=lambda p: ("audit.figure", dict(p)))
def figure(work: Work) -> None:
    moment = now()
    asked, indicator = asking.from_params(db.session, work.params, load(db.session), moment)
    with watched(db.session, work):
        replays.work_out(db.session, asked, indicator, moment)
    work.progress(1, 1)


@job("audit.changes", title=N_("So sánh hai số liệu"), leads_to=lambda p: ("audit.changes", dict(p)))
def changes(work: Work) -> None:
    """Both figures and the cases behind each, one after the other."""
    moment, tree = now(), load(db.session)
    with watched(db.session, work, times=4):
        for number, params in enumerate(pair_of(work.params)):
            asked, indicator = asking.from_params(db.session, params, tree, moment)
            replays.work_out(db.session, asked, indicator, moment)
            work.progress(50 * number + 25, 100)
            replays.rows(db.session, asked, indicator, moment)
            work.progress(50 * number + 50, 100)


def pair_of(params) -> tuple[dict, dict]:
    """The two questions of an address that names both: through_a, known_a, rule_a, through_b, known_b, rule_b."""
    shared = {k: params.get(k) for k in ("plan", "indicator", "unit", "start", "basis")}
    first, second = (
        shared | {name: params.get(f"{name}_{each}") for name in ("through", "known", "rule")} for each in "ab"
    )
    return first, second


@job("audit.close", title=N_("Chốt số liệu"), leads_to=lambda p: ("reports.show", {"report": p["report"]}))
def close(work: Work) -> None:
    """Works a report out, seals all ledgers, and closes the report."""
    with watched(db.session, work, times=3):
        closing.seal(db.session, UUID(work.params["report"]), now(), work.progress)
    work.progress(100, 100)


@job("audit.verify", title=N_("Kiểm tra toàn vẹn"), leads_to=lambda p: ("reports.show", {"report": p["report"]}))
def verify(work: Work) -> None:
    """Holds a sealed report against the database, case by case; the page shows what was found."""
    moment, report = now(), closing.find(db.session, UUID(work.params["report"]))
    with watched(db.session, work):
        wrong = [[each.number, each.seq, each.reason] for each in standing.verify(db.session, report)]
    replays.keep(db.session, standing.checked_key(report), {"at": moment.isoformat(), "wrong": wrong}, moment)
    work.progress(1, 1)


@job("audit.seal", title=N_("Chốt sổ"), leads_to=lambda _p: ("auditing.index", {}))
def seal(work: Work) -> None:
    """A seal on demand: everything is verified first."""
    with watched(db.session, work):
        sealing.make(db.session, work.asked_by, now())
    trust.forget(db.session)
    work.progress(1, 1)
