"""Figures of a plan: for a unit, through a day, as everything is known now or was known at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from casemgr.coverage import by_unit, live, replay, silence
from casemgr.coverage.asked import AS_WERE, TODAY, Asked
from casemgr.coverage.cases import COUNTS_CASES, Case
from casemgr.coverage.figures import Figure
from casemgr.coverage.ground import Ground
from casemgr.coverage.money import money_of
from casemgr.coverage.residents import KNOWS_HAMLETS
from casemgr.coverage.results import Result, dims_of, groups_of, result_of, scene_of
from casemgr.coverage.rules import marks
from casemgr.coverage.tally import FOCUS, HAMLET, REST, Question, Tally
from casemgr.ledger.kept import kept
from casemgr.ledger.services import Position, position, settle
from casemgr.plans import services as reported
from casemgr.plans.model import Indicator, Plan
from casemgr.programmes import programmes, under
from casemgr.programmes.deadlines import DAY_END
from casemgr.refused import N_, Refused
from casemgr.units.loading import load
from casemgr.units.rules import UnitTree
from casemgr.units.web import current_tree

NO_FILES = Tally()  # of an indicator whose figure comes from outside alone


@dataclass(slots=True)
class Report:
    asked: Asked
    results: list[Result]


def ask(
    plan: Plan,
    tree: UnitTree,
    now: datetime,
    *,
    through: date | None = None,
    start: date | None = None,
    unit: str | None = None,
    basis: str = AS_WERE,
    known_at: datetime | None = None,
) -> Asked:
    """A question with its defaults: the whole plan so far, the province of that time. Raises Refused."""
    through = min(through or plan.end, plan.end, now.date())
    start = start or plan.start
    if through < start:
        raise Refused(N_("Ngày %(day)s sớm hơn ngày đầu của kỳ."), "through", day=f"{through:%d/%m/%Y}")
    if known_at is not None and known_at > now:
        raise Refused(N_("Thời điểm này chưa đến."), "known_at")
    if unit is None:
        day = tree.newest(now.date()) if basis == TODAY else through
        roots = tree.children(None, day)
        if not roots:
            raise Refused(N_("Chưa có đơn vị hành chính nào."), "unit")
        unit = roots[0]
    # A clock that is still running has not been missed.
    t = min(datetime.combine(through, DAY_END), now)
    return Asked(plan, start, through, t, unit, basis, known_at)


def report(
    session,
    asked: Asked,
    now: datetime,
    *,
    indicators: Sequence[str] | None = None,
    by: Sequence[str] = (),
    details: bool = True,
) -> Report:
    """The figures of these indicators (all when None), with one group for each combination of `by`.

    `details`: also the numbers beside that only an indicator's own page shows.

    Every number is computed over all cases of the units, whoever asks.
    """
    with under(asked.rule):
        return _report(session, asked, now, indicators, by, details)


def _report(session, asked: Asked, now: datetime, indicators, by: Sequence[str], details: bool) -> Report:
    tree = current_tree()
    wanted = [i for i in asked.plan.indicators.values() if indicators is None or i.code in indicators]
    result, ground = Report(asked, []), Ground.of(session, asked, wanted, by)
    tallies, received = _counted(session, asked, wanted, tree, now, by, details, ground)
    said = reported.figures_for(session, asked.plan, asked.known_at)
    money = money_of(session, wanted, asked, tree)
    for indicator in wanted:
        tally = tallies.get(indicator.code, NO_FILES)
        scene = scene_of(asked, indicator, tree, received, ground, money)
        one = result_of(asked, indicator, tally, said, scene, tree)
        _beside_register(session, asked, one, asked.units(tree))
        one.groups = groups_of(asked, indicator, tally, said, scene, by, tree, now, ground) if by else []
        result.results.append(one)
    return result


def _beside_register(session, asked: Asked, result: Result, units: frozenset[str] | None) -> None:
    """Puts what the register with names says beside a figure whose denominator is the number that was sent."""
    if result.indicator.rule == "list_share" and asked.within is None:
        result.figure.beside |= silence.named_register(session, asked, result.indicator.programme, units)


def keep_to(session, asked: Asked, area: str) -> None:
    """Keeps a question to the focus areas, to the rest, or to the hamlets among the focus areas."""
    ground = Ground.on(session, asked.through, asked.known_at)
    tree = current_tree()
    held = tree.with_predecessors(asked.unit) if asked.basis == TODAY else tree.below(asked.unit)
    communes = frozenset(u for u in held if tree.level(u) == "commune")
    living = communes if ground.hamlets else frozenset()
    asked.within = {FOCUS: communes & ground.focus, REST: communes - ground.focus, HAMLET: living}[area]
    asked.area, asked.hamlets = area, ground.hamlets


def _counted(
    session, asked: Asked, wanted: Sequence[Indicator], tree: UnitTree, now: datetime, by, details: bool, ground: Ground
) -> tuple[dict[str, Tally], tuple]:
    """({indicator: Tally}, how many detections came up). Where hamlets matter, what can be told by hamlet is counted
    apart from what cannot."""
    dims, hamlets = dims_of(by), asked.hamlets or (ground.hamlets if {"focus", "hamlet"} & set(by) else frozenset())
    told = [i for i in wanted if hamlets and i.rule in KNOWS_HAMLETS]
    rest = [i for i in wanted if i not in told]
    found: dict[str, Tally] = {}
    received = (0, None)
    for some, mine, more in (
        (rest, frozenset(), dims),
        (told, hamlets, dims | {"resident"} if "unit" in dims else dims),
    ):
        if not some:
            continue
        each = replace(asked, hamlets=mine)
        question = question_of(each, some, tree, now, more, details)
        tallies, came = _tallies(session, each, question, some)
        found |= {i.code: tallies[i.programme] for i in some if i.programme in tallies}
        received = came if any(i.rule == "reduction" for i in some) else received
    return found, received


def breakdown(
    session, asked: Asked, now: datetime, indicator: Indicator, dimensions: Sequence[str]
) -> tuple[Result, dict[str, list[tuple[str, Figure]]]]:
    """One indicator, and its figures by each of these dimensions alone: {dimension: [(code, figure)]}."""
    tree = current_tree()
    ground = Ground.of(session, asked, [indicator], dimensions)
    tallies, received = _counted(session, asked, [indicator], tree, now, dimensions, True, ground)
    said = reported.figures_for(session, asked.plan, asked.known_at)
    tally = tallies.get(indicator.code, NO_FILES)
    scene = scene_of(asked, indicator, tree, received, ground, money_of(session, [indicator], asked, tree))
    result = result_of(asked, indicator, tally, said, scene, tree)
    _beside_register(session, asked, result, asked.units(tree))
    found: dict[str, list[tuple[str, Figure]]] = {}
    for dimension in dimensions:
        parts = groups_of(asked, indicator, tally, said, scene, (dimension,), tree, now, ground)
        found[dimension] = [(named[dimension], figure) for named, figure in parts]
    return result, found


def through_days(
    session, asked: Asked, now: datetime, indicators: Sequence[Indicator], days: Sequence[date]
) -> dict[str, list[Figure]]:
    """{indicator: its figure through each of these days} since the plan began, as everything is known now; whatever the
    number of days and indicators, what is reported is read once and case files are counted once. Days that are over
    are counted again only when something was appended."""
    if not days or not indicators:
        return {}
    then = [
        replace(asked, start=asked.plan.start, through=day, t=min(datetime.combine(day, DAY_END), now)) for day in days
    ]
    tree = current_tree()
    questions = [question_of(each, indicators, tree, now) for each in then]
    stand, key = position(session), (asked.plan.definition, asked.unit, asked.basis, *(i.code for i in indicators))
    return kept(
        session,
        (*key, *days, *(each.key for each in questions)),
        lambda: _through(session, then, questions, indicators, stand),
        sum(stand.values()),
        next((each.moment for each in questions if not each.over), None),
    )


def _through(
    session, then: Sequence[Asked], questions: Sequence[Question], indicators: Sequence[Indicator], stand: Position
) -> dict:
    tree, said = current_tree(), reported.figures_for(session, then[0].plan)
    counts = any(i.programme for i in indicators)
    tallies = by_unit.tallies(session, questions, stand) if counts else [{} for _each in then]
    found: dict[str, list[Figure]] = {i.code: [] for i in indicators}
    for each, counted in zip(then, tallies, strict=True):
        money = money_of(session, indicators, each, tree)
        for indicator in indicators:
            scene = scene_of(each, indicator, tree, None, Ground(), money)
            tally = counted.get(indicator.programme, NO_FILES)
            found[indicator.code].append(result_of(each, indicator, tally, said, scene, tree).figure)
    return found


def question_of(
    asked: Asked, wanted, tree: UnitTree, now: datetime, dims: frozenset = frozenset(), details: bool = False
) -> Question:
    """What the tallies of these indicators are asked for."""
    found = []
    wanted = [i for i in wanted if i.programme]
    for indicator in wanted:
        found += marks(indicator, programmes()[indicator.programme], details)
    return Question(
        counting={i.programme: asked.plan.counting[i.programme] for i in wanted},
        start=datetime.combine(asked.start, time()),
        t=asked.t,
        since=datetime.combine(asked.plan.start, time()),
        units=asked.units(tree),
        dims=dims,
        marks=tuple(found),
        rule=asked.rule,
        hamlets=asked.hamlets,
        area=asked.area,
        around=asked.around(tree) if asked.area else None,
    )


def _tallies(session, asked: Asked, question: Question, wanted: Sequence[Indicator]):
    """({programme: Tally}, how many detections came up in the period and a year before)."""
    if not question.counting:
        return {}, (0, None)
    codes = {i.programme for i in wanted if i.rule == "reduction"}
    windows = ((question.start, question.t), (_year_before(question.start), _year_before(question.t)))
    if asked.known_at is not None:
        settle(session, asked.known_at)
        found = replay.tallies(session, question, asked.known_at, windows)
        numbers = [sum(found[c].distinct.get(f"received:{n}", 0) for c in codes) for n in range(2)]
    else:
        once = tuple(dict.fromkeys(i.programme for i in wanted if i.rule in ("all_steps", "reduction")))
        stand = position(session)

        def count():
            (found,) = by_unit.tallies(session, [question], stand)
            live.add_distinct(session, question, found, once)
            return found, live.received(session, question, codes, windows) if codes else [0, 0]

        key = (*question.key, once, tuple(sorted(codes)))
        found, numbers = kept(session, key, count, sum(stand.values()), question.moment)
    return found, (numbers[0], numbers[1] or None)


def _year_before(moment: datetime) -> datetime:
    day = 28 if (moment.month, moment.day) == (2, 29) else moment.day
    return moment.replace(year=moment.year - 1, day=day)


def cases(session, asked: Asked, now: datetime, indicators: Sequence[Indicator]) -> dict[str, list[Case]]:
    """{indicator: every case behind its figure}; none where a figure counts no cases."""
    indicators = [i for i in indicators if i.rule in COUNTS_CASES]
    question = question_of(asked, indicators, load(session), now)
    if asked.known_at is not None:
        settle(session, asked.known_at)
        with under(asked.rule):
            return replay.cases(session, question, indicators, asked.known_at)
    return {i.code: list(live.find_cases(session, question, i)) for i in indicators}
