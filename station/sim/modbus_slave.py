"""A Modbus RTU slave, sans-IO: bytes with their arrival times go in, answers come out.

    request   unit | function | ... | CRC low | CRC high
    3, 4      address, count                                   8 bytes
    6         address, value                                   8 bytes
    16        address, count, byte count, values               9 + byte count
    23        read address, count, write address, count, byte count, values   13 + byte count; writes, then reads

Like a real slave it knows a request's end by its length. A lost byte leaves it waiting: it drops what it has after
`byte_timeout_ns` of silence, and until then swallows the next request. After a damaged frame it is deaf until silence.
"""

from __future__ import annotations

import struct

from station.core.crc import crc16
from station.sim.plc import IllegalAddressError
from station.sim.slave import Registers

READ_HOLDING, READ_INPUT, WRITE_ONE, WRITE_MANY, READ_WRITE = 3, 4, 6, 16, 23
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
BROADCAST = 0

_FIXED_SIZE = {READ_HOLDING: 8, READ_INPUT: 8, WRITE_ONE: 8}
_COUNTED = {WRITE_MANY: (6, 9), READ_WRITE: (10, 13)}  # where the byte count stands, size without the values


class _RefusalError(Exception):
    """Becomes an exception response."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class ModbusSlave:
    """Feed it every byte with its time; call it with no data to let time pass."""

    def __init__(self, registers: Registers, unit: int = 1, byte_timeout_ns: int = 5_000_000) -> None:
        self._registers = registers
        self._unit = unit
        self._byte_timeout_ns = byte_timeout_ns
        self._frame = bytearray()
        self._deaf = False
        self._last_ns = 0
        self.answered = 0
        self.damaged = 0  # frames dropped: CRC, or silence in the middle

    def next_ns(self) -> int | None:
        """When silence will end the bytes now held; None = it holds none."""
        return self._last_ns + self._byte_timeout_ns if self._frame or self._deaf else None

    def feed(self, now_ns: int, data: bytes = b"") -> bytes:
        """Take bytes that arrived now; returns the answer they complete, or b""."""
        answer = b""
        silence = self.next_ns()
        if silence is not None and now_ns >= silence:
            answer = self._end_by_silence()
        if data:
            self._last_ns = now_ns
        if not self._deaf:
            for byte in data:
                self._frame.append(byte)
                if len(self._frame) == self._size():
                    answer = self._take()
        return answer

    def reset(self) -> None:
        """Forget what is half received (power off)."""
        self._frame.clear()
        self._deaf = False

    def _size(self) -> int:
        """Size of the frame now arriving, 0 = not known (yet)."""
        if len(self._frame) < 2:
            return 0
        function = self._frame[1]
        if function in _COUNTED:
            at, size = _COUNTED[function]
            return size + self._frame[at] if len(self._frame) > at else 0
        return _FIXED_SIZE.get(function, 0)

    def _end_by_silence(self) -> bytes:
        """A frame of an unknown function ends by silence; anything else that is incomplete is dropped."""
        frame = bytes(self._frame)
        self.reset()
        if not frame:
            return b""
        if len(frame) >= 4 and frame[1] not in _FIXED_SIZE | _COUNTED and crc16(frame) == 0:
            return self._answer_to(frame)
        self.damaged += 1
        return b""

    def _take(self) -> bytes:
        frame = bytes(self._frame)
        self._frame.clear()
        if crc16(frame) != 0:
            self.damaged += 1
            self._deaf = True
            return b""
        return self._answer_to(frame)

    def _answer_to(self, frame: bytes) -> bytes:
        unit, function = frame[0], frame[1]
        if unit not in {self._unit, BROADCAST}:
            return b""
        try:
            body = bytes([function]) + self._execute(function, frame[2:-2])
        except _RefusalError as refusal:
            body = bytes([function | 0x80, refusal.code])
        except IllegalAddressError:
            body = bytes([function | 0x80, ILLEGAL_ADDRESS])
        if unit == BROADCAST:
            return b""
        self.answered += 1
        answer = bytes([unit]) + body
        return answer + struct.pack("<H", crc16(answer))

    def _execute(self, function: int, body: bytes) -> bytes:
        if function in {READ_HOLDING, READ_INPUT}:
            return self._read(*struct.unpack(">HH", body))
        if function == WRITE_ONE:
            address, value = struct.unpack(">HH", body)
            self._registers.write(address, [value])
            return body
        if function == WRITE_MANY:
            address, count = struct.unpack_from(">HH", body)
            self._write(address, count, body[5:], limit=123)
            return body[:4]
        if function == READ_WRITE:
            read_address, read_count, address, count = struct.unpack_from(">4H", body)
            self._write(address, count, body[9:], limit=121)
            return self._read(read_address, read_count)
        raise _RefusalError(ILLEGAL_FUNCTION)

    def _read(self, address: int, count: int) -> bytes:
        if not 1 <= count <= 125:
            raise _RefusalError(ILLEGAL_VALUE)
        values = self._registers.read(address, count)
        return struct.pack(f">B{count}H", 2 * count, *values)

    def _write(self, address: int, count: int, data: bytes, limit: int) -> None:
        if not 1 <= count <= limit or len(data) != 2 * count:
            raise _RefusalError(ILLEGAL_VALUE)
        self._registers.write(address, list(struct.unpack(f">{count}H", data)))
