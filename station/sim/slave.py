"""A PLC's serial interface as the plant sees it, whatever it speaks; `station.sim.slaves` makes one by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol


class Registers(Protocol):
    """What a slave serves; `station.sim.plc.Plc` is one."""

    def read(self, address: int, count: int) -> list[int]:
        """Values, or IllegalAddressError."""
        ...

    def write(self, address: int, values: list[int]) -> None:
        """Store all of them, or raise IllegalAddressError."""
        ...


class Slave(Protocol):
    """Sans-IO: bytes with their arrival times go in, answers come out."""

    answered: int
    damaged: int  # frames dropped or refused because they came damaged

    def feed(self, now_ns: int, data: bytes = b"") -> bytes:
        """Take bytes that arrived now; returns the answers they complete, or b""."""
        ...

    def next_ns(self) -> int | None:
        """When `feed` must be called although nothing arrived; None = never."""
        ...

    def reset(self) -> None:
        """Forget what is half received (power off)."""
        ...


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error
    """Becomes a refusing answer with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(digits: bytes, base: int, refusal: str) -> int:
    """The number that upper-case `digits` say.

    Raises:
        Refusal: `refusal`, when there are none or a character is none of the base.
    """
    if not digits or digits.translate(None, b"0123456789ABCDEF"[:base]):
        raise Refusal(refusal)
    return int(digits, base)


def parse_words(text: bytes, refusal: str) -> list[int]:
    """The registers in `text`, four hexadecimal digits each.

    Raises:
        Refusal: `refusal`, when it is empty, no multiple of four, or a character is no digit.
    """
    if not text or len(text) % 4:
        raise Refusal(refusal)
    return [parse(text[at : at + 4], 16, refusal) for at in range(0, len(text), 4)]


def words_text(values: list[int]) -> bytes:
    """Four upper-case hexadecimal digits a register."""
    return b"".join(b"%04X" % value for value in values)


class FrameBuffer:
    """Collects text frames: `start` (if any) begins one anew, `end` closes it; one that is too long is dropped."""

    def __init__(self, end: int, longest: int, start: int | None = None) -> None:
        self._end, self._longest, self._start = end, longest, start
        self._frame = bytearray()
        self._lost = False  # more than the longest frame came: wait for its end

    def take(self, data: bytes) -> list[bytes]:
        """The frames that `data` completes."""
        frames = []
        for byte in data:
            if byte == self._start:
                self.clear()
            if not self._lost:
                self._frame.append(byte)
            self._lost |= len(self._frame) > self._longest
            if byte == self._end:
                if not self._lost:
                    frames.append(bytes(self._frame))
                self.clear()
        return frames

    def clear(self) -> None:
        """Begin anew."""
        self._frame.clear()
        self._lost = False

    def __len__(self) -> int:
        return len(self._frame)


class TextSlave(ABC):
    """A slave whose messages are text with an end mark: it collects them, and its dialect answers."""

    def __init__(self, buffer: FrameBuffer) -> None:
        self._buffer = buffer
        self.answered = 0
        self.damaged = 0

    def next_ns(self) -> int | None:
        """It never acts by itself."""
        return None

    def reset(self) -> None:
        """Forget what is half received."""
        self._buffer.clear()

    def feed(self, now_ns: int, data: bytes = b"") -> bytes:
        """Take bytes; returns the answers."""
        return b"".join(self._answer_to(frame) for frame in self._buffer.take(data))

    @abstractmethod
    def _answer_to(self, frame: bytes) -> bytes:
        """The answer to one whole frame, or b""."""
