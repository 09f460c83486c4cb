"""Writes the bundle: one table after the other, as they come from the database."""

import csv
import io
import json
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from casemgr.cases.models import CaseFile
from casemgr.detections.models import Detected
from casemgr.export.rules import Pseudonyms, coded
from casemgr.ledger.rules import VOIDED, Entry, canonical, in_order
from casemgr.ledger.services import province, replay
from casemgr.plans.model import Plan
from casemgr.units.calendar import vietnam_calendar
from casemgr.units.loading import YEARS, load
from casemgr.units.models import Holiday, Lineage

SCHEMA = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
KEY_BYTES = 32
FIXED = (2020, 1, 1, 0, 0, 0)


def write(session, plan: Plan, out: Path, now: datetime) -> dict[str, int]:
    """The bundle for a plan, into a folder or a .zip; how many rows each table has."""
    names, programmes = Pseudonyms(secrets.token_bytes(KEY_BYTES)), frozenset(plan.counting)
    tables = {
        "entries": _entries(session, names, programmes),
        "cases": _cases(session, names, programmes),
        "detections": _detections(session, names, programmes),
        "units": _units(session),
        "lineage": _lineage(session),
        "holidays": _holidays(session),
        "figures": _figures(session, names, plan),
    }
    rows = {}
    with _place(out) as create:
        for table, lines in tables.items():
            with create(f"{table}.csv") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(SCHEMA["tables"][table]["columns"])
                rows[table] = 0
                for line in lines:
                    writer.writerow([_text(value) for value in line])
                    rows[table] += 1
        said = {"plan": plan.code, "plan_definition": plan.definition, "written_at": now.isoformat(), "rows": rows}
        with create("schema.json") as file:
            json.dump(said | SCHEMA, file, ensure_ascii=False, indent=1)
    return rows


@contextmanager
def _place(out: Path):
    """How to begin a text file there."""
    if out.suffix != ".zip":
        out.mkdir(parents=True, exist_ok=True)
        yield lambda name: (out / name).open("w", encoding="utf-8", newline="")
        return
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:

        @contextmanager
        def create(name: str):
            with archive.open(zipfile.ZipInfo(name, FIXED), "w", force_zip64=True) as raw:
                text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
                yield text
                text.flush()
                text.detach()

        yield create


def _text(value) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return "" if value is None else str(value)


def _entries(session, names: Pseudonyms, programmes) -> Iterator[tuple]:
    for kind in ("case", "detected"):
        for subject, entries in replay(session, kind):
            programme = entries[0].definition.partition("@")[0]
            if programme not in programmes:
                continue
            place = {e.id: n for n, e in enumerate(sorted(entries, key=in_order), start=1)}
            known = names.of(subject)
            for e in entries:
                yield (
                    kind, known, e.seq, place[e.id], names.of(e.id), e.kind, programme, e.definition, e.unit,
                    names.of(e.author), e.occurred_at, e.precision, e.recorded_at, names.of(e.voids),
                    canonical({} if e.kind == VOIDED else coded(e.coded, SCHEMA["coded"], names, programme)),
                )  # fmt: skip


def _cases(session, names: Pseudonyms, programmes) -> Iterator[tuple]:
    table = CaseFile
    query = sa.select(table).where(table.province == province(), table.programme.in_(sorted(programmes)))
    for r in session.scalars(query.order_by(table.subject).execution_options(yield_per=2000)):
        person = names.of(r.beneficiary, r.programme)
        yield names.of(r.subject), r.programme, person, r.unit_id, r.status, r.risk, r.opened_at, r.closed_at


def _detections(session, names: Pseudonyms, programmes) -> Iterator[tuple]:
    table = Detected
    query = sa.select(table).where(table.province == province(), table.programme.in_(sorted(programmes)))
    for r in session.scalars(query.order_by(table.subject).execution_options(yield_per=2000)):
        yield (
            names.of(r.subject), r.programme, names.of(r.beneficiary, r.programme), names.of(r.incident), r.unit_id,
            r.received_at, r.received_precision, r.status, r.counted, names.of(r.case_subject), r.sex, r.birth_year,
            r.ethnicity,
        )  # fmt: skip


def _units(session) -> Iterator[tuple]:
    tree = load(session)
    for id, node in sorted(tree.nodes.items()):
        yield id, node.code, node.name, node.kind, tree.level(id), node.parent, node.valid_from, node.valid_to


def _lineage(session) -> Iterator[tuple]:
    for r in session.scalars(sa.select(Lineage).order_by(Lineage.old_id, Lineage.new_id)):
        yield r.old_id, r.new_id, r.split, r.is_default, r.valid_from


def _holidays(session) -> Iterator[tuple]:
    law = vietnam_calendar(YEARS)
    yield from ((day, working, None) for days, working in ((law.off, False), (law.on, True)) for day in sorted(days))
    for r in session.scalars(sa.select(Holiday).order_by(Holiday.day)):
        yield r.day, not r.is_off, r.recorded_at


def _figures(session, names: Pseudonyms, plan: Plan) -> Iterator[tuple]:
    for subject, entries in replay(session, "figure"):
        if entries[0].coded.get("plan") in plan.homes:
            yield from (_figure(names.of(subject), e, names) for e in entries)


def _figure(figure: str, e: Entry, names: Pseudonyms) -> tuple:
    said = e.coded
    keys = ("plan", "input", "unit", "from", "to", "source", "document_date", "value", "numerator", "denominator")
    on = _id(said.get("on"), names)
    return (figure, e.seq, names.of(e.id), e.kind, on, names.of(e.voids), e.recorded_at, *(said.get(k) for k in keys))


def _id(text: str | None, names: Pseudonyms) -> str:
    return names.of(text and text.replace("-", ""))
