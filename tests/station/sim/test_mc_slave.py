"""The MC slave in both frames: answers and codes by the letter."""

from __future__ import annotations

import pytest

from station.sim.mc_slave import McSlave, form_1c, form_3c
from station.sim.plc import Plc

MS = 1_000_000


def checked(text: bytes) -> bytes:
    return text + b"%02X" % (sum(text) & 0xFF)


@pytest.fixture
def plc() -> Plc:
    return Plc(seed=1, heartbeat_limit_ns=10**9)


@pytest.mark.parametrize(
    ("request_text", "answer"),
    [
        (b"01FFWR0D000001", b"\x02" + checked(b"01FF1234\x03")),
        (b"01FFWW0D010002ABCD0001", b"\x0601FF"),
        (b"01FFWR0D050001", b"\x1501FF06"),
        (b"01FFWR0D000041", b"\x1501FF06"),
        (b"01FFWR0D000000", b"\x1501FF06"),
        (b"01FFBR0M000001", b"\x1501FF06"),
        (b"01FFWW0D0100011g34", b"\x1501FF06"),
    ],
)
def test_answers_1c(plc: Plc, request_text: bytes, answer: bytes) -> None:
    assert McSlave(plc, form_1c(1)).feed(0, b"\x05" + checked(request_text)) == answer


@pytest.mark.parametrize(
    ("request_text", "answer"),
    [
        (b"F90100FF0004010000D*0000000001", b"\x02" + checked(b"F90100FF001234\x03")),
        (b"F90100FF0014010000D*0001000002ABCD0001", b"\x06F90100FF00"),
        (b"F90100FF0004010000D*0005000001", b"\x15F90100FF007E43"),
        (b"F90100FF0004010000M*0000000001", b"\x15F90100FF007E40"),
    ],
)
def test_answers_3c(plc: Plc, request_text: bytes, answer: bytes) -> None:
    assert McSlave(plc, form_3c(1)).feed(0, b"\x05" + checked(request_text)) == answer


def test_a_wrong_sum_changes_nothing(plc: Plc) -> None:
    slave = McSlave(plc, form_1c(1))
    assert slave.feed(0, b"\x0501FFWW0D010001123400") == b"\x1501FF02"
    assert plc.read(100, 1) == [0]
    assert slave.damaged == 1


def test_other_stations_and_halves(plc: Plc) -> None:
    slave = McSlave(plc, form_1c(1))
    good = b"\x05" + checked(b"01FFWR0D000001")
    assert slave.feed(0, b"\x05" + checked(b"02FFWR0D000001")) == b""
    assert slave.feed(0, b"junk" + good[:9] + good) == b"\x02" + checked(b"01FF1234\x03")
    slave.feed(0, good[:9])
    assert slave.next_ns() == 5 * MS
    slave.feed(6 * MS)
    assert slave.next_ns() is None
