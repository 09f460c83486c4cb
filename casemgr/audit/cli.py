"""flask seal; flask ledger verify and prove."""

import gzip
import json
import sys
from hashlib import sha256
from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from casemgr.audit import bundle, offline, outside, sealing
from casemgr.audit.rules import code_of
from casemgr.cases.models import CaseFile
from casemgr.clock import now
from casemgr.db import db
from casemgr.ledger import check
from casemgr.ledger.cli import ledger
from casemgr.ledger.services import province
from casemgr.refused import N_, Refused


@click.command("seal")
@click.option("--out", type=click.Path(path_type=Path), help="Where to keep the seal; .gz compresses it.")
@click.option("--brief", is_flag=True, help="Without the heads: a few lines, which find but cannot name a change.")
@with_appcontext
def seal(out: Path | None, brief: bool) -> None:
    """Seal all ledgers and the access log as they are. Keep the file outside this machine."""
    try:
        made = sealing.make(db.session, "system:seal", now())
    except sealing.Broken as broken:
        tell(broken.faults)
        raise click.ClickException(str(broken)) from None
    db.session.commit()
    said = json.dumps(sealing.export(db.session, made, heads=not brief), indent=None if out else 1)
    if out:
        write = gzip.open if out.suffix == ".gz" else open
        with write(out, "wt", encoding="utf-8") as file:
            file.write(said + "\n")
        click.echo(f"Mã xác thực số {made.number}: {code_of(made.digest)} ({made.subjects} sổ, {made.entries} bản ghi)")
    else:
        click.echo(said if brief else json.dumps(sealing.export(db.session, made, heads=False), indent=1))


@ledger.command("verify")
@click.option(
    "--seal",
    "file",
    type=click.Path(exists=True, path_type=Path),
    help="A seal kept outside, or the bundle of a report.",
)
def verify(file: Path | None) -> None:
    """Walk every chain, the access log and the seals; exit 1 and name the first broken entry of each if anything was
    changed, or a programme file whose version was changed after it had been used."""
    try:
        own = _bundle(file) if file else None
        count, faults = outside.verify_with(db.session, load(file) if file and own is None else None)
        if own is not None:
            faults = [*bundle.held_against(db.session, own), *faults]
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    tell(faults)
    changed = check.changed_versions(db.session)
    for version in changed:
        click.echo(f"CHANGED definition={version}: the file was changed without a new version")
    click.echo(f"{count} entries read, {len(faults)} ledgers broken")
    if faults or changed:
        sys.exit(1)


def _bundle(file: Path) -> dict | None:
    """The files of the bundle of a report; None where it is none. Ends here where one of them was changed."""
    if not file.is_dir() and file.read_bytes()[:2] != b"PK":
        return None
    own = offline.files(file)
    if wrong := offline.check(own):
        for line in wrong:
            click.echo(f"WRONG {line}")
        raise click.ClickException(str(Refused(N_("Gói số liệu này đã bị sửa hoặc không đọc được."))))
    click.echo(f"OK {offline.short(sha256(own['report.json']).hexdigest())}: the bundle agrees within itself")
    outside.read(json.loads(own["seal.json"]))
    return own


@ledger.command("prove")
@click.argument("number")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write the proof (default: the terminal).")
def prove(number: str, out: Path | None) -> None:
    """A proof that the last seal holds the case file NUMBER, which says nothing of any other."""
    subject = db.session.scalar(
        sa.select(CaseFile.subject).where(CaseFile.province == province(), CaseFile.number == number)
    )
    if subject is None:
        raise click.ClickException(f"no case file {number}")
    try:
        said = json.dumps(outside.prove(db.session, subject), indent=1) + "\n"
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    if out:
        out.write_text(said, encoding="utf-8")
    else:
        click.echo(said, nl=False)


def load(file: Path):
    """What a seal kept outside says; something that is no seal where the file is none."""
    data = file.read_bytes()
    try:
        return json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data) or {}
    except (ValueError, OSError, EOFError):
        return {}


def tell(faults) -> None:
    for fault in faults[:20]:
        found_by = f" seal={fault.number}" if fault.number else ""
        click.echo(f"BROKEN subject={fault.where} seq={fault.seq} reason={fault.reason}{found_by}")
