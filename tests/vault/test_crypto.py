"""What is sealed opens with its own key in its own place, and nowhere else."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.vault import BUCKETS, Unreadable, blind, bucket, new_subject_key, seal, unseal
from casemgr.vault.crypto import derive

KEYS = derive(bytes(range(32)))
OTHER = derive(bytes(range(1, 33)))
MAC_OF_ZEROS = "fc6a516cf27bb888b615f9964bbedb4f338ff273dc12ef81c26a4829b917d2a0"


@given(plaintext=st.binary(max_size=2000), aad=st.binary(max_size=60))
def test_round_trip(plaintext, aad):
    wrapped = new_subject_key(KEYS)
    assert unseal(KEYS, wrapped, seal(KEYS, wrapped, plaintext, aad), aad) == plaintext


@given(st.data())
def test_one_changed_bit_makes_it_unreadable(data):
    wrapped = new_subject_key(KEYS)
    sealed = bytearray(seal(KEYS, wrapped, "Nguyễn Văn Ân".encode(), b"here"))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8
    with pytest.raises(Unreadable):
        unseal(KEYS, wrapped, bytes(sealed), b"here")


@given(st.integers(0, 40 * 8 - 1))
def test_a_changed_wrapped_key_is_refused(place):
    wrapped = bytearray(new_subject_key(KEYS))
    sealed = seal(KEYS, bytes(wrapped), b"text", b"")
    wrapped[place // 8] ^= 1 << place % 8
    with pytest.raises(Unreadable):
        unseal(KEYS, bytes(wrapped), sealed, b"")


def test_another_place_is_refused():
    wrapped = new_subject_key(KEYS)
    sealed = seal(KEYS, wrapped, b"text", b"entry 1")
    with pytest.raises(Unreadable):
        unseal(KEYS, wrapped, sealed, b"entry 2")


def test_another_subjects_key_is_refused():
    sealed = seal(KEYS, new_subject_key(KEYS), b"text", b"")
    with pytest.raises(Unreadable):
        unseal(KEYS, new_subject_key(KEYS), sealed, b"")


def test_another_installation_is_refused():
    wrapped = new_subject_key(KEYS)
    sealed = seal(KEYS, wrapped, b"text", b"")
    with pytest.raises(Unreadable):
        unseal(OTHER, wrapped, sealed, b"")


@pytest.mark.parametrize("junk", [b"", b"short", b"x" * 27, b"x" * 200])
def test_junk_is_unreadable(junk):
    with pytest.raises(Unreadable):
        unseal(KEYS, new_subject_key(KEYS), junk, b"")
    with pytest.raises(Unreadable):
        unseal(KEYS, junk, b"x" * 60, b"")


def test_the_same_text_seals_differently_each_time():
    wrapped = new_subject_key(KEYS)
    assert seal(KEYS, wrapped, b"text", b"") != seal(KEYS, wrapped, b"text", b"")


def test_the_error_carries_no_trace_of_the_text():
    wrapped = new_subject_key(KEYS)
    with pytest.raises(Unreadable) as caught:
        unseal(KEYS, wrapped, seal(KEYS, wrapped, b"Nguyen", b"a"), b"b")
    assert caught.value.__cause__ is None
    assert "Nguyen" not in str(caught.value)


def test_keys_are_told_apart_and_never_shown():
    values = [KEYS.mac, KEYS.digest, KEYS.wrap, KEYS.index, KEYS.cookie]
    assert len(set(values)) == 5
    assert {len(value) for value in values} == {32}
    assert repr(KEYS) == "Keys()"


def test_keys_depend_on_the_master_alone():
    # A changed derivation would make every stored text unreadable: this value must never change.
    assert derive(bytes(range(32))) == KEYS
    assert derive(bytes(32)).mac.hex() == MAC_OF_ZEROS


def test_a_master_key_of_another_length_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        derive(os.urandom(31))


def test_blind_index_tells_kinds_and_installations_apart():
    assert blind(KEYS, "cccd", "089095001234") == blind(KEYS, "cccd", "089095001234")
    assert len(blind(KEYS, "cccd", "089095001234")) == 16
    assert blind(KEYS, "cccd", "089095001234") != blind(KEYS, "phone", "089095001234")
    assert blind(KEYS, "cccd", "089095001234") != blind(OTHER, "cccd", "089095001234")


@given(st.text(max_size=12))
def test_buckets_are_small_numbers_that_do_not_change(syllable):
    found = bucket(KEYS, syllable)
    assert 0 <= found < BUCKETS
    assert bucket(KEYS, syllable) == found


def test_buckets_are_spread_evenly():
    counts = [0] * BUCKETS
    for number in range(6400):
        counts[bucket(KEYS, f"syllable {number}")] += 1
    assert min(counts) > 50
    assert max(counts) < 170
