"""A backup put back: whole or not at all, without what was erased since, and with what is not as it was named."""

import gzip
import json
import os
import zipfile
from datetime import datetime
from hashlib import sha256
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade

from casemgr import vault
from casemgr.access import accounts
from casemgr.audit import backup, restores, restoring, sealing
from casemgr.audit.rules import backup_mac
from casemgr.cases.models import CaseFile
from casemgr.db import Base, db, migrations
from casemgr.demo import attacks
from casemgr.files.models import FileBlob
from casemgr.ledger import services as ledger
from casemgr.ledger.destroying import destroy, destroyed
from casemgr.people import services as people
from casemgr.people.models import NameIndex
from casemgr.registers import drafts
from casemgr.registers.models import RegisterDraft
from casemgr.reminders import services as reminders
from tests.accounts import make_user, sign_in
from tests.audit.lost import aside, lose, run
from tests.registers.conftest import FACTS
from tests.registers.tables import plain, xlsx

PROVINCE, COMMUNE = "89-20210101", "30547-20210101"


def test_what_was_erased_after_the_backup_is_erased_again(app, place, written, backend, tmp_path):
    gone, stays = (
        people.register(place, "x", COMMUNE, datetime(2022, 12, 1), name=name, sex="nu")
        for name in ("Nguyễn Thị Hoa", "Trần Thị Tư")
    )
    place.commit()
    assert run(app, "backup", str(tmp_path / "b.zip")).exit_code == 0
    destroy(place, gone, author="x", unit=PROVINCE, now=datetime(2022, 12, 2))
    place.commit()
    assert run(app, "seal", "--out", str(tmp_path / "last.json")).exit_code == 0

    for given, keys, words in (
        ([], 2, "đã hủy sau ngày sao lưu có thể đọc lại được"),
        (["--seal", str(tmp_path / "last.json")], 1, "của 1 đối tượng đã hủy sau ngày sao lưu"),
    ):
        lose(place, backend)
        done = run(app, "restore", str(tmp_path / "b.zip"), *given)
        assert done.exit_code == 0, done.output
        assert words in done.output
        query = sa.select(vault.SubjectKey.subject).where(vault.SubjectKey.subject.in_([gone, stays]))
        assert len(place.scalars(query).all()) == keys
    assert people.identity(place, gone).erased
    assert not people.identity(place, stays).erased
    assert set(place.scalars(sa.select(NameIndex.subject))) == {stays}
    assert destroyed(place) == {gone}  # so that the next seal names it again
    assert run(app, "ledger", "rebuild", "--check").exit_code == 0
    assert [(r.destroyed, r.at == r.made_at) for r in restores.every(place)] == [(1, False)]


def test_what_was_erased_after_the_last_seal_is_known_from_the_database_that_is_replaced(
    app, place, written, backend, tmp_path
):
    gone = people.register(place, "x", COMMUNE, datetime(2022, 12, 1), name="Nguyễn Thị Hoa", sex="nu")
    place.commit()
    run(app, "backup", str(tmp_path / "b.zip"))
    run(app, "seal", "--out", str(tmp_path / "last.json"))
    destroy(place, gone, author="x", unit=PROVINCE, now=datetime(2022, 12, 2))
    place.commit()
    with aside(place, backend, tmp_path) as old:
        given = ["--seal", str(tmp_path / "last.json"), "--old", old]
        nowhere = run(app, "restore", str(tmp_path / "b.zip"), "--old", f"sqlite:///{tmp_path / 'none' / 'x.db'}")
        assert (nowhere.exit_code, "Không đọc được cơ sở dữ liệu cũ" in nowhere.output) == (1, True)
        done = run(app, "restore", str(tmp_path / "b.zip"), *given)
        assert "của 1 đối tượng đã hủy sau ngày sao lưu" in done.output, done.output
        assert people.identity(place, gone).erased
        assert destroyed(place) == {gone}


