"""A remote I/O: it counts photo-eye edges and encoder pulses and drives the gate, and knows nothing about parts.

The registers are those of `station.core.plc_map`, header only: no slots, no acknowledgement. Wired to reject when idle:
the gate is energised (open) only while the newest GATE word is PASS and a request came within the watchdog time. Like
many couplers it takes any request as a sign of life, also one that says nothing about the gate. Sans-IO.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from station.core import plc_map
from station.core.states import State
from station.sim.book import GateReason
from station.sim.plc import IllegalAddressError

BELT_MM_S = 500  # of the plant's belt
COUNTS_PER_MM = 10  # of its encoder
_BEAT_NS = 50_000_000


@dataclass
class _Memory:
    """What a restart loses."""

    count: int = 0
    encoder: int = 0
    controls: list[int] = field(default_factory=lambda: [0] * plc_map.CONTROL_SIZE)
    status: list[int] = field(default_factory=lambda: [0] * plc_map.STATUS_SIZE)
    asked: bool = False  # a request came since the last scan
    asked_ns: int | None = None  # scan after the newest request
    energised: bool = False


class RemoteIo:
    """One I/O. `boot` changes at every start and is never 0; the image of the inputs is made once a scan."""

    def __init__(self, seed: int, watchdog_ns: int) -> None:
        self._random = random.Random(seed)
        self._watchdog_ns = watchdog_ns
        self._down_until_ns: int | None = None
        self.inputs = 0  # plc_map bits, wired
        self.confirms = False  # there is no sensor behind the gate
        self._memory = _Memory()
        self.boot = self._random.randint(1, 0xFFFF)

    @property
    def running(self) -> bool:
        """False while it restarts."""
        return self._down_until_ns is None

    @property
    def count(self) -> int:
        """Photo-eye edges since the start."""
        return self._memory.count

    @property
    def energised(self) -> bool:
        """The output: True = the gate is open."""
        return self._memory.energised

    def executing(self) -> bool:
        """The station says that it produces: the belt may start. The gate does not depend on it."""
        at = plc_map.CONTROL_STATE - plc_map.CONTROL_BASE
        return self.running and self._memory.controls[at] == State.CONTINUOUS_EXECUTION

    def heartbeat_fresh(self, now_ns: int) -> bool:
        """A request came within the watchdog time."""
        asked_ns = self._memory.asked_ns
        return asked_ns is not None and now_ns - asked_ns <= self._watchdog_ns

    def judge(self, part: int, boot: int, now_ns: int) -> GateReason:
        """What the gate does to whatever is before it now; the I/O knows no parts."""
        if not self.running:
            return GateReason.PLC_DOWN
        if self.energised:
            return GateReason.PASSED
        return GateReason.REJECT_WORD if self.heartbeat_fresh(now_ns) else GateReason.HEARTBEAT_STALE

    def count_edge(self) -> int:
        """One photo-eye edge; returns its number, 0 while the I/O is down."""
        if self.running:
            self._memory.count += 1
        return self._memory.count if self.running else 0

    def turn_encoder(self, counts: int) -> None:
        """The belt's encoder goes on (or back) by so many counts."""
        if self.running:
            self._memory.encoder = (self._memory.encoder + counts) & 0xFFFFFFFF

    def restart(self, now_ns: int, down_ns: int) -> None:
        """Lose all memory and be away for `down_ns`: no answers, gate shut."""
        self._memory = _Memory()
        self.boot = (self.boot + self._random.randint(1, 0xFFFE) - 1) % 0xFFFF + 1  # another one, never 0
        self._down_until_ns = now_ns + down_ns

    def scan(self, now_ns: int) -> None:
        """One cycle: the watchdog, the output, the image of the inputs."""
        if self._down_until_ns is not None:
            if now_ns < self._down_until_ns:
                return
            self._down_until_ns = None
        memory = self._memory
        if memory.asked:
            memory.asked, memory.asked_ns = False, now_ns
        gate = memory.controls[plc_map.CONTROL_GATE - plc_map.CONTROL_BASE]
        memory.energised = self.heartbeat_fresh(now_ns) and gate == plc_map.Word.PASS
        memory.status = [
            plc_map.BYTE_ORDER,
            self.boot,
            *plc_map.split32(memory.count),
            *plc_map.split32(memory.encoder),
            now_ns // _BEAT_NS & 0xFFFF,
            *[0] * (plc_map.INPUTS - plc_map.ACK_PART),
            self.inputs,
            *[0] * (plc_map.STATUS_SIZE - plc_map.WANTED),
        ]

    def read(self, address: int, count: int) -> list[int]:
        """Values of registers address .. address + count - 1.

        Raises:
            IllegalAddressError: not all of them exist.
        """
        self._memory.asked = True
        if address >= 0 and address + count <= plc_map.STATUS_SIZE:
            return self._memory.status[address : address + count]
        at = _control_offset(address, count)
        return self._memory.controls[at : at + count]

    def write(self, address: int, values: list[int]) -> None:
        """Store `values` from `address` on; all or none.

        Raises:
            IllegalAddressError: not all of them exist and are writable.
        """
        self._memory.asked = True
        at = _control_offset(address, len(values))
        self._memory.controls[at : at + len(values)] = values


def _control_offset(address: int, count: int) -> int:
    if address < plc_map.CONTROL_BASE or address + count > plc_map.CONTROL_BASE + plc_map.CONTROL_SIZE:
        raise IllegalAddressError(f"registers {address} .. {address + count - 1}")
    return address - plc_map.CONTROL_BASE
