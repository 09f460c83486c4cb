"""The figures of indicators whose numbers come from outside: reported values, cuts of a rate, money, reports, areas.

A value without its baseline, of another standard, or of units that have not all reported is not judged, and says why.
Percentage points are a difference of two rates and are never written as a share. Pure.
"""

from fractions import Fraction

from casemgr.coverage.figures import IN_PERIOD, MET, MISSED, TOLD, UNKNOWN, Figure, reaches
from casemgr.coverage.scene import Scene
from casemgr.coverage.tally import Tally
from casemgr.plans.choice import Found
from casemgr.plans.model import ABOUT, COUNT, MONEY, SHARE, TOWARDS, Indicator
from casemgr.plans.notes import Note
from casemgr.refused import N_

FOR_THE_WHOLE = N_("Mức này giao cho toàn tỉnh nên đơn vị bên dưới chỉ có số thực hiện.")


def gaps(found: Found) -> list[Note]:
    if not found.missing:
        return []
    return [Note(N_("%(n)s đơn vị chưa có số liệu."), {"n": found.missing})]


def stale(found: Found, scene: Scene) -> list[Note]:
    if found.end is None or found.end >= scene.through:
        return []
    return [Note(N_("Số liệu mới có đến ngày %(day)s."), {"day": f"{found.end:%d/%m/%Y}"})]


def timely(indicator: Indicator, tally: Tally, _scene: Scene) -> Figure:
    """Q1-01: of the files in which something fell due, those in which all of it was done on time."""
    due, late = (tally.where(lambda _key: True, mark) for mark in (f"due:{indicator.code}", f"late:{indicator.code}"))
    figure = Figure(due - late, due, short=late)
    if due:
        figure.verdict = TOLD
    else:
        figure.why = Note(N_("Chưa có việc nào đến hạn."))
    return figure


def proxy(indicator: Indicator, tally: Tally, scene: Scene) -> Figure:
    """Q1-05, Q1-07: a number from case files that stands for a task no number says; the task itself is told in words."""
    whole, served, lapsed = (tally.where(_any, f"{name}:{indicator.code}") for name in ("of", "served", "lapsed"))
    report = scene.inputs["report"]
    figure = Figure(served, whole, told=report.told, documents=list(report.documents))
    if "lapsed" in indicator.uses:
        figure.beside["lapsed"] = lapsed
    if report.told is None:
        figure.warnings.append(report.why or Note(N_("Chưa có báo cáo.")))
    if whole:
        figure.verdict = TOLD
    else:
        figure.why = Note(N_("Chưa có hồ sơ nào thuộc diện này trong kỳ."))
        figure.verdict = TOLD if report.told is not None else UNKNOWN
    return figure


def _any(_key) -> bool:
    return True


def value(indicator: Indicator, _tally: Tally, scene: Scene) -> Figure:
    """A reported number or share against its target."""
    found = scene.inputs["value"]
    figure = _from(found)
    if found.value is None:
        return figure
    figure.value = Fraction(found.value) / (100 if indicator.measure == SHARE else 1)
    if found.parts:
        figure.numerator, figure.denominator = found.parts
    elif indicator.measure == COUNT:
        figure.numerator = found.value
    judge(indicator, figure, found, scene)
    return figure


def money(indicator: Indicator, _tally: Tally, scene: Scene) -> Figure:
    """NCC-2, TE-3: what a fund has received in the period; what was pledged is in no figure."""
    if scene.money is not None:
        said = scene.money
        found = Found(said.received, end=said.end or scene.through, documents=list(said.documents), flow=True)
    else:
        found = scene.inputs["received"]
    figure = _from(found)
    if scene.money is not None and scene.money.paid is not None:
        figure.beside["paid"] = scene.money.paid
    if found.value is None:
        return figure
    figure.value, figure.numerator = Fraction(found.value), int(found.value)
    judge(indicator, figure, found, scene)
    return figure


def cut(indicator: Indicator, _tally: Tally, scene: Scene) -> Figure:
    """GN-1: by how many percentage points a rate fell since the baseline."""
    return _cut(indicator, scene, yearly=False)


def yearly_cut(indicator: Indicator, _tally: Tally, scene: Scene) -> Figure:
    """GN-2, CT-1: the same, divided by the years since the baseline."""
    return _cut(indicator, scene, yearly=True)


def _cut(indicator: Indicator, scene: Scene, yearly: bool) -> Figure:
    current, baseline = scene.inputs["current"], scene.inputs["baseline"]
    figure = _from(current)
    figure.documents = [*current.documents, *baseline.documents]
    figure.baseline = None if baseline.value is None else Fraction(baseline.value) / 100
    figure.current = None if current.value is None else Fraction(current.value) / 100
    if current.value is None or baseline.value is None:
        figure.why = current.why if current.value is None else baseline.why
        return figure
    if current.standard != baseline.standard or current.standard == "?":
        figure.why = Note(N_("Số liệu và kỳ gốc theo hai chuẩn nghèo khác nhau nên không so sánh được."))
        return figure
    years = current.end.year - baseline.end.year
    if current.end <= baseline.end or (yearly and years < 1):
        figure.why = Note(N_("Chưa có số liệu sau kỳ gốc (%(day)s)."), {"day": f"{baseline.end:%d/%m/%Y}"})
        return figure
    figure.value = Fraction(baseline.value) - Fraction(current.value)
    if yearly:
        figure.value /= years
        figure.beside["years"] = years
    if baseline.missing:
        figure.warnings.append(Note(N_("Kỳ gốc: %(n)s đơn vị chưa có số liệu."), {"n": baseline.missing}))
    judge(indicator, figure, current, scene, missing=current.missing + baseline.missing)
    return figure