def test_a_list_given_up_after_the_backup_does_not_wait_again(app, place, written, backend, tmp_path):
    given_up, waits = (
        drafts.begin(place, FACTS, f"{n}.xlsx", xlsx(plain(n)), author="x", now=datetime(2022, 12, 1)) for n in (3, 4)
    )
    place.commit()
    run(app, "backup", str(tmp_path / "b.zip"))
    drafts.discard(place, drafts.find(place, given_up), author="x", now=datetime(2022, 12, 2))
    place.commit()
    run(app, "seal", "--out", str(tmp_path / "last.json"))
    lose(place, backend)
    done = run(app, "restore", str(tmp_path / "b.zip"), "--seal", str(tmp_path / "last.json"))
    assert "của 1 đối tượng đã hủy sau ngày sao lưu" in done.output
    assert place.scalars(sa.select(RegisterDraft.id)).all() == [waits]
    assert place.scalar(sa.select(sa.func.count()).where(FileBlob.subject == given_up)) == 0


def test_nobody_adds_a_name_to_the_list_of_what_was_erased(app, place, written, tmp_path):
    run(app, "seal", "--out", str(tmp_path / "last.json"))
    kept = json.loads((tmp_path / "last.json").read_text())
    assert kept["destroyed"] == []
    (tmp_path / "last.json").write_text(json.dumps(kept | {"destroyed": [written[0].hex]}))
    answer = run(app, "ledger", "verify", "--seal", str(tmp_path / "last.json"))
    assert (answer.exit_code, "không phải là mã xác thực" in answer.output) == (1, True)


@pytest.mark.parametrize("step", ["record", "make"])
def test_a_restore_that_is_killed_leaves_the_empty_database(app, place, written, backend, tmp_path, monkeypatch, step):
    run(app, "backup", str(tmp_path / "b.zip"))
    lose(place, backend)
    child = os.fork()
    if not child:
        monkeypatch.setattr({"record": restores, "make": sealing}[step], step, lambda *_args, **_more: os._exit(9))
        run(app, "restore", str(tmp_path / "b.zip"))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert sa.inspect(db.engine).get_table_names() == []
    assert run(app, "restore", str(tmp_path / "b.zip")).exit_code == 0
    assert len(restores.every(place)) == 1
    assert sorted(f.name for f in tmp_path.iterdir() if "restor" in f.name) == []


def test_a_bad_backup_is_told_in_one_sentence_and_the_good_one_goes_in_afterwards(
    app, place, written, backend, tmp_path
):
    run(app, "backup", str(tmp_path / "b.zip"))
    lose(place, backend)
    with zipfile.ZipFile(tmp_path / "b.zip") as source:
        members = {name: source.read(name) for name in source.namelist()}
    said = json.loads(members["manifest.json"])
    assert said["revision"]
    wrong = gzip.compress(b"not\ta\trow\n" * 500)
    member = "unit.copy.gz" if backend == "postgresql" else "casemgr.db.gz"

    def answer(manifest: dict, content: dict) -> str:
        told = said | manifest
        signed = told | {"mac": backup_mac(vault.keys().mac, told).hex()}  # by somebody who has the key
        with zipfile.ZipFile(tmp_path / "bad.zip", "w") as out:
            for name, data in (members | content | {"manifest.json": json.dumps(signed)}).items():
                out.writestr(name, data)
        tried = run(app, "restore", str(tmp_path / "bad.zip"))
        place.remove()
        assert (tried.exit_code, sa.inspect(db.engine).get_table_names()) == (1, [])
        return tried.output.strip()

    spoiled = "Error: Tệp này không phải là bản sao lưu, hoặc đã bị hỏng."
    digests = said["digests"] | {member: sha256(gzip.decompress(wrong)).hexdigest()}
    assert answer({}, {member: wrong}) == spoiled  # not what its digest says
    assert answer({"digests": digests}, {member: wrong}) == spoiled  # as its digest says, and still no data
    assert answer({"digests": {}}, {}) == spoiled
    assert "phiên bản khác" in answer({"revision": "no_such"}, {})
    assert run(app, "restore", str(tmp_path / "b.zip")).exit_code == 0


