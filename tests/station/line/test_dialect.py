"""What the text dialects share: bounded answers, strict digits, pieces of a long row."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.errors import PlcFrameError
from station.line.dialect import LineExchange, hex_text, is_hex, pieces, registers, shown


def line_exchange() -> LineExchange:
    return LineExchange(b"?", b"\n", 5, 10, tuple)


def test_an_answer_ends_at_its_end_and_what_follows_is_not_looked_at():
    assert line_exchange().feed(b"ab\ncd\n") == (97, 98, 10)


def test_an_answer_that_never_ends_is_refused_when_it_is_too_long():
    exchange = line_exchange()
    assert exchange.feed(b"a" * 10) is None
    with pytest.raises(PlcFrameError, match="longer than 10 bytes"):
        exchange.feed(b"a")


@given(st.binary(max_size=40), st.lists(st.integers(0, 40)))
def test_any_split_gives_the_same_result_and_little_is_kept(data, cuts):
    def result(chunks):
        exchange = line_exchange()
        try:
            for chunk in chunks:
                if (words := exchange.feed(chunk)) is not None:
                    return words
        except PlcFrameError:
            return "refused"
        finally:
            assert len(exchange._answer) <= 11
        return None

    places = [0, *sorted(cuts), len(data)]
    assert result([data]) == result([data[a:b] for a, b in pairwise(places)])


def test_registers_are_exactly_so_many_upper_case_digits():
    assert registers(hex_text([0x3CA5, 1]).encode(), 2) == (0x3CA5, 1)
    for text in (b"3CA5", b"3CA50001F", b"3ca50001", b"+CA50001", b"3CA5 001", b"3CA5_001"):
        with pytest.raises(PlcFrameError, match="should carry 2 registers"):
            registers(text, 2)
    assert not is_hex("٣".encode())


def test_pieces_of_a_long_row():
    assert list(pieces(107, 48, 27)) == [(107, 27), (134, 21)]


def test_received_bytes_are_shown_short_and_in_ascii():
    assert shown(b"\xff\r") == r"b'\xff\r'"
    assert len(shown(bytes(1000))) < 300
