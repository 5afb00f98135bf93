r"""ASCII line: our own dialect for a PLC that has a serial port and string instructions, but no Modbus.

    request   ssss,R,aaaa,nn*cccc CR LF        read nn registers from aaaa on
              ssss,W,aaaa,dddd...*cccc CR LF   write registers from aaaa on, four digits each
    answer    ssss,OK,dddd...*cccc CR LF       the registers read
              ssss,OK*cccc CR LF               written
              ssss,NG,ee*cccc CR LF            refused: 01 command, 02 address, 03 count or digits

All numbers are upper-case hexadecimal of fixed width, so that the PLC can cut them out by position; a line has at most
128 characters. ssss counts requests and comes back in the answer: an answer that comes late is not taken for another's.

cccc is the CRC-16 of Modbus over all before the "*". An XOR byte would be easier for the PLC, but two flipped bits of
one column pass it: with it a status could be wrong. No two flipped bits pass this CRC. The PLC does not answer a
damaged line; the station repeats it.
"""

from __future__ import annotations

from collections.abc import Sequence

from station.core import plc_map
from station.core.crc import crc16
from station.core.errors import PlcFrameError
from station.line.dialect import Exchange, LineExchange, hex_text, pieces, registers, shown

MOST = 24  # registers in one line
LONGEST = 128  # characters in one line
_TAIL = 7  # "*", CRC, CR LF

REFUSALS = {
    b"01": "the PLC does not know this command",
    b"02": "the PLC has no such register, or it must not be written",
    b"03": "the PLC refuses the count or the digits",
}


class AsciiLine:
    """Numbers the requests; used by one link."""

    gap_ns = 1_000_000
    most = MOST

    def __init__(self) -> None:
        self._sequence = 0

    def read(self, address: int, count: int) -> tuple[Exchange, ...]:
        """As `Dialect` says."""
        return tuple(self._ask(f"R,{at:04X},{size:02X}", size) for at, size in pieces(address, count, MOST))

    def write(self, address: int, values: Sequence[int]) -> tuple[Exchange, ...]:
        """As `Dialect` says."""
        rows = [(at, values[at - address :][:size]) for at, size in pieces(address, len(values), MOST)]
        return tuple(self._ask(f"W,{at:04X},{hex_text(row)}", 0) for at, row in rows)

    def poll(self, header: Sequence[int]) -> tuple[Exchange, ...]:
        """As `Dialect` says."""
        return self.write(plc_map.CONTROL_BASE, header) + self.read(plc_map.STATUS_BASE, plc_map.STATUS_SIZE)

    def _ask(self, command: str, words: int) -> Exchange:
        self._sequence = (self._sequence + 1) & 0xFFFF
        sequence = f"{self._sequence:04X}".encode()
        size = 7 + (1 + 4 * words if words else 0) + _TAIL
        request = checked(sequence + b"," + command.encode())
        return LineExchange(request, b"\n", size, LONGEST, lambda answer: _judge(answer, sequence, words))


def checked(text: bytes) -> bytes:
    """The whole line: text, CRC, end."""
    return text + b"*%04X\r\n" % crc16(text)


def text_of(line: bytes) -> bytes | None:
    """What stands before the CRC of a whole line; None if it is damaged."""
    text = line[:-_TAIL]
    return text if line == checked(text) else None


def _judge(answer: bytes, sequence: bytes, words: int) -> tuple[int, ...]:
    text = text_of(answer)
    if text is None:
        raise PlcFrameError(f"answer with a wrong CRC: {shown(answer)}")
    number, _, result = text.partition(b",")
    if number != sequence:
        raise PlcFrameError(f"answer to request {shown(number)}, asked was {shown(sequence)}: it came late")
    kind, _, rest = result.partition(b",")
    if kind == b"NG":
        raise PlcFrameError(f"refused with code {shown(rest)}: {REFUSALS.get(rest, 'unknown')}")
    if kind != b"OK":
        raise PlcFrameError(f"answer does not fit the request: {shown(answer)}")
    return registers(rest, words)
