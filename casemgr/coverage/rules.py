"""From a tally and reported figures to the figure of an indicator. One function for each rule of a plan. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from casemgr.coverage.figures import IN_PERIOD, MET, MISSED, UNKNOWN, Figure, Note, reaches
from casemgr.coverage.tally import COUNTED, Tally
from casemgr.plans.model import Indicator
from casemgr.programmes import spans
from casemgr.refused import N_

NOTHING = Note(N_("Chưa có trường hợp nào phải tính."))


@dataclass(frozen=True, slots=True)
class Scene:
    """What a rule may look at besides the tally."""

    steps: Sequence[str]  # codes of the programme's steps, in order
    through: date
    ends: date  # the last day of the plan
    inputs: Mapping[str, object] = field(default_factory=dict)  # what each input says here, see plans.figures.Found

    @property
    def over(self) -> bool:
        """Whether the plan's time is up, so that a shortfall is final."""
        return self.through >= self.ends


def all_steps(indicator: Indicator, tally: Tally, scene: Scene) -> Figure:
    """TE-2: met of met + missed + unknown; pending and the like stand beside."""
    met, missed = tally.count(spans.MET), tally.count(spans.MISSED)
    figure = _counts(tally, met, met + missed + tally.count(spans.UNKNOWN))
    figure.short = missed
    if figure.value is None:
        figure.why = NOTHING
    figure.verdict = _share_verdict(figure, indicator, scene)
    return figure


def _counts(tally: Tally, numerator: int, denominator: int) -> Figure:
    figure = Figure(
        numerator,
        denominator,
        not_due=tally.count(spans.NOT_DUE),
        unknown=tally.count(spans.UNKNOWN),
        excluded=tally.count("excluded"),
    )
    for verdict in ("pending", "unsubstantiated"):
        figure.beside[verdict] = tally.count(verdict)
    for band in sorted({key.band for key in tally.cells if key.band}):
        figure.beside[band] = sum(n for key, n in tally.cells.items() if key.band == band and key.verdict in COUNTED)
    return figure


def _share_verdict(figure: Figure, indicator: Indicator, scene: Scene) -> str:
    """A share that only what is unknown keeps from its target is not judged; one that can still be reached either."""
    if figure.value is None:
        return UNKNOWN if scene.over else IN_PERIOD
    if reaches(figure.value, indicator.target, indicator.direction):
        return MET
    if not figure.short:
        return UNKNOWN
    return MISSED if scene.over or indicator.target >= 1 else IN_PERIOD


RULES: Mapping[str, Callable[[Indicator, Tally, Scene], Figure]] = {"all_steps": all_steps}
