"""A PLC program that speaks the ASCII line (`station.line.ascii_line`), sans-IO; its codec is its own.

It collects a line up to LF, answers only if the CRC is right, and refuses what it cannot do with NG and a code.
"""

from __future__ import annotations

from station.core.crc import crc16
from station.sim.plc import IllegalAddressError
from station.sim.slave import FrameBuffer, Refusal, Registers, TextSlave, parse, parse_words, words_text

COMMAND, ADDRESS, VALUE = "01", "02", "03"
LONGEST = 128
_MOST = 24


class AsciiSlave(TextSlave):
    """One PLC on a line of its own: there is no unit number."""

    def __init__(self, registers: Registers) -> None:
        super().__init__(FrameBuffer(end=ord("\n"), longest=LONGEST))
        self._registers = registers

    def _answer_to(self, line: bytes) -> bytes:
        text = line[:-7]
        if len(text) < 5 or text[4:5] != b"," or line[-7:] != b"*%04X\r\n" % crc16(text):
            self.damaged += 1
            return b""
        self.answered += 1
        try:
            result = b"OK" + self._execute(text[5:])
        except Refusal as refusal:
            result = b"NG," + refusal.code.encode()
        except IllegalAddressError:
            result = b"NG," + ADDRESS.encode()
        answer = text[:5] + result
        return answer + b"*%04X\r\n" % crc16(answer)

    def _execute(self, command: bytes) -> bytes:
        kind, address, rest = command[:2], command[2:6], command[7:]
        if kind not in {b"R,", b"W,"} or command[6:7] != b",":
            raise Refusal(COMMAND)
        at = parse(address, 16, VALUE)
        if kind == b"W,":
            values = parse_words(rest, VALUE)
            if len(values) > _MOST:
                raise Refusal(VALUE)
            self._registers.write(at, values)
            return b""
        count = parse(rest, 16, VALUE)
        if not 1 <= count <= _MOST:
            raise Refusal(VALUE)
        return b"," + words_text(self._registers.read(at, count))
