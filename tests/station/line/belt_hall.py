"""A belt, a remote I/O without part tracking, a wire and an engine around one LineController, under a virtual clock.

The judge is the belt itself: a bad part that finds the gate energised at any moment while it is before it has passed;
a good part has passed if the gate was energised all the time.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from station.core import plc_map
from station.core.config import LineSection, StationConfig, StationSection
from station.core.domain import Health, Ledger, Reason, Verdict
from station.core.message import Event
from station.core.messages import EngineStatus, FrameKey, PartRecord, PartVerdict
from station.core.states import State
from station.line.controller import LineController
from station.sim.modbus_slave import ModbusSlave
from station.sim.remote_io import RemoteIo
from station.sim.wire import Wire

MS = 1_000_000
BODY_MM = 4.0  # half of what a part needs of the gate
COUNTS_PER_MM = 10


@dataclass
class Rider:
    """One part on the belt."""

    index: int
    bad: bool
    at_mm: float  # belt position of its front edge at the photo-eye
    boot: int = 0
    number: int = 0
    open_ms: int = 0
    shut_ms: int = 0

    @property
    def passed(self) -> bool:
        """A bad one has passed when the gate was open for a moment, a good one when it was never shut."""
        return self.open_ms > 0 if self.bad else self.open_ms > 0 and self.shut_ms == 0


@dataclass
class BeltHall:
    """`run(seconds)` moves the virtual clock by milliseconds; `speed(now_s)` gives mm/s."""

    line_section: LineSection
    seed: int = 1
    bad_share: float = 0.4
    pitch_mm: Callable[[random.Random], float] = lambda chance: chance.uniform(155, 260)
    mm_s: float = 450.0
    now_ns: int = 10**12
    inspect_ms: tuple[int, int] = (15, 70)
    records: dict[str, PartRecord] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    riders: list[Rider] = field(default_factory=list)
    repeats: int = 0
    praise: Reason = Reason.CLEAN  # the engine's reason for a PASS

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.io = RemoteIo(self.seed, self.line_section.io_watchdog_ms * MS)
        self.slave = ModbusSlave(self.io)
        self.wire = Wire(115200, self.seed)
        self.config = StationConfig(station=StationSection(autostart=True), line=self.line_section)
        self.belt_mm = 0.0
        self.encoder_lives = True
        self.loaded = False  # parts are put onto the belt
        self.engine_dead = False
        self.session, self.trigger = 100, 0
        self._next_mm = 0.0
        self._scan_ns = self.now_ns
        self._encoder = 0
        self._before_gate: deque[Rider] = deque()
        self._frames: list[tuple[int, PartVerdict]] = []
        self._canary_ns = 0
        self.requests: list[tuple[int, bytes]] = []
        self.read: dict[int, int] = {}
        self.start_line(None)

    def start_line(self, remembered: tuple[int, int] | None) -> None:
        """A new line process."""
        self.line = LineController(self.config, self.now_ns, remembered, wall=lambda: self.now_ns / 1e9)
        self.line.port_opened(self.now_ns)

    def kill_line(self, down_s: float) -> None:
        """kill -9; the next one remembers the newest stored record."""
        self.line = None
        self.run(down_s)
        mine = {record.part for record in self.records.values() if record.boot == self.io.boot}
        newest = next(n for n in range(1, len(mine) + 2) if n not in mine) - 1
        self.start_line((self.io.boot, newest))

    def produce(self, seconds: float = 1.0) -> None:
        """Bring the line to production and put parts onto the belt."""
        self.run(1.5)
        assert self.line.state is State.CONTINUOUS_EXECUTION
        self.loaded, self._next_mm = True, self.belt_mm + 100
        self.run(seconds)

    def settle(self) -> None:
        """No more parts; until all have gone through the gate."""
        self.loaded = False
        self.run(2.0)

    def run(self, seconds: float) -> None:
        """Time passes."""
        for _ in range(round(seconds * 1000)):
            self.now_ns += MS
            self._move()
            self._talk()

    def check(self) -> None:
        """No bad part through the gate, exactly one record per part that a line process read, none of another part."""
        assert not [rider for rider in self.riders if rider.bad and rider.passed]
        counted = {(rider.boot, rider.number): rider for rider in self.riders if rider.number}
        known = {key: rider for key, rider in counted.items() if key[1] <= self.read.get(key[0], 0)}
        for record in self.records.values():
            if record.frame and record.part and record.verdict is not Verdict.NOT_INSPECTED:
                assert record.score == counted[record.boot, record.part].index / 1e6
        assert not [key for key in known if f"{key[0]:04x}-{key[1]}" not in self.records]
        assert not self.repeats

    def record_of(self, rider: Rider) -> PartRecord:
        """Its one record."""
        return self.records[f"{rider.boot:04x}-{rider.number}"]

    def _move(self) -> None:
        self.belt_mm += self.mm_s / 1000
        encoder = int(self.belt_mm * COUNTS_PER_MM)
        if self.encoder_lives:
            self.io.turn_encoder(encoder - self._encoder)
        self._encoder = encoder
        by_time = self.line_section.tracking == "time"
        at_speed = self.mm_s == self.line_section.belt_mm_s if by_time else self.mm_s > 100
        self.io.inputs = plc_map.AT_SPEED if at_speed else 0
        if self.loaded and self.belt_mm >= self._next_mm:
            self.put()
            self._next_mm = self.belt_mm + self.pitch_mm(self.chance)
        if self.now_ns >= self._scan_ns:
            self._scan_ns = self.now_ns + 5 * MS
            self.io.scan(self.now_ns)
        for rider in self._before_gate:
            off_mm = self.belt_mm - rider.at_mm - self.line_section.gate_distance_mm
            if abs(off_mm) <= BODY_MM:
                rider.open_ms += self.io.energised
                rider.shut_ms += not self.io.energised
        while self._before_gate and self.belt_mm - self._before_gate[0].at_mm > 2 * self.line_section.gate_distance_mm:
            self._before_gate.popleft()

    def put(self, bad: bool | None = None) -> Rider:
        """One part passes the photo-eye now."""
        bad = self.chance.random() < self.bad_share if bad is None else bad
        rider = Rider(len(self.riders) + 1, bad, self.belt_mm)
        rider.number = self.io.count_edge()
        rider.boot = self.io.boot if rider.number else 0
        self.riders.append(rider)
        self._before_gate.append(rider)
        if not self.engine_dead:
            self.trigger += 1
            verdict, reason = (Verdict.REJECT, Reason.FINDING) if bad else (Verdict.PASS, self.praise)
            ledger = Ledger(exposed_ns=self.now_ns + 2 * MS, frame_ns=self.now_ns + 3 * MS)
            key = FrameKey(self.session, self.trigger)
            ready_ns = self.now_ns + self.chance.randint(*self.inspect_ms) * MS
            self._frames.append((ready_ns, PartVerdict(key, verdict, reason, rider.index / 1e6, 1.0, ledger)))
        return rider

    def restart_engine(self) -> None:
        """Its camera is armed anew."""
        self.session, self.trigger = self.session + 1, 0
        self._frames.clear()
        self.engine_dead = False

    def _talk(self) -> None:
        data = b""
        for at_ns, byte in self.wire.to_slave.arrived(self.now_ns):
            if self.io.running and (answer := self.slave.feed(at_ns, bytes([byte]))):
                self.wire.to_master.send(self.now_ns + MS, answer)
        self.slave.feed(self.now_ns)
        data = bytes(byte for _, byte in self.wire.to_master.arrived(self.now_ns))
        if self.line is None:
            return
        self._engine()
        if data:
            self.line.receive(data, self.now_ns)
            if self.line.baseline:
                self.read.update([self.line.baseline])
        self.line.tick(self.now_ns)
        if request := self.line.transmit(self.now_ns):
            self.requests.append((self.now_ns, request))
            self.wire.to_slave.send(self.now_ns, request)
        self.line.take_messages()
        for record in self.line.take_records():
            if isinstance(record, Event):
                self.events.append(record)
            else:
                self.repeats += record.key in self.records
                self.records.setdefault(record.key, record)

    def _engine(self) -> None:
        if self.engine_dead:
            return
        while self._frames and self._frames[0][0] <= self.now_ns:
            self.line.part_verdict(self._frames.pop(0)[1], self.now_ns)
        if self.now_ns - self._canary_ns >= 100 * MS:
            self._canary_ns = self.now_ns
            self.line.engine_status(
                EngineStatus(True, "", Health.GOOD, self.session, 1, "cpu", "demo", 0xABCD, "", ""), self.now_ns
            )
