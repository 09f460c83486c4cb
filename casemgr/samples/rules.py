"""How a sample is drawn, what its ledger says, and how the error rate is estimated. Pure."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import NamedTuple
from uuid import UUID

from casemgr.ledger.rules import Entry
from casemgr.reconciling.rules import Z95
from casemgr.refused import N_, Refused

DRAWN, FOUND, ANSWERED, SETTLED, CHECKED = "drawn", "found", "answered", "settled", "checked"
AGREES = "agrees"
# Where a finding stands: nothing said · agreed · waits for the unit · answered · the error stands · there was none
OPEN, FINE, WAITING, ANSWERED_STATE, UPHELD, DROPPED = "open", "fine", "waiting", "answered", "upheld", "dropped"


class Member(NamedTuple):
    """A case that can be drawn."""

    number: str
    item: int
    stratum: str  # 'district/verdict'
    unit: str
    subject: UUID
    opened: bool


class Stratum(NamedTuple):
    """A district and a verdict: how many cases it has, and how many of them are drawn."""

    name: str
    total: int
    drawn: int


def sizes(totals: Mapping[str, int], size: int, minimum: int) -> list[Stratum]:
    """In proportion to the cases, at least `minimum` of each stratum and never more than it has. Raises Refused."""
    every = sum(totals.values())
    if not every:
        raise Refused(N_("Không có trường hợp nào để chọn."))
    found = []
    for name in sorted(totals):
        share = (2 * size * totals[name] + every) // (2 * every)  # rounded half up, in whole numbers
        found.append(Stratum(name, totals[name], min(totals[name], max(minimum, share))))
    return found


def seed_of(digest: str, question: Iterable[str]) -> int:
    """A number that nobody types: from a digest that stood before the question, and from the question. Whoever has both
    works it out again: the first 12 digits of the SHA-256 of the lines, in hexadecimal."""
    return int(sha256("\n".join([digest, *question]).encode()).hexdigest()[:12], 16)


def question_of(drawn: Mapping) -> list[str]:
    """What the seed depends on beside the seal, of what is written down of a draw."""
    names = ("plan", "indicator", "unit", "start", "through", "size", "minimum", "population")
    return [str(drawn[name]) for name in names]


def draw(members: Iterable[Member], seed: int, size: int, minimum: int) -> tuple[list[Stratum], list[Member]]:
    """The strata and the cases drawn from them, by the order of their numbers: the same whoever draws."""
    by_stratum: dict[str, list[Member]] = {}
    for member in members:
        by_stratum.setdefault(member.stratum, []).append(member)
    strata = sizes({name: len(own) for name, own in by_stratum.items()}, size, minimum)
    random, chosen = Random(seed), []  # noqa: S311 - it must be repeatable; the seed is known to everybody
    for stratum in strata:
        chosen += random.sample(sorted(by_stratum[stratum.name]), stratum.drawn)
    return strata, sorted(chosen)


def digest(members: Iterable[Member]) -> str:
    """Names the list that was drawn from, so that another draw can tell whether it stands before the same one."""
    text = "\n".join(f"{m.number} {m.item} {m.stratum}" for m in sorted(members))
    return sha256(text.encode()).hexdigest()[:20]


@dataclass(slots=True)
class Drawn:
    """One case of a sample and what was said of it. `place` counts from 1 and names it in addresses."""

    place: int
    number: str
    item: int
    stratum: str
    unit: str
    subject: UUID
    opened: bool
    result: str = ""
    found: Entry | None = None
    answered: Entry | None = None
    settled: Entry | None = None

    @property
    def status(self) -> str:
        if self.found is None:
            return OPEN
        if self.result == AGREES:
            return FINE
        if self.settled is not None:
            return UPHELD if self.settled.coded["upheld"] else DROPPED
        return WAITING if self.answered is None else ANSWERED_STATE


@dataclass(slots=True)
class Sample:
    subject: UUID
    number: str
    plan: str
    indicator: str
    programme: str
    unit: str
    start: date
    through: date
    known_at: datetime
    seed: int
    size: int
    minimum: int
    population: str
    strata: list[Stratum]
    numerator: int | None
    denominator: int | None
    author: str
    seal: int = 0  # the seal whose digest the seed was worked out from; 0: there was none, the system threw a number
    digest: str = ""
    question: list[str] = field(default_factory=list)
    caveats: list[str] = field(default_factory=list)  # what stood beside the figure
    cases: list[Drawn] = field(default_factory=list)
    checks: list[Entry] = field(default_factory=list)  # each time it was drawn again

    def case(self, place: int) -> Drawn | None:
        return self.cases[place - 1] if 0 < place <= len(self.cases) else None

    def count(self, *states: str) -> int:
        return sum(case.status in states for case in self.cases)


def fold(entries: Sequence[Entry]) -> Sample:
    """From the entries of one ledger, in the order of writing: each step follows on the one before."""
    first = entries[0].coded
    sample = Sample(
        subject=entries[0].subject,
        number=first["number"],
        plan=first["plan"],
        indicator=first["indicator"],
        programme=first["programme"],
        unit=first["unit"],
        start=date.fromisoformat(first["start"]),
        through=date.fromisoformat(first["through"]),
        known_at=datetime.fromisoformat(first["known_at"]) if "known_at" in first else entries[0].recorded_at,
        seed=first["seed"],
        size=first["size"],
        minimum=first["minimum"],
        population=first["population"],
        strata=[Stratum(*each) for each in first["strata"]],
        numerator=first["numerator"],
        denominator=first["denominator"],
        author=entries[0].author,
        seal=first.get("seal", 0),
        digest=first.get("digest", ""),
        question=question_of(first),
        caveats=first.get("caveats", []),
    )
    for place, (number, item, stratum, unit, subject, opened) in enumerate(first["cases"], start=1):
        sample.cases.append(Drawn(place, number, item, stratum, unit, UUID(subject), opened))
    sample.checks = [entry for entry in entries if entry.kind == CHECKED]
    for entry in (e for e in entries[1:] if e.kind != CHECKED):
        case = sample.case(entry.coded["place"])
        if entry.kind == FOUND:
            case.found, case.result = entry, entry.coded["result"]
        elif entry.kind == ANSWERED:
            case.answered = entry
        elif entry.kind == SETTLED:
            case.settled = entry
    return sample


def check_sizes(size: int, minimum: int, limit: int) -> None:
    if not 0 < size <= limit:
        raise Refused(N_("Chọn từ 1 đến %(limit)s hồ sơ."), "size", limit=limit)
    if not 0 < minimum <= size:
        raise Refused(N_("Số ít nhất của mỗi nhóm phải từ 1 đến số hồ sơ được chọn."), "minimum")


def check_found(case: Drawn, result: str, note: str | None, author: str, results: Collection[str]) -> None:
    if result not in results:
        raise Refused(N_("Hãy chọn kết quả."), "result")
    if case.found is not None and case.found.author != author:
        raise Refused(N_("Người kiểm tra khác đã ghi kết quả cho hồ sơ này."))
    if case.answered is not None or case.settled is not None:
        raise Refused(N_("Đơn vị đã trả lời; hãy kết luận thay vì ghi lại kết quả."))
    if result != AGREES and not note:
        raise Refused(N_("Ghi rõ nội dung kiểm tra để đơn vị trả lời được."), "note")


def check_answer(case: Drawn, stance: str, note: str | None, author: str) -> None:
    if case.status != WAITING:
        raise Refused(N_("Hồ sơ này không chờ trả lời."))
    if case.found.author == author:
        raise Refused(N_("Người kiểm tra không tự trả lời thay đơn vị."))
    if stance not in ("accepts", "contests"):
        raise Refused(N_("Hãy chọn ý kiến của đơn vị."), "stance")
    if not note:
        raise Refused(N_("Ghi rõ giải trình của đơn vị."), "note")


def answer_until(case: Drawn, days: int) -> date | None:
    """The last day on which the unit may still answer, while it has not."""
    return case.found.recorded_at.date() + timedelta(days=days) if case.status == WAITING else None


def check_settle(case: Drawn, note: str | None, author: str, today: date, days: int) -> None:
    if case.status not in (WAITING, ANSWERED_STATE):
        raise Refused(N_("Hồ sơ này không có gì để kết luận."))
    if case.found.author != author:
        raise Refused(N_("Chỉ người đã ghi nội dung kiểm tra được kết luận."))
    last = answer_until(case, days)
    if last is not None and today <= last:
        raise Refused(N_("Đơn vị còn thời gian trả lời đến hết ngày %(day)s."), day=f"{last:%d/%m/%Y}")
    if not note:
        raise Refused(N_("Ghi rõ căn cứ kết luận."), "note")


class Rate(NamedTuple):
    """The error rate with its 95% interval; `missing`: strata in which no case was looked at yet, then no number."""

    value: float | None
    low: float | None
    high: float | None
    reviewed: int
    errors: int
    missing: int
    effective: float


def error_rate(sample: Sample, errors: Collection[str]) -> Rate:
    """Each stratum's own rate, weighted by how many cases it stands for in the figure.

    The interval is Wilson's for that rate and the effective size 1 / Σ(share² / looked at): the size at which a simple
    sample would say as much. An error that was dropped after the answer counts as none.
    """
    looked = {s.name: [0, 0] for s in sample.strata}
    for case in sample.cases:
        if case.found is not None:
            looked[case.stratum][0] += 1
            looked[case.stratum][1] += case.result in errors and case.status != DROPPED
    reviewed, wrong = (sum(each[k] for each in looked.values()) for k in (0, 1))
    missing = sum(not n for n, _w in looked.values())
    if missing or not looked:
        return Rate(None, None, None, reviewed, wrong, missing, 0)
    every = sum(s.total for s in sample.strata)
    shares = {s.name: s.total / every for s in sample.strata}
    value = sum(shares[name] * w / n for name, (n, w) in looked.items())
    effective = 1 / sum(shares[name] ** 2 / n for name, (n, _w) in looked.items())
    return Rate(value, *wilson(value, effective), reviewed, wrong, 0, effective)


def wilson(p: float, n: float) -> tuple[float, float]:
    """The 95% interval of Wilson (1927) for a share p seen in n."""
    middle, spread = p + Z95 * Z95 / (2 * n), Z95 * math.sqrt(p * (1 - p) / n + Z95 * Z95 / (4 * n * n))
    whole = 1 + Z95 * Z95 / n
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)
