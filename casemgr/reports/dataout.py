"""Figures for other systems: CSV, and the `dataValueSets` of DHIS2 by a mapping file. Both are checked before they leave;
what a report hides is not in them either. Pure."""

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from casemgr.programmes.reader import Reader, Source
from casemgr.refused import N_, Refused
from casemgr.reports.content import Content

FILE = Path(__file__).with_name("dhis2.toml")
HEADS = (
    "plan", "from", "through", "unit_code", "unit", "indicator", "measure", "numerator", "denominator", "value",
    "verdict", "hidden", "caveats", "basis",
)  # fmt: skip
PARTS = ("numerator", "denominator", "value")
UID = r"[A-Za-z][A-Za-z0-9]{10}"
PERIOD = r"\d{4}(Q[1-4]|S[12])?"
# The shape of a DHIS2 `dataValueSets` document, in the words of JSON schema that `problems` knows.
SCHEMA = {
    "type": "object",
    "required": ["dataSet", "period", "orgUnit", "dataValues"],
    "properties": {
        "dataSet": {"type": "string", "pattern": UID},
        "completeDate": {"type": "string", "pattern": r"\d{4}-\d{2}-\d{2}"},
        "period": {"type": "string", "pattern": PERIOD},
        "orgUnit": {"type": "string", "pattern": UID},
        "attributeOptionCombo": {"type": "string", "pattern": UID},
        "dataValues": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["dataElement", "categoryOptionCombo", "period", "orgUnit", "value"],
                "properties": {
                    "dataElement": {"type": "string", "pattern": UID},
                    "categoryOptionCombo": {"type": "string", "pattern": UID},
                    "period": {"type": "string", "pattern": PERIOD},
                    "orgUnit": {"type": "string", "pattern": UID},
                    "value": {"type": "string", "pattern": r"-?\d+(\.\d+)?"},
                    "comment": {"type": "string"},
                },
            },
        },
    },
}
PLACEHOLDER = "ma anh xa chua xac nhan / mapping not confirmed"
TYPES = {"object": dict, "array": list, "string": str}


@dataclass(frozen=True, slots=True)
class Mapped:
    """The mapping file: which number of which indicator is which data element, and which unit is which orgUnit."""

    data_set: str
    attribute: str
    category: str
    units: Mapping[str, str]
    elements: tuple[tuple[str, str, str], ...]  # (indicator, part, dataElement)
    confirmed: bool  # somebody has compared the codes with DHIS2


def load(file: Path = FILE) -> Mapped:
    """Raises ProgrammeError naming file, line and key."""
    text = file.read_text(encoding="utf-8")
    r = Reader(Source(file, text), (), tomllib.loads(text))
    units = r._sub(("orgUnits",), r.take("orgUnits", dict), lambda s: {code: _uid(s, code) for code in s.table})
    elements = r.list_of(
        "elements", lambda s: (s.take("indicator", str), s.take("part", str, among=PARTS), _uid(s, "dataElement"))
    )
    found = Mapped(
        _uid(r, "dataSet"),
        _uid(r, "attributeOptionCombo"),
        _uid(r, "categoryOptionCombo"),
        units,
        elements,
        r.take("confirmed", bool),
    )
    r.done()
    return found


def _uid(r: Reader, key: str) -> str:
    value = r.take(key, str)
    if not re.fullmatch(UID, value):
        r.fail(key, "a code of DHIS2 has 11 letters and digits and begins with a letter")
    return value


@dataclass(frozen=True, slots=True)
class Number:
    """One figure of one unit; None where it is hidden or not known."""

    unit_code: str
    unit: str
    indicator: str
    measure: str
    numerator: int | None
    denominator: int | None
    value: float | None
    verdict: str
    hidden: bool
    caveats: str = ""


def numbers(content: Content) -> Iterator[Number]:
    """Every figure of a report: of its unit, then of the units below."""
    measures = {line.code: line.measure for line in content.lines}
    for line in content.lines:
        yield Number(
            content.unit_code,
            content.unit,
            line.code,
            line.measure,
            *line.counts,
            line.number,
            line.verdict,
            line.hidden,
            " ".join(content.caveats[n - 1] for n in line.notes),
        )
    for appendix in content.appendices:
        for part in appendix.parts:
            top, whole = (*part.numbers, None, None)[:2]
            yield Number(
                part.unit, part.name, appendix.code, measures[appendix.code], top, whole, part.number, "", part.hidden
            )


