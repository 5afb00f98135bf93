"""The ASCII line's slave: answers by the letter, silence for what is damaged."""

from __future__ import annotations

import pytest

from station.core.crc import crc16
from station.sim.ascii_slave import AsciiSlave
from station.sim.plc import Plc


def line(text: bytes) -> bytes:
    return text + b"*%04X\r\n" % crc16(text)


@pytest.fixture
def slave() -> AsciiSlave:
    return AsciiSlave(Plc(seed=1, heartbeat_limit_ns=10**9))


@pytest.mark.parametrize(
    ("request_text", "answer"),
    [
        (b"00A7,W,0064,12340007", b"00A7,OK"),
        (b"00A8,R,0000,01", b"00A8,OK,1234"),
        (b"0001,R,00FF,01", b"0001,NG,02"),
        (b"0001,W,0000,1234", b"0001,NG,02"),
        (b"0001,W,0064,123", b"0001,NG,03"),
        (b"0001,W,0064," + b"0000" * 25, b"0001,NG,03"),
        (b"0001,R,0000,00", b"0001,NG,03"),
        (b"0001,R,0000,FF", b"0001,NG,03"),
        (b"0001,R,00g0,01", b"0001,NG,03"),
        (b"0001,X,0000,01", b"0001,NG,01"),
        (b"0001,R,0000;01", b"0001,NG,01"),
    ],
)
def test_answers(slave: AsciiSlave, request_text: bytes, answer: bytes) -> None:
    assert slave.feed(0, line(request_text)) == line(answer)


def test_a_damaged_line_is_not_answered_and_the_next_one_is(slave: AsciiSlave) -> None:
    good = line(b"0001,R,0000,01")
    assert slave.feed(0, good.replace(b"0000", b"0001")) == b""
    assert slave.feed(0, b"\n" + good[5:] + good[:9]) == b""
    assert slave.damaged == 3
    slave.reset()
    assert slave.feed(0, good) == line(b"0001,OK,1234")
    assert slave.next_ns() is None
