"""Reading the promises of a programme file: selectors, due dates, criteria, bands, steps."""

from casemgr.programmes import model
from casemgr.programmes.model import Criterion, Due, Met, Selector, Step, Track
from casemgr.programmes.reader import Reader


def read_selector(s: Reader, kinds: dict) -> Selector:
    named = s.strings("kind", ())
    for kind in named:
        if kind not in kinds:
            s.fail("kind", f"no entry kind {kind!r}")
    return Selector(
        kinds=named,
        where=s.condition("where"),
        approved=s.take("approved", bool, False),
        decision=s.take("decision", bool, False),
        anchor=s.take("anchor", bool, False),
        field=s.take("field", str, None),
        pick=s.take("pick", str, "first", among=("first", "last")),
        this_year=s.take("this_year", str, None),
        same=s.take("same", str, None),
        until=s.maybe("until", lambda part: read_selector(part, kinds)),
        key=repr(s.table),
    )


def read_met(s: Reader, kinds: dict, clocks: dict) -> Met:
    for key in ("all", "any"):
        if key in s.table:
            return Met(**{key: s.list_of(key, lambda part: read_met(part, kinds, clocks))})
    if s.take("served", bool, False):
        return Met(served=True)
    lasted = _clock_name(s, "lasted", clocks)
    return Met(lasted=lasted) if lasted else Met(selector=read_selector(s, kinds))


def _clock_name(s: Reader, key: str, clocks: dict) -> str | None:
    clock = s.take(key, str, None)
    if clock is not None and clock not in clocks:
        s.fail(key, f"no clock {clock!r}")
    return clock


def read_due(s: Reader, kinds: dict, clocks: dict) -> Due:
    for key in ("earliest", "latest"):
        if key in s.table:
            return Due(**{key: s.list_of(key, lambda part: read_due(part, kinds, clocks))})
    clock = _clock_name(s, "clock", clocks)
    start = s.list_of("from", lambda part: read_selector(part, kinds))
    return Due(
        start=start or (Selector(anchor=True),),
        clock=clock,
        planned=s.take("planned", bool, False),
        fallback=s.maybe("fallback", lambda part: read_due(part, kinds, clocks)),
        year_end=s.take("year_end", bool, False),
    )


def read_criterion(c: Reader, kinds: dict, clocks: dict) -> Criterion:
    needs, yearly = c.take("needs", bool, False), c.take("yearly", bool, False)
    each = c.list_of("each", lambda part: read_selector(part, kinds))
    if not each and not needs and not yearly:
        c.fail("each", "is missing (or needs = true, or yearly = true)")
    task = c.take("task", str, None)
    if task is not None and task not in kinds:
        c.fail("task", f"no entry kind {task!r}")
    met = c.maybe("met", lambda part: read_met(part, kinds, clocks))
    if met is None:
        c.fail("met", "is missing")
    return Criterion(
        code=c.take("code", str),
        name=c.text("name"),
        each=each,
        met=met,
        due=c.maybe("due", lambda part: read_due(part, kinds, clocks)),
        ends=c.maybe("ends", lambda part: read_met(part, kinds, clocks)),
        fails=c.maybe("fails", lambda part: read_met(part, kinds, clocks)),
        article=c.take("article", str, ""),
        tag=c.take("tag", str, ""),
        once=c.take("once", bool, False),
        needs=needs,
        yearly=yearly,
        supersede=c.take("supersede", bool, False),
        late=c.take("late", str, "missed", among=("missed", "met")),
        role=c.take("role", str, "worker", among=("worker", "supervisor", "above")),
        task=task,
        task_name=c.text("task_name", None),
        keep=c.take("keep", str, None),
        urgent=c.take("urgent", bool, False),
        only_when_due=c.take("only_when_due", bool, False),
    )


def read_band(s: Reader, case: Track, detection: Track) -> model.Band:
    criteria = _criteria(s, case, detection, ())
    kinds = {**case.kinds, **detection.kinds} if criteria else case.kinds
    selector = s._sub(("entry",), s.take("entry", dict), lambda part: read_selector(part, kinds))
    return model.Band(s.take("code", str), s.text("name"), selector, criteria)


def read_step(s: Reader, case: Track, detection: Track) -> Step:
    criteria, timely = _criteria(s, case, detection), s.take("timely", bool, False)
    clocked = {c.code for c in (*case.criteria, *detection.criteria) if c.due}
    if timely and not clocked & set(criteria):
        s.fail("timely", "none of its criteria has a clock")
    return Step(s.take("code", str), s.text("name"), criteria, timely)


def _criteria(s: Reader, case: Track, detection: Track, default=...) -> tuple[str, ...]:
    criteria = s.strings("criteria", default)
    known = {c.code for c in (*case.criteria, *detection.criteria)}
    for code in criteria:
        if code not in known:
            s.fail("criteria", f"no criterion {code!r}")
    return criteria
