"""From a tally and reported figures to the figure of an indicator. One function for each rule of a plan. Pure."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from casemgr.coverage import said
from casemgr.coverage.figures import IN_PERIOD, MET, MISSED, UNKNOWN, Figure, reaches
from casemgr.coverage.said import gaps as _gaps
from casemgr.coverage.scene import Scene
from casemgr.coverage.tally import Key, Mark, Tally
from casemgr.plans.model import Indicator
from casemgr.plans.notes import Note
from casemgr.programmes import spans
from casemgr.programmes.model import Programme
from casemgr.refused import N_

NOTHING = Note(N_("Chưa có trường hợp nào phải tính."))


def all_steps(indicator: Indicator, tally: Tally, scene: Scene) -> Figure:
    """TE-2: met of met + missed + unknown; pending and the like stand beside."""
    met, missed, unknown = (tally.count(v) for v in (spans.MET, spans.MISSED, spans.UNKNOWN))
    figure = _counts(tally, met, met + missed + unknown)
    figure.short = missed
    figure.beside |= {k: v for k, v in tally.distinct.items() if k in ("beneficiaries", "incidents")}
    figure.verdict = _share_verdict(figure, indicator, scene)
    return figure


def reduction(indicator: Indicator, tally: Tally, scene: Scene) -> Figure:
    """TE-1: by how much a reported number fell against the same months and source of the base year.

    The ledger's own count of incidents stands beside and is never in the verdict; where fewer detections are
    received than a year before, fewer incidents prove nothing.
    """
    figure = _counts(tally, None, None)
    figure.unknown = figure.not_due = figure.excluded = 0
    figure.beside = {"incidents": tally.distinct.get("incidents")}
    current, baseline = scene.inputs["current"], scene.inputs["baseline"]
    figure.documents = [*current.documents, *baseline.documents]
    if current.value is None or baseline.value is None:
        figure.why = current.why if current.value is None else baseline.why
        return figure
    figure.numerator, figure.denominator = current.value, baseline.value
    figure.value = None
    if baseline.value == 0:
        figure.why = Note(N_("Kỳ gốc không có vụ nào nên không tính được tỷ lệ giảm."))
        return figure
    figure.value = Fraction(baseline.value - current.value, baseline.value)
    figure.warnings += _gaps(current)
    if current.end < scene.through:
        figure.warnings.append(Note(N_("Số liệu mới có đến ngày %(day)s."), {"day": f"{current.end:%d/%m/%Y}"}))
    if not scene.over:
        figure.verdict = IN_PERIOD
    elif current.end < scene.ends:
        figure.verdict = UNKNOWN
    elif not reaches(figure.value, indicator.target, indicator.direction):
        figure.verdict, figure.short = MISSED, 0
    else:
        figure.verdict = MET
    if scene.received is not None and scene.received[1] is not None and scene.received[0] < scene.received[1]:
        now, before = scene.received
        figure.warnings.append(
            Note(
                N_("Số trường hợp tiếp nhận giảm (%(now)s, cùng kỳ năm trước %(before)s): có thể do ít báo tin."),
                {"now": now, "before": before},
            )
        )
        if figure.verdict == MET:
            figure.verdict = UNKNOWN
    return figure


def list_share(indicator: Indicator, tally: Tally, scene: Scene) -> Figure:
    """MT-1: of the list as it was sent, the detained included, how many were in treatment in the year."""
    letter = scene.letter(indicator.uses["treated"])
    figure = _counts(tally, tally.where(lambda key: letter(key) == "m"), None)
    figure.unknown = figure.not_due = 0
    listed, detained = scene.inputs["list"], scene.inputs["detained"]
    figure.beside["system"] = tally.where(_any)
    if "stayed" in tally.marked:
        figure.beside["stayed"] = tally.where(_any, "stayed")
    for name in ("delisting", "delisted"):
        if name in tally.marked:
            figure.beside[name] = tally.where(_any, name)
    for name in sorted(tally.marked):
        if name.startswith("modality:"):
            figure.beside[name] = tally.where(_any, name)
    figure.documents = [*listed.documents, *detained.documents]
    if listed.value is None:
        figure.why = listed.why
        return figure
    figure.denominator = listed.value
    figure.beside["detained"] = detained.value
    if listed.value == 0:
        figure.why = NOTHING
        return figure
    figure.value = Fraction(figure.numerator, listed.value)
    if detained.value is not None and detained.value < listed.value:
        figure.second = (figure.numerator, listed.value - detained.value)
    figure.warnings += _gaps(listed)
    figure.short = max(0, listed.value - figure.numerator)
    if figure.numerator > listed.value:
        figure.warnings.append(Note(N_("Số người điều trị nhiều hơn danh sách: cần đối chiếu lại danh sách.")))
        figure.verdict = UNKNOWN
    elif reaches(figure.value, indicator.target, indicator.direction):
        figure.verdict = MET
    else:
        figure.verdict = MISSED if scene.over else IN_PERIOD
    if figure.verdict in (MET, MISSED) and listed.missing:
        figure.verdict = UNKNOWN
    return figure


def two_readings(indicator: Indicator, tally: Tally, scene: Scene) -> Figure:
    """BD-1: supported of those with a file, or of all detected; the setting says which one is judged.

    Where every shortfall is a refusal, support being voluntary, there is not enough to judge by.
    """
    file, support = scene.letter(indicator.uses["file"]), scene.letter(indicator.uses["support"])

    def supported(key: Key) -> bool:
        return file(key) == "m" and support(key) == "m"

    def short_with_file(key: Key) -> bool:
        return file(key) == "m" and support(key) in "xu"

    def undecided(key: Key) -> bool:
        return not supported(key) and "x" not in file(key) + support(key) and "u" not in file(key) + support(key)

    met, waiting = tally.where(supported), tally.where(undecided)
    with_file = (met, met + tally.where(short_with_file))
    detected = (met, tally.where(_any) - waiting)
    by_file = indicator.setting("reading") == "file"
    (numerator, denominator), second = (with_file, detected) if by_file else (detected, with_file)
    figure = _counts(tally, numerator, denominator)
    figure.second, figure.not_due = second, waiting
    figure.unknown = tally.where(
        lambda key: not supported(key) and not undecided(key) and "x" not in file(key) + support(key)
    )
    figure.short = denominator - numerator
    refused = tally.where(
        lambda key: not supported(key) and not undecided(key) and (not by_file or file(key) == "m"), "refused"
    )
    figure.beside |= {"refused_all": refused, "detected": tally.where(_any)}
    if "beyond" in tally.marked:
        figure.beside["counselling_only"] = met - tally.where(supported, "beyond")
    if figure.value is not None and figure.short and refused >= figure.short:
        figure.warnings.append(Note(N_("Mọi trường hợp chưa đạt đều do người được hỗ trợ từ chối.")))
        figure.verdict = UNKNOWN
        return figure
    figure.verdict = _share_verdict(figure, indicator, scene)
    return figure


def reviewed_range(indicator: Indicator, tally: Tally, scene: Scene) -> Figure:
    """NCC-1: of all families on the list, from those found at the standard to those not found below it."""
    letter = scene.letter(indicator.uses["standard"])
    met, below = (tally.where(lambda key, wanted=wanted: letter(key) == wanted) for wanted in "mx")
    figure = _counts(tally, met, None)
    figure.unknown = figure.not_due = 0
    figure.short = below
    listed = scene.inputs["list"]
    figure.beside |= {"system": tally.where(_any), "below": below}
    figure.documents = list(listed.documents)
    if below:
        figure.verdict = MISSED
    elif not scene.over:
        figure.verdict = IN_PERIOD
    if listed.value is None:
        figure.why = listed.why
        return figure
    figure.denominator = listed.value
    if listed.value == 0:
        figure.why = NOTHING
        return figure
    unreviewed = max(0, listed.value - met - below)
    figure.unknown = figure.beside["unreviewed"] = unreviewed
    figure.value = Fraction(met, listed.value)
    figure.upper = Fraction(met + unreviewed, listed.value)
    figure.warnings += _gaps(listed)
    if met + below > listed.value:
        figure.warnings.append(Note(N_("Số hộ đã rà soát nhiều hơn danh sách: cần đối chiếu lại danh sách.")))
    elif not below and not unreviewed and not listed.missing:
        figure.verdict = MET
    return figure


def _any(_key: Key) -> bool:
    return True


def _counts(tally: Tally, numerator: int | None, denominator: int | None) -> Figure:
    figure = Figure(
        numerator,
        denominator,
        not_due=tally.count(spans.NOT_DUE),
        unknown=tally.count(spans.UNKNOWN),
        excluded=tally.count("excluded"),
    )
    for verdict in ("pending", "unsubstantiated"):
        if number := tally.count(verdict):
            figure.beside[verdict] = number
    for band in sorted({key.band for key in tally.cells if key.band}):
        figure.beside[f"band:{band}"] = tally.where(lambda key, band=band: key.band == band)
    if denominator == 0:
        figure.why = NOTHING
    return figure


def _share_verdict(figure: Figure, indicator: Indicator, scene: Scene) -> str:
    """A share that only what is unknown keeps from its target is not judged, nor one that can still be reached."""
    if figure.value is None:
        return UNKNOWN if scene.over else IN_PERIOD
    if reaches(figure.value, indicator.target, indicator.direction):
        return MET
    best = Fraction(figure.numerator + figure.unknown, figure.denominator)
    if reaches(best, indicator.target, indicator.direction):
        return UNKNOWN
    return MISSED if scene.over or indicator.target >= 1 else IN_PERIOD


RULES: Mapping[str, Callable[[Indicator, Tally, Scene], Figure]] = {
    "all_steps": all_steps,
    "reduction": reduction,
    "list_share": list_share,
    "two_readings": two_readings,
    "reviewed_range": reviewed_range,
    "timely": said.timely,
    "proxy": said.proxy,
    "value": said.value,
    "cut": said.cut,
    "yearly_cut": said.yearly_cut,
    "money": said.money,
    "panel": said.panel,
    "narrative": said.narrative,
    "areas": said.areas,
    "assigned": said.assigned,
}


def marks(indicator: Indicator, programme: Programme, details: bool) -> Sequence[Mark]:
    """What the rule of an indicator counts besides the verdicts; with `details` what only its own page shows."""
    uses = indicator.uses
    if indicator.rule == "timely":
        asked = {"programme": indicator.programme, "criteria": (uses["criterion"],)}
        return [Mark(f"due:{indicator.code}", **asked, due=True), Mark(f"late:{indicator.code}", **asked, late=True)]
    if indicator.rule == "proxy":
        named = {name: uses[name] for name in ("served", "lapsed") if name in uses}
        asked = {"programme": indicator.programme, "criteria": (uses["of"],), "apart": True}
        found = [Mark(f"{name}:{indicator.code}", **asked, also=criterion) for name, criterion in named.items()]
        return [Mark(f"of:{indicator.code}", **asked), *found]
    if indicator.rule == "list_share" and details:
        episode = {"programme": indicator.programme, "criteria": (uses["episode"],), "during": True}
        found = [Mark("stayed", **episode, also=uses["stayed"]), Mark("modality", **episode, by_detail=True)]
        if "delisting" in uses:  # whoever is off the list is in no figure any more, so these are counted apart
            off = {"programme": indicator.programme, "criteria": (uses["delisting"],), "apart": True}
            found += [Mark("delisting", **off), Mark("delisted", **off, also=uses["delisting"])]
        return found
    if indicator.rule == "two_readings":
        support = next(step for step in programme.steps if step.code == uses["support"])
        place = programme.steps.index(support)
        refused = Mark(
            "refused", indicator.programme, support.criteria, bands=tuple(indicator.setting("refusals")), short=place
        )
        beyond = Mark("beyond", indicator.programme, (uses["beyond"],), kept=True)
        return [refused, beyond] if details else [refused]
    return []
