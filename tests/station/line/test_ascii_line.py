"""The ASCII line: exact lines, late and damaged answers. Its vectors are our own: the dialect is."""

from __future__ import annotations

import itertools

import pytest

from station.core.crc import crc16
from station.core.errors import PlcFrameError
from station.line.ascii_line import LONGEST, AsciiLine, checked, text_of


def test_exact_lines():
    line = AsciiLine()
    read = line.read(0, 2)[0]
    write = line.write(107, [5, 0, 0x3CA5])[0]
    assert read.request == b"0001,R,0000,02*ED69\r\n"
    assert write.request == b"0002,W,006B,000500003CA5*%04X\r\n" % crc16(b"0002,W,006B,000500003CA5")
    assert read.feed(checked(b"0001,OK,12340007")) == (0x1234, 7)
    assert write.feed(checked(b"0002,OK")) == ()


def test_the_crc_is_the_one_that_everybody_prints():
    assert checked(b"123456789") == b"123456789*4B37\r\n"
    assert text_of(b"123456789*4B37\r\n") == b"123456789"
    assert text_of(b"123456789*4b37\r\n") is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (checked(b"0000,OK,12340007"), "answer to request b'0000', asked was b'0001': it came late"),
        (checked(b"0001,NG,02"), "refused with code b'02': the PLC has no such register"),
        (checked(b"0001,NG,77"), "refused with code b'77': unknown"),
        (checked(b"0001,OK,1234"), "should carry 2 registers"),
        (checked(b"0001,OK,1234000g"), "should carry 2 registers"),
        (checked(b"0001,HM,12340007"), "does not fit"),
        (b"0001,OK,12340007*0000\r\n", "wrong CRC"),
        (checked(b"\xff\xfe,\x80"), "answer to request"),
    ],
)
def test_late_damaged_and_refusing_answers(answer, words):
    with pytest.raises(PlcFrameError, match=words):
        AsciiLine().read(0, 2)[0].feed(answer)


def test_sequence_numbers_wrap_and_lines_are_short():
    line = AsciiLine()
    line._sequence = 0xFFFE
    assert [exchange.request[:4] for exchange in line.write(107, [0] * 48)] == [b"FFFF", b"0000"]
    rows = line.write(107, [0xFFFF] * 48) + line.read(107, 48)
    assert max(max(len(each.request), each.answer_bytes) for each in rows) <= LONGEST


def test_no_two_flipped_bits_pass():
    whole = checked(b"0001,OK,12340007000100003CA5")
    bits = range(8 * len(whole))
    for first, second in itertools.combinations(bits, 2):
        damaged = bytearray(whole)
        damaged[first // 8] ^= 1 << first % 8
        damaged[second // 8] ^= 1 << second % 8
        assert text_of(bytes(damaged)) is None
