r"""Omron Host Link, C-mode (SYSMAC C, CQM1, CS/CJ/CP in Host Link mode): the register map stands in DM 0000 ...

    command    @ nn RD aaaa cccc ff * CR          read cccc words from DM aaaa on (decimal)
               @ nn WD aaaa dddd... ff * CR       write words from DM aaaa on (hexadecimal)
    response   @ nn RD ee dddd... ff * CR
               @ nn WD ee ff * CR
               @ nn IC ff * CR                    the PLC does not know the command

nn is the node 00..31, ee the end code, ff the FCS: XOR of all characters before it, two hexadecimal digits. A frame has
at most 131 characters. Longer texts may be cut into several frames with a delimiter; we send several commands instead,
each of whole slots, so that no slot is ever half written and a lost frame costs one command only.

Source: SYSMAC C200HX/HG/HE Operation Manual, 8-2-2 (frames, FCS), 10-2 (end codes), 10-3-6 (RD) and 10-3 (WD). The PLC
must be in MONITOR mode: in RUN mode it answers WD with end code 01.

What remains of a damaged frame: the FCS is an XOR, so an even number of flips in one bit column passes it, and so does
the loss of four equal characters (a register "0000"). With parity (7E2, the maker's setting) each single flip is found
as well. Without it, to turn the PASS of one part into that of another takes four flipped bits in the right places; any
other word is ten away from PASS. No frame carries a number, so an answer that comes later than response_ms + quiet_ms
could be taken for that of the next equal request; a verdict therefore counts only when ACK_PART says so, and a
photo-eye count only when it agrees with the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import xor

from station.core import plc_map
from station.core.errors import PlcFrameError
from station.line.dialect import Exchange, LineExchange, hex_text, pieces, registers, shown

MOST = 27  # words in one frame: nine slots; 29 would fit
LONGEST = 131  # characters in one frame
_END = b"*\r"

END_CODES = {
    b"01": "not executable in RUN mode: set the PLC to MONITOR mode",
    b"02": "not executable in MONITOR mode",
    b"03": "the PLC's user memory is write-protected",
    b"04": "address over: above the highest program address",
    b"13": "FCS error: the command was damaged on the way",
    b"14": "format error: the PLC does not know this form of the command",
    b"15": "entry number data error: the PLC has no such DM word, or a digit is wrong",
    b"16": "command not supported",
    b"18": "frame length error: more than 131 characters",
    b"19": "not executable",
    b"21": "not executable because of an error in the PLC's CPU",
    b"23": "the PLC's user memory is protected",
    b"A3": "aborted: FCS error in a later frame",
    b"A4": "aborted: format error in a later frame",
    b"A5": "aborted: entry number data error in a later frame",
    b"A8": "aborted: frame length error in a later frame",
}


class HostLink:
    """Commands to one node."""

    gap_ns = 1_000_000
    most = MOST

    def __init__(self, node: int) -> None:
        self._head = b"@%02d" % node

    def read(self, address: int, count: int) -> tuple[Exchange, ...]:
        """As `Dialect` says."""
        return tuple(self._ask("RD", f"{at:04d}{size:04d}", size) for at, size in pieces(address, count, MOST))

    def write(self, address: int, values: Sequence[int]) -> tuple[Exchange, ...]:
        """As `Dialect` says."""
        rows = [(at, values[at - address :][:size]) for at, size in pieces(address, len(values), MOST)]
        return tuple(self._ask("WD", f"{at:04d}{hex_text(row)}", 0) for at, row in rows)

    def poll(self, header: Sequence[int]) -> tuple[Exchange, ...]:
        """As `Dialect` says."""
        return self.write(plc_map.CONTROL_BASE, header) + self.read(plc_map.STATUS_BASE, plc_map.STATUS_SIZE)

    def _ask(self, command: str, text: str, words: int) -> Exchange:
        request = framed(self._head + command.encode() + text.encode())
        size = 11 + 4 * words
        return LineExchange(request, b"\r", size, LONGEST, lambda answer: self._judge(answer, command.encode(), words))

    def _judge(self, answer: bytes, command: bytes, words: int) -> tuple[int, ...]:
        body = answer[:-4]
        if answer != framed(body):
            raise PlcFrameError(f"response with a wrong FCS or end: {shown(answer)}")
        head, header, end_code, text = body[:3], body[3:5], body[5:7], body[7:]
        if head != self._head:
            raise PlcFrameError(f"response from {shown(head)}, asked was {shown(self._head)}")
        if header == b"IC":
            raise PlcFrameError(f"the PLC does not know the command {command.decode()} or found its frame damaged")
        if header != command:
            raise PlcFrameError(f"response to {shown(header)}, asked was {command.decode()}")
        if end_code != b"00":
            meaning = END_CODES.get(end_code, "unknown")
            raise PlcFrameError(f"end code {shown(end_code)} to {command.decode()}: {meaning}")
        return registers(text, words)


def framed(body: bytes) -> bytes:
    """The whole frame: body, FCS, end."""
    return body + b"%02X" % fcs(body) + _END


def fcs(body: bytes) -> int:
    """XOR of all characters."""
    return reduce(xor, body, 0)
