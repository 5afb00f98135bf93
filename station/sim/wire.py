"""The serial wire: two lanes that carry bytes at the baud rate, and what can go wrong with them.

Sans-IO: times are passed in. A byte takes 10 bit times (8N1) and arrives when its stop bit ends. Cuts and noise act
on the bytes that arrive while they last.
"""

from __future__ import annotations

import random
from collections import deque

_BITS_PER_BYTE = 10


class Trouble:
    """What is wrong with the cable now; both lanes share it."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._cut_until_ns = 0
        self._noise_until_ns = 0
        self._drop = 0.0
        self._flip = 0.0
        self.lost = 0
        self.flipped = 0

    def cut(self, until_ns: int) -> None:
        """No byte gets through before `until_ns`."""
        self._cut_until_ns = until_ns

    def noise(self, drop: float, flip: float, until_ns: int) -> None:
        """Until then each byte is lost with probability `drop`, else has one bit flipped with probability `flip`."""
        self._drop, self._flip, self._noise_until_ns = drop, flip, until_ns

    def pass_on(self, at_ns: int, byte: int) -> int | None:
        """The byte as it arrives, or None when it is lost."""
        if at_ns < self._cut_until_ns:
            self.lost += 1
            return None
        if at_ns < self._noise_until_ns:
            if self._random.random() < self._drop:
                self.lost += 1
                return None
            if self._random.random() < self._flip:
                self.flipped += 1
                return byte ^ 1 << self._random.randrange(8)
        return byte


class Lane:
    """One direction of the wire."""

    def __init__(self, baud: int, trouble: Trouble, delay_ns: int = 0) -> None:
        self._byte_ns = _BITS_PER_BYTE * 1e9 / baud
        self._trouble = trouble
        self._free_ns = 0.0  # when the sender's shift register is empty
        self._under_way: deque[tuple[int, int]] = deque()
        self.delay_ns = delay_ns

    def send(self, now_ns: int, data: bytes) -> None:
        """Put bytes on the lane; they queue behind those still being sent."""
        at = max(self._free_ns, now_ns)
        for byte in data:
            at += self._byte_ns
            self._under_way.append((round(at) + self.delay_ns, byte))
        self._free_ns = at

    def next_ns(self) -> int | None:
        """Arrival of the next byte; None = the lane is empty."""
        return self._under_way[0][0] if self._under_way else None

    def done_ns(self) -> int | None:
        """Arrival of the last byte now under way; None = the lane is empty."""
        return self._under_way[-1][0] if self._under_way else None

    def arrived(self, now_ns: int) -> list[tuple[int, int]]:
        """(arrival time, byte) of all that came through by now, in order."""
        came: list[tuple[int, int]] = []
        queue, trouble = self._under_way, self._trouble
        while queue and queue[0][0] <= now_ns:
            at, byte = queue.popleft()
            through = trouble.pass_on(at, byte)
            if through is not None:
                came.append((at, through))
        return came


class Wire:
    """Both lanes: to the slave and back to the master."""

    def __init__(self, baud: int, seed: int = 0) -> None:
        self.trouble = Trouble(seed)
        self.to_slave = Lane(baud, self.trouble)
        self.to_master = Lane(baud, self.trouble)

    def delay(self, delay_ns: int) -> None:
        """From now on each byte arrives so much later (a converter, a radio modem)."""
        self.to_slave.delay_ns = self.to_master.delay_ns = delay_ns
