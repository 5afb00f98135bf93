"""The conveyor: a seeded row of parts that pass the photo-eye one after the other and reach the gate later.

Sans-IO: the caller passes the time in. The belt stands still until `start`.
"""

from __future__ import annotations

import random
from collections import deque

import msgspec

GOOD_KINDS = ("good", "dust", "glare")  # the last two only look bad
BAD_KINDS = ("scratch", "dent", "burr", "stain", "missing_bore", "wrong_engraving")
OTHER_PRODUCT = "other_product"  # comes only when the conveyor is fed with it
_LOOK_ALIKE_SHARE = 0.15  # of the good parts
PITCH_JITTER = 0.03  # of the pitch, each way


class PhysicalPart(msgspec.Struct, frozen=True):
    """One part on the belt; `kind` and `seed` say exactly how it looks (`station.sim.parts.draw_part`)."""

    index: int  # from 1
    kind: str
    seed: int
    edge_ns: int  # plant time of its photo-eye edge

    @property
    def truly_bad(self) -> bool:
        """True for a part that must never pass."""
        return self.kind not in GOOD_KINDS


class Conveyor:
    """Parts at `rate_hz`, `count` of them, then the belt is empty."""

    def __init__(self, count: int, rate_hz: float, seed: int, bad_share: float, gate_delay_ns: int) -> None:
        self._random = random.Random(seed)
        self._count = count
        self._pitch_ns = 1e9 / rate_hz
        self._bad_share = bad_share
        self._gate_delay_ns = gate_delay_ns
        self._start_ns: int | None = None
        self._next: PhysicalPart | None = None
        self._to_gate: deque[PhysicalPart] = deque()
        self._fed: tuple[str, ...] = ()
        self._fed_until_ns = 0
        self.produced = 0  # parts that have passed the photo-eye

    @property
    def started(self) -> bool:
        """True since `start`."""
        return self._start_ns is not None

    @property
    def finished(self) -> bool:
        """True when the last part is through the gate."""
        return self.produced >= self._count and not self._to_gate

    def start(self, now_ns: int) -> None:
        """Start the belt; the first part comes one pitch later. Starting twice changes nothing."""
        if self._start_ns is None:
            self._start_ns = now_ns
            self._next = self._part(1) if self._count else None

    def feed(self, kinds: tuple[str, ...], until_ns: int) -> None:
        """Only parts of these kinds come until then (after the one that is on its way to the photo-eye)."""
        self._fed, self._fed_until_ns = kinds, until_ns

    def next_ns(self) -> int | None:
        """When the next edge or gate is due; None = nothing more comes."""
        times = [self._next.edge_ns] if self._next else []
        if self._to_gate:
            times.append(self._to_gate[0].edge_ns + self._gate_delay_ns)
        return min(times, default=None)

    def edges(self, now_ns: int) -> list[PhysicalPart]:
        """Parts whose photo-eye edge is due by now, each returned once, in order."""
        passed: list[PhysicalPart] = []
        while self._next and self._next.edge_ns <= now_ns:
            passed.append(self._next)
            self._to_gate.append(self._next)
            self.produced += 1
            self._next = self._part(self.produced + 1) if self.produced < self._count else None
        return passed

    def arrivals(self, now_ns: int) -> list[PhysicalPart]:
        """Parts that reach the gate by now, each returned once, in order."""
        arrived: list[PhysicalPart] = []
        while self._to_gate and self._to_gate[0].edge_ns + self._gate_delay_ns <= now_ns:
            arrived.append(self._to_gate.popleft())
        return arrived

    def _part(self, index: int) -> PhysicalPart:
        assert self._start_ns is not None
        choose = self._random
        if choose.random() < self._bad_share:
            kind = choose.choice(BAD_KINDS)
        elif choose.random() < _LOOK_ALIKE_SHARE:
            kind = choose.choice(GOOD_KINDS[1:])
        else:
            kind = "good"
        seed = choose.getrandbits(31)
        at = index + choose.uniform(-PITCH_JITTER, PITCH_JITTER)
        edge_ns = self._start_ns + round(at * self._pitch_ns)
        if edge_ns < self._fed_until_ns:  # after all choices: the parts behind the fed ones stay what they were
            kind = self._fed[seed % len(self._fed)]
        return PhysicalPart(index, kind, seed, edge_ns)
