"""Modbus RTU, our own master's codec: requests out, answers in. No port, no clock, no retry.

    request   unit | function | body ......................... | CRC low | CRC high
      3, 4         | address, count                                              read holding / input registers
      6            | address, value                                              write one register
      16           | address, count, bytes, values                               write many
      23           | read address, count, write address, count, bytes, values    write, then read
    answer    unit | function | bytes, values                  | CRC             3, 4, 23
              unit | function | the request's first 4 bytes    | CRC             6, 16
              unit | function + 0x80 | exception code          | CRC             the slave refuses

Addresses, counts and values are 16 bits, high byte first; the CRC's low byte goes first.
Source: MODBUS Application Protocol V1.1b3 and MODBUS over Serial Line V1.02 (modbus.org).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from station.core import plc_map
from station.core.crc import crc16
from station.core.errors import PlcFrameError
from station.line import dialect

READ_HOLDING, READ_INPUT, WRITE_ONE, WRITE_MANY, READ_WRITE = 3, 4, 6, 16, 23
MAX_READ, MAX_WRITE, MAX_READ_WRITE = 125, 123, 121  # registers in one request
_REFUSED = 0x80
_EXCEPTION_BYTES = 5

EXCEPTIONS = {
    1: "illegal function: the PLC does not know this function code",
    2: "illegal data address: the PLC has no such register",
    3: "illegal data value: the PLC refuses the count or value",
    4: "device failure: the PLC failed while it did this",
    5: "acknowledge: the PLC needs longer for this",
    6: "device busy: the PLC works on something else",
    8: "memory parity error in the PLC",
    10: "gateway path unavailable",
    11: "gateway target did not answer",
}


class Exchange:
    """One request and the answer to it, fed byte by byte or in any other split.

    The answer's size is known from the request, so at most 255 bytes are kept, and what follows the answer is never
    looked at: every split of the stream gives the same result.
    """

    def __init__(self, request: bytes, answer_head: bytes, words: int) -> None:
        """`answer_head` is how the answer must begin; `words` registers and the CRC follow it."""
        self.request = request + struct.pack("<H", crc16(request))
        self._head = answer_head
        self._words = words
        self.answer_bytes = len(answer_head) + 2 * words + 2
        self._answer = bytearray()

    def feed(self, data: bytes) -> tuple[int, ...] | None:
        """Take bytes; returns the registers read (none for a write) once the answer is complete, before that None.

        Raises:
            PlcFrameError: the answer is damaged, another unit's, of another function, or an exception response.
        """
        for byte in data:
            if len(self._answer) == self._size():
                break
            self._answer.append(byte)
            self._refuse_stranger()
        if len(self._answer) < self._size():
            return None
        return self._judge()

    def _size(self) -> int:
        if len(self._answer) > 1 and self._answer[1] & _REFUSED:
            return _EXCEPTION_BYTES
        return self.answer_bytes

    def _refuse_stranger(self) -> None:
        """Unit and function must be right before the size is known."""
        if self._answer[0] != self._head[0]:
            raise PlcFrameError(f"answer from unit {self._answer[0]}, asked was unit {self._head[0]}")
        if len(self._answer) > 1 and self._answer[1] & ~_REFUSED != self._head[1]:
            raise PlcFrameError(f"answer to function {self._answer[1]}, asked was function {self._head[1]}")

    def _judge(self) -> tuple[int, ...]:
        answer = bytes(self._answer)
        if crc16(answer) != 0:
            raise PlcFrameError(f"answer with a wrong CRC: {answer.hex(' ')}")
        if answer[1] & _REFUSED:
            meaning = EXCEPTIONS.get(answer[2], "unknown")
            raise PlcFrameError(f"exception {answer[2]} to function {self._head[1]}: {meaning}")
        if not answer.startswith(self._head):
            raise PlcFrameError(f"answer does not fit the request: {answer.hex(' ')}")
        return struct.unpack(f">{self._words}H", answer[len(self._head) : -2])


class ModbusRtu:
    """Requests to one unit; `station.line.dialect.Dialect`."""

    most = MAX_WRITE // plc_map.SLOT_SIZE * plc_map.SLOT_SIZE

    def __init__(self, unit: int, baud: int) -> None:
        character_ns = 11 * 1_000_000_000 // baud
        self.gap_ns = max(1_750_000, 7 * character_ns // 2)  # t3.5 between two frames; 1.75 ms above 19200 baud
        self._unit = unit

    def read(self, address: int, count: int) -> tuple[dialect.Exchange, ...]:
        """Function 3."""
        return (read_holding(self._unit, address, count),)

    def write(self, address: int, values: Sequence[int]) -> tuple[dialect.Exchange, ...]:
        """Function 16."""
        return (write_many(self._unit, address, values),)

    def poll(self, header: Sequence[int]) -> tuple[dialect.Exchange, ...]:
        """Function 23: it writes, then reads."""
        status = plc_map.STATUS_BASE, plc_map.STATUS_SIZE
        return (read_write(self._unit, *status, plc_map.CONTROL_BASE, header),)


def read_holding(unit: int, address: int, count: int) -> Exchange:
    """Read `count` holding registers (1..125)."""
    return _read(READ_HOLDING, unit, address, count)


def read_input(unit: int, address: int, count: int) -> Exchange:
    """Read `count` input registers (1..125)."""
    return _read(READ_INPUT, unit, address, count)


def write_one(unit: int, address: int, value: int) -> Exchange:
    """Write one holding register; the answer repeats the request."""
    request = struct.pack(">BBHH", unit, WRITE_ONE, address, value)
    return Exchange(request, request, 0)


def write_many(unit: int, address: int, values: Sequence[int]) -> Exchange:
    """Write 1..123 holding registers from `address` on."""
    _check("write", len(values), MAX_WRITE)
    head = struct.pack(">BBHH", unit, WRITE_MANY, address, len(values))
    return Exchange(head + _values(values), head, 0)


def read_write(unit: int, read_address: int, read_count: int, write_address: int, values: Sequence[int]) -> Exchange:
    """Write 1..121 registers, then read 1..125, in one exchange."""
    _check("read", read_count, MAX_READ)
    _check("write", len(values), MAX_READ_WRITE)
    head = struct.pack(">BBHHHH", unit, READ_WRITE, read_address, read_count, write_address, len(values))
    return Exchange(head + _values(values), bytes([unit, READ_WRITE, 2 * read_count]), read_count)


def _read(function: int, unit: int, address: int, count: int) -> Exchange:
    _check("read", count, MAX_READ)
    request = struct.pack(">BBHH", unit, function, address, count)
    return Exchange(request, bytes([unit, function, 2 * count]), count)


def _values(values: Sequence[int]) -> bytes:
    return struct.pack(f">B{len(values)}H", 2 * len(values), *values)


def _check(verb: str, count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise ValueError(f"{verb} of {count} registers: 1..{most} fit one request")
