"""Host Link against vectors: which is printed where, and which follows from the manual's rules, is said at each."""

from __future__ import annotations

import pytest

from station.core.errors import PlcFrameError
from station.line.host_link import LONGEST, HostLink, fcs, framed


def test_fcs_as_printed():
    """Keyence KV series manual, display interface mode (the same FCS): of "@01WD03E81964" it is 26."""
    assert framed(b"@01WD03E81964") == b"@01WD03E8196426*\r"


def test_read_command_that_many_programs_send():
    """Ten words from DM 0000 of node 0, FCS 57, as public programs have it; ours to node 1 follows from the rule."""
    assert HostLink(0).read(0, 10)[0].request == b"@00RD0000001057*\r"
    assert HostLink(1).read(0, 10)[0].request == b"@01RD0000001056*\r"


def test_write_command_computed_from_the_rules():
    """C200HX/HG/HE Operation Manual 10-3: beginning word in decimal digits, data in hexadecimal."""
    exchange = HostLink(31).write(107, [5, 0, 0x3CA5])[0]
    assert exchange.request == b"@31WD0107000500003CA5%02X*\r" % fcs(b"@31WD0107000500003CA5")
    assert exchange.feed(framed(b"@31WD00")) == ()


def test_response_computed_from_the_rules():
    exchange = HostLink(0).read(0, 2)[0]
    answer = framed(b"@00RD0012340007")
    assert len(answer) == exchange.answer_bytes
    assert exchange.feed(answer) == (0x1234, 7)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (framed(b"@00RD13"), "end code b'13' to RD: FCS error"),
        (framed(b"@00RD15"), "end code b'15' to RD: entry number data error"),
        (framed(b"@00RD01"), "set the PLC to MONITOR mode"),
        (framed(b"@00RDZZ"), "end code b'ZZ' to RD: unknown"),
        (framed(b"@00IC"), "the PLC does not know the command RD"),
        (framed(b"@00WD00"), "response to b'WD', asked was RD"),
        (framed(b"@02RD0012340007"), "response from b'@02', asked was b'@00'"),
        (framed(b"@00RD001234"), "should carry 2 registers"),
        (b"@00RD001234000700*\r", "wrong FCS"),
        (b"@00RD001234000750\r", "wrong FCS or end"),
        (framed(b"\xff\x80\x81\x82"), "response from"),
        (b"@" * 200, "longer than 131"),
    ],
)
def test_damaged_foreign_and_refusing_responses(answer, words):
    with pytest.raises(PlcFrameError, match=words):
        HostLink(0).read(0, 2)[0].feed(answer)


def test_no_frame_is_longer_than_131_characters():
    link = HostLink(1)
    rows = link.write(107, [0xFFFF] * 48) + link.read(107, 48)
    assert max(max(len(each.request), each.answer_bytes) for each in rows) <= LONGEST
    assert [each.request[5:9] for each in link.write(107, [0] * 48)] == [b"0107", b"0134"]
