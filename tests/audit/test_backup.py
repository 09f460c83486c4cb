"""A database lost and put back: nothing of the backup is missing, and what was written after it is named."""

import gzip
import json
import zipfile
from pathlib import Path

import sqlalchemy as sa

from casemgr import files, vault
from casemgr.audit import restores, sealing, trust
from casemgr.cases.models import CaseFile
from casemgr.db import Base, db
from casemgr.demo import attacks
from casemgr.ledger import services as ledger
from tests.accounts import make_user, sign_in
from tests.audit.lost import lose, run
from tests.ledger.build import draft
from tests.pages import text_of


def content(session) -> dict[str, list]:
    """Every row of every table."""
    found = {t.name: sorted(map(repr, session.execute(sa.select(t)))) for t in Base.metadata.sorted_tables}
    session.rollback()
    return found


def unpacked(file: Path) -> bytes:
    """All that a backup holds, not compressed any more."""
    with zipfile.ZipFile(file) as archive:
        return b"".join(
            gzip.decompress(archive.read(name)) if name.endswith(".gz") else archive.read(name)
            for name in archive.namelist()
        )


def shows(held: bytes, secret: bytes) -> bool:
    """Whether these bytes stand in it, as they are or, as PostgreSQL copies them, in hexadecimal."""
    return secret in held or secret.hex().encode() in held


def test_everything_comes_back_and_what_came_later_is_named(app, place, written, backend, tmp_path):
    subject, kept = written
    before = content(place)
    assert run(app, "backup", str(tmp_path / "b.zip")).exit_code == 0
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0
    held = unpacked(tmp_path / "b.zip")
    wrapped = place.scalar(sa.select(vault.SubjectKey.wrapped).where(vault.SubjectKey.subject == subject))
    assert shows(held, wrapped)  # so that the next line would see the other key
    assert not shows(held, vault.read_key_file(app.config["CASEMGR_KEY_FILE"]))

    number = place.scalar(sa.select(CaseFile.number).where(CaseFile.subject == subject))
    head = place.scalar(sa.select(ledger.SUBJECTS.c.head_seq).where(ledger.SUBJECTS.c.id == subject))
    ledger.append(place, subject, [draft("visited") for _ in range(3)])
    new = ledger.create(place, "noted")
    ledger.append(place, new, [draft()])
    place.commit()
    assert run(app, "seal", "--out", str(tmp_path / "last.json")).exit_code == 0

    lose(place, backend)
    done = run(app, "restore", str(tmp_path / "b.zip"), "--seal", str(tmp_path / "last.json"))
    assert done.exit_code == 0, done.output
    assert f"MISSING {number} kind=case seq={head + 1}..{head + 3}" in done.output
    assert f"MISSING {new} kind=noted seq=1..1" in done.output
    after = content(place)
    added = {"access_log", "ledger_entry", "ledger_subject", "vault_key", "seal", "seal_head"}  # by the restore itself
    counters = {"ledger_pulse", "ledger_touched", "ledger_settled"}
    for table in before.keys() - added - counters:
        assert after[table] == before[table], table
    for table in added:
        assert set(before[table]) <= set(after[table]), table
    assert files.load(place, kept).data == b"%PDF-1.4 giay xac nhan"

    (said,) = restores.every(place)
    assert (said.seal, said.outside, said.ledgers) == (1, 2, 3)  # the third is the access log
    assert said.unsealed == 2  # the two visits; the row that tells of the backup came after it
    assert run(app, "ledger", "rebuild", "--check").exit_code == 0
    assert run(app, "ledger", "verify").exit_code == 0
    told = run(app, "ledger", "verify", "--seal", str(tmp_path / "last.json"))
    assert told.exit_code == 1
    assert "RESTORED at=" in told.output
    assert f"subject={new} seq=1 reason=cut seal=2" in told.output


def test_a_restore_shows_on_the_auditors_pages(app, place, written, backend, tmp_path, client):
    run(app, "backup", str(tmp_path / "b.zip"))
    lose(place, backend)
    assert "không biết thiếu những gì" in run(app, "restore", str(tmp_path / "b.zip")).output
    trust.forget(place)
    reader = sign_in(client, make_user(place, "auditor", ("auditor", "89-20210101")))
    page = text_of(reader.get("/audit"))
    assert "dữ liệu phục hồi từ bản sao lưu" in page
    assert "chưa đối chiếu với lần chốt nào giữ bên ngoài" in page


def test_a_broken_backup_is_not_taken_for_a_good_one(app, place, written, backend, tmp_path):
    subject, _kept = written
    chain = attacks.Chain(place, ledger.ENTRIES, subject)
    attacks.free_hands(place)
    chain.write(place, chain.rows[:1], head=True)
    place.commit()
    assert run(app, "backup", str(tmp_path / "b.zip")).exit_code == 0
    lose(place, backend)
    done = run(app, "restore", str(tmp_path / "b.zip"))
    assert done.exit_code == 1
    assert f"BROKEN subject={subject} seq=2 reason=cut seal=1" in done.output
    place.remove()
    assert sa.inspect(db.engine).get_table_names() == []  # nobody works with it by mistake

    knowing = run(app, "restore", str(tmp_path / "b.zip"), "--broken")
    assert knowing.exit_code == 0, knowing.output
    assert f"BROKEN subject={subject} seq=2 reason=cut seal=1" in knowing.output
    (said,) = restores.every(place)
    assert said.broken == 1
    assert sealing.last(place).number == 1  # nothing vouches for it


def test_what_cannot_be_put_back_is_refused_and_nothing_is_touched(app, place, written, backend, tmp_path):
    run(app, "backup", str(tmp_path / "b.zip"))
    assert run(app, "backup", str(tmp_path / "b.zip")).exit_code == 1
    before = content(place)

    def refused(name: str, manifest: dict, words: str) -> None:
        with zipfile.ZipFile(tmp_path / "b.zip") as source, zipfile.ZipFile(tmp_path / name, "w") as out:
            said = json.loads(source.read("manifest.json")) | manifest
            for member in source.namelist():
                out.writestr(member, json.dumps(said) if member == "manifest.json" else source.read(member))
        answer = run(app, "restore", str(tmp_path / name))
        assert answer.exit_code == 1
        assert words in answer.output

    refused("other.zip", {"installation": "0" * 16}, "thuộc một hệ thống khác")
    refused("kind.zip", {"database": "oracle"}, "chỉ phục hồi được vào oracle")
    refused("format.zip", {"format": "x"}, "không phải là bản sao lưu")
    refused("full.zip", {}, "vào cơ sở dữ liệu trống")
    (tmp_path / "none.zip").write_bytes(b"x")
    assert "không phải là bản sao lưu" in run(app, "restore", str(tmp_path / "none.zip")).output
    assert content(place)["ledger_entry"] == before["ledger_entry"]

    lose(place, backend)
    key_file = Path(app.config["CASEMGR_KEY_FILE"])
    aside = key_file.rename(tmp_path / "aside.key")
    app.extensions.pop("casemgr.vault")
    answer = run(app, "restore", str(tmp_path / "b.zip"))
    assert (answer.exit_code, "Không dùng được tệp khóa" in answer.output) == (1, True)
    aside.rename(key_file)
    whole = bytearray((tmp_path / "b.zip").read_bytes())
    whole[len(whole) // 2] ^= 1  # one byte changed
    (tmp_path / "byte.zip").write_bytes(whole)
    answer = run(app, "restore", str(tmp_path / "byte.zip"))
    assert answer.exit_code == 1
    assert "hoặc đã bị hỏng" in answer.output
