"""flask seal; flask ledger verify and prove; flask backup and restore."""

import gzip
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext

from casemgr import vault
from casemgr.access import accounts, log
from casemgr.audit import backup as backups
from casemgr.audit import bundle, checked, offline, outside, restores, restoring, sealing, trust
from casemgr.audit.rules import code_of
from casemgr.cases.models import CaseFile
from casemgr.clock import now
from casemgr.db import begin_write, db
from casemgr.ledger import check
from casemgr.ledger.cli import ledger
from casemgr.ledger.services import province
from casemgr.refused import N_, Refused
from casemgr.reminders import services as reminders
from casemgr.units.loading import load as units
from config import database_url


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
    said = json.dumps(sealing.keep(db.session, made, heads=not brief), indent=None if out else 1)
    if out:
        write = gzip.open if out.suffix == ".gz" else open
        with write(out, "wt", encoding="utf-8") as file:
            file.write(said + "\n")
        click.echo(f"Mã xác thực số {made.number}: {code_of(made.digest)} ({made.subjects} sổ, {made.entries} bản ghi)")
    else:
        click.echo(said if brief else json.dumps(sealing.keep(db.session, made, heads=False), indent=1))


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
        kept = json.loads(own["seal.json"]) if own else load(file) if file else None
        count, faults = outside.verify_with(db.session, None if own else kept)
        if own is not None:
            faults = [*bundle.held_against(db.session, own), *faults]
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    tell(faults)
    for each in restores.since(db.session, kept):
        click.echo(f"RESTORED at={each.at:%Y-%m-%dT%H:%M} from={each.made_at:%Y-%m-%dT%H:%M} seal={each.seal}")
    changed = check.changed_versions(db.session)
    for version in changed:
        click.echo(f"CHANGED definition={version}: the file was changed without a new version")
    checked.keep(db.session, now(), kept and kept["number"], count, faults, changed)
    db.session.commit()
    trust.forget(db.session)
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


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """The whole database in one FILE, while work goes on. The key file is not in it: keep a copy of that elsewhere."""
    if file.exists():
        raise click.ClickException(f"{file} is there already")
    said = backups.make(db.session, file, now())
    _log("backup:made")
    db.session.commit()
    click.echo(f"Đã sao lưu cơ sở dữ liệu ({said['database']}) vào {file}.")
    click.echo(f"Tệp khóa {current_app.config['CASEMGR_KEY_FILE']} không nằm trong đó: hãy giữ một bản ở nơi khác.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@click.option("--seal", "kept", type=click.Path(exists=True, path_type=Path), help="The newest seal kept outside.")
@click.option("--old", metavar="URL", help="The database that is replaced, if it can be read: what was erased in it.")
@click.option("--broken", is_flag=True, help="Put it back although it is not whole; it is not sealed, and says so.")
@with_appcontext
def restore(file: Path, kept: Path | None, old: str | None, broken: bool) -> None:
    """Put a backup back into an empty database, verify and seal it; with the newest seal kept outside, everything that
    was written after the backup and is missing now is named, and what was erased since is erased again."""
    moment = now()
    try:
        said, seal_kept = restoring.read(file), load(kept) if kept else None
        if seal_kept is not None:
            outside.read(seal_kept)
        gone = outside.destroyed(seal_kept) if seal_kept is not None else None
        if old:
            gone = {*(gone or ()), *restores.destroyed_in(database_url(old, current_app.config["CASEMGR_INSTANCE"]))}
        made_at = datetime.fromisoformat(said["made_at"])
        with restoring.put_back(file, said):
            _count, faults = sealing.verify(db.session)
            if faults and not broken:
                raise sealing.Broken(faults)
            about = {"author": "system:restore", "unit": _root(), "now": moment, "gone": gone, "broken": len(faults)}
            done = restores.record(db.session, made_at, seal_kept, **about)
            accounts.end_every_session(db.session)
            reminders.end_every_calendar(db.session)
            _log("backup:restored")
            made = None if faults else sealing.make(db.session, "system:restore", moment)
            db.session.commit()
    except sealing.Broken as found:
        tell(found.faults)
        raise click.ClickException(
            "Dữ liệu trong bản sao lưu không toàn vẹn: chưa phục hồi gì, cơ sở dữ liệu vẫn trống."
        ) from None
    except (Refused, vault.KeyFileMissing) as refused:
        raise click.ClickException(str(refused)) from None
    tell(faults)
    sealed = f"đã kiểm tra và chốt sổ lần {made.number}" if made else f"chưa chốt sổ: {len(faults)} sổ không toàn vẹn"
    click.echo(f"Đã phục hồi dữ liệu đến {made_at:%d/%m/%Y %H:%M}, {sealed}.")
    _tell_missing(done, seal_kept)
    click.echo(
        f"Tài khoản và quyền nay là của ngày {made_at:%d/%m/%Y}: người bị khóa hoặc bị thu quyền sau đó lại vào được. "
        "Hãy rà soát ở mục Tài khoản trước khi mở hệ thống."
    )
    click.echo("Mọi phiên làm việc và địa chỉ lịch nhắc việc đã hết hiệu lực: mọi người phải đăng nhập lại.")


def _tell_missing(done: restores.Done, kept: Mapping | None) -> None:
    for each in done.lost or ():
        where = f"{each.number or each.subject} kind={each.kind}"
        if each.entries:
            click.echo(f"MISSING {where} seq={each.there + 1}..{each.sealed}")
        else:
            click.echo(f"REWRITTEN {where} seq=..{each.sealed}")
    if done.lost is None:
        click.echo("Chưa đối chiếu với mã xác thực giữ bên ngoài (--seal): không biết thiếu những gì sau thời điểm đó.")
    else:
        rewritten = sum(not each.entries for each in done.lost)
        against = f"so với lần chốt sổ số {kept['number']}"
        click.echo(f"{len(done.lost) - rewritten} sổ thiếu bản ghi, {rewritten} sổ khác nội dung {against}.")
    if done.destroyed is None:
        click.echo(
            "Không có danh sách hủy giữ bên ngoài (--seal, --old): dữ liệu cá nhân đã hủy sau ngày sao lưu có thể đọc lại được."
        )
    else:
        click.echo(f"Đã hủy lại khóa dữ liệu cá nhân của {done.destroyed} đối tượng đã hủy sau ngày sao lưu.")


def _root() -> str:
    """The unit that this installation is of; nothing where no units were loaded."""
    tree = units(db.session)
    roots = tree.children(None, now().date())
    return next((root for root in roots if tree[root].code == str(province())), "".join(roots[:1]))


def _log(action: str) -> None:
    begin_write(db.session)
    told = {"province": province(), "at": now(), "user_id": None, "status": 200, "method": "CLI"}
    log.write(db.session, vault.keys().mac, log.rows([log.Note(action)], endpoint="audit.backup", **told))
