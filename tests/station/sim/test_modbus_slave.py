"""The slave against golden vectors, a codec that is not its own, and the habits of real slaves."""

from __future__ import annotations

import struct
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.sim.modbus_slave import ModbusSlave
from station.sim.plc import IllegalAddressError

MS = 1_000_000
Frame = Callable[[bytes], bytes]


class Shelf:
    """200 registers that remember what was done to them, in order."""

    def __init__(self) -> None:
        self.values = [0] * 200
        self.log: list[tuple[str, int, int]] = []

    def read(self, address: int, count: int) -> list[int]:
        self._check("read", address, count)
        return self.values[address : address + count]

    def write(self, address: int, values: list[int]) -> None:
        self._check("write", address, len(values))
        self.values[address : address + len(values)] = values

    def _check(self, what: str, address: int, count: int) -> None:
        if address + count > len(self.values):
            raise IllegalAddressError
        self.log.append((what, address, count))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def slave(shelf: Shelf) -> ModbusSlave:
    return ModbusSlave(shelf, unit=1)


def test_golden_vector_read(shelf: Shelf) -> None:
    """The example of the Modbus specification (registers 108..110), with the CRC that every tool prints for it."""
    shelf.values[107:110] = [0x022B, 0x0000, 0x0064]
    answer = ModbusSlave(shelf, unit=0x11).feed(0, bytes.fromhex("1103006B00037687"))
    assert answer == bytes.fromhex("110306022B00000064C8BA")


def test_golden_vector_write_one(shelf: Shelf) -> None:
    request = bytes.fromhex("1106000100039A9B")
    assert ModbusSlave(shelf, unit=0x11).feed(0, request) == request
    assert shelf.values[1] == 3


def test_golden_vector_write_many(shelf: Shelf) -> None:
    answer = ModbusSlave(shelf, unit=0x11).feed(0, bytes.fromhex("11100001000204000A0102C6F0"))
    assert answer == bytes.fromhex("1110000100021298")
    assert shelf.values[1:3] == [0x000A, 0x0102]


def test_function_4_reads_the_same_registers(slave: ModbusSlave, shelf: Shelf, frame: Frame) -> None:
    shelf.values[5] = 0xBEEF
    assert slave.feed(0, frame(bytes.fromhex("010400050001"))) == frame(bytes.fromhex("010402BEEF"))


def test_function_23_writes_first_then_reads(slave: ModbusSlave, shelf: Shelf, frame: Frame) -> None:
    request = frame(struct.pack(">BBHHHHB2H", 1, 23, 10, 2, 10, 2, 4, 111, 222))
    assert slave.feed(0, request) == frame(bytes([1, 23, 4]) + struct.pack(">2H", 111, 222))
    assert shelf.log == [("write", 10, 2), ("read", 10, 2)]


@pytest.mark.parametrize(
    ("request_hex", "answer_hex"),
    [
        ("010300C80001", "018302"),  # address
        ("010300000000", "018303"),  # no register at all
        ("01030000007E", "018303"),  # more than 125
        ("0106012C0001", "018602"),
        ("011000000002020001", "019003"),  # byte count is not twice the count
        ("01100000000000", "019003"),
        ("01170000000100C80001020001", "019702"),
    ],
)
def test_refusals(slave: ModbusSlave, frame: Frame, request_hex: str, answer_hex: str) -> None:
    assert slave.feed(0, frame(bytes.fromhex(request_hex))) == frame(bytes.fromhex(answer_hex))


def test_a_refused_write_changes_nothing(slave: ModbusSlave, shelf: Shelf, frame: Frame) -> None:
    slave.feed(0, frame(struct.pack(">BBHHB2H", 1, 16, 199, 2, 4, 7, 7)))
    assert shelf.values == [0] * 200


def test_an_unknown_function_is_refused_after_silence(slave: ModbusSlave, frame: Frame) -> None:
    assert slave.feed(0, frame(bytes.fromhex("010700"))) == b""
    assert slave.next_ns() == 5 * MS
    assert slave.feed(5 * MS) == frame(bytes.fromhex("018701"))


def test_another_units_request_is_not_answered(slave: ModbusSlave, shelf: Shelf, frame: Frame) -> None:
    assert slave.feed(0, frame(bytes.fromhex("020600010005"))) == b""
    assert shelf.log == []
    assert slave.feed(1, frame(bytes.fromhex("010300010001"))) != b""


def test_a_broadcast_is_executed_and_not_answered(slave: ModbusSlave, shelf: Shelf, frame: Frame) -> None:
    assert slave.feed(0, frame(bytes.fromhex("000600010005"))) == b""
    assert shelf.values[1] == 5


def test_any_split_into_pieces_gives_the_same_answer(frame: Frame) -> None:
    request = frame(struct.pack(">BBHHHHB3H", 1, 23, 0, 13, 105, 3, 6, 1, 0, 0x3CA5))
    whole = ModbusSlave(Shelf()).feed(0, request)

    @given(st.sets(st.integers(1, len(request) - 1)))
    def check(cuts: set[int]) -> None:
        slave = ModbusSlave(Shelf())
        edges = [0, *sorted(cuts), len(request)]
        answers = [slave.feed(number * MS, request[a:b]) for number, (a, b) in enumerate(pairwise(edges))]
        assert answers[:-1] == [b""] * (len(answers) - 1)
        assert answers[-1] == whole

    check()


def test_a_damaged_request_is_not_executed_and_the_slave_is_deaf_until_silence(
    slave: ModbusSlave, shelf: Shelf, frame: Frame
) -> None:
    good = frame(bytes.fromhex("010600010005"))
    damaged = bytes([*good[:5], good[5] ^ 1, *good[6:]])
    assert slave.feed(0, damaged) == b""
    assert slave.feed(1 * MS, good) == b""
    assert shelf.log == []
    assert slave.damaged == 1
    assert slave.feed(6 * MS, good) == good


def test_after_a_lost_byte_a_retry_at_once_is_swallowed(slave: ModbusSlave, frame: Frame) -> None:
    """Why the master must keep a quiet gap longer than the slave's byte time-out."""
    request = frame(bytes.fromhex("010300010001"))
    assert slave.feed(0, request[:-1]) == b""
    assert slave.feed(1 * MS, request) == b""
    assert slave.feed(20 * MS, request) == frame(bytes.fromhex("0103020000"))


def test_after_a_lost_byte_a_quiet_gap_helps(slave: ModbusSlave, frame: Frame) -> None:
    request = frame(bytes.fromhex("010300010001"))
    slave.feed(0, request[:-1])
    assert slave.feed(5 * MS, request) == frame(bytes.fromhex("0103020000"))
    assert slave.damaged == 1


def test_the_byte_timeout_is_configurable(shelf: Shelf, frame: Frame) -> None:
    slave = ModbusSlave(shelf, byte_timeout_ns=500 * MS)
    request = frame(bytes.fromhex("010300010001"))
    slave.feed(0, request[:-1])
    assert slave.feed(499 * MS, request) == b""
    assert slave.feed(1100 * MS, request) != b""


@given(st.binary(max_size=300))
def test_noise_never_writes(noise: bytes) -> None:
    shelf = Shelf()
    slave = ModbusSlave(shelf)
    slave.feed(0, noise)
    slave.feed(10 * MS)
    assert all(what == "read" for what, _, _ in shelf.log)
