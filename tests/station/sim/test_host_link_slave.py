"""The Host Link slave: responses and end codes by the letter."""

from __future__ import annotations

import pytest

from station.sim.host_link_slave import HostLinkSlave
from station.sim.plc import Plc


def framed(body: bytes) -> bytes:
    check = 0
    for byte in body:
        check ^= byte
    return body + b"%02X*\r" % check


@pytest.fixture
def slave() -> HostLinkSlave:
    return HostLinkSlave(Plc(seed=1, heartbeat_limit_ns=10**9), node=1)


@pytest.mark.parametrize(
    ("command", "response"),
    [
        (b"@01RD00000001", b"@01RD001234"),
        (b"@01WD0100ABCD0001", b"@01WD00"),
        (b"@01RD05000001", b"@01RD15"),
        (b"@01RD00000000", b"@01RD15"),
        (b"@01RD00000031", b"@01RD15"),
        (b"@01RD000A0001", b"@01RD15"),
        (b"@01RD0000001", b"@01RD14"),
        (b"@01WD0100ABC", b"@01WD15"),
        (b"@01WD00001234", b"@01WD15"),
        (b"@01RR00000001", b"@01IC"),
    ],
)
def test_responses(slave: HostLinkSlave, command: bytes, response: bytes) -> None:
    assert slave.feed(0, framed(command)) == framed(response)


def test_damaged_frames_get_an_end_code_and_change_nothing(slave: HostLinkSlave) -> None:
    assert slave.feed(0, b"@01WD010012340000*\r") == framed(b"@01WD13")
    assert slave.feed(0, b"@01RD0000000100\r") == framed(b"@01RD14")
    assert slave.feed(0, framed(b"@01RD01000001")) == framed(b"@01RD000000")
    assert slave.damaged == 1


def test_other_nodes_and_halves_are_not_answered(slave: HostLinkSlave) -> None:
    assert slave.feed(0, framed(b"@02RD00000001")) == b""
    assert slave.feed(0, b"@01RD00" + framed(b"@01RD00000001")) == framed(b"@01RD001234")
    assert slave.feed(0, b"xyz\r") == b""
    assert slave.next_ns() is None
