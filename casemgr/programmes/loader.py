"""From a TOML file to a `Programme`, with every reference checked at start."""

import hashlib
import tomllib
from datetime import date
from pathlib import Path

from casemgr.programmes import model
from casemgr.programmes.checks import check, check_routes
from casemgr.programmes.model import Field, Kind, Need, Programme, Track
from casemgr.programmes.promises import read_band, read_criterion, read_selector, read_step
from casemgr.programmes.reader import ProgrammeError, Reader, Source
from casemgr.programmes.words import Code

FIELD_TYPES = {
    "text", "note", "choice", "choices", "yesno", "date", "moment", "number", "money", "year",
    "service", "need", "needs", "items",
}  # fmt: skip
CLOCK_UNITS = ("hours", "workdays", "days", "months")
# Entry kinds every ledger understands; a programme describes those it uses and adds its own.
CASE_KINDS = frozenset(
    {
        "told",
        "voided",
        "linked",
        "assigned",
        "assign_asked",
        "attached",
        "transfer_asked",
        "transferred",
        "conflicted",
        "decided",
    }
)
DETECTION_KINDS = frozenset(
    {"excluded", "detected", "told", "voided", "matched", "decided", "assigned", "taken", "duplicate"}
)


PAPERS = ("form", "minutes", "letter", "decision")


def load_folder(folder: Path) -> dict[str, Programme]:
    """The programmes in force, by code. Raises ProgrammeError."""
    return {code: found[-1] for code, found in load_versions(folder).items()}


def load_versions(folder: Path) -> dict[str, tuple[Programme, ...]]:
    """Every *.toml of the folder: the versions of each programme by code, the earliest first. Raises ProgrammeError."""
    files: dict[str, list[tuple[Programme, str]]] = {}
    for file in sorted(folder.glob("*.toml")):
        programme = load_file(file)
        files.setdefault(programme.code, []).append((programme, file.name))
    found: dict[str, tuple[Programme, ...]] = {}
    for code, own in sorted(files.items()):
        own.sort(key=lambda pair: pair[0].valid_from)
        for (earlier, _name), (later, name) in _pairs(own):
            if earlier.version == later.version:
                raise ProgrammeError(name, 1, "code", f"{code} is used by another file of the same version")
            if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                raise ProgrammeError(name, 1, "from", f"two versions of {code} hold on the same day")
        if own[-1][0].valid_to is not None:
            raise ProgrammeError(own[-1][1], 1, "to", f"no version of {code} holds after that")
        found[code] = tuple(programme for programme, _name in own)
    check_routes({code: own[-1] for code, own in found.items()})
    return found


def load_file(file: Path) -> Programme:
    """One programme. Raises ProgrammeError naming file, line and key."""
    text = file.read_text(encoding="utf-8")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        line = next((int(w.rstrip(",")) for a, w in _pairs(str(problem).split()) if a == "line"), 1)
        raise ProgrammeError(file.name, line, "", str(problem)) from None
    source = Source(file, text)
    reader = Reader(source, (), table)
    programme = _programme(reader, hashlib.sha256(text.encode()).hexdigest()[:12])
    reader.done()
    check(programme, source)
    return programme


def _pairs(words):
    return zip(words, words[1:], strict=False)


def _programme(r: Reader, digest: str) -> Programme:
    codes = r.table_of("codes", lambda s, _name: {c: _code(s, c) for c in list(s.table)})
    services = r.table_of("services", _code_table)
    needs = r.table_of("needs", lambda s, name: _need(s, name, services))
    clocks = r.table_of("clocks", _clock)
    lists = {"codes": codes, "clocks": clocks, "needs": needs}
    case = r._sub(("case",), r.take("case", dict), lambda s: _track(s, lists, CASE_KINDS))
    detection = r._sub(("detection",), r.take("detection", dict), lambda s: _track(s, lists, DETECTION_KINDS))
    steps = r.list_of("steps", lambda s: read_step(s, case, detection))
    bands = r.take("age_bands", list, [])
    if not all(isinstance(b, list) and len(b) in (1, 2) and all(isinstance(n, int) for n in b) for b in bands):
        r.fail("age_bands", "must be a list like [[0, 6], [6, 11], [11]]")
    return Programme(
        code=r.take("code", str),
        version=r.take("version", str),
        valid_from=r.day("from", date.min),
        valid_to=r.day("to", None),
        digest=digest,
        name=r.text("name"),
        short=r.text("short"),
        beneficiary=r.take("beneficiary", str, among=("person", "household")),
        readers=r.take("readers", str, among=("assigned", "commune")),
        sensitive=r.take("sensitive", bool),
        anonymous=r.take("anonymous", bool, False),
        contacts=r.list_of("contacts", lambda s: _code(s, s.take("code", str))),
        leads=r.list_of("leads", lambda s: _code(s, s.take("code", str))),
        codes=codes,
        services=services,
        needs=needs,
        clocks=clocks,
        case=case,
        detection=detection,
        detection_name=r.text("detection_name"),
        bands=r.list_of("bands", lambda s: read_band(s, case, detection)),
        steps=steps,
        population=r.take("population", str, among=("detections", "cases")),
        counts_until=r.maybe("counts_until", lambda s: read_selector(s, case.kinds)),
        counts_from=r._sub(("counts_from",), r.take("counts_from", dict), lambda s: read_selector(s, case.kinds)),
        in_population=r.condition("in_population"),
        unit_of_count=r.text("unit_of_count"),
        age_bands=tuple((b[0], b[1] if len(b) == 2 else None) for b in bands),
        exclusions={
            c: _code(Reader(r.source, ("exclusions", c), t), c) for c, t in r.take("exclusions", dict, {}).items()
        },
        stages=_stages(r, case),
    )


