"""The key file: 32 random bytes outside the database. Whoever has only the database can read no name."""

import contextlib
import logging
import os
import stat
import tempfile
from pathlib import Path

from casemgr.vault.crypto import KEY_BYTES

log = logging.getLogger(__name__)


class KeyFileMissing(Exception):
    """There is no usable key file where CASEMGR_KEY_FILE points."""

    def __init__(self, path: Path, why: str = "không có tệp này"):
        super().__init__(
            f"Không dùng được tệp khóa {path}: {why}. Hãy đặt lại tệp khóa của hệ thống (CASEMGR_KEY_FILE); "
            "không có tệp đúng thì không đọc được dữ liệu đã lưu. Cài đặt mới: chạy «flask init»."
        )


def create_key_file(path: Path) -> bool:
    """Write a new random key (mode 0600). False, and nothing touched, when there is a file already.

    The file appears complete or not at all, also when several processes start at once: a key that
    was replaced or half written would make everything sealed with it unreadable.
    """
    path = Path(path)
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".key-")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # unlike rename, link refuses to replace
        except FileExistsError:
            return False
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
    sync_folder(path.parent)
    return True


def read_key_file(path: Path) -> bytes:
    """The 32 bytes of the key file. Raises KeyFileMissing."""
    path = Path(path)
    try:
        master = path.read_bytes()
    except FileNotFoundError:
        raise KeyFileMissing(path) from None
    except OSError as error:
        raise KeyFileMissing(path, error.strerror or "không đọc được") from None
    if len(master) != KEY_BYTES:
        raise KeyFileMissing(path, f"tệp có {len(master)} byte, phải có đúng {KEY_BYTES}")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        # Not refused: mounted secrets are often 0444 and cannot be changed.
        log.warning("The key file can be read by other users of this machine; set its mode to 0600.")
    return master


def sync_folder(folder: Path) -> None:
    """What was made or renamed in a folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
