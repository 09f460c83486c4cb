"""What a sealed report is given out as, to be checked on another machine with nothing but this."""

import csv
import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa

from casemgr.audit import closing, offline, outside, sealing, standing
from casemgr.audit.closing import Report
from casemgr.audit.models import Seal
from casemgr.audit.sealing import Fault
from casemgr.ledger.services import province

COLUMNS = ("programme", "subject", "item", "number", "unit", "verdict", "steps", "counted_at", "seq", "mac")
FIXED = (2020, 1, 1, 0, 0, 0)  # the same report gives the same bytes


def made(session, report: Report) -> bytes:
    """A zip file: the report, its cases, the seal it rests on, and a program that holds them against each other."""
    body = closing.raw(session, report)
    said = json.loads(body)
    seal = session.get(Seal, (province(), said["seal"]["number"]))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("README.txt", offline.README.encode()),
            ("report.json", body),
            ("cases.csv", _cases(said)),
            ("seal.json", json.dumps(sealing.export(session, seal)).encode()),
            ("verify.py", Path(offline.__file__).read_bytes()),
        ):
            archive.writestr(zipfile.ZipInfo(name, FIXED), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _cases(said: dict) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for programme, rows in said["cases"].items():
        writer.writerows([programme, *row] for row in rows)
    return out.getvalue().encode()


def held_against(session, files: dict) -> list[Fault]:
    """A bundle that agrees within itself, held against the database: its seal, its report and every case in it. Raises
    Refused where it is of another installation."""
    kept, digest = json.loads(files["seal.json"]), sha256(files["report.json"]).digest()
    said, _heads = outside.read(kept)
    number = json.loads(files["report.json"])["number"]
    subject = session.scalar(
        sa.select(closing.BODIES.c.subject).where(
            closing.BODIES.c.province == province(), closing.BODIES.c.digest == digest
        )
    )
    report = closing.find(session, subject) if subject else None
    faults = list(outside.against(session, kept))
    if report is None or report.digest != digest.hex():
        return [*faults, Fault(number, 0, "report gone", said.number)]
    return [*faults, *(Fault(wrong.number, wrong.seq, wrong.reason) for wrong in standing.verify(session, report))]
