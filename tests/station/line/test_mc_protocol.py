"""MC protocol against vectors: which is printed where, and which follows from the manual's rules, is said at each."""

from __future__ import annotations

import pytest

from station.core.errors import PlcFrameError
from station.line.mc_protocol import McProtocol, checksum


@pytest.mark.parametrize(
    ("text", "check"),
    [
        (b"00FFBR3M0000", b"C0"),  # MELSEC Communication Protocol Reference Manual, "Sum check code", 1C format 1
        (b"00FFBR3ABCD", b"BD"),  # AJ71C24-S6 User's Manual, 8 (7)
        (b"01E1107AD", b"F4"),  # FR-A500 manual, the same sum check
    ],
)
def test_sum_checks_as_printed(text, check):
    assert checksum(text) == check


def test_1c_read_and_write_as_public_programs_have_them():
    """One word, D210 of station 5, read and written (FX computer link)."""
    link = McProtocol(5, "1c")
    read, write = link.read(210, 1)[0], link.write(210, [1])[0]
    assert read.request == b"\x0505FFWR0D02100132"
    assert read.feed(b"\x0205FF0001\x03B5") == (1,)
    assert write.request == b"\x0505FFWW0D0210010001F8"
    assert write.feed(b"\x0605FF") == ()


def test_3c_read_and_write_computed_from_the_rules():
    """Reference manual, 8: batch read 0401 / write 1401 in word units, D*, six decimal digits, four of the count."""
    link = McProtocol(0, "3c")
    read, write = link.read(100, 2)[0], link.write(100, [0x3CA5])[0]
    assert read.request == b"\x05F90000FF0004010000D*0001000002" + checksum(b"F90000FF0004010000D*0001000002")
    assert write.request == b"\x05F90000FF0014010000D*00010000013CA5" + checksum(b"F90000FF0014010000D*00010000013CA5")
    answer = b"F90000FF0012340007\x03"
    assert read.feed(b"\x02" + answer + checksum(answer)) == (0x1234, 7)
    assert write.feed(b"\x06F90000FF00") == ()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"\x1500FF02", "error b'02': sum check error"),
        (b"\x1500FF55", "error b'55': see the manual"),
        (b"\x0600FF", "answer begins with 0x06; check that the module uses format 1"),
        (b"\x0200FF0001\x0300", "wrong sum check"),
        (b"\x0200FF00010" + checksum(b"00FF00010"), "wrong sum check"),
        (b"\x0201FF0001\x03" + checksum(b"01FF0001\x03"), "answer from b'01FF', asked was b'00FF'"),
        (b"\x0200FF000g\x03" + checksum(b"00FF000g\x03"), "should carry 1 registers"),
        (b"\x1501FF02", "answer from"),
        (b"0", "answer begins with 0x30"),
    ],
)
def test_damaged_foreign_and_refusing_answers(answer, words):
    with pytest.raises(PlcFrameError, match=words):
        McProtocol(0, "1c").read(0, 1)[0].feed(answer)


def test_refusal_of_3c_has_four_digits():
    with pytest.raises(PlcFrameError, match="error b'7F24': sum check error"):
        McProtocol(0, "3c").write(100, [1])[0].feed(b"\x15F90000FF007F24")


def test_all_slots_fit_one_frame():
    assert len(McProtocol(0, "1c").write(107, [0] * 48)) == 1
    assert [each.request[8:13] for each in McProtocol(0, "1c").read(0, 64)] == [b"D0000", b"D0063"]
