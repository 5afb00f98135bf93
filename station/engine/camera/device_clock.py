"""The camera's own clock on ours: by the frame that came with the least delay, so far.

A frame's device stamp is exact but of another clock; its arrival is on our clock but late by a delay that varies. The
smallest (arrival - stamp) seen is the best estimate of the clocks' offset; it may grow slowly, because clocks drift.
"""

from __future__ import annotations

_DRIFT = 100e-6  # crystals differ by less than 100 ppm


class DeviceClock:
    """One arming's mapping; used by one thread."""

    def __init__(self) -> None:
        self._offset_ns: float | None = None
        self._last_ns = 0

    def map(self, device_ns: int, arrived_ns: int) -> int:
        """CLOCK_MONOTONIC of a device stamp; never after the arrival. A camera without a clock (0): the arrival."""
        if device_ns <= 0:
            return arrived_ns
        seen = arrived_ns - device_ns
        if self._offset_ns is None:
            self._offset_ns = seen
        else:
            grown = self._offset_ns + _DRIFT * max(0, arrived_ns - self._last_ns)
            self._offset_ns = min(seen, grown)
        self._last_ns = arrived_ns
        return min(device_ns + round(self._offset_ns), arrived_ns)
