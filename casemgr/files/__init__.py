"""Attachments: scans, photos, tables that people hand in, kept encrypted in the database, so that one backup holds all.

file_id = store(session, subject, "Biên bản.pdf", data, author="...", now=now())     # raises Refused (field `file`)
found = load(session, file_id)              # found.data, found.name (as it was called), found.media, found.sha256
facts(session, [file_id, ...])              # {id: Facts}: size, kind, day; nothing is decrypted
send(found, "HS-7K4-29Q-4")                 # the answer of a view: downloaded under a neutral name, never shown inline

`subject` is the subject of a ledger (a case, a register, a reported figure) whose key encrypts the content; who may
read the subject may read its files, and the view asks that. An entry that names a file says so in its coded part:
{"file": file_id.hex, "sha256": found.sha256, "kind": found.media.code}. The digest in the chain is what proves the
content; `load(..., sha256=...)` refuses a file that is not the one the entry named.

Forms take files by `casemgr.ui.fields.FileField`; their view is marked with `casemgr.ui.doors.takes_files`.
"""

from casemgr.files.kinds import MEDIA, Media, sniff
from casemgr.files.services import Facts, File, Missing, discard, facts, load, read_path, read_upload, send, store

__all__ = [
    "MEDIA",
    "Facts",
    "File",
    "Media",
    "Missing",
    "discard",
    "facts",
    "load",
    "read_path",
    "read_upload",
    "send",
    "sniff",
    "store",
]