def panel(indicator: Indicator, _tally: Tally, scene: Scene) -> Figure:
    """Several numbers side by side; nothing to reach."""
    figure = Figure()
    for name, found in scene.inputs.items():
        code = indicator.uses[name]
        figure.documents += found.documents
        figure.warnings += gaps(found)
        figure.panel[code] = found.why if found.value is None else Fraction(found.value)
        figure.end = max(filter(None, (figure.end, found.end)), default=None)
    missing = [why for why in figure.panel.values() if isinstance(why, Note)]
    if len(missing) == len(figure.panel):
        figure.why = missing[0] if len(missing) == 1 else Note(N_("Chưa có số liệu nào được báo cáo và xác nhận."))
    else:
        figure.verdict = TOLD
        if missing:
            figure.warnings.append(Note(N_("%(n)s số liệu chưa có hoặc chưa được xác nhận."), {"n": len(missing)}))
    return figure


def narrative(_indicator: Indicator, _tally: Tally, scene: Scene) -> Figure:
    """A task that is told in words, with its document."""
    found = scene.inputs["report"]
    figure = _from(found)
    figure.told = found.told
    if found.told is not None:
        figure.verdict = TOLD
    return figure


def areas(indicator: Indicator, _tally: Tally, scene: Scene) -> Figure:
    """CT-8: how many of the named areas are on the list that was loaded."""
    return _areas(indicator, scene, scene.areas.listed if scene.areas else {})


def assigned(indicator: Indicator, _tally: Tally, scene: Scene) -> Figure:
    """CT-10: how many of the named areas have a member of the committee in charge on that day."""
    return _areas(indicator, scene, scene.areas.assigned if scene.areas else {})


def _areas(indicator: Indicator, scene: Scene, found) -> Figure:
    expected = indicator.setting("expected")
    figure = Figure(sum(found.get(zone, 0) for zone in expected), sum(expected.values()))
    figure.beside = {f"zone:{zone}": found.get(zone, 0) for zone in expected}
    figure.value, figure.end = Fraction(figure.numerator), scene.through
    figure.short = max(0, figure.denominator - figure.numerator)
    listed = scene.areas.listed if scene.areas else {}
    if not scene.whole:
        figure.verdict = TOLD
        return figure
    if not any(listed.get(zone) for zone in expected):
        figure.value, figure.why = None, Note(N_("Danh sách địa bàn chưa được nạp."))
    elif any(listed.get(zone, 0) != number for zone, number in expected.items()):
        figure.warnings.append(
            Note(
                N_("Danh sách đã nạp có %(n)s địa bàn, văn bản nêu %(all)s: cần kiểm tra danh sách."),
                {"n": sum(listed.get(zone, 0) for zone in expected), "all": figure.denominator},
            )
        )
    else:
        figure.verdict = TOLD
    return figure


def _from(found: Found) -> Figure:
    return Figure(why=found.why, documents=list(found.documents), end=found.end)


def judge(indicator: Indicator, figure: Figure, found: Found, scene: Scene, missing: int | None = None) -> None:
    """The verdict on a value: what may still change is not final, what is missing is not judged."""
    missing = found.missing if missing is None else missing
    figure.warnings += gaps(found)
    if scene.over:
        figure.warnings += stale(found, scene)
    if indicator.direction not in TOWARDS:
        figure.verdict = TOLD
        return
    if indicator.measure in (COUNT, MONEY) and not scene.whole:
        figure.verdict = TOLD
        figure.warnings.append(Note(FOR_THE_WHOLE))
        return
    about = indicator.setting(ABOUT) if ABOUT in indicator.settings else 0
    reached = reaches(figure.value, indicator.target, indicator.direction, about)
    if indicator.range is not None:
        figure.bounds = [(Fraction(end), reaches(figure.value, end, indicator.direction)) for end in indicator.range]
    rising = indicator.direction in (">=", "~>=")
    final = scene.over and found.end >= scene.ends
    if found.flow and indicator.measure in (COUNT, MONEY) and reached == rising:
        # What only grows stays above what it has passed, whoever has not reported yet.
        figure.verdict = MET if rising else MISSED
        return
    if not scene.over:
        figure.verdict = MET if reached and not (found.flow and not rising) else IN_PERIOD
    else:
        figure.verdict = UNKNOWN if not final else MET if reached else MISSED
    if missing and figure.verdict in (MET, MISSED):
        figure.verdict = UNKNOWN