def test_a_backup_of_an_older_program_is_brought_up_to_this_one(app, place, written, backend, tmp_path, monkeypatch):
    place.remove()
    migrations(app)
    downgrade(revision="work_of_a_worker")
    schema = sa.MetaData()
    schema.reflect(db.engine)
    schema.remove(schema.tables["alembic_version"])
    with monkeypatch.context() as patched:
        patched.setattr(backup, "Base", SimpleNamespace(metadata=schema))
        assert run(app, "backup", str(tmp_path / "b.zip")).exit_code == 0
    lose(place, backend)
    done = run(app, "restore", str(tmp_path / "b.zip"))
    assert done.exit_code == 0, done.output
    assert place.scalar(sa.text("SELECT version_num FROM alembic_version")) != "work_of_a_worker"
    assert place.scalar(sa.select(sa.func.count()).select_from(Base.metadata.tables["reminder_letter"])) == 0
    assert run(app, "ledger", "rebuild", "--check").exit_code == 0


def test_who_has_only_the_backup_puts_nothing_into_it(app, place, written, backend, tmp_path):
    """The accounts stand in no ledger: without the key their table cannot be written anew either."""
    make_user(place, "quantri", ("administrator", PROVINCE))
    run(app, "backup", str(tmp_path / "b.zip"))
    lose(place, backend)
    with zipfile.ZipFile(tmp_path / "b.zip") as source:
        members = {name: source.read(name) for name in source.namelist()}
    name = "user_account.copy.gz" if backend == "postgresql" else "casemgr.db.gz"
    content = gzip.decompress(members[name])
    changed = content.replace(b"quantri", b"ketrom1")
    assert changed != content
    said = json.loads(members["manifest.json"])
    said["digests"][name] = sha256(changed).hexdigest()
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as out:
        for member, data in (members | {name: gzip.compress(changed), "manifest.json": json.dumps(said)}).items():
            out.writestr(member, data)
    tried = run(app, "restore", str(tmp_path / "other.zip"))
    assert (tried.exit_code, "đã bị hỏng" in tried.output) == (1, True)


def test_no_schema_is_made_for_a_backup_that_was_changed(app, place, written, backend, tmp_path, monkeypatch):
    run(app, "backup", str(tmp_path / "b.zip"))
    lose(place, backend)
    with zipfile.ZipFile(tmp_path / "b.zip") as source, zipfile.ZipFile(tmp_path / "bad.zip", "w") as out:
        last = source.namelist()[-2]  # before the manifest
        for name in source.namelist():
            out.writestr(name, gzip.compress(b"else") if name == last else source.read(name))
    monkeypatch.setattr(restoring, "_upgrade", lambda _revision: pytest.fail("there was no need to begin"))
    assert run(app, "restore", str(tmp_path / "bad.zip")).exit_code == 1


def test_a_ledger_written_anew_to_the_same_length_is_named(app, place, written, backend, tmp_path):
    subject, _kept = written
    run(app, "seal", "--out", str(tmp_path / "last.json"))
    number = place.scalar(sa.select(CaseFile.number).where(CaseFile.subject == subject))
    chain = attacks.Chain(place, ledger.ENTRIES, subject)
    length = len(chain.rows)
    kept = json.loads((tmp_path / "last.json").read_text())
    assert restores.missing(place, kept) == []
    attacks.free_hands(place)
    rows = [dict(row) for row in chain.rows]
    rows[-1]["author"] = "someone else"
    chain.write(place, chain.signed(rows, length - 1), head=True)
    place.commit()
    (found,) = [each for each in restores.missing(place, kept) if each.kind == "case"]
    assert (found.number, found.there, found.sealed, found.entries) == (number, length, length, 0)
    brief = {name: value for name, value in kept.items() if name != "heads"}
    assert restores.missing(place, brief) is None  # it knows of no ledger, so it cannot say that none is missing


def test_after_a_restore_everybody_signs_in_again_and_the_operator_is_told(
    app, place, written, backend, tmp_path, client
):
    user = make_user(place, "canbo", ("auditor", PROVINCE))
    calendar = reminders.new_calendar(place, user.id, datetime(2022, 12, 1))
    place.commit()
    old = sign_in(client, user)
    assert old.get("/audit").status_code == 200
    run(app, "backup", str(tmp_path / "b.zip"))
    lose(place, backend)
    done = run(app, "restore", str(tmp_path / "b.zip"))
    assert "Tài khoản và quyền nay là của ngày" in done.output
    assert old.get("/audit").status_code == 303
    assert reminders.reader_of(place, calendar) is None
    assert sign_in(client, accounts.find(place, "canbo")).get("/audit").status_code == 200
