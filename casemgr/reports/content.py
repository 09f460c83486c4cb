"""What a report says, before it is drawn: plain data, so that it can be shown, printed, compared, kept and sealed."""

from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of the table. Texts as officials read them; `number` is the value itself, None where it is hidden
    or cannot be computed; `hidden`: it is a small number."""

    order: int
    code: str
    name: str
    unit_of_count: str
    target: str
    value: str
    parts: str
    of_target: str
    change: str
    verdict: str
    note: str
    number: float | None = None
    measure: str = ""
    hidden: bool = False
    notes: tuple[int, ...] = ()  # the caveats that must be read with it
    counts: tuple[int | None, int | None] = (None, None)  # numerator and denominator, where they may be said


@dataclass(frozen=True, slots=True)
class Part:
    """A line of an appendix: a unit, its counts and its rate, or that they are hidden."""

    unit: str  # the code of the unit
    name: str
    level: int
    counts: tuple[str, ...]
    value: str
    hidden: bool
    numbers: tuple[int | None, ...] = ()
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Appendix:
    code: str
    title: str
    heads: tuple[str, ...]
    parts: tuple[Part, ...]
    hidden: int  # how many of them are hidden


@dataclass(frozen=True, slots=True)
class Content:
    """A whole report: for which plan, unit and period, as known when, by which rules."""

    plan: str
    definition: str
    document: str
    title: str
    unit: str
    unit_id: str
    unit_code: str
    start: str
    through: str
    known_at: str
    basis: str
    calendar: str
    situation: tuple[str, ...]
    sections: tuple[tuple[str, tuple[Line, ...]], ...]
    shortfalls: tuple[str, ...]
    caveats: tuple[str, ...]
    appendices: tuple[Appendix, ...] = field(default=())
    stands: str = ""  # on which basis of units, in words, where there are two

    @property
    def lines(self) -> list[Line]:
        return [line for _heading, lines in self.sections for line in lines]

    def as_data(self) -> dict:
        """Everything as JSON knows it: what a sealed report keeps."""
        return asdict(self)
