"""A small hall for the line's tests: PLC with gate, camera and engine under a virtual clock, all faults on demand."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass, field

import pytest

from station.core import plc_map
from station.core.config import LineSection, StationConfig, StationSection
from station.core.crc import crc16
from station.core.domain import Health, Ledger, Reason, Verdict
from station.core.message import Event
from station.core.messages import EngineStatus, FrameKey, LineStatus, Numbering, PartRecord, PartVerdict
from station.core.states import State
from station.line.controller import LineController

MS = 1_000_000


class FakePlc:
    """Registers, Modbus answers and the gate rule, written apart from both the line and the shipped simulator."""

    def __init__(self, boot: int = 7) -> None:
        self.restart(boot)
        self.swap_reads = self.swap_writes = False
        self.frozen_program = False
        self.writes: list[tuple[int, list[int]]] = []
        self.inputs = 0

    def restart(self, boot: int) -> None:
        self.boot, self.count = boot, 0
        self.memory = dict.fromkeys(range(100, plc_map.SLOT_BASE + 48), 0)
        self.beat_value, self.beat_ns = -1, -(10**12)

    def answer(self, request: bytes, now_ns: int) -> bytes:
        assert crc16(request) == 0
        unit, function = request[0], request[1]
        body = b""
        if function == 23:
            read, count, write, _ = struct.unpack(">4H", request[2:10])
            self._write(write, request[11:-2], now_ns)
            body = self._read(read, count, now_ns)
        elif function == 16:
            self._write(struct.unpack(">H", request[2:4])[0], request[7:-2], now_ns)
            body = request[2:6]
        elif function == 3:
            body = self._read(*struct.unpack(">HH", request[2:6]), now_ns)
        answer = bytes([unit, function]) + body
        return answer + struct.pack("<H", crc16(answer))

    def passes(self, boot: int, part: int, now_ns: int) -> bool:
        at = plc_map.slot_register(part)
        low, high, word = (self.memory[at + i] for i in range(3))
        return (
            boot == self.boot
            and low | high << 16 == part
            and word == 0x3CA5
            and self.memory[102] == 8
            and now_ns - self.beat_ns <= 300 * MS
        )

    def _write(self, address: int, data: bytes, now_ns: int) -> None:
        words = list(struct.unpack(f"{'<' if self.swap_writes else '>'}{len(data) // 2}H", data))
        self.writes.append((address, words))
        for offset, word in enumerate(words):
            self.memory[address + offset] = word
        if self.memory[101] != self.beat_value:
            self.beat_value, self.beat_ns = self.memory[101], now_ns

    def _read(self, address: int, count: int, now_ns: int) -> bytes:
        table = {**self.memory, **dict(enumerate(self._status(now_ns)))}
        words = [table[address + offset] for offset in range(count)]
        return struct.pack(f"{'<' if self.swap_reads else '>'}B{count}H", 2 * count, *words)

    def _status(self, now_ns: int) -> list[int]:
        accepted = []
        for part in range(max(1, self.count - 15), self.count + 1):
            at = plc_map.slot_register(part)
            if self.memory[at] | self.memory[at + 1] << 16 == part and self.memory[at + 2]:
                accepted.append(part)
        newest = max(accepted, default=0)
        mask = sum(1 << newest - part for part in accepted)
        beat = 0 if self.frozen_program else now_ns // (50 * MS) & 0xFFFF
        words = [0x1234, self.boot, *plc_map.split32(self.count), 0, 0, beat]
        return [*words, *plc_map.split32(newest), mask, 0, 0, self.inputs, 0, 0]


@dataclass
class Faults:
    """What goes wrong from now on; tests set it."""

    mute: bool = False  # the PLC does not answer
    plc_down: bool = False  # it does not count either
    noise: float = 0.0  # share of answers with a flipped bit
    no_edge: bool = False  # the camera misses the photo-eye
    lost: bool = False  # the camera reports a lost frame
    frozen: bool = False  # the engine keeps everything to itself
    dead: bool = False  # there is no engine
    drop: bool = False  # the engine's datagram is refused
    repeat: bool = False  # each verdict comes twice
    stamp: bool = True  # the camera stamps exposures
    slow_ms: int = 0  # added to the inspection time


@dataclass
class Physical:
    index: int
    bad: bool
    edge_ns: int
    boot: int = 0
    part: int = 0
    passed: bool | None = None


@dataclass
class Hall:
    """Everything around one LineController; `run(seconds)` moves the virtual clock by milliseconds."""

    config: StationConfig
    seed: int = 1
    rate_hz: float = 10.0
    bad_share: float = 0.4
    now_ns: int = 10**12
    answer_ms: int = 5
    gate_ms: int = 400
    faults: Faults = field(default_factory=Faults)
    plc: FakePlc = field(default_factory=FakePlc)
    records: dict[str, PartRecord] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    statuses: list[LineStatus] = field(default_factory=list)
    numberings: list[Numbering] = field(default_factory=list)
    parts: list[Physical] = field(default_factory=list)
    repeats: int = 0
    read: dict[int, int] = field(default_factory=dict)  # boot -> newest count that a line process ever read

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.belt = False
        self.session, self.trigger = 100, 0
        self._next_edge_ns = self.now_ns
        self._to_gate: list[Physical] = []
        self._wire: tuple[int, bytes] | None = None
        self._frames: list[tuple[int, PartVerdict]] = []
        self._sent_up_to_ns = 0
        self._canary_ns = 0
        self.start_line(None)

    def start_line(self, remembered: tuple[int, int] | None) -> None:
        self.line = LineController(self.config, self.now_ns, remembered, wall=lambda: self.now_ns / 1e9)
        self.line.port_opened(self.now_ns)
        self._wire = None

    def kill_line(self, down_s: float = 0.3) -> None:
        """kill -9: what the recorder has is remembered, and the newest part with all before it."""
        self.line = None
        self.run(down_s)
        mine = sorted(record.part for record in self.records.values() if record.boot == self.plc.boot)
        newest = next((n for n in range(1, len(mine) + 2) if n not in set(mine)), 1) - 1
        self.start_line((self.plc.boot, newest))

    def restart_engine(self) -> None:
        self.session, self.trigger = self.session + 1, 0
        self._frames.clear()

    def produce(self, seconds: float = 1.0) -> None:
        """Bring the line to production, then start the belt."""
        self.run(0.3)
        assert self.line.state is State.CONTINUOUS_EXECUTION
        self.belt = True
        self._next_edge_ns = self.now_ns + 100 * MS
        self.run(seconds)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds * 1000)):
            self.now_ns += MS
            self._move()
            if self.line is not None:
                self._engine()
                self._serve()

    def settle(self) -> None:
        """Stop the belt and wait until every part is closed."""
        self.belt = False
        self.run(2.5)

    def status(self, **changes: object) -> EngineStatus:
        known = {"ready": True, "detail": "", "camera": Health.GOOD, "session": self.session, "inspected": 1}
        names = {"runtime": "cpu", "recipe": "demo", "recipe_id": 0xABCD1234, "bundle_sha256": "", "fatal": ""}
        return EngineStatus(**{**known, **names, **changes})

    def record_of(self, part: int) -> PartRecord:
        return self.records[f"{self.plc.boot:04x}-{part}"]

    def check(self) -> None:
        """The three promises: no bad part through the gate, no verdict of another part, one record per count."""
        assert not [part for part in self.parts if part.bad and part.passed]
        counted = {(part.boot, part.part): part for part in self.parts if 0 < part.part <= self.read.get(part.boot, 0)}
        for record in self.records.values():
            if record.part and record.frame and record.verdict is not Verdict.NOT_INSPECTED:
                assert record.score == counted[record.boot, record.part].index / 1e6
        missing = [key for key in counted if f"{key[0]:04x}-{key[1]}" not in self.records]
        assert not missing
        assert len([record for record in self.records.values() if record.part]) == len(counted)

    def _move(self) -> None:
        if self.belt and self.now_ns >= self._next_edge_ns:
            pitch = 1e9 / self.rate_hz
            self._next_edge_ns += round(pitch * self.random.uniform(0.9, 1.1))
            self._edge()
        while self._to_gate and self._to_gate[0].edge_ns + self.gate_ms * MS <= self.now_ns:
            part = self._to_gate.pop(0)
            part.passed = not self.faults.plc_down and self.plc.passes(part.boot, part.part, self.now_ns)

    def _edge(self) -> None:
        part = Physical(len(self.parts) + 1, self.random.random() < self.bad_share, self.now_ns)
        if not self.faults.plc_down:
            self.plc.count += 1
            part.boot, part.part = self.plc.boot, self.plc.count
        self.parts.append(part)
        self._to_gate.append(part)
        if not self.faults.no_edge and not self.faults.dead:
            self.expose(part)

    def expose(self, part: Physical) -> None:
        """The camera's frame of `part`, and the engine's verdict after its inspection."""
        self.trigger += 1
        exposed_ns = self.now_ns + 2 * MS
        verdict, reason = (Verdict.REJECT, Reason.FINDING) if part.bad else (Verdict.PASS, Reason.CLEAN)
        if self.faults.lost:
            verdict, reason = Verdict.NOT_INSPECTED, Reason.FRAME_LOST
        stamps = {"frame_ns": exposed_ns + MS} | ({"exposed_ns": exposed_ns} if self.faults.stamp else {})
        ledger = Ledger() if self.faults.lost else Ledger(**stamps)
        key = FrameKey(self.session, self.trigger)
        ready_ns = self.now_ns + round(self.random.uniform(15, 70) + self.faults.slow_ms) * MS
        if not self.faults.drop:
            self._frames.append((ready_ns, PartVerdict(key, verdict, reason, part.index / 1e6, 1.0, ledger)))

    def ghost(self) -> None:
        """A false trigger of the camera in the middle between two parts: it shows the one that has just gone."""
        middle_ns = self.parts[-1].edge_ns + round(0.5e9 / self.rate_hz)
        while self.now_ns != middle_ns:
            self.run(0.001)
            middle_ns = self.parts[-1].edge_ns + round(0.5e9 / self.rate_hz)
        self.expose(self.parts[-1])

    def _engine(self) -> None:
        if self.faults.dead or self.faults.frozen:
            return
        while self._frames and self._frames[0][0] <= self.now_ns:
            answer = self._frames.pop(0)[1]
            for _ in range(2 if self.faults.repeat else 1):
                self.line.part_verdict(answer, self.now_ns)
            self._canary_ns = 0
        if self.now_ns - self._canary_ns >= 100 * MS:
            self._canary_ns = self.now_ns
            self.line.engine_status(self.status(), self.now_ns)

    def _serve(self) -> None:
        if self._wire and self.now_ns >= self._wire[0]:
            data, self._wire = self._wire[1], None
            self.line.receive(data, self.now_ns)
            if self.line.baseline:
                self.read.update([self.line.baseline])
        self.line.tick(self.now_ns)
        request = self.line.transmit(self.now_ns)
        if request and not self.faults.mute and not self.faults.plc_down:
            answer = bytearray(self.plc.answer(request, self.now_ns))
            if self.random.random() < self.faults.noise:
                answer[self.random.randrange(len(answer))] ^= 1 << self.random.randrange(8)
            self._wire = (self.now_ns + self.answer_ms * MS, bytes(answer))
        self._collect()

    def _collect(self) -> None:
        for record in self.line.take_records():
            if isinstance(record, Event):
                self.events.append(record)
            else:
                self.repeats += record.key in self.records
                self.records.setdefault(record.key, record)
        for message in self.line.take_messages():
            if isinstance(message, Numbering):
                self.numberings.append(message)
            elif isinstance(message, LineStatus):
                self.statuses.append(message)


@pytest.fixture
def make_hall():
    """Make a Hall; keywords are its fields, `autostart` and those of the [line] table under `line`."""

    def make(*, autostart: bool = True, line: LineSection | None = None, **fields: object) -> Hall:
        station = StationSection(autostart=autostart)
        return Hall(StationConfig(station=station, line=line or LineSection()), **fields)

    return make


@pytest.fixture
def hall(make_hall) -> Hall:
    """A hall with default settings, nothing started."""
    return make_hall()


@pytest.fixture
def plc() -> FakePlc:
    """A PLC alone."""
    return FakePlc()
