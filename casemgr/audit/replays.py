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

from casemgr.audit.difference import Part, Row
from casemgr.audit.models import Replayed
from casemgr.audit.unfolding import parts_of
from casemgr.coverage import services
from casemgr.coverage.figures import Figure
from casemgr.coverage.replay import items
from casemgr.coverage.services import TODAY, Asked
from casemgr.db import begin_write
from casemgr.ledger.rules import canonical
from casemgr.ledger.services import ENTRIES, province, pulse, settle
from casemgr.plans.model import Indicator
from casemgr.plans.notes import Note
from casemgr.programmes import programmes, under
from casemgr.units.loading import load

TABLE = Replayed.__table__
PLAIN = {"fraction": Fraction, "decimal": Decimal, "date": date, "uuid": UUID}
SETTLED = timedelta(minutes=10)  # what was known longer ago than this no longer changes


def key_of(session, what: str, asked: Asked, indicator: Indicator, now: datetime) -> bytes:
    """Everything an answer depends on: the question, the files that define it, and what was still being written."""
    with under(asked.rule):
        rule = programmes()[indicator.programme].definition if indicator.programme else ""
    said = [what, asked.plan.definition, rule, indicator.code, asked.unit]
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
        with under(asked.rule):
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


def compare(
    session, first: Asked, second: Asked, indicator: Indicator, now: datetime
) -> tuple[Figure, Figure, list[Part]]:
    """Two figures of one indicator and what their difference is made of. The caller commits what is kept."""
    figures = [work_out(session, asked, indicator, now) for asked in (first, second)]
    before, after = (rows(session, asked, indicator, now) for asked in (first, second))
    totals = tuple((f.numerator or 0, f.denominator or 0) for f in figures)
    return *figures, parts_of(session, indicator, first, second, before, after, totals, now)


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
