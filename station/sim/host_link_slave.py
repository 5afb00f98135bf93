"""An Omron PLC's Host Link port (C-mode RD and WD), sans-IO; its codec is its own. See `station.line.host_link`.

Like a real one it begins anew at each "@", answers only its own node, and refuses with an end code. It does not take
commands of several frames.
"""

from __future__ import annotations

from functools import reduce
from operator import xor

from station.sim.plc import IllegalAddressError
from station.sim.slave import FrameBuffer, Refusal, Registers, TextSlave, parse, parse_words, words_text

FCS_ERROR, FORMAT_ERROR, DATA_ERROR = "13", "14", "15"
LONGEST = 131
_MOST = 30  # words in one response frame


class HostLinkSlave(TextSlave):
    """One node; its DM area are the registers."""

    def __init__(self, registers: Registers, node: int = 0) -> None:
        super().__init__(FrameBuffer(end=ord("\r"), longest=LONGEST, start=ord("@")))
        self._registers = registers
        self._head = b"@%02d" % node

    def _answer_to(self, frame: bytes) -> bytes:
        if frame[:3] != self._head or len(frame) < 9:
            self.damaged += not frame.startswith(b"@")
            return b""
        header, body, tail = frame[3:5], frame[:-4], frame[-4:]
        try:
            if not tail.endswith(b"*\r"):
                raise Refusal(FORMAT_ERROR)
            if tail[:2] != _fcs(body):
                self.damaged += 1
                raise Refusal(FCS_ERROR)
            if header not in {b"RD", b"WD"}:
                return self._framed(b"IC")
            text = b"00" + self._execute(header, body[5:])
        except Refusal as refusal:
            text = refusal.code.encode()
        except IllegalAddressError:
            text = DATA_ERROR.encode()
        return self._framed(header + text)

    def _framed(self, text: bytes) -> bytes:
        self.answered += 1
        body = self._head + text
        return body + _fcs(body) + b"*\r"

    def _execute(self, header: bytes, text: bytes) -> bytes:
        address = parse(text[:4], 10, DATA_ERROR)
        if header == b"WD":
            self._registers.write(address, parse_words(text[4:], DATA_ERROR))
            return b""
        if len(text) != 8:
            raise Refusal(FORMAT_ERROR)
        count = parse(text[4:], 10, DATA_ERROR)
        if not 1 <= count <= _MOST:
            raise Refusal(DATA_ERROR)
        return words_text(self._registers.read(address, count))


def _fcs(body: bytes) -> bytes:
    return b"%02X" % reduce(xor, body, 0)
