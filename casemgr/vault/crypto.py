"""The cryptography of casemgr: keys derived from one master, one key per subject, and blind indexes.

Pure functions on bytes. Identity and free text are encrypted with AES-256-GCM under the key of the subject they
are about; that key is stored wrapped (AES key wrap, RFC 3394) and deleting it is how a subject is erased. What must
be found again without decrypting is found by a keyed digest (keyed BLAKE2b, RFC 7693).
"""

import os
from dataclasses import dataclass, field
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
# Few enough that a bucket never names one syllable, many enough that a search decrypts little.
BUCKETS = 64


class Unreadable(Exception):
    """The text cannot be decrypted: another key, another place (associated data), or changed bytes."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What is derived from the master key; 32 bytes each, never shown by repr()."""

    mac: bytes = field(repr=False)  # chains ledger entries
    digest: bytes = field(repr=False)  # compares the content of two entries
    wrap: bytes = field(repr=False)  # wraps the subjects' own keys
    index: bytes = field(repr=False)  # blind index of identifiers and names
    cookie: bytes = field(repr=False)  # signs cookies where no SECRET_KEY is set


def derive(master: bytes) -> Keys:
    """Keys from 32 master bytes by HKDF-SHA256, one purpose each. ValueError for any other length."""
    if len(master) != KEY_BYTES:
        raise ValueError(f"a master key has {KEY_BYTES} bytes, not {len(master)}")
    return Keys(**{name: _derive_one(master, name) for name in ("mac", "digest", "wrap", "index", "cookie")})


def _derive_one(master: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"casemgr/1/{purpose}".encode()).derive(master)


def new_subject_key(keys: Keys) -> bytes:
    """A fresh random key for one subject, wrapped (40 bytes)."""
    return aes_key_wrap(keys.wrap, os.urandom(KEY_BYTES))


def seal(keys: Keys, wrapped: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """nonce (12) || ciphertext || tag (16) under the subject's key; `aad` says where the text belongs.

    Nonces are random: safe for 2**32 texts under one subject's key, far beyond any dossier.
    """
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(keys, wrapped).encrypt(nonce, plaintext, aad)


def unseal(keys: Keys, wrapped: bytes, sealed: bytes, aad: bytes) -> bytes:
    """The plaintext of `seal`. Raises Unreadable."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise Unreadable("the sealed text is too short")
    try:
        return _cipher(keys, wrapped).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], aad)
    except InvalidTag:
        # Without a cause: a traceback must not carry what was being read.
        raise Unreadable("the sealed text does not belong to this key or place, or was changed") from None


def _cipher(keys: Keys, wrapped: bytes) -> AESGCM:
    try:
        return AESGCM(aes_key_unwrap(keys.wrap, wrapped))
    except (InvalidUnwrap, ValueError):
        raise Unreadable("the subject's key was wrapped by another master key, or changed") from None


def blind(keys: Keys, kind: str, value: str) -> bytes:
    """16 bytes that stand for an identifier or phone of this kind in an index; equal values give equal bytes."""
    return blake2b(f"{kind}\0{value}".encode(), digest_size=16, key=keys.index, person=b"casemgr.blind").digest()


def bucket(keys: Keys, syllable: str) -> int:
    """The bucket (0..63) of a folded name syllable. Many syllables share one, so it gives no name away."""
    return blake2b(syllable.encode(), digest_size=1, key=keys.index, person=b"casemgr.bucket").digest()[0] % BUCKETS
