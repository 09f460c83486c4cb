"""Keys and encryption: `keys()` for this installation, and what is done with them.

wrapped = new_subject_key(keys())
sealed = seal(keys(), wrapped, b"...", aad)      # aad names the row the text belongs to
unseal(keys(), wrapped, sealed, aad)             # Unreadable with any other key, place or byte
"""

import secrets
from pathlib import Path

from casemgr.vault.crypto import BUCKETS, Keys, Unreadable, blind, bucket, derive, new_subject_key, seal, unseal
from casemgr.vault.keyfile import KeyFileMissing, create_key_file, read_key_file
from casemgr.vault.models import SubjectKey

__all__ = [
    "BUCKETS",
    "KeyFileMissing",
    "Keys",
    "SubjectKey",
    "Unreadable",
    "blind",
    "bucket",
    "create_key_file",
    "init_app",
    "keys",
    "new_subject_key",
    "seal",
    "unseal",
]

EXTENSION = "casemgr.vault"


def keys(app=None) -> Keys:
    """The keys of this installation, read once per application. Raises KeyFileMissing."""
    if app is None:
        from flask import current_app as app
    found = app.extensions.get(EXTENSION)
    if found is None:
        found = app.extensions[EXTENSION] = derive(read_key_file(Path(app.config["CASEMGR_KEY_FILE"])))
    return found


def init_app(app) -> None:
    """Without a key file the application starts, so that `flask init` can run, but reads and writes nothing sealed.

    A new key is never made here for a real installation: it would hide that the old one was lost.
    """
    if app.config.get("TESTING") or app.config.get("CASEMGR_DEMO"):
        create_key_file(Path(app.config["CASEMGR_KEY_FILE"]))
    if not app.config.get("SECRET_KEY"):
        try:
            app.config["SECRET_KEY"] = keys(app).cookie
        except KeyFileMissing:
            app.config["SECRET_KEY"] = secrets.token_bytes(32)  # no cookie signed now is worth keeping
