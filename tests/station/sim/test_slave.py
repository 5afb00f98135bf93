"""What the simulated text slaves share: frames out of a stream, strict numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.sim.slave import FrameBuffer, Refusal, parse, parse_words, words_text


def test_a_frame_begins_anew_at_its_start_and_one_too_long_is_dropped() -> None:
    buffer = FrameBuffer(end=ord("\r"), longest=6, start=ord("@"))
    assert buffer.take(b"xx@12@ab\r@1234567890\r@cd\r") == [b"@ab\r", b"@cd\r"]
    assert len(buffer) == 0


@given(st.lists(st.sampled_from([b"@", b"a", b"\r"]), max_size=60), st.lists(st.integers(0, 60)))
def test_any_split_gives_the_same_frames(letters: list[bytes], cuts: list[int]) -> None:
    data = b"".join(letters)
    whole = FrameBuffer(13, 6, 64).take(data)
    buffer = FrameBuffer(13, 6, 64)
    places = [0, *sorted(cuts), len(data)]
    assert [frame for a, b in pairwise(places) for frame in buffer.take(data[a:b])] == whole
    assert len(buffer) <= 7


@pytest.mark.parametrize("digits", [b"", b"+1", b"1_0", b" 1", b"1a", b"\xff"])
def test_numbers_are_strict(digits: bytes) -> None:
    with pytest.raises(Refusal, match="15"):
        parse(digits, 16, "15")


def test_decimal_numbers_have_no_letters() -> None:
    assert parse(b"0107", 10, "15") == 107
    with pytest.raises(Refusal):
        parse(b"01A7", 10, "15")


def test_words() -> None:
    assert parse_words(words_text([0x3CA5, 1]), "15") == [0x3CA5, 1]
    for text in (b"", b"3CA", b"3CA5000"):
        with pytest.raises(Refusal):
            parse_words(text, "15")
