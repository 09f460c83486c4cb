"""The chain and the fold order, without a database."""

from dataclasses import fields, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.ledger import rules
from casemgr.ledger.rules import Entry, broken_line, canonical, effective, entry_mac, first_break, genesis, line_of
from tests.ledger.build import START

KEY = b"k" * 32
SUBJECT = UUID(int=7)


def chain(count: int) -> list[Entry]:
    ledger, prev = [], genesis(SUBJECT)
    for seq in range(1, count + 1):
        coded = {"n": seq}
        entry = Entry(
            SUBJECT, seq, UUID(int=1000 + seq), "noted", START + timedelta(hours=seq), "minute",
            START + timedelta(hours=seq), "w", "u", coded, canonical(coded), b"s%d" % seq, "XX@1:0", None, b"d" * 16,
            prev, b"",
        )  # fmt: skip
        entry = replace(entry, mac=entry_mac(KEY, entry))
        ledger.append(entry)
        prev = entry.mac
    return ledger


ALTERATIONS = {
    "id": lambda e: uuid4(),
    "kind": lambda e: "other",
    "occurred_at": lambda e: e.occurred_at + timedelta(minutes=1),
    "precision": lambda e: "day",
    "recorded_at": lambda e: e.recorded_at - timedelta(microseconds=1),
    "author": lambda e: "somebody",
    "unit": lambda e: "elsewhere",
    "coded_text": lambda e: e.coded_text.replace("{", "{ ", 1),
    "sealed": lambda e: None,
    "definition": lambda e: "XX@2:0",
    "voids": lambda e: uuid4(),
    "digest": lambda e: b"e" * 16,
    "mac": lambda e: bytes(32),
}


def test_every_stored_field_is_covered():
    stored = {f.name for f in fields(Entry)} - {"coded"}  # coded is what coded_text says
    assert stored == set(ALTERATIONS) | {"subject", "seq", "prev"}


@pytest.mark.parametrize("name", ALTERATIONS)
@given(position=st.integers(0, 5))
def test_the_chain_breaks_at_exactly_the_altered_entry(name, position):
    ledger = chain(6)
    entry = ledger[position]
    ledger[position] = replace(entry, **{name: ALTERATIONS[name](entry)})
    broken = first_break(KEY, ledger)
    assert (broken.seq, broken.reason) == (position + 1, "mac")


@pytest.mark.parametrize("voids", ["", "0" * 31, "0" * 36])
def test_a_line_that_voids_what_no_entry_can_be_is_not_read(voids):
    lines = [line_of(entry) for entry in chain(3)]
    lines[1] = lines[1]._replace(voids=voids)
    assert broken_line(KEY, lines) == (2, "unread")


@given(position=st.integers(0, 4))
def test_a_missing_entry_is_a_gap(position):
    ledger = chain(6)
    del ledger[position]
    assert first_break(KEY, ledger).seq == position + 1


@given(a=st.integers(0, 5), b=st.integers(0, 5))
def test_two_exchanged_entries_are_found_at_the_first(a, b):
    ledger = chain(6)
    ledger[a], ledger[b] = ledger[b], ledger[a]
    broken = first_break(KEY, ledger)
    assert broken is None if a == b else broken.seq == min(a, b) + 1


def test_a_ledger_moved_to_another_subject_breaks_at_once():
    ledger = [replace(e, subject=UUID(int=8)) for e in chain(3)]
    assert first_break(KEY, ledger).seq == 1


def test_the_right_chain_holds_and_another_key_does_not():
    assert first_break(KEY, chain(6)) is None
    assert first_break(b"x" * 32, chain(6)).seq == 1


@given(st.permutations(range(6)))
def test_the_order_of_arrival_does_not_change_what_counts(order):
    ledger = chain(6)
    assert effective([ledger[i] for i in order]) == ledger


def test_an_entry_counts_until_its_void_is_known():
    ledger = chain(3)
    void = replace(ledger[2], id=UUID(int=5), kind="voided", voids=ledger[0].id)
    known = [ledger[0], ledger[1], void]
    assert [e.seq for e in effective(known)] == [2]
    assert [e.seq for e in effective(known, known_at=ledger[1].recorded_at)] == [1, 2]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_canonical_text_does_not_depend_on_the_order_of_keys(value):
    def turned(item):
        if isinstance(item, dict):
            return {k: turned(item[k]) for k in reversed(item)}
        return [turned(x) for x in item] if isinstance(item, list) else item

    assert rules.canonical(value) == rules.canonical(turned(value))
