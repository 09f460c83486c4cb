"""The key file is made once, for its owner alone, and never replaced."""

import multiprocessing
import stat
import uuid

import pytest
import sqlalchemy as sa

from casemgr import create_app, vault
from casemgr.vault import KeyFileMissing, create_key_file
from casemgr.vault.models import SubjectKey


def plain_config(folder, **more) -> dict:
    return {
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'casemgr.db'}",
        "CASEMGR_INSTANCE": folder,
        "CASEMGR_KEY_FILE": folder / "casemgr.key",
    } | more


def test_made_for_the_owner_alone_and_never_replaced(tmp_path):
    path = tmp_path / "new" / "casemgr.key"
    assert create_key_file(path) is True
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    assert len(before) == 32
    assert create_key_file(path) is False
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["casemgr.key"]


def test_many_processes_at_once_make_one_key(tmp_path):
    path = tmp_path / "casemgr.key"
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        made = pool.map(create_key_file, [path] * 9)
    assert made.count(True) == 1
    assert len(path.read_bytes()) == 32


def test_a_real_installation_starts_without_its_key_but_uses_nothing(tmp_path):
    app = create_app(plain_config(tmp_path))
    assert not (tmp_path / "casemgr.key").exists()
    assert app.config["SECRET_KEY"]
    with app.app_context(), pytest.raises(KeyFileMissing, match="flask init"):
        vault.keys()
    create_key_file(tmp_path / "casemgr.key")
    with app.app_context():
        assert vault.keys() is vault.keys()


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_damaged_key_file_is_named(tmp_path, size):
    (tmp_path / "casemgr.key").write_bytes(b"x" * size)
    app = create_app(plain_config(tmp_path))
    with pytest.raises(KeyFileMissing, match=f"{size} byte"):
        vault.keys(app)


def test_a_key_file_open_to_others_is_warned_about(tmp_path, caplog):
    path = tmp_path / "casemgr.key"
    create_key_file(path)
    path.chmod(0o644)
    vault.keys(create_app(plain_config(tmp_path)))
    assert "0600" in caplog.text


@pytest.mark.parametrize("setting", ["TESTING", "CASEMGR_DEMO"])
def test_tests_and_the_demo_make_their_key(tmp_path, setting):
    app = create_app(plain_config(tmp_path, **{setting: True}))
    assert (tmp_path / "casemgr.key").exists()
    assert app.config["SECRET_KEY"] == vault.keys(app).cookie


def test_a_given_secret_is_kept(tmp_path):
    assert create_app(plain_config(tmp_path, SECRET_KEY="given")).config["SECRET_KEY"] == "given"


def test_two_installations_do_not_read_each_other(tmp_path):
    for name in ("one", "two"):
        create_key_file(tmp_path / name / "casemgr.key")
    one, two = (vault.keys(create_app(plain_config(tmp_path / name))) for name in ("one", "two"))
    wrapped = vault.new_subject_key(one)
    sealed = vault.seal(one, wrapped, b"text", b"")
    assert vault.unseal(one, wrapped, sealed, b"") == b"text"
    with pytest.raises(vault.Unreadable):
        vault.unseal(two, wrapped, sealed, b"")
    assert vault.blind(one, "phone", "0912345678") != vault.blind(two, "phone", "0912345678")


def test_deleting_the_subjects_key_is_erasure(session, app):
    keys, wrapped = vault.keys(), vault.new_subject_key(vault.keys())
    subject = SubjectKey(province=89, subject=uuid.uuid4(), wrapped=wrapped)
    session.add(subject)
    session.flush()
    stored = session.scalar(sa.select(SubjectKey.wrapped))
    assert vault.unseal(keys, stored, vault.seal(keys, wrapped, b"text", b""), b"") == b"text"
    session.delete(subject)
    session.flush()
    assert session.scalar(sa.select(sa.func.count()).select_from(SubjectKey)) == 0
