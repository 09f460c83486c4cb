"""Figures and the cases behind them, worked out from the ledgers and kept under everything they depend on."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from uuid import UUID

import sqlalchemy as sa

from casemgr.audit.difference import Between, Part, Row, cause, difference
from casemgr.audit.models import Replayed
from casemgr.cases.handover import holders
from casemgr.coverage import services
from casemgr.coverage.cases import weight
from casemgr.coverage.figures import Figure
from casemgr.coverage.replay import items
from casemgr.coverage.services import TODAY, Asked
from casemgr.db import begin_write
from casemgr.detections.models import Detected
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import canonical
from casemgr.ledger.services import ENTRIES, province, pulse, settle
from casemgr.plans.model import Indicator
from casemgr.plans.notes import Note
from casemgr.programmes import programmes
from casemgr.units.loading import load

TABLE = Replayed.__table__
PLAIN = {"fraction": Fraction, "decimal": Decimal, "date": date, "uuid": UUID}
SETTLED = timedelta(minutes=10)  # what was known longer ago than this no longer changes


def key_of(session, what: str, asked: Asked, indicator: Indicator, now: datetime) -> bytes:
    """Everything an answer depends on: the question, the files that define it, and what was still being written."""
    said = [what, asked.plan.definition, programmes()[indicator.programme].definition, indicator.code, asked.unit]
    said += [asked.start.isoformat(), asked.t.isoformat(), asked.basis, asked.known_at.isoformat()]
    said.append(now.date().isoformat() if asked.basis == TODAY else "")
    said.append(int(pulse(session)) if now - asked.known_at < SETTLED else 0)
    return sha256(canonical(said).encode()).digest()


def kept(session, key: bytes):
    body = session.scalar(sa.select(TABLE.c.body).where(TABLE.c.province == province(), TABLE.c.key == key))
    return None if body is None else json.loads(zlib.decompress(body))


def keep(session, key: bytes, said, now: datetime) -> None:
    begin_write(session)
    session.execute(sa.delete(TABLE).where(TABLE.c.province == province(), TABLE.c.key == key))
    row = {"province": province(), "key": key, "made_at": now, "body": zlib.compress(canonical(said).encode(), 6)}
    session.execute(sa.insert(TABLE), [row])


def figure(session, asked: Asked, indicator: Indicator, now: datetime) -> Figure | None:
    """The figure if it is kept."""
    said = kept(session, key_of(session, "figure", asked, indicator, now))
    return None if said is None else figure_from(said)


def work_out(session, asked: Asked, indicator: Indicator, now: datetime) -> Figure:
    """The figure from the ledgers; kept. The caller commits."""
    key = key_of(session, "figure", asked, indicator, now)
    said = kept(session, key)
    if said is None:
        (result,) = services.report(session, asked, now, indicators=[indicator.code]).results
        said = figure_said(result.figure)
        keep(session, key, said, now)
    return figure_from(said)


def rows(session, asked: Asked, indicator: Indicator, now: datetime) -> list[Row]:
    """Every case behind a figure, with the head of its ledger as it was known; kept. The caller commits."""
    key = key_of(session, "rows", asked, indicator, now)
    said = kept(session, key)
    if said is None:
        settle(session, asked.known_at)
        said = [list(row) for row in rows_by_programme(session, asked, [indicator], now)[indicator.programme]]
        keep(session, key, said, now)
    return [Row(*row) for row in said]


def rows_by_programme(session, asked: Asked, indicators: Sequence[Indicator], now: datetime) -> dict[str, list[Row]]:
    """{programme: every case that these indicators count}, in one reading. The caller has settled open writes."""
    if not indicators:
        return {}
    question = services.question_of(asked, indicators, load(session), now)
    found: dict[str, list] = {indicator.programme: [] for indicator in indicators}
    for item in items(session, question, asked.known_at):
        if item.programme in found and question.wants(item.programme, item.counted_at, item.unit):
            said = (item.subject, item.item, item.number, item.unit, item.key.verdict, item.key.steps, item.counted_at)
            found[item.programme].append(said)
    heads = dict(_heads(session, asked.known_at))
    return {
        code: sorted(
            Row(s.hex, item, number, unit, verdict, steps, at.isoformat(), heads[s][0], heads[s][1].hex())
            for s, item, number, unit, verdict, steps, at in own
        )
        for code, own in found.items()
    }


def _heads(session, known_at: datetime) -> Iterator[tuple]:
    """The last entry of each ledger that was known at a time."""
    here = (ENTRIES.c.province == province(), ENTRIES.c.recorded_at <= known_at)
    last = (
        sa.select(ENTRIES.c.subject, sa.func.max(ENTRIES.c.seq).label("seq")).where(*here).group_by(ENTRIES.c.subject)
    )
    last = last.subquery()
    same = sa.and_(ENTRIES.c.subject == last.c.subject, ENTRIES.c.seq == last.c.seq)
    query = sa.select(ENTRIES.c.subject, ENTRIES.c.seq, ENTRIES.c.mac).join(last, same)
    for row in session.execute(query.where(ENTRIES.c.province == province()).execution_options(yield_per=5000)):
        yield row.subject, (row.seq, row.mac)


def weigher(indicator: Indicator):
    """What a row adds to numerator and denominator."""
    programme = programmes()[indicator.programme]
    return lambda row: weight(indicator, programme, row.verdict, row.steps)


def compare(
    session, first: Asked, second: Asked, indicator: Indicator, now: datetime
) -> tuple[Figure, Figure, list[Part]]:
    """Two figures of one indicator and what their difference is made of. The caller commits what is kept."""
    figures = [work_out(session, asked, indicator, now) for asked in (first, second)]
    before, after = (rows(session, asked, indicator, now) for asked in (first, second))
    totals = tuple((f.numerator or 0, f.denominator or 0) for f in figures)
    period = first.start != second.start or first.basis != second.basis
    known, t = sorted((first.known_at, second.known_at)), min(first.t, second.t)
    return *figures, parts_of(session, indicator, before, after, totals, known=known, t=t, period=period)


def parts_of(
    session, indicator: Indicator, before, after, totals, *, known, t: datetime, period=False, rule=False
) -> list[Part]:
    """The difference between two lists of cases. `known`: the earlier and the later time at which they were known;
    `t`: the earlier day; `period`, `rule`: whether period or method differ too."""
    weigh = weigher(indicator)
    before, after = ({row.key: row for row in found} for found in (before, after))
    after = _paired(session, before, after)
    differing = {
        k for k in before.keys() | after.keys() if _weight(weigh, before.get(k)) != _weight(weigh, after.get(k))
    }
    between = _between(session, differing, before, after, *known, t)

    def cause_of(key, old, new) -> str:
        return cause(old, new, between.get(key, Between()), t, rule, period)

    return difference(before, after, weigh, cause_of, totals)


def _weight(weigh, row: Row | None) -> tuple[int, int]:
    return weigh(row) if row else (0, 0)


def _paired(session, before: Mapping, after: Mapping) -> dict:
    """A detection that has become a case file meanwhile is one case, whichever way time runs: the file takes the
    place of the detection."""
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    subjects = {UUID(subject) for subject, _item in gone | come}
    table, links = Detected.__table__, {}
    listed = sorted(subjects)
    for start in range(0, len(listed), 400):
        query = sa.select(table.c.subject, table.c.case_subject).where(
            table.c.province == province(), table.c.subject.in_(listed[start : start + 400])
        )
        links |= {row.subject.hex: row.case_subject.hex for row in session.execute(query) if row.case_subject}
    paired = dict(after)
    for old in sorted(gone):
        file = links.get(old[0])
        new = next((k for k in sorted(come) if file and k[0] == file), None)
        new = new or next((k for k in sorted(come) if links.get(k[0]) == old[0]), None)
        if new is not None:
            come = come - {new}
            paired[old] = paired.pop(new)
    return paired


def _between(session, keys, before: Mapping, after: Mapping, early, late, t: datetime) -> dict[tuple, Between]:
    """For each case that counts otherwise: what was written into its ledgers from one figure to the other."""
    subjects = {key: {UUID(row.subject) for row in (before.get(key), after.get(key)) if row} for key in keys}
    ledgers = ledger.entries_of(session, sorted({s for own in subjects.values() for s in own}))
    found = {}
    for key, own in subjects.items():
        new = [e for s in own for e in ledgers.get(s, ()) if early < e.recorded_at <= late]
        told = {e.coded.get("fact") for e in new if e.kind == "told"}
        counted = [e for e in new if e.kind not in ("voided", "told")]
        found[key] = Between(
            voided=any(e.kind == "voided" for e in new),
            merged="merged" in told or any(e.kind == "duplicate" for e in new),
            excluded=bool(told & {"excluded", "included"}) or any(e.kind in ("excluded", "included") for e in new),
            moved=bool(holders(new)),
            before=any(e.occurred_at <= t for e in counted),
            later=any(e.occurred_at > t for e in counted),
        )
    return found


def figure_said(made: Figure) -> dict:
    """A figure as JSON that keeps what JSON does not know."""
    return {f.name: _said(getattr(made, f.name)) for f in fields(Figure)}


def figure_from(said: Mapping) -> Figure:
    return Figure(**{name: _read(value) for name, value in said.items()})


def _said(value):
    if isinstance(value, Note):
        return {"~": "note", "text": value.text, "params": {k: _said(v) for k, v in value.params.items()}}
    if isinstance(value, list | tuple):
        return {"~": type(value).__name__, "items": [_said(v) for v in value]}
    if isinstance(value, dict):
        return {"~": "dict", "items": [[_said(k), _said(v)] for k, v in value.items()]}
    for name, kind in PLAIN.items():
        if isinstance(value, kind):
            return {"~": name, "text": str(value)}
    return value


def _read(value):
    if not isinstance(value, dict):
        return value
    kind = value["~"]
    if kind == "note":
        return Note(value["text"], {k: _read(v) for k, v in value["params"].items()})
    if kind == "dict":
        return {_read(k): _read(v) for k, v in value["items"]}
    if kind in PLAIN:
        return date.fromisoformat(value["text"]) if kind == "date" else PLAIN[kind](value["text"])
    return (tuple if kind == "tuple" else list)(_read(v) for v in value["items"])
