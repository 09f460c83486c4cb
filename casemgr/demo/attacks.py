"""Attacks on stored ledgers, by somebody who may do anything to the database: each is done, looked for and undone.

`python -m casemgr.demo.bench_attacks` does all of them on a small province and prints how many stayed unseen.
Some have the stolen key too; those, and a return to an older copy, can be seen only with a seal that was kept outside.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID, uuid4

import sqlalchemy as sa

from casemgr import vault
from casemgr.access import log
from casemgr.access.models import AccessLog
from casemgr.audit import sealing
from casemgr.audit.models import Seal, SealHead
from casemgr.audit.outside import verify_with
from casemgr.audit.rules import moved_digest, root, seal_mac
from casemgr.db import begin_write, is_postgresql
from casemgr.demo.attack_fields import ENTRY_FIELDS, LOG_FIELDS, SEAL_FIELDS, flipped
from casemgr.ledger.rules import Entry, entry_mac
from casemgr.ledger.services import ENTRIES, SUBJECTS, province

LOG, SEALS, HEADS = AccessLog.__table__, Seal.__table__, SealHead.__table__


@dataclass(frozen=True, slots=True)
class Attack:
    """`act(session)` does it. `named`: where and at which entry it must be found; None where only that it is found
    can be asked. `outside`: it can be seen only with the seal kept outside."""

    name: str
    act: Callable
    named: tuple[str, int] | None = None
    outside: bool = False


def free_hands(session) -> None:
    """What a superuser can do: the triggers look away until the end of the transaction."""
    begin_write(session)
    if is_postgresql(session):
        session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        return
    for name in session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        session.execute(sa.text(f'DROP TRIGGER "{name}"'))
    session.execute(sa.text("PRAGMA defer_foreign_keys = ON"))


def found(session, attack: Attack, kept: dict) -> bool:
    """Whether an attack is seen, and named rightly; afterwards it never happened."""
    free_hands(session)
    attack.act(session)
    session.flush()
    session.expire_all()
    _count, faults = verify_with(session, kept if attack.outside else None)
    session.rollback()
    if attack.named is None:
        return bool(faults)
    return attack.named in {(fault.where, fault.seq) for fault in faults}


def run(session, attacks, kept: dict) -> tuple[list[str], int]:
    """(names of those that stayed unseen, how many were tried)"""
    unseen, tried = [], 0
    for attack in attacks:
        tried += 1
        if not found(session, attack, kept):
            unseen.append(attack.name)
    return unseen, tried


class Chain:
    """The rows of one ledger, or of one chain of the access log, to be tampered with."""

    def __init__(self, session, table: sa.Table, subject):
        self.table, self.subject = table, subject
        self.own = table.c.subject if table is ENTRIES else table.c.chain
        query = sa.select(table).where(table.c.province == province(), self.own == subject)
        self.rows = [dict(row) for row in session.execute(query.order_by(table.c.seq)).mappings()]

    @property
    def name(self) -> str:
        return str(self.subject) if self.table is ENTRIES else f"{sealing.OF_LOG}/{self.subject}"

    def write(self, session, rows: Sequence[dict], head: bool = False) -> None:
        session.execute(sa.delete(self.table).where(self.table.c.province == province(), self.own == self.subject))
        if rows:
            session.execute(sa.insert(self.table), list(rows))
        if head and self.table is ENTRIES:
            last = {"head_seq": rows[-1]["seq"], "head_mac": rows[-1]["mac"]} if rows else {"head_seq": 0}
            session.execute(sa.update(SUBJECTS).where(SUBJECTS.c.id == self.subject).values(**last))

    def altered(self, place: int, **values) -> list[dict]:
        return [row | values if i == place else row for i, row in enumerate(self.rows)]

    def renumbered(self, rows: Sequence[dict]) -> list[dict]:
        return [row | {"seq": seq} for seq, row in enumerate(rows, start=1)]

    def signed(self, rows: Sequence[dict], place: int) -> list[dict]:
        """The rows with MACs made anew from this place on, as somebody with the stolen key would."""
        key, done = vault.keys().mac, [dict(row) for row in rows]
        for i in range(place, len(done)):
            before = done[i - 1]["mac"] if i else None
            if self.table is ENTRIES:
                if before is not None:
                    done[i]["prev"] = before
                done[i]["mac"] = entry_mac(key, _entry(done[i]))
            else:
                done[i]["mac"] = log.mac(key, done[i], before or log.genesis(self.subject))
        return done


def _entry(row: dict) -> Entry:
    values = {name: value for name, value in row.items() if name not in ("province", "coded")}
    return Entry(**values, coded={}, coded_text=row["coded"])


def on_chain(chain: Chain, place: int, fields: dict[str, Callable]) -> Iterator[Attack]:
    """Every attack without the key on one row of a chain."""
    rows, seq, label = chain.rows, place + 1, f"{chain.table.name} {place + 1}/{len(chain.rows)}"

    def attack(what: str, changed: Sequence[dict], at: int = seq, head: bool = False) -> Attack:
        return Attack(f"{what} {label}", lambda s: chain.write(s, changed, head), (chain.name, at))

    for name, value in fields.items():
        new = {name: value(rows[place])}
        if name in ("kind", "voids"):  # the database lets the two change only together
            new |= {"kind": "voided"} if name == "voids" else {"voids": None}
        yield attack(f"alter {name}", chain.altered(place, **new))
    without = [*rows[:place], *rows[place + 1 :]]
    yield attack("delete", without)
    yield attack("delete and close the gap", chain.renumbered(without), head=True)
    fresh = {"id": uuid4()} | ({"voids": None, "kind": "other"} if chain.table is ENTRIES else {})
    forged = rows[place] | fresh
    yield attack("insert", chain.renumbered([*rows[:place], forged, *rows[place:]]), head=True)
    if place:
        turned = [*rows[: place - 1], rows[place], rows[place - 1], *rows[place + 1 :]]
        yield attack("reorder", chain.renumbered(turned), at=seq - 1, head=True)
    yield attack("cut off from here", rows[:place], head=True)


def with_key(session, chain: Chain, place: int) -> Iterator[Attack]:
    """With the stolen key: a chain that holds, with a head that fits; and the seals made to fit as well."""
    label = f"{chain.table.name} {place + 1}/{len(chain.rows)}"
    change = {"unit": "x"} if chain.table is ENTRIES else {"status": 299}
    signed = chain.signed(chain.altered(place, **change), place)
    closed = chain.signed(chain.renumbered([*chain.rows[:place], *chain.rows[place + 1 :]]), place)
    for what, rows in (("alter", signed), ("delete", closed)):

        def act(s, rows=rows, seals=False):
            chain.write(s, rows, head=True)
            if seals:
                forge_seals(s)

        yield Attack(f"key stolen: {what} {label}", act)
        yield Attack(f"key stolen, seals forged: {what} {label}", lambda s, act=act: act(s, seals=True), None, True)


def forge_seals(session) -> None:
    """Every seal rewritten to fit what the database says now."""
    key, prev, known = vault.keys().mac, sealing.EMPTY, {head.subject: head for head in sealing.heads_now(session)}
    for seal in session.scalars(sa.select(Seal).where(Seal.province == province()).order_by(Seal.number)).all():
        own = []
        for row in session.execute(sa.select(HEADS).where(HEADS.c.number == seal.number).order_by(HEADS.c.subject)):
            fits = known.get(row.subject)
            place = (HEADS.c.number == seal.number, HEADS.c.subject == row.subject)
            if fits is None:
                session.execute(sa.delete(HEADS).where(*place))
                continue
            seq = min(row.seq, fits.seq)
            mac = _mac_at(session, row, seq)
            session.execute(sa.update(HEADS).where(*place).values(seq=seq, mac=mac))
            own.append(sealing.Head(row.subject, row.kind, seq, mac))
        heads = sealing.heads_at(session, seal.number)
        seal.prev, seal.moved, seal.moved_digest, seal.root = prev, len(own), moved_digest(own), root(heads)
        seal.subjects, seal.entries = len(heads), sum(head.seq for head in heads)
        seal.digest = prev = sealing.statement(seal).digest()
        seal.mac = seal_mac(key, seal.digest)
        session.flush()


def _mac_at(session, head, seq: int) -> bytes:
    if head.kind == sealing.OF_LOG:
        return session.scalar(sa.select(LOG.c.mac).where(LOG.c.chain == head.subject.int, LOG.c.seq == seq))
    return session.scalar(sa.select(ENTRIES.c.mac).where(ENTRIES.c.subject == head.subject, ENTRIES.c.seq == seq))


def on_heads(subjects: Sequence[UUID]) -> Iterator[Attack]:
    """The list of ledgers itself."""
    for subject in subjects:
        own = SUBJECTS.c.id == subject
        for name, value in (("head_seq", SUBJECTS.c.head_seq + 1), ("head_mac", b"x" * 32), ("kind", "other")):
            yield Attack(f"alter ledger_subject.{name}", _do(sa.update(SUBJECTS).where(own).values({name: value})))
        yield Attack("delete ledger_subject", _do(sa.delete(SUBJECTS).where(own)))
        both = (sa.delete(ENTRIES).where(ENTRIES.c.subject == subject), sa.delete(SUBJECTS).where(own))
        yield Attack("delete a whole ledger", _do(*both))


def on_seals(session) -> Iterator[Attack]:
    """The seals themselves; that the last ones are gone can be seen only from outside."""
    rows = [dict(row) for row in session.execute(sa.select(SEALS).order_by(SEALS.c.number)).mappings()]
    for row in rows:
        own, here = SEALS.c.number == row["number"], HEADS.c.number == row["number"]
        for name, value in SEAL_FIELDS.items():
            yield Attack(f"alter seal.{name}", _do(sa.update(SEALS).where(own).values({name: value(row)})))
        yield Attack("delete a seal", _do(sa.delete(SEALS).where(own)))
        for head in session.execute(sa.select(HEADS).where(here)).all():
            one = (here, HEADS.c.subject == head.subject)
            yield Attack("delete a sealed head", _do(sa.delete(HEADS).where(*one)))
            for name, value in (("seq", head.seq + 1), ("mac", flipped(head.mac)), ("kind", "x")):
                yield Attack(f"alter seal_head.{name}", _do(sa.update(HEADS).where(*one).values({name: value})))
    last = rows[-1]["number"]
    gone = (sa.delete(SEALS).where(SEALS.c.number == last), sa.delete(HEADS).where(HEADS.c.number == last))
    yield Attack("the last seal removed", _do(*gone), ("seal", last), True)


def older_copy(session, number: int) -> Attack:
    """The whole database as it was at an earlier seal."""
    heads = {head.subject: head.seq for head in sealing.heads_at(session, number)}

    def act(s) -> None:
        for subject in s.scalars(sa.select(SUBJECTS.c.id)).all():
            chain = Chain(s, ENTRIES, subject)
            chain.write(s, chain.rows[: heads.get(subject, 0)], head=True)
        for number_ in s.scalars(sa.select(LOG.c.chain).distinct()).all():
            chain = Chain(s, LOG, number_)
            chain.write(s, chain.rows[: heads.get(UUID(int=number_), 0)])
        s.execute(sa.delete(SEALS).where(SEALS.c.number > number))
        s.execute(sa.delete(HEADS).where(HEADS.c.number > number))

    return Attack(f"the copy of seal {number} put back", act, ("seal", number + 1), True)


def _do(*statements) -> Callable:
    def act(session) -> None:
        for statement in statements:
            session.execute(statement)

    return act


def everywhere(session) -> Iterator[Attack]:
    """The whole list at every position of every ledger; for a small database."""
    subjects = session.scalars(sa.select(SUBJECTS.c.id).where(SUBJECTS.c.head_seq > 0).order_by(SUBJECTS.c.id)).all()
    chains = [Chain(session, ENTRIES, subject) for subject in subjects]
    chains += [Chain(session, LOG, number) for number in session.scalars(sa.select(LOG.c.chain).distinct()).all()]
    for chain in chains:
        for place in range(len(chain.rows)):
            yield from on_chain(chain, place, ENTRY_FIELDS if chain.table is ENTRIES else LOG_FIELDS)
            yield from with_key(session, chain, place)
    yield from on_heads(subjects)
    yield from on_seals(session)
    for number in session.scalars(sa.select(SEALS.c.number).order_by(SEALS.c.number)).all()[:-1]:
        yield older_copy(session, number)


def somewhere(session, random: Random, count: int) -> Iterator[Attack]:
    """`count` attacks at random positions; for a large database."""
    subjects = session.scalars(sa.select(SUBJECTS.c.id).where(SUBJECTS.c.head_seq > 0).order_by(SUBJECTS.c.id)).all()
    for _ in range(count):
        chain = Chain(session, ENTRIES, random.choice(subjects))
        place = random.randrange(len(chain.rows))
        yield random.choice([*on_chain(chain, place, ENTRY_FIELDS), *with_key(session, chain, place)])
