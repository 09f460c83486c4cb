"""flask coverage: the figures of a plan as a table, CSV or JSON."""

from datetime import datetime, time

import click
from flask.cli import with_appcontext

from casemgr.clock import now as clock_now
from casemgr.coverage import services, show
from casemgr.coverage.asked import AS_WERE, BY, TODAY
from casemgr.coverage.versions import under_rule
from casemgr.db import db
from casemgr.ledger.settling import began
from casemgr.plans import plans
from casemgr.programmes import version
from casemgr.refused import N_, Refused
from casemgr.units.loading import load


@click.command("coverage")
@click.argument("plan")
@click.option("--indicator", help="Only this indicator, like TE-2.")
@click.option("--through", type=click.DateTime(["%Y-%m-%d"]), help="Through the end of this day.")
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), help="First day (default: the plan's).")
@click.option("--known-at", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]))
@click.option("--unit", metavar="CODE", help="Code of a unit, as it was on the last day.")
@click.option("--basis", type=click.Choice([AS_WERE, TODAY]), default=AS_WERE)
@click.option("--rule", default="", metavar="NAME", help='Under a version of the rules, like "TE v2022.1".')
@click.option("--by", default="", help="Comma separated: " + ", ".join(BY))
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table")
@click.option("--cases", is_flag=True, help="Every case behind the figures, with its criteria.")
@with_appcontext
def coverage(plan, indicator, through, start, known_at, unit, basis, rule, by, shape, cases) -> None:
    """The figures of PLAN, like KH322-2022, computed from the ledgers."""
    if plan not in plans():
        raise click.ClickException(f"no plan {plan}: there is {', '.join(plans())}")
    chosen = plans()[plan]
    if indicator and indicator not in chosen.indicators:
        raise click.ClickException(f"no indicator {indicator}: there is {', '.join(chosen.indicators)}")
    by = tuple(d for d in by.split(",") if d)
    for dimension in by:
        if dimension not in BY:
            raise click.ClickException(f"no dimension {dimension}: there is {', '.join(BY)}")
    moment, tree = clock_now(), load(db.session)
    if rule:  # the projections are judged by the rules in force; another version needs the ledgers
        known_at = known_at or moment
    if known_at:
        _check_known(known_at, through)
        through = through or datetime.combine(min(chosen.end, known_at.date()), time())
    try:
        asked = services.ask(
            chosen,
            tree,
            moment,
            through=_day(through),
            start=_day(start),
            unit=_unit(tree, unit, _day(through) or min(chosen.end, moment.date()), basis, moment),
            basis=basis,
            known_at=known_at,
        )
        if rule:
            under_rule(asked, _programme(rule, chosen.indicators.get(indicator)), rule)
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    report = services.report(db.session, asked, moment, indicators=[indicator] if indicator else None, by=by)
    listed = services.cases(db.session, asked, moment, [r.indicator for r in report.results]) if cases else None
    click.echo({"table": show.table, "csv": show.as_csv, "json": show.as_json}[shape](report, listed, tree), nl=False)


def _programme(rule: str, indicator) -> str:
    """The programme that a version is of; that of the indicator where one is named. Raises Refused."""
    found = version(rule)
    code = indicator.programme if indicator else found.code if found else None
    if code is None:
        raise Refused(N_("Không có cách tính nào tên là %(rule)s."), rule=rule)
    return code


def _check_known(known_at: datetime, through: datetime | None) -> None:
    """What was known at a time says nothing before the first entry, nor of a day after it."""
    first = began(db.session)
    if first is None or known_at < first:
        since = f"the first entry is of {first:%Y-%m-%d %H:%M}" if first else "there is no entry yet"
        raise click.ClickException(f"nothing was known at {known_at:%Y-%m-%d %H:%M}: {since}")
    if through and through.date() > known_at.date():
        raise click.ClickException(f"{through:%Y-%m-%d} is after {known_at:%Y-%m-%d}, when it was known")


def _day(value: datetime | None):
    return value.date() if value else None


def _unit(tree, code: str | None, day, basis: str, moment: datetime) -> str | None:
    if code is None:
        return None
    found = tree.find(code, tree.newest(moment.date()) if basis == TODAY else day)
    if found is None:
        raise click.ClickException(f"no unit {code} on {day:%d/%m/%Y}")
    return found
