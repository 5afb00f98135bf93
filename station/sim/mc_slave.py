"""A Mitsubishi computer link module (MC protocol, format 1, frames 1C and 3C), sans-IO; its codec is its own.

See `station.line.mc_protocol`. Like a real one it begins anew at each ENQ, knows a request's end by the count in it,
and refuses with NAK and a code. After `byte_timeout_ns` of silence it forgets what is half received.
"""

from __future__ import annotations

from dataclasses import dataclass

from station.sim.plc import IllegalAddressError
from station.sim.slave import Refusal, Registers, parse, parse_words, words_text

ENQ, STX, ETX, ACK, NAK = b"\x05", b"\x02", b"\x03", b"\x06", b"\x15"


@dataclass(frozen=True)
class Form:
    """Where things stand in the text of a request (between ENQ and sum check), and the error codes."""

    route: bytes
    read: bytes  # command up to the device number
    write: bytes
    digits: int  # of the device number
    count_digits: int
    most: int  # registers
    sum_error: str
    command_error: str
    device_error: str

    @property
    def head(self) -> int:
        """Characters before the data."""
        return len(self.route) + len(self.read) + self.digits + self.count_digits


def form_1c(station: int) -> Form:
    """A-compatible."""
    return Form(b"%02XFF" % station, b"WR0D", b"WW0D", 4, 2, 64, "02", "06", "06")


def form_3c(station: int) -> Form:
    """QnA-compatible."""
    route = b"F9%02X00FF00" % station
    return Form(route, b"04010000D*", b"14010000D*", 6, 4, 960, "7F24", "7E40", "7E43")


class McSlave:
    """One station; its D registers are the registers."""

    def __init__(self, registers: Registers, form: Form, byte_timeout_ns: int = 5_000_000) -> None:
        self._registers = registers
        self._form = form
        self._byte_timeout_ns = byte_timeout_ns
        self._last_ns = 0
        self._frame = bytearray()  # what came after ENQ
        self._open = False
        self.answered = 0
        self.damaged = 0

    def next_ns(self) -> int | None:
        """When silence will end the bytes now held."""
        return self._last_ns + self._byte_timeout_ns if self._open else None

    def reset(self) -> None:
        """Forget what is half received."""
        self._frame.clear()
        self._open = False

    def feed(self, now_ns: int, data: bytes = b"") -> bytes:
        """Take bytes; returns the answers."""
        if self._open and now_ns >= self._last_ns + self._byte_timeout_ns:
            self.damaged += 1
            self.reset()
        answers = b""
        for byte in data:
            if byte == ENQ[0]:
                self.reset()
                self._open = True
            elif self._open:
                self._frame.append(byte)
                if len(self._frame) == self._size():
                    answers += self._answer_to(bytes(self._frame))
                    self.reset()
        if data:
            self._last_ns = now_ns
        return answers

    def _size(self) -> int:
        """Size of the request now arriving, sum check included; while nobody knows, the size that tells."""
        form, frame = self._form, self._frame
        if len(frame) < form.head:
            return form.head + 2
        try:
            count = parse(bytes(frame[form.head - form.count_digits : form.head]), 16, "")
        except Refusal:
            return form.head + 2
        wrote = frame[len(form.route) :].startswith(form.write)
        return form.head + 2 + (4 * count if wrote and count <= form.most else 0)

    def _answer_to(self, frame: bytes) -> bytes:
        form, text = self._form, frame[:-2]
        if not text.startswith(form.route):
            return b""
        self.answered += 1
        try:
            if frame[-2:] != _checksum(text):
                self.damaged += 1
                raise Refusal(form.sum_error)
            return self._execute(text[len(form.route) :])
        except Refusal as refusal:
            return NAK + form.route + refusal.code.encode()
        except IllegalAddressError:
            return NAK + form.route + form.device_error.encode()

    def _execute(self, text: bytes) -> bytes:
        form = self._form
        verb = text[: len(form.read)]
        if verb not in {form.read, form.write}:
            raise Refusal(form.command_error)
        at = len(verb) + form.digits
        address = parse(text[len(verb) : at], 10, form.command_error)
        count = parse(text[at : at + form.count_digits], 16, form.command_error)
        if not 1 <= count <= form.most:
            raise Refusal(form.command_error)
        if verb == form.read:
            answer = form.route + words_text(self._registers.read(address, count)) + ETX
            return STX + answer + _checksum(answer)
        self._registers.write(address, parse_words(text[at + form.count_digits :], form.command_error))
        return ACK + form.route


def _checksum(text: bytes) -> bytes:
    return b"%02X" % (sum(text) & 0xFF)
