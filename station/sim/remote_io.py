"""A remote I/O: it counts photo-eye edges and encoder pulses and drives the gate, and knows nothing about parts.

The registers are those of `station.core.plc_map`, header only: no slots, no acknowledgement. Wired to reject when idle:
the gate is energised (open) only while the newest GATE word is PASS and a request came within the watchdog time. Like
many couplers it takes any request as a sign of life, also one that says nothing about the gate. Sans-IO.
"""

from __future__ import annotations

import random

from station.core import plc_map
from station.sim.plc import IllegalAddressError

_BEAT_NS = 50_000_000


class RemoteIo:
    """One I/O. `boot` changes at every start and is never 0; the image of the inputs is made once a scan."""

    def __init__(self, seed: int, watchdog_ns: int) -> None:
        self._random = random.Random(seed)
        self._watchdog_ns = watchdog_ns
        self._down_until_ns: int | None = None
        self.inputs = 0  # plc_map bits, wired
        self.boot = 0
        self._begin()

    @property
    def running(self) -> bool:
        """False while it restarts."""
        return self._down_until_ns is None

    @property
    def count(self) -> int:
        """Photo-eye edges since the start."""
        return self._count

    @property
    def energised(self) -> bool:
        """The output: True = the gate is open."""
        return self._energised

    def count_edge(self) -> int:
        """One photo-eye edge; returns its number, 0 while the I/O is down."""
        if self.running:
            self._count += 1
        return self._count if self.running else 0

    def turn_encoder(self, counts: int) -> None:
        """The belt's encoder goes on (or back) by so many counts."""
        if self.running:
            self._encoder = (self._encoder + counts) & 0xFFFFFFFF

    def restart(self, now_ns: int, down_ns: int) -> None:
        """Lose all memory and be away for `down_ns`: no answers, gate shut."""
        self._begin()
        self._down_until_ns = now_ns + down_ns

    def scan(self, now_ns: int) -> None:
        """One cycle: the watchdog, the output, the image of the inputs."""
        if self._down_until_ns is not None:
            if now_ns < self._down_until_ns:
                return
            self._down_until_ns = None
        if self._asked:
            self._asked, self._asked_ns = False, now_ns
        lives = self._asked_ns is not None and now_ns - self._asked_ns <= self._watchdog_ns
        gate = self._controls[plc_map.CONTROL_GATE - plc_map.CONTROL_BASE]
        self._energised = lives and gate == plc_map.Word.PASS
        self._status = [
            plc_map.BYTE_ORDER,
            self.boot,
            *plc_map.split32(self._count),
            *plc_map.split32(self._encoder),
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
        self._asked = True
        if address >= 0 and address + count <= plc_map.STATUS_SIZE:
            return self._status[address : address + count]
        at = _control_offset(address, count)
        return self._controls[at : at + count]

    def write(self, address: int, values: list[int]) -> None:
        """Store `values` from `address` on; all or none.

        Raises:
            IllegalAddressError: not all of them exist and are writable.
        """
        self._asked = True
        at = _control_offset(address, len(values))
        self._controls[at : at + len(values)] = values

    def _begin(self) -> None:
        self.boot = (self.boot + self._random.randint(1, 0xFFFE) - 1) % 0xFFFF + 1  # another one, never 0
        self._count = self._encoder = 0
        self._controls = [0] * plc_map.CONTROL_SIZE
        self._status = [0] * plc_map.STATUS_SIZE
        self._asked = self._energised = False
        self._asked_ns: int | None = None


def _control_offset(address: int, count: int) -> int:
    if address < plc_map.CONTROL_BASE or address + count > plc_map.CONTROL_BASE + plc_map.CONTROL_SIZE:
        raise IllegalAddressError(f"registers {address} .. {address + count - 1}")
    return address - plc_map.CONTROL_BASE