def _stages(r: Reader, case: Track) -> dict[str, tuple[str, ...]]:
    given = r.take("stages", dict, {})
    for stage, kinds in given.items():
        if stage not in model.STAGES or not all(kind in case.kinds for kind in kinds):
            r.fail("stages", f"{stage!r} must be one of {', '.join(model.STAGES)} and name entry kinds of a case file")
    return {stage: tuple(given.get(stage, (stage,))) for stage in model.STAGES}


def _code_table(s: Reader, name: str) -> Code:
    return _code(s, name)


def _code(s: Reader, name: str) -> Code:
    """`{vi, en, from, to}`; given as a sub-table of a list or as the list's own value."""
    if isinstance(s.table.get(name), dict) and "vi" not in s.table:
        s.taken.add(name)
        return s._sub((name,), s.table[name], lambda sub: _code(sub, name))
    vi, en = s.take("vi", str), s.take("en", str)
    return Code(name, model.Text(vi, en), s.day("from", None), s.day("to", None), s.take("own", bool, False))


def _need(s: Reader, name: str, services: dict) -> Need:
    answers = s.strings("services")
    for service in answers:
        if service not in services:
            s.fail("services", f"no service {service!r}")
    return Need(name, model.Text(s.take("vi", str), s.take("en", str)), answers, s.condition("must_answer", None))


def _clock(s: Reader, name: str) -> model.Clock:
    def version(v: Reader) -> model.ClockVersion:
        units = [unit for unit in CLOCK_UNITS if unit in v.table]
        if len(units) != 1:
            v.fail("", f"needs exactly one of {', '.join(CLOCK_UNITS)}")
        amount = v.take(units[0], int)
        return model.ClockVersion(
            v.day("from", date.min), v.day("to", None), units[0], amount, v.take("article", str), v.take("tag", str)
        )

    versions = s.list_of("versions", version)
    if not versions:
        s.fail("versions", "is missing")
    for earlier, later in _pairs(versions):
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            s.fail("versions", "the versions overlap or are not in order")
    return model.Clock(name, versions)


def _track(s: Reader, lists: dict, common: frozenset[str]) -> Track:
    kinds = s.table_of("kinds", lambda k, name: _kind(k, name, lists))
    for kind in kinds.values():
        for before in kind.after:
            if before not in kinds and before not in common:
                s.fail("kinds", f"{kind.code} comes after unknown kind {before!r}")
    known = dict.fromkeys(common) | kinds
    criteria = s.list_of("criteria", lambda c: read_criterion(c, known, lists["clocks"]))
    return Track(kinds, criteria)


def _kind(k: Reader, name: str, lists: dict) -> Kind:
    fields = k.list_of("fields", lambda f: _field(f, lists["codes"]))
    names = {f.name for f in fields}
    derived = k.list_of("derived", lambda d: _derived(d, names))
    return Kind(
        code=name,
        name=k.text("name"),
        fields=fields,
        form=k.take("form", str, ""),
        article=k.take("article", str, ""),
        by=k.take("by", str, "worker", among=("worker", "supervisor")),
        decide=k.take("decide", bool, False),
        above=k.take("above", bool, False),
        after=k.strings("after", ()),
        once=k.take("once", bool, False),
        precision=k.take("precision", str, "day", among=("minute", "day")),
        derived=derived,
        refusals=k.list_of("refuse", _refusal),
        contact=k.take("contact", bool, False),
        offer=k.take("offer", bool, True),
        paper=k.take("paper", str, "form" if "form" in k.table else "", among=("", *PAPERS)),
        symbol=k.take("symbol", str, ""),
        decision_form=k.take("decision_form", str, ""),
    )


def _field(f: Reader, codes: dict) -> Field:
    kind = f.take("type", str, among=FIELD_TYPES)
    listed = f.take("codes", str, None)
    if kind in ("choice", "choices") and listed not in codes:
        f.fail("codes", f"no code list {listed!r}")
    coded_only = ("choice", "choices", "service", "need", "needs", "items", "yesno", "number", "money", "year")
    store = f.take("store", str, "coded" if kind in coded_only else "sealed", among=("coded", "sealed"))
    if kind in ("text", "note") and store == "coded":
        f.fail("store", "free text is always sealed")
    return Field(
        name=f.take("name", str),
        type=kind,
        label=f.text("label"),
        help=f.text("help", None),
        codes=listed,
        required=f.take("required", bool, False),
        store=store,
        required_when=f.condition("required_when", None),
        minimum=f.take("minimum", int, None),
        past=f.take("past", bool, False),
        maximum=f.take("maximum", int, None),
    )


def _derived(d: Reader, names: set[str]) -> model.Derived:
    override = d.take("override", str, None)
    if override is not None and override not in names:
        d.fail("override", f"no field {override!r}")
    cases = d.list_of("cases", lambda c: (c.take("value", str), c.condition("when")))
    return model.Derived(d.take("name", str), cases, override)


def _refusal(s: Reader) -> model.Refusal:
    return model.Refusal(s.condition("when"), s.text("message"), s.take("field", str, None), s.take("route", str, None))
