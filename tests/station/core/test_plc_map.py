"""The register map: verdict words far apart, 32-bit values, slots that do not overlap anything."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core import plc_map
from station.core.domain import Reason, Verdict
from station.core.plc_map import SLOT_SIZE, SLOTS, Word, join32, slot_register, slot_words, split32, word_of

U32 = st.integers(0, 2**32 - 1)


def distance(a: int, b: int) -> int:
    return (a ^ b).bit_count()


def swapped(word: int) -> int:
    return (word & 0xFF) << 8 | word >> 8


@given(U32)
def test_32_bits_in_two_words(value: int) -> None:
    low, high = split32(value)
    assert max(low, high) <= 0xFFFF
    assert join32(low, high) == value


@given(st.integers(0, 2**40))
def test_larger_values_are_taken_modulo(value: int) -> None:
    assert join32(*split32(value)) == value % 2**32


def test_low_word_first() -> None:
    assert split32(0x0001_0002) == (2, 1)


def test_pass_and_reject_differ_in_every_bit() -> None:
    assert distance(Word.PASS, Word.REJECT) == 16


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(Word, 2)))
def test_words_are_at_least_eight_bits_apart(one: Word, other: Word) -> None:
    assert distance(one, other) >= 8


@pytest.mark.parametrize("word", Word)
def test_no_byte_swap_of_a_word_comes_near_pass_or_border(word: Word) -> None:
    assert distance(swapped(word), Word.PASS) >= 8
    assert distance(swapped(word), Word.BORDER) >= 8


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("reason", Reason)
def test_only_a_pass_in_the_grey_band_is_border(verdict: Verdict, reason: Reason) -> None:
    word = word_of(verdict, reason)
    assert word.verdict is verdict
    assert (word is Word.BORDER) == (verdict is Verdict.PASS and reason is Reason.BORDER)


@pytest.mark.parametrize("word", [0x0000, 0xFFFF])
def test_idle_line_is_no_pass(word: int) -> None:
    assert distance(word, Word.PASS) == distance(word, Word.BORDER) == 8


def test_byte_order_constant_shows_a_swap() -> None:
    assert swapped(plc_map.BYTE_ORDER) != plc_map.BYTE_ORDER


@given(U32)
def test_slot_carries_the_full_part_number(part: int) -> None:
    low, high, word = slot_words(part, Word.PASS)
    assert (join32(low, high), word) == (part, Word.PASS)


def test_sixteen_parts_have_sixteen_slots_in_a_row() -> None:
    registers = [slot_register(part) for part in range(32, 32 + SLOTS)]
    assert registers == [plc_map.SLOT_BASE + SLOT_SIZE * n for n in range(SLOTS)]
    assert slot_register(16) == slot_register(0)


def test_slots_follow_the_header_without_overlap() -> None:
    header = range(plc_map.CONTROL_BASE, plc_map.CONTROL_BASE + plc_map.CONTROL_SIZE)
    assert header[-1] + 1 == plc_map.SLOT_BASE
    for register in (plc_map.CONTROL_ORDER, plc_map.CONTROL_HEARTBEAT, plc_map.CONTROL_STATE, plc_map.CONTROL_RECIPE):
        assert register in header
    assert plc_map.CONTROL_RECIPE + 1 in header  # 32 bits


def test_status_registers_do_not_overlap() -> None:
    wide = {plc_map.COUNT, plc_map.ENCODER, plc_map.ACK_PART, plc_map.CONFIRMED, plc_map.WANTED}
    narrow = {plc_map.ORDER, plc_map.BOOT, plc_map.HEARTBEAT, plc_map.ACK_MASK, plc_map.INPUTS}
    used = sorted([*wide, *(register + 1 for register in wide), *narrow])
    assert used == list(range(plc_map.STATUS_SIZE))


def test_input_bits_are_single_and_distinct() -> None:
    bits = [plc_map.BIN_FULL, plc_map.AIR_LOW, plc_map.GATE_FAULT]
    assert [bit.bit_count() for bit in bits] == [1, 1, 1]
    assert len(set(bits)) == 3
