"""The PLC: counts parts at the photo-eye, takes verdicts, and opens its gate only for a part that earned it.

Executable twin of the register map (`station.core.plc_map`). Sans-IO: time is passed in. The Modbus slave reads and
writes the registers; the program runs once a scan. It rejects by default: whatever is unknown, stale, damaged or
late, the gate stays shut.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from station.core import plc_map
from station.core.states import State
from station.sim.book import GateReason

_BEAT_NS = 50_000_000  # the PLC's own heartbeat
_ENCODER_NS = 1_000_000  # one encoder count
_CONTROL_END = plc_map.SLOT_BASE + plc_map.SLOTS * plc_map.SLOT_SIZE
_WHY: dict[int, GateReason] = {
    plc_map.Word.BORDER: GateReason.BORDER_WORD,
    plc_map.Word.REJECT: GateReason.REJECT_WORD,
    plc_map.Word.NOT_INSPECTED: GateReason.NOT_INSPECTED_WORD,
}
_WORDS = frozenset(plc_map.Word)


class IllegalAddressError(LookupError):
    """The register does not exist, or is not writable."""


@dataclass
class _Memory:
    """What a restart loses."""

    count: int = 0  # parts at the photo-eye
    gated: int = 0  # newest part through the gate
    confirmed: int = 0  # rejects seen behind the gate
    beat: int | None = None  # newest station heartbeat seen
    beat_ns: int | None = None  # when it last *changed*: the first value seen is no change
    accepted: set[int] = field(default_factory=set)  # parts whose verdict came in time, the newest ones
    controls: list[int] = field(default_factory=lambda: [0] * (_CONTROL_END - plc_map.CONTROL_BASE))
    written: bool = False  # the station wrote since the last scan


class Plc:
    """One PLC. `boot` changes at every start and is never 0."""

    def __init__(self, seed: int, heartbeat_limit_ns: int) -> None:
        self._random = random.Random(seed)
        self._heartbeat_limit_ns = heartbeat_limit_ns
        self._down_until_ns: int | None = None
        self._memory = _Memory()
        self._status = [0] * plc_map.STATUS_SIZE
        self.boot = self._random.randint(1, 0xFFFF)
        self.wanted = 0  # recipe id that the PLC's program asks for, 0 = any
        self.confirms = True  # the sensor behind the gate sees rejected parts
        self.inputs = 0  # plc_map.BIN_FULL, AIR_LOW, GATE_FAULT: wired, so a restart does not change them
        self._publish(0)

    # The world's side

    @property
    def running(self) -> bool:
        """False while it restarts."""
        return self._down_until_ns is None

    @property
    def count(self) -> int:
        """Parts counted since the start."""
        return self._memory.count

    def count_edge(self) -> int:
        """One photo-eye edge at a high-speed input; returns the part's number, 0 while the PLC is down."""
        if not self.running:
            return 0
        self._memory.count += 1
        # A new part finds an empty slot: a damaged request cannot have left a PASS for a part that was not there yet.
        at = plc_map.slot_register(self._memory.count) - plc_map.CONTROL_BASE
        self._memory.controls[at : at + plc_map.SLOT_SIZE] = [0] * plc_map.SLOT_SIZE
        return self._memory.count

    def judge(self, part: int, boot: int, now_ns: int) -> GateReason:
        """The gate rule for the part that stands before the gate now."""
        if not self.running:
            return GateReason.PLC_DOWN
        if part == 0 or boot != self.boot:
            return GateReason.NOT_COUNTED
        self._memory.gated = part
        why = self._why(part, now_ns)
        if why is not GateReason.PASSED and self.confirms:
            self._memory.confirmed += 1
        return why

    def restart(self, now_ns: int, down_ns: int) -> None:
        """Lose all memory, and be away for `down_ns`: no answers, gate shut."""
        self._memory = _Memory()
        self.boot = (self.boot + self._random.randint(1, 0xFFFE) - 1) % 0xFFFF + 1  # another one, never 0
        self._down_until_ns = now_ns + down_ns
        self._publish(now_ns)

    def scan(self, now_ns: int) -> None:
        """One cycle of the program."""
        if self._down_until_ns is not None:
            if now_ns < self._down_until_ns:
                return
            self._down_until_ns = None
        if self._memory.written:
            self._memory.written = False
            self._look_at_heartbeat(now_ns)
            self._accept_verdicts()
        self._publish(now_ns)

    def executing(self) -> bool:
        """The station's state word says ContinuousExecution."""
        return self.running and self._control(plc_map.CONTROL_STATE) == State.CONTINUOUS_EXECUTION

    @property
    def stop_requested(self) -> bool:
        """The station asks for the belt to stop; the program passes it on to the belt's drive."""
        return self.running and bool(self._control(plc_map.CONTROL_REQUEST) & plc_map.STOP_BELT)

    def heartbeat_fresh(self, now_ns: int) -> bool:
        """The station's heartbeat has changed within the limit."""
        beat_ns = self._memory.beat_ns
        return beat_ns is not None and now_ns - beat_ns <= self._heartbeat_limit_ns

    # The Modbus slave's side

    def read(self, address: int, count: int) -> list[int]:
        """Values of registers address .. address + count - 1.

        Raises:
            IllegalAddressError: not all of them exist.
        """
        if address >= 0 and address + count <= plc_map.STATUS_SIZE:
            return self._status[address : address + count]
        at = _control_offset(address, count)
        return self._memory.controls[at : at + count]

    def write(self, address: int, values: list[int]) -> None:
        """Store `values` from `address` on; all or none.

        Raises:
            IllegalAddressError: not all of them exist and are writable.
        """
        at = _control_offset(address, len(values))
        self._memory.controls[at : at + len(values)] = values
        self._memory.written = True

    # The program

    def _why(self, part: int, now_ns: int) -> GateReason:
        """Every condition must hold; the first that does not is the reason."""
        low, high, word = self._slot(part)
        if not self.executing():
            return GateReason.NOT_EXECUTING
        if not self.heartbeat_fresh(now_ns):
            return GateReason.HEARTBEAT_STALE
        if plc_map.join32(low, high) != part:
            return GateReason.NO_VERDICT
        if word != plc_map.Word.PASS:
            return _WHY.get(word, GateReason.UNKNOWN_WORD)
        return GateReason.PASSED

    def _look_at_heartbeat(self, now_ns: int) -> None:
        beat = self._control(plc_map.CONTROL_HEARTBEAT)
        if self._memory.beat is not None and beat != self._memory.beat:
            self._memory.beat_ns = now_ns
        self._memory.beat = beat

    def _accept_verdicts(self) -> None:
        """Accept each slot whose part is counted and not yet through the gate; older ones are too late."""
        memory = self._memory
        for part in range(max(memory.gated, memory.count - plc_map.SLOTS) + 1, memory.count + 1):
            low, high, word = self._slot(part)
            if plc_map.join32(low, high) == part and word in _WORDS:
                memory.accepted.add(part)
        memory.accepted = {part for part in memory.accepted if part > memory.count - 2 * plc_map.SLOTS}

    def _publish(self, now_ns: int) -> None:
        memory = self._memory
        newest = max(memory.accepted, default=0)
        self._status = [
            plc_map.BYTE_ORDER,
            self.boot,
            *plc_map.split32(memory.count),
            *plc_map.split32(now_ns // _ENCODER_NS),
            now_ns // _BEAT_NS & 0xFFFF,
            *plc_map.split32(newest),
            sum(1 << newest - part for part in memory.accepted if newest - part < 16),
            *plc_map.split32(memory.confirmed),
            self.inputs,
            *plc_map.split32(self.wanted),
        ]

    def _slot(self, part: int) -> list[int]:
        at = plc_map.slot_register(part) - plc_map.CONTROL_BASE
        return self._memory.controls[at : at + plc_map.SLOT_SIZE]

    def _control(self, address: int) -> int:
        return self._memory.controls[address - plc_map.CONTROL_BASE]


def _control_offset(address: int, count: int) -> int:
    if address < plc_map.CONTROL_BASE or address + count > _CONTROL_END:
        raise IllegalAddressError(f"registers {address} .. {address + count - 1}")
    return address - plc_map.CONTROL_BASE
