r"""Mitsubishi MELSEC communication protocol (MC), serial, format 1: the register map stands in D0 ...

    1C, A-compatible (AJ71C24, FX, C24)       ENQ ss FF WR w D aaaa nn cc          read, D in four decimal digits
                                              ENQ ss FF WW w D aaaa nn dddd... cc  write
    3C, QnA-compatible (Q, L, iQ-R, iQ-F)     ENQ F9 ss 00 FF 00 0401 0000 D* aaaaaa nnnn cc
                                              ENQ F9 ss 00 FF 00 1401 0000 D* aaaaaa nnnn dddd... cc
    answer to a read                          STX route dddd... ETX cc
    answer to a write                         ACK route
    refusal                                   NAK route ee                         ee: two digits (1C) or four (3C)

ss is the station 00..1F, FF the PC number of the own station, w the message wait (0), nn the count, all hexadecimal but
the device number; route is what stood between ENQ and the command. cc is the low byte of the sum of all characters
after the control code, ETX included. The computer may acknowledge a read answer; it need not, and we do not.

Source: MELSEC Communication Protocol Reference Manual (SH-080008), chapters 4 (formats, sum check), 8 (0401, 1401) and
17 (1C); Computer Link Module AJ71C24-S6 User's Manual, 8 (dedicated protocols) and 11.1 (NAK codes). The module needs
"sum check: yes", "write during RUN: enable" and format 1.

What remains of a damaged frame: two flips that change the sum by +x and -x pass it. To turn the PASS of one part into
that of another takes four flipped bits in the right places; any other word is nine away from PASS. ACK and NAK carry no
checksum, and no frame carries a number: a verdict therefore counts only when ACK_PART says so. Set parity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from station.core import plc_map
from station.core.errors import PlcFrameError
from station.line.dialect import Exchange, hex_text, pieces, registers, shown

ENQ, STX, ETX, ACK, NAK = b"\x05", b"\x02", b"\x03", b"\x06", b"\x15"
MOST = 63  # registers in one frame: 21 slots; a 1C frame takes 64
Frame = Literal["1c", "3c"]

ERRORS = {
    b"00": "writing is disabled while the PLC runs: enable it in the module's switches",
    b"01": "parity error",
    b"02": "sum check error: the request was damaged on the way",
    b"03": "protocol error: set the module to format 1 and to the frame of line.dialect",
    b"04": "framing error",
    b"05": "overrun: the module is too slow for this baud rate",
    b"06": "character area error: the module does not know the command, device or count",
    b"07": "character error: a character that must not be there",
    b"10": "PC number error: no such station behind this module",
    b"7E40": "command error: the PLC does not know this command",
    b"7E43": "device error: there is no such device",
    b"7E4F": "more points than the device has",
    b"7F20": "a character that must not be there",
    b"7F22": "the module knows no such command or device",
    b"7F23": "message error: set the module to format 1",
    b"7F24": "sum check error: the request was damaged on the way",
}


class McExchange:
    """The control code tells the answer's size, so at most 4 x registers + 15 bytes are kept."""

    def __init__(self, text: bytes, route: bytes, words: int) -> None:
        self.request = ENQ + text + checksum(text)
        self._route = route
        self._words = words
        read_answer, refusal = 1 + len(route) + 4 * words + 3, 1 + len(route) + (2 if len(route) == 4 else 4)
        self.answer_bytes = read_answer if words else 1 + len(route)
        good = STX[0] if words else ACK[0]
        self._sizes = {good: self.answer_bytes, NAK[0]: refusal}
        self._answer = bytearray()

    def feed(self, data: bytes) -> tuple[int, ...] | None:
        """As `Exchange` says; what follows the answer is never looked at."""
        for byte in data:
            self._answer.append(byte)
            size = self._sizes.get(self._answer[0])
            if size is None:
                raise PlcFrameError(f"answer begins with 0x{self._answer[0]:02X}; check that the module uses format 1")
            if len(self._answer) == size:
                return self._judge(bytes(self._answer))
        return None

    def _judge(self, answer: bytes) -> tuple[int, ...]:
        control, text = answer[:1], answer[1:]
        if control == STX and (text[-3:-2] != ETX or checksum(text[:-2]) != text[-2:]):
            raise PlcFrameError(f"answer with a wrong sum check: {shown(answer)}")
        route, rest = text[: len(self._route)], text[len(self._route) :]
        if route != self._route:
            raise PlcFrameError(f"answer from {shown(route)}, asked was {shown(self._route)}")
        if control == NAK:
            raise PlcFrameError(f"error {shown(rest)}: {ERRORS.get(rest, 'see the manual')}")
        return registers(rest[:-3], self._words) if control == STX else ()


class McProtocol:
    """Requests to one station in one of the two frames."""

    gap_ns = 1_000_000
    most = MOST

    def __init__(self, station: int, frame: Frame) -> None:
        self._frame = frame
        self._route = b"%02XFF" % station if frame == "1c" else b"F9%02X00FF00" % station

    def read(self, address: int, count: int) -> tuple[Exchange, ...]:
        """As `Dialect` says."""
        return tuple(self._ask("read", at, size, "") for at, size in pieces(address, count, MOST))

    def write(self, address: int, values: Sequence[int]) -> tuple[Exchange, ...]:
        """As `Dialect` says."""
        rows = [(at, values[at - address :][:size]) for at, size in pieces(address, len(values), MOST)]
        return tuple(self._ask("write", at, len(row), hex_text(row)) for at, row in rows)

    def poll(self, header: Sequence[int]) -> tuple[Exchange, ...]:
        """As `Dialect` says."""
        return self.write(plc_map.CONTROL_BASE, header) + self.read(plc_map.STATUS_BASE, plc_map.STATUS_SIZE)

    def _ask(self, verb: str, address: int, count: int, data: str) -> Exchange:
        if self._frame == "1c":
            command = f"{'WR' if verb == 'read' else 'WW'}0D{address:04d}{count:02X}"
        else:
            command = f"{'0401' if verb == 'read' else '1401'}0000D*{address:06d}{count:04X}"
        return McExchange(self._route + f"{command}{data}".encode(), self._route, count if verb == "read" else 0)


def checksum(text: bytes) -> bytes:
    """Two digits: the low byte of the sum of all characters."""
    return b"%02X" % (sum(text) & 0xFF)
