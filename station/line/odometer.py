"""How far the belt has run, in millimetres: by an encoder's counts, or by time at a constant speed. Sans-IO.

Both start at a first poll, take the reading of each later one, and say a sentence when positions no longer hold.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

from station.core import plc_map
from station.core.config import LineSection
from station.line.link import PlcStatus

_MS = 1_000_000
_TURN = 1 << 32  # the encoder's count wraps
_READINGS = 6  # polls that the speed is taken from


class Odometer(Protocol):
    """Position of the belt; it grows as the parts go from the photo-eye to the gate."""

    low_mm: float  # at the newest poll, at least
    high_mm: float  # at the newest poll, at most
    furthest_mm: float  # whatever lay before the photo-eye then is behind this position

    def start(self, status: PlcStatus) -> None:
        """The first poll after a handshake."""
        ...

    def read(self, status: PlcStatus) -> str:
        """The next poll; "" or why no position from before it holds any more."""
        ...

    def least_mm(self, now_ns: int) -> float:
        """The belt has come at least here."""
        ...

    def likely_mm(self, now_ns: int) -> float:
        """Here it is, if it goes on as it did."""
        ...

    def most_mm(self, now_ns: int) -> float:
        """It cannot have come further, even when the encoder has just failed."""
        ...

    def stands(self, now_ns: int) -> bool:
        """True when nothing has proved for the I/O's watchdog time that the belt moves."""
        ...


def odometer_of(line: LineSection) -> Odometer:
    """By `line.tracking`."""
    return EncoderOdometer(line) if line.tracking == "encoder" else ClockOdometer(line)


class ClockOdometer:
    """A belt of constant speed. The I/O's input "at speed" must stay set, and be looked at often."""

    def __init__(self, line: LineSection) -> None:
        self._mm_per_ns = line.belt_mm_s / 1e9
        self._unwatched_ms = line.response_ms + line.quiet_ms + 2 * line.poll_ms  # one exchange may fail
        self._sent_ns = 0
        self.low_mm = self.high_mm = self.furthest_mm = 0.0

    def start(self, status: PlcStatus) -> None:
        """The first poll after a handshake."""
        self._sent_ns = status.sent_ns
        self.low_mm = status.sent_ns * self._mm_per_ns
        self.high_mm = self.furthest_mm = status.answer_ns * self._mm_per_ns

    def read(self, status: PlcStatus) -> str:
        """The next poll; "" or why no position holds any more."""
        unwatched_ns = status.answer_ns - self._sent_ns
        self.start(status)
        if not status.inputs & plc_map.AT_SPEED:
            return "the belt is not at its speed"
        if unwatched_ns > self._unwatched_ms * _MS:
            return f"nobody has looked for {unwatched_ns // _MS} ms whether the belt kept its speed"
        return ""

    def least_mm(self, now_ns: int) -> float:
        """The clock is exact."""
        return now_ns * self._mm_per_ns

    likely_mm = most_mm = least_mm

    def stands(self, now_ns: int) -> bool:
        """Whoever stands is not at speed: `read` says so."""
        return False


class EncoderOdometer:
    """A belt that may stop and change its speed; its encoder has 32 bits, wraps, and counts up as the belt runs.

    Where the input "at speed" is wired, an encoder that fails is noticed at once, else by the parts that then seem to
    come closer than their pitch.
    """

    def __init__(self, line: LineSection) -> None:
        self._mm_per_count = line.mm_per_count
        self._fastest = line.belt_mm_s / 1e9  # mm in a nanosecond
        self._belt_mm_s = line.belt_mm_s
        self._slack_mm = line.gate_zone_mm  # a belt that settles may swing so far
        self._still_ns = line.io_watchdog_ms * _MS
        self._last: PlcStatus | None = None
        self._moved_ns = 0
        self._readings: deque[tuple[int, float]] = deque(maxlen=_READINGS)  # (sent_ns, mm)
        self.low_mm = self.high_mm = self.furthest_mm = 0.0

    def start(self, status: PlcStatus) -> None:
        """The first poll after a handshake: positions go on from the highest so far."""
        self._last = status
        self._moved_ns = status.sent_ns
        self._readings.clear()
        self._set(status, self.furthest_mm)
        self.furthest_mm = self.low_mm

    def read(self, status: PlcStatus) -> str:
        """The next poll; "" or why no position holds any more."""
        assert self._last is not None
        counts = (status.encoder - self._last.encoder + _TURN // 2) % _TURN - _TURN // 2
        step_mm = counts * self._mm_per_count
        most_mm = self._fastest * (status.answer_ns - self._last.sent_ns) + self._slack_mm
        if abs(step_mm) > most_mm:
            self.start(status)
            return f"the encoder jumped by {step_mm:.0f} mm; the belt's highest speed is {self._belt_mm_s:g} mm/s"
        if counts:
            self._moved_ns = status.sent_ns
        self._last = status
        self._set(status, self.low_mm + step_mm)
        if self.low_mm < self.furthest_mm - self._slack_mm:
            return "the belt runs backwards"
        self.furthest_mm = max(self.furthest_mm, self.low_mm)
        if status.inputs & plc_map.AT_SPEED and self.stands(status.answer_ns):
            return "the encoder stands still while the belt is at speed"
        return ""

    def least_mm(self, now_ns: int) -> float:
        """The newest reading."""
        return self.low_mm

    def likely_mm(self, now_ns: int) -> float:
        """The newest reading, and on at the speed of the last ones."""
        (first_ns, first_mm), (last_ns, last_mm) = self._readings[0], self._readings[-1]
        if last_ns == first_ns:
            return self.low_mm
        speed = max(0.0, (last_mm - first_mm) / (last_ns - first_ns))
        return self.low_mm + min(speed, self._fastest) * (now_ns - last_ns)

    def most_mm(self, now_ns: int) -> float:
        """At the highest speed ever since it was last seen to move."""
        return self.low_mm + self._fastest * (now_ns - self._moved_ns)

    def stands(self, now_ns: int) -> bool:
        """True when the count has not changed for the I/O's watchdog time."""
        return now_ns - self._moved_ns > self._still_ns

    def _set(self, status: PlcStatus, mm: float) -> None:
        self.low_mm = self.high_mm = mm
        self._readings.append((status.sent_ns, mm))