def as_csv(content: Content) -> bytes:
    """One row for each figure; UTF-8 with a mark, so that spreadsheets read the letters; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADS)
    for n in numbers(content):
        row = (content.plan, content.start, content.through, n.unit_code, n.unit, n.indicator, n.measure)
        counts = ("" if v is None else str(v) for v in (n.numerator, n.denominator))
        writer.writerow(
            [
                *map(_plain, row),
                *counts,
                _decimal(n),
                _plain(n.verdict),
                "1" if n.hidden else "0",
                _plain(n.caveats),
                content.basis,
            ]  # fmt: skip
        )
    text = out.getvalue()
    check_csv(text)
    return b"\xef\xbb\xbf" + text.encode()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "−")) else text


def _decimal(n: Number) -> str:
    return "" if n.value is None else f"{n.value:.6f}".rstrip("0").rstrip(".")


def check_csv(text: str) -> None:
    """The heads, the number of columns, numbers that are numbers, each figure once. Raises ValueError."""
    rows = list(csv.reader(io.StringIO(text)))
    if tuple(rows[0]) != HEADS:
        raise ValueError("the heads are not those agreed")
    seen = set()
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(HEADS):
            raise ValueError(f"row {number} has {len(row)} cells")
        for cell in row[7:10]:
            if cell and not re.fullmatch(r"-?\d+(\.\d+)?", cell):
                raise ValueError(f"row {number}: {cell!r} is no number")
        if row[11] == "1" and any(row[7:10]):
            raise ValueError(f"row {number} says what is hidden")
        key = (row[3], row[5])
        if key in seen:
            raise ValueError(f"row {number} says {key} again")
        seen.add(key)


def as_dhis2(content: Content, mapped: Mapped) -> bytes:
    """The document as DHIS2 imports it: numbers as text, shares in per cent. Raises Refused where the period is none of
    DHIS2's or the unit has no code there."""
    period = period_of(content)
    if content.unit_code not in mapped.units:
        raise Refused(N_("%(unit)s chưa có mã trong tệp ánh xạ DHIS2 (dhis2.toml)."), unit=content.unit)
    values = []
    for n in numbers(content):
        if n.unit_code not in mapped.units:
            continue
        for indicator, part, element in mapped.elements:
            value = _value(n, part) if indicator == n.indicator else None
            if value is not None:
                values.append(
                    {
                        "dataElement": element,
                        "categoryOptionCombo": mapped.category,
                        "period": period,
                        "orgUnit": mapped.units[n.unit_code],
                        "value": value,
                        **_comment(n, mapped, content.stands),
                    }
                )
    document = {
        "dataSet": mapped.data_set,
        "completeDate": content.known_at[:10],
        "period": period,
        "orgUnit": mapped.units[content.unit_code],
        "attributeOptionCombo": mapped.attribute,
        "dataValues": values,
    }
    wrong = problems(document)
    if wrong:
        raise ValueError("; ".join(wrong))
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _comment(n: Number, mapped: Mapped, stands: str) -> dict:
    """What must be read with a number goes with it."""
    said = "; ".join(text for text in ("" if mapped.confirmed else PLACEHOLDER, stands, n.caveats) if text)
    return {"comment": said} if said else {}


def _value(n: Number, part: str) -> str | None:
    if part == "value":
        if n.value is None:
            return None
        return f"{n.value * (100 if n.measure == 'share' else 1):.4f}".rstrip("0").rstrip(".")
    count = n.numerator if part == "numerator" else n.denominator
    return None if count is None else str(count)


def period_of(content: Content) -> str:
    """2022, 2022S1 or 2022Q2. Raises Refused for any other span of days, for DHIS2 knows none."""
    start, through = date.fromisoformat(content.start), date.fromisoformat(content.through)
    year = start.year
    ends = {(1, 12): f"{year}", (1, 6): f"{year}S1", (7, 12): f"{year}S2"}
    ends |= {(3 * q - 2, 3 * q): f"{year}Q{q}" for q in range(1, 5)}
    last = (date(year + through.month // 12, through.month % 12 + 1, 1) - through).days == 1
    found = ends.get((start.month, through.month))
    if found is None or start.day != 1 or through.year != year or not last:
        text = N_("DHIS2 chỉ nhận quý, 6 tháng hoặc năm dương lịch đã kết thúc; kỳ này từ %(start)s đến %(through)s.")
        raise Refused(text, start=f"{start:%d/%m/%Y}", through=f"{through:%d/%m/%Y}")
    return found


def problems(document, schema: Mapping = SCHEMA, where: str = "$") -> list[str]:
    """What is wrong with a document by a schema: types, what is required, patterns, and no value twice."""
    if not isinstance(document, TYPES[schema["type"]]):
        return [f"{where} is no {schema['type']}"]
    found = []
    if isinstance(document, str) and not re.fullmatch(schema.get("pattern", ".*"), document):
        found.append(f"{where}: {document!r} does not fit {schema['pattern']}")
    if isinstance(document, list):
        for n, each in enumerate(document):
            found += problems(each, schema["items"], f"{where}[{n}]")
        keys = [
            tuple(v.get(k) for k in ("dataElement", "categoryOptionCombo", "period", "orgUnit"))
            for v in document
            if isinstance(v, dict)
        ]
        found += [f"{where}: {key} twice" for key in {k for k in keys if keys.count(k) > 1}]
    if isinstance(document, dict):
        known = schema.get("properties", {})
        found += [f"{where}.{name} is missing" for name in schema.get("required", ()) if name not in document]
        found += [f"{where}.{name} is not known" for name in document if name not in known]
        for name in document.keys() & known.keys():
            found += problems(document[name], known[name], f"{where}.{name}")
    return found
