"""What the PLC link asks of a dialect: how registers are read and written on this PLC's wire.

    dialect      frames                       checked by                     combined read and write
    modbus-rtu   station/line/modbus.py       CRC-16                         yes: a poll is one exchange
    ascii-line   station/line/ascii_line.py   CRC-16 and sequence number     no: a poll is a write, then a read
    host-link    station/line/host_link.py    XOR of 8 bits, parity          no
    mc-1c, -3c   station/line/mc_protocol.py  sum of 8 bits, parity          no

`station/line/dialects.py` chooses. Everything is sans-IO: bytes out, bytes in, no port, no clock, no retry.

What a weak checksum leaves, and who closes it: two flipped bits in one column of an XOR cancel. Parity, which the port
checks where it is set, finds each single one of them. In an answer, the link believes an unusual status only when it
reads it twice. In a request, the PLC compares the slot's full part number: to move a PASS to another part on the belt,
address and number must change together and the checksum must still be right (tests/station/line/test_noise_distance.py
counts how many bits that takes in each dialect). A number that is 16 parts off needs no other address, only two bits:
so the PLC empties the slot of a part when it counts it, and no PASS waits for a part to come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from station.core.errors import PlcFrameError

_HEX = b"0123456789ABCDEF"


class Exchange(Protocol):
    """One request and the answer to it, fed in any split; the answer kept is bounded."""

    request: bytes
    answer_bytes: int  # size of the right answer

    def feed(self, data: bytes) -> tuple[int, ...] | None:
        """The registers read (none for a write) once the answer is complete, before that None.

        Raises:
            PlcFrameError: the answer is damaged, not to this request, or the PLC refuses.
        """
        ...


class Dialect(Protocol):
    """Rows of exchanges that must go one after another, with `gap_ns` of silence between two."""

    gap_ns: int
    most: int  # registers in one exchange, a multiple of a slot's three

    def read(self, address: int, count: int) -> tuple[Exchange, ...]:
        """Registers address .. address + count - 1; the words of the row stand in order."""
        ...

    def write(self, address: int, values: Sequence[int]) -> tuple[Exchange, ...]:
        """Registers from `address` on; up to `most` are one exchange, which the PLC takes whole or not at all."""
        ...

    def poll(self, header: Sequence[int]) -> tuple[Exchange, ...]:
        """Write the header, then read the whole status; the status is read by the row's last exchange, in one piece."""
        ...


class LineExchange:
    """An exchange whose answer is a line of text: it ends with `end` and is never longer than `most` bytes."""

    def __init__(self, request: bytes, end: bytes, answer_bytes: int, most: int, judge: Judge) -> None:
        self.request = request
        self.answer_bytes = answer_bytes
        self._end = end
        self._most = most
        self._judge = judge
        self._answer = bytearray()

    def feed(self, data: bytes) -> tuple[int, ...] | None:
        """As `Exchange` says; what follows the end is never looked at."""
        upto = data.find(self._end) + 1
        room = self._most + 1 - len(self._answer)
        self._answer += data[: min(upto or len(data), room)]
        if len(self._answer) > self._most:
            raise PlcFrameError(f"answer longer than {self._most} bytes: {shown(self._answer)}")
        return self._judge(bytes(self._answer)) if upto else None


Judge = Callable[[bytes], tuple[int, ...]]
"""Registers of a whole answer; raises PlcFrameError."""


def pieces(address: int, count: int, most: int) -> Iterator[tuple[int, int]]:
    """(address, count) of the exchanges that `count` registers need."""
    for done in range(0, count, most):
        yield address + done, min(most, count - done)


def hex_text(values: Sequence[int]) -> str:
    """Four upper-case digits a register."""
    return "".join(f"{value:04X}" for value in values)


def registers(text: bytes, count: int) -> tuple[int, ...]:
    """The registers of `hex_text`.

    Raises:
        PlcFrameError: not exactly `count` of them, or a character that is no upper-case digit.
    """
    if len(text) != 4 * count or not is_hex(text):
        raise PlcFrameError(f"answer should carry {count} registers: {shown(text)}")
    return tuple(int(text[at : at + 4], 16) for at in range(0, len(text), 4))


def is_hex(text: bytes) -> bool:
    """Only the digits 0..9, A..F: `int(text, 16)` would take more."""
    return not text.translate(None, _HEX)


def shown(text: bytes | bytearray) -> str:
    """Received bytes as they may stand in a message: ASCII, never long."""
    return ascii(bytes(text[:60]))
