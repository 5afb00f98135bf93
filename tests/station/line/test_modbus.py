"""The codec against byte vectors of the Modbus specification, any split of the stream, and noise."""

from __future__ import annotations

import itertools
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.core.crc import crc16
from station.core.errors import PlcFrameError
from station.line import modbus


def framed(text: str) -> bytes:
    body = bytes.fromhex(text)
    return body + struct.pack("<H", crc16(body))


# Application Protocol V1.1b3, the examples of sections 6.3, 6.4, 6.6, 6.12 and 6.17, here for unit 0x11.
SPECIFICATION = {
    "read holding": (modbus.read_holding(0x11, 0x6B, 3), "1103006B0003", "1103 06 022B 0000 0064", (0x22B, 0, 0x64)),
    "read input": (modbus.read_input(0x11, 0x08, 1), "110400080001", "1104 02 000A", (0x0A,)),
    "write one": (modbus.write_one(0x11, 1, 3), "110600010003", "110600010003", ()),
    "write many": (modbus.write_many(0x11, 1, [0x0A, 0x102]), "11100001000204000A0102", "111000010002", ()),
    "read and write": (
        modbus.read_write(0x11, 3, 6, 0x0E, [0xFF, 0xFF, 0xFF]),
        "1117 0003 0006 000E 0003 06 00FF 00FF 00FF",
        "1117 0C 00FE 0ACD 0001 0003 000D 00FF",
        (0xFE, 0xACD, 1, 3, 0x0D, 0xFF),
    ),
}


@pytest.mark.parametrize("name", SPECIFICATION)
def test_examples_of_the_specification(name):
    exchange, request, answer, words = SPECIFICATION[name]
    assert exchange.request == framed(request)
    assert exchange.feed(framed(answer)) == words


def test_whole_frame_with_its_checksum():
    """A frame whose CRC is printed in many manuals: unit 1, read one register from 0: CRC bytes 84 0A."""
    assert modbus.read_holding(1, 0, 1).request == bytes.fromhex("01 03 00 00 00 01 84 0A")


@pytest.mark.parametrize(("code", "meaning"), [(1, "illegal function"), (2, "no such register"), (6, "busy")])
def test_exception_response_says_what_it_means(code, meaning):
    with pytest.raises(PlcFrameError, match=f"exception {code} to function 23.*{meaning}"):
        modbus.read_write(1, 0, 13, 100, [1]).feed(framed(f"0197{code:02x}"))


def test_unknown_exception_code():
    with pytest.raises(PlcFrameError, match="exception 77 to function 3: unknown"):
        modbus.read_holding(1, 0, 1).feed(framed("01834d"))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (framed("020302000a"), "answer from unit 2, asked was unit 1"),
        (framed("010402000a"), "answer to function 4, asked was function 3"),
        (framed("010304000a0000"), "wrong CRC"),
        (framed("010304000a"), "does not fit"),
        (framed("010302000a")[:-1] + b"\x00", "wrong CRC"),
    ],
)
def test_damaged_and_foreign_answers_are_refused(answer, words):
    with pytest.raises(PlcFrameError, match=words):
        modbus.read_holding(1, 0, 1).feed(answer)


def test_echo_of_another_address_is_refused():
    with pytest.raises(PlcFrameError, match="does not fit"):
        modbus.write_many(1, 105, [1, 2, 3]).feed(framed("0110006c0003"))


def test_incomplete_answer_is_no_answer():
    exchange = modbus.read_holding(1, 0, 2)
    assert exchange.feed(framed("01030400010002")[:-1]) is None
    assert exchange.feed(b"") is None


def test_what_follows_an_answer_is_not_looked_at():
    assert modbus.read_holding(1, 0, 1).feed(framed("010302000a") + b"\x55" * 5000) == (10,)


@pytest.mark.parametrize(
    "make",
    [
        lambda: modbus.read_holding(1, 0, 0),
        lambda: modbus.read_input(1, 0, 126),
        lambda: modbus.write_many(1, 0, []),
        lambda: modbus.write_many(1, 0, [0] * 124),
        lambda: modbus.read_write(1, 0, 1, 0, [0] * 122),
    ],
)
def test_more_registers_than_fit_are_a_bug_of_the_caller(make):
    with pytest.raises(ValueError, match="fit one request"):
        make()


def outcome(pieces: list[bytes], words: int) -> tuple[int, ...] | str | None:
    exchange = modbus.read_holding(1, 0, words)
    result = None
    try:
        for piece in pieces:
            result = exchange.feed(piece)
            if result is not None:
                break
    except PlcFrameError as error:
        return str(error)
    return result


@st.composite
def streams(draw):
    """An answer, whole or damaged or noise, and two ways to split it."""
    values = draw(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=20))
    data = bytearray(framed(f"0103{2 * len(values):02x}" + "".join(f"{value:04x}" for value in values)))
    kind = draw(st.sampled_from(["whole", "flipped", "noise", "longer", "exception"]))
    if kind == "flipped":
        data[draw(st.integers(0, len(data) - 1))] ^= 1 << draw(st.integers(0, 7))
    elif kind == "noise":
        data = bytearray(draw(st.binary(max_size=60)))
    elif kind == "longer":
        data += draw(st.binary(max_size=20))
    elif kind == "exception":
        data = bytearray(framed("018302"))
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    return tuple(values), kind, bytes(data), [0, *cuts, len(data)]


@settings(max_examples=400, deadline=None)
@given(streams())
def test_any_split_gives_the_same_result_and_no_damage_is_taken_for_an_answer(stream):
    values, kind, data, cuts = stream
    whole = outcome([data], len(values))
    pieces = [data[start:end] for start, end in itertools.pairwise(cuts)]
    assert outcome(pieces, len(values)) == whole
    assert outcome([bytes([byte]) for byte in data], len(values)) == whole
    if kind in {"whole", "longer"}:
        assert whole == values
    elif kind in {"flipped", "exception"}:
        assert not isinstance(whole, tuple)
    elif isinstance(whole, tuple):
        assert crc16(data[: 5 + 2 * len(values)]) == 0
