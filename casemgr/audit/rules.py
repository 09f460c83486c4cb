"""Merkle trees over the heads of all ledgers, and what a seal says. Pure.

A head is the last entry of a ledger: (subject, kind of subject, seq, mac). The leaves stand in the order of the subjects. Leaves and
inner nodes are hashed with different first bytes, so that none can be passed off as the other (as in RFC 6962).
A proof for one case shows hashes of other subtrees only: whoever holds it learns of no other case.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from casemgr.audit.offline import short
from casemgr.ledger.rules import canonical

FORMAT = "casemgr-seal/1"
EMPTY = sha256(b"").digest()


class Head(NamedTuple):
    """The last entry of one ledger, or the last row of one chain of the access log."""

    subject: UUID
    kind: str
    seq: int
    mac: bytes


def leaf(head: Head) -> bytes:
    return sha256(b"\0" + head.subject.bytes + head.seq.to_bytes(8, "big") + head.mac + head.kind.encode()).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def root(heads: Iterable[Head]) -> bytes:
    """The Merkle root of heads given in order of their subjects."""
    level = [leaf(head) for head in heads]
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else EMPTY


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The next level: pairs are joined, one that is left over goes up as it is."""
    joined = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return [*joined, level[-1]] if len(level) % 2 else joined


class Step(NamedTuple):
    """One step of a proof: what stands beside, and on which side."""

    side: str  # "left" | "right"
    hash: bytes


def proof(heads: Sequence[Head], subject: UUID) -> tuple[Head, list[Step]] | None:
    """The head of this subject with the way from its leaf to the root; None where the seal does not hold it."""
    place = next((i for i, head in enumerate(heads) if head.subject == subject), None)
    if place is None:
        return None
    head, level, steps = heads[place], [leaf(h) for h in heads], []
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            steps.append(Step("left" if beside < place else "right", level[beside]))
        level, place = _above(level), place // 2
    return head, steps


def proven(head: Head, steps: Iterable[Step], expected: bytes) -> bool:
    """Whether a proof leads from this head to this root."""
    found = leaf(head)
    for step in steps:
        found = _node(step.hash, found) if step.side == "left" else _node(found, step.hash)
    return hmac.compare_digest(found, expected)


def moved_digest(heads: Iterable[Head]) -> bytes:
    """A digest of the heads that moved since the seal before."""
    digest = sha256()
    for head in heads:
        digest.update(leaf(head))
    return digest.digest()


@dataclass(frozen=True, slots=True)
class Statement:
    """What a seal says; its digest is what is printed, kept outside and named by the next one."""

    installation: str
    number: int
    at: str  # isoformat
    author: str
    subjects: int  # ledgers with at least one entry
    entries: int  # entries in all ledgers and rows of the access log
    moved: int  # heads that moved since the seal before
    moved_digest: str
    root: str
    prev: str  # digest of the seal before

    def digest(self) -> bytes:
        return sha256(canonical({"format": FORMAT} | asdict(self)).encode()).digest()


def seal_mac(key: bytes, digest: bytes) -> bytes:
    """Only who has the key can make a seal."""
    return hmac.digest(key, b"seal" + digest, "sha256")


def destroyed_mac(key: bytes, digest: bytes, subjects: Iterable[UUID]) -> bytes:
    """Of the list of destroyed subjects that goes outside with a seal: nobody adds to it whose key is to be lost."""
    listed = b"".join(sorted(subject.bytes for subject in subjects))
    return hmac.digest(key, b"destroyed" + digest + listed, "sha256")


def backup_mac(key: bytes, said: Mapping) -> bytes:
    """Of the manifest of a backup, which names the digest of every table: also those that no ledger vouches for, like
    the accounts."""
    told = {name: value for name, value in said.items() if name != "mac"}
    return hmac.digest(key, b"backup" + canonical(told).encode(), "sha256")


def installation_of(key: bytes) -> str:
    """A name for the installation that its key alone determines and that gives nothing of the key away."""
    return hmac.digest(key, b"installation", "sha256")[:8].hex()


def code_of(digest: bytes) -> str:
    """The short code for paper: 20 hexadecimal digits in groups of four."""
    return short(digest.hex())
