"""What a researcher or an inspector is given: every entry that figures are made of, pseudonymised, as plain tables.

The bundle is a zip file of CSV files and `schema.json`, which names its version and says what each column means.
Nobody can be found by it without the key of this export, which is drawn anew each time and thrown away: ids of files,
persons, entries and accounts become other ids, the same ones throughout the bundle. Nothing that is sealed is in it.
"""

import csv
import io
import json
import secrets
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from casemgr.ledger.services import replay, settle
from casemgr.plans import plans
from casemgr.programmes import programmes
from casemgr.units.loading import calendar, load

VERSION = "casemgr-export/1"
KINDS = ("case", "detected", "figure")
ENTRY = {
    "subject": "mã thay cho hồ sơ, trường hợp phát hiện hoặc số liệu / stands for the file, detection or figure",
    "of": "case | detected | figure",
    "programme": "chương trình, rỗng với số liệu / programme, empty for reported figures",
    "seq": "số thứ tự trong sổ / place in the ledger",
    "entry": "mã thay cho bản ghi / stands for the entry",
    "kind": "loại bản ghi / kind of entry",
    "occurred_at": "khi xảy ra / when it happened",
    "precision": "minute | day | month | year",
    "recorded_at": "khi nhập / when it was recorded",
    "unit": "mã đơn vị nhập / unit that wrote it",
    "voids": "bản ghi bị hủy / the entry it strikes through",
    "coded": "JSON: mã, ngày, số; không có chữ tự do / codes, dates, numbers; no free text",
    "definition": "phiên bản chương trình / version of the programme file",
}
UNIT = {
    "unit": "mã / id",
    "code": "mã hành chính / official code",
    "kind": "loại / kind",
    "parent": "đơn vị trên / unit above",
    "valid_from": "từ ngày / from",
    "valid_to": "đến ngày / to",
}
DAY = {"day": "ngày / day", "working": "1: ngày làm việc / a working day"}
DROPPED = frozenset({"number", "case_number", "worker", "author", "document"})


class Names:
    """Other ids for this export alone."""

    def __init__(self):
        self._key = secrets.token_bytes(32)

    def __call__(self, text: str) -> str:
        return blake2b(text.encode(), digest_size=16, key=self._key).hexdigest()

    def coded(self, value):
        """The same in what an entry says: every id becomes another, what names a file or an account is left out."""
        if isinstance(value, dict):
            return {k: self.coded(v) for k, v in value.items() if k not in DROPPED}
        if isinstance(value, list):
            return [self.coded(v) for v in value]
        return self(UUID(value).hex) if isinstance(value, str) and _is_id(value) else value


def _is_id(text: str) -> bool:
    if len(text) not in (32, 36):
        return False
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def made(session, known_at: datetime, first: date = date(2020, 1, 1)) -> bytes:
    """The bundle, of what was known at a time."""
    settle(session)
    names, out = Names(), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", json.dumps(_schema(known_at), ensure_ascii=False, indent=1))
        archive.writestr("entries.csv", _csv(ENTRY, _entries(session, known_at, names)))
        archive.writestr("units.csv", _csv(UNIT, _units(session)))
        archive.writestr("days.csv", _csv(DAY, _days(session, first, known_at.date() + timedelta(days=400))))
    return out.getvalue()


def _schema(known_at: datetime) -> dict:
    return {
        "format": VERSION,
        "known_at": known_at.isoformat(),
        "tables": {"entries.csv": ENTRY, "units.csv": UNIT, "days.csv": DAY},
        "programmes": {p.code: p.definition for p in programmes().values()},
        "plans": {p.code: p.definition for p in plans().values()},
        "note": "Times are Vietnamese wall time. An entry counts unless a later one voids it.",
    }


def _entries(session, known_at: datetime, names: Names) -> Iterator[tuple]:
    for kind in KINDS:
        for subject, entries in replay(session, kind, known_at):
            programme = entries[0].definition.partition("@")[0] if kind != "figure" else ""
            for e in entries:
                yield (
                    names(subject.hex), kind, programme, e.seq, names(e.id.hex), e.kind, e.occurred_at.isoformat(),
                    e.precision, e.recorded_at.isoformat(), e.unit, names(e.voids.hex) if e.voids else "",
                    json.dumps(names.coded(e.coded), ensure_ascii=False, sort_keys=True), e.definition,
                )  # fmt: skip


def _units(session) -> Iterator[tuple]:
    tree = load(session)
    for id in sorted(tree.nodes):
        node = tree[id]
        yield id, node.code, node.kind, node.parent or "", node.valid_from.isoformat(), node.valid_to or ""


def _days(session, first: date, last: date) -> Iterator[tuple]:
    """Every day and whether it is a working day."""
    days, day = calendar(session), first
    while day <= last:
        yield day.isoformat(), int(days.add_working_days(day - timedelta(days=1), 1) == day)
        day += timedelta(days=1)


def _csv(columns, rows) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
