"""The line tracks the parts itself when the PLC cannot: where each part is, and what GATE must say. Sans-IO.

    photo-eye                                      gate
    ----|--- low .. high ---------------- opens ..... shuts ---->  mm of belt
             the edge came between these     low + distance - zone .. high + distance + zone

Idle, the gate is shut. A request that carries PASS is a *lease*: whatever is lost after it, the I/O shuts its gate by
itself `io_watchdog_ms` later. So PASS is sent only if

    a part that has earned it is at the gate,
    and no part that has not can come there while the lease lasts, at the belt's highest speed,

and nothing has to arrive in time for the gate to shut. In this mode every request carries GATE: nothing renews an old
lease. A part's fate is settled once, when it comes near the gate. Where positions stop holding (belt backwards, encoder
jumped, link lost, restart), everything between photo-eye and gate is rejected and the gate stays shut until it is gone.

What it stands on: count, encoder and inputs that the I/O reports are of one moment, of its newest cycle; a request
arrives within `response_ms`, and is sent at once when it has been made: a process that is held up just then (it runs
with real-time priority) opens the gate too late, until its next request or the I/O's watchdog.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from station.core import plc_map
from station.core.config import LineSection
from station.core.domain import Reason
from station.core.plc_map import Slot, Word
from station.line.link import PlcStatus, Written
from station.line.odometer import odometer_of
from station.line.parts import PartsInFlight

_NOBODY = 0  # number of parts that were counted while nobody looked


@dataclass(slots=True)
class Window:
    """Positions of the belt between which a part may be at the gate."""

    number: int
    opens_mm: float
    shuts_mm: float
    settled: bool = False


class ShiftRegister:
    """Parts on the belt, in order. `notes` are sentences for the journal."""

    def __init__(self, line: LineSection, parts: PartsInFlight) -> None:
        self._parts = parts
        self._distance_mm = line.gate_distance_mm
        self._zone_mm = line.gate_zone_mm
        self._pitch_mm = line.pitch_mm
        self._lead_ns = (line.gate_ms + line.poll_ms) * 1_000_000
        mm_per_ms = line.belt_mm_s / 1e3
        self._lease_mm = (line.io_watchdog_ms + line.response_ms + line.gate_ms) * mm_per_ms
        self._ahead_mm = self._lease_mm + 2 * line.poll_ms * mm_per_ms
        self._odometer = odometer_of(line)
        self._windows: deque[Window] = deque()
        self._count = 0
        self._low_mm = 0.0  # the next part's edge comes after this
        self._last_low_mm: float | None = None  # the newest part's edge came after this
        self._void_mm = 0.0  # parts counted up to here have no place that holds
        self._distrusted = False  # and whoever reads the journal knows
        self._told: tuple[Slot, ...] = ()
        self.notes: list[str] = []

    def start(self, status: PlcStatus, count: int) -> None:
        """First poll after a handshake: whatever is on the belt is rejected."""
        self._odometer.start(status)
        self._windows.clear()
        self._last_low_mm = None
        self._low_mm, self._count = self._odometer.low_mm, count
        self._void_mm = self._odometer.furthest_mm
        self._distrusted, self._told = False, ()

    def polled(self, status: PlcStatus, count: int) -> None:
        """The next poll; `count` is what the tracker believes of the photo-eye count."""
        answered, self._told = self._told, ()
        self._parts.written(Written(answered, status.answer_ns))
        trouble = self._odometer.read(status)
        if count > self._count:
            trouble = self._enter(count) or trouble
        if count == status.count:
            self._low_mm = self._odometer.low_mm
        self._count = count
        if trouble:
            self._distrust(trouble)
        elif self._distrusted and not self._void_at_gate(status.answer_ns):
            self._distrusted = False
            self.notes.append("positions hold again")
        while self._windows and self._windows[0].shuts_mm < self._odometer.low_mm:
            self._parts.finish(self._windows.popleft().number)

    def word(self, now_ns: int) -> Word:
        """What GATE must say in a request that goes out now."""
        at_gate = self._at_gate(now_ns)
        for window in at_gate:
            if not window.settled:
                window.settled = True
                self._settle(window)
        earned = any(self._parts.earned(window.number) for window in at_gate)
        if not earned or self._unsure(now_ns):
            self._withhold(at_gate)
            return Word.REJECT
        return Word.PASS

    def sent(self, word: int, now_ns: int) -> None:
        """A poll with `word` goes out: parts at the gate are told so, by what its answer proves."""
        self._told = self._parts.told((window.number for window in self._at_gate(now_ns)), word)
        self._parts.sent(self._told)

    def _at_gate(self, now_ns: int) -> list[Window]:
        """Parts that are there, as far as one knows, or as soon as a request has done its work."""
        likely_mm = self._odometer.likely_mm(now_ns)
        near_mm = self._odometer.likely_mm(now_ns + self._lead_ns)
        return [window for window in self._windows if window.opens_mm <= near_mm and likely_mm <= window.shuts_mm]

    def _void_at_gate(self, now_ns: int) -> bool:
        """True while parts whose place does not hold can be at the gate."""
        return self._odometer.least_mm(now_ns) <= self._void_mm + self._distance_mm + self._zone_mm

    def _enter(self, count: int) -> str:
        """Parts counted since the last poll; "" or why they have no place."""
        odometer = self._odometer
        newest_first = count - plc_map.SLOTS + 1
        if self._count + 1 < newest_first:
            self._append(_NOBODY)
        trouble = ""
        for number in range(max(self._count + 1, newest_first), count + 1):
            self._append(number)
            if self._low_mm <= self._void_mm:
                self._refuse(number, Reason.NOT_TRACKED)
            last_mm, self._last_low_mm = self._last_low_mm, self._low_mm
            if last_mm is not None and odometer.high_mm - last_mm < self._pitch_mm:
                trouble = (
                    f"part {number} is less than pitch_mm = {self._pitch_mm:g} behind the one before it, "
                    "or counts of the encoder were lost"
                )
        return trouble

    def _append(self, number: int) -> None:
        opens_mm = self._low_mm + self._distance_mm - self._zone_mm
        shuts_mm = self._odometer.high_mm + self._distance_mm + self._zone_mm
        self._windows.append(Window(number, opens_mm, shuts_mm))

    def _distrust(self, why: str) -> None:
        """No position from before now holds."""
        self._void_mm = max(self._void_mm, self._odometer.furthest_mm)
        self._parts.reject_all(Reason.NOT_TRACKED)
        if not self._distrusted:
            self.notes.append(f"{why}; all on the belt is rejected")
        self._distrusted = True

    def _settle(self, window: Window) -> None:
        """The part comes to the gate: it passes if it has earned it and no other can slip through with it."""
        self._parts.reject(window.number, Reason.LATE)  # if there is no verdict yet
        for other in self._windows:
            overlaps = other.opens_mm - self._ahead_mm <= window.shuts_mm and other.shuts_mm >= window.opens_mm
            if overlaps and not self._parts.earned(other.number):
                self._parts.take_back(window.number, Reason.NOT_TRACKED)

    def _unsure(self, now_ns: int) -> bool:
        """True when something that must not pass can be at the gate before a lease that begins now is over."""
        odometer = self._odometer
        least_mm, most_mm = odometer.least_mm(now_ns), odometer.most_mm(now_ns) + self._lease_mm
        to_gate_mm = self._distance_mm - self._zone_mm
        if odometer.stands(now_ns) or self._void_at_gate(now_ns):
            return True
        if most_mm >= self._low_mm + to_gate_mm:  # parts that are not counted yet
            return True
        return any(
            window.opens_mm <= most_mm and window.shuts_mm >= least_mm and not self._parts.earned(window.number)
            for window in self._windows
        )

    def _withhold(self, at_gate: list[Window]) -> None:
        """The gate is shut while these are at it: they do not pass."""
        for window in at_gate:
            self._parts.take_back(window.number, Reason.NOT_TRACKED)

    def _refuse(self, number: int, reason: Reason) -> None:
        self._parts.reject(number, reason)
        self._parts.take_back(number, reason)
