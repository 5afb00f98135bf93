"""`saiken demo --virtual`: the whole line in one process under a virtual clock, with random faults, seeded.

The line's logic, the PLC, the gate, the wire, the inspector and the journal are the real ones; the detector is a
stand-in that knows the truth (`station.desk.virtual_engine`). What is judged is whether, whatever breaks and when, a
verdict ever reaches another part than its own, and whether every part gets exactly one record, of its own frame.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from station.core.config import DialectName, LineSection, StationConfig, StationSection, check_tracking
from station.core.message import Command, Event
from station.core.messages import EngineStatus, PartRecord
from station.core.states import State
from station.desk.stage import tracked_belt
from station.desk.summary import Summary, save, sum_up, table
from station.desk.tracking import judge_tracking
from station.desk.virtual_engine import BUNDLE, MS, RUNTIME, VirtualEngine
from station.line.controller import LineController
from station.recorder.journal import JournalWriter
from station.recorder.reading import JournalReader
from station.recorder.upgrading import prepare_journal
from station.sim.virtual import PlantSettings, VirtualPlant

SECOND = 1_000 * MS
WALL_S = 1_800_000_000.0  # the virtual run's date, for the records
_STEP_NS = MS // 2  # the clock goes on by at least this
_COMMIT_NS = 200 * MS
_SETTLE_NS = 5 * SECOND  # after the last part, for late records
_RESTART_S = 0.2
_GATE_DELAY_MS = {
    "plc": 400,
    "encoder": 900,
}  # where the line tracks, a verdict at its deadline must find the gate ahead


@dataclass(frozen=True)
class VirtualWishes:
    """What to run. `faults`: mean number of parts between two faults, 0 = none."""

    parts: int = 2000
    rate: float = 10.0
    seed: int = 1
    bad_share: float = 0.2
    parts_per_fault: int = 40
    dialect: DialectName = "modbus-rtu"
    tracking: Literal["plc", "encoder"] = "plc"


def run(wishes: VirtualWishes, json_file: Path | None) -> int:
    """The command; returns its exit code: 1 when a bad part passed or a record is missing."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="saiken-virtual-") as folder:
        line = VirtualLine(wishes, Path(folder))
        summary = line.perform()
    if json_file:
        save(summary, json_file)
    faults = ", ".join(f"{name} {count}" for name, count in sorted(line.faults.counts.items()))
    print(f"{table(summary)}\n\nfaults: {faults or 'none'}")
    print(f"{line.now_ns / 1e9:.0f} s on the line took {time.monotonic() - began:.0f} s")
    if summary.complaint:
        print(f"NOT AS IT MUST BE: {summary.complaint}", file=sys.stderr)
    return 1 if summary.complaint else 0


class VirtualRecorder:
    """The recorder process and the outbox to it, with what the line forgets and remembers when it is killed."""

    def __init__(self, folder: Path) -> None:
        self._file, self._pictures = folder / "journal.sqlite", folder / "pictures"
        prepare_journal(self._file)
        self._writer = JournalWriter(self._file)
        self._waiting: list[PartRecord | Event] = []
        self._next_ns = self.down_until_ns = 0
        self.memory: tuple[int, int] | None = None  # as in run_dir/line.memory

    def offer(self, records: list[PartRecord | Event]) -> None:
        """Into the line's outbox."""
        self._waiting += records

    def forget(self) -> None:
        """The line process is killed: its outbox is lost."""
        self._waiting.clear()

    def advance(self, now_ns: int, all_of_it: bool = False) -> None:
        """Commit what waits, now and then, and let the line remember it."""
        if not self._waiting or now_ns < self.down_until_ns or (now_ns < self._next_ns and not all_of_it):
            return
        self._next_ns = now_ns + _COMMIT_NS
        self._writer.commit(self._waiting)
        for record in self._waiting:
            if isinstance(record, PartRecord) and record.part:
                self._remember(record)
        self._waiting.clear()

    def reader(self) -> JournalReader:
        """The journal as it stands."""
        return JournalReader(self._file, self._pictures)

    def close(self) -> None:
        """May be called twice."""
        self._writer.close()

    def _remember(self, record: PartRecord) -> None:
        if self.memory is None or self.memory[0] != record.boot or record.part > self.memory[1]:
            self.memory = record.boot, record.part


class RandomFaults:
    """One fault after the other at random times: a second one begins when the station has recovered from the first."""

    def __init__(self, wishes: VirtualWishes, line: VirtualLine) -> None:
        self._random = random.Random(wishes.seed)
        self._line = line
        self._mean_s = wishes.parts_per_fault / wishes.rate
        self.counts: dict[str, int] = {}
        self._next_ns = self._pause(3 * SECOND) if wishes.parts_per_fault else 1 << 62

    def advance(self, now_ns: int) -> None:
        """Begin the next one when it is due."""
        if now_ns < self._next_ns:
            return
        seconds = self._random.uniform(0.05, 2.0)
        actions = self._actions(now_ns, seconds)
        name = self._random.choice(sorted(actions))
        actions[name]()
        self.counts[name] = self.counts.get(name, 0) + 1
        self._next_ns = self._pause(now_ns + round(seconds * SECOND) + 3 * SECOND)

    def _pause(self, now_ns: int) -> int:
        return now_ns + round(self._random.expovariate(1 / self._mean_s) * SECOND)

    def _actions(self, now_ns: int, seconds: float) -> dict[str, Callable[[], object]]:
        line, count = self._line, self._random.randint(1, 3)
        plant, engine = line.plant, line.engine
        return {
            "serial-cut": lambda: plant.cut(seconds),
            "byte-noise": lambda: plant.noise(0.002, 0.002, 2 * seconds),
            "plc-restart": lambda: plant.restart_plc(seconds),
            "engine-killed": lambda: engine.kill(now_ns, max(seconds / 2, _RESTART_S)),
            "engine-frozen": lambda: engine.freeze(now_ns, seconds),
            "line-killed": lambda: line.kill(max(seconds / 2, _RESTART_S)),
            "recorder-killed": lambda: line.stop_recorder(seconds),
            "camera-frozen": lambda: engine.freeze_camera(now_ns, seconds),
            "frame-lost": lambda: engine.lose_frames(count),
            "trigger-missed": lambda: engine.miss_triggers(count),
            "nan": lambda: engine.rehearse("nan", now_ns, seconds / 4),
            "late": lambda: engine.rehearse("late", now_ns, seconds / 2),
        }


class VirtualLine:
    """Everything that one run needs; `perform` runs it."""

    def __init__(self, wishes: VirtualWishes, folder: Path) -> None:
        self._wishes = wishes
        self._config = StationConfig(
            station=StationSection(name="virtual", autostart=True, rehearsal=True),
            line=_line(wishes),
        )
        settings = PlantSettings(
            parts=wishes.parts,
            rate_hz=wishes.rate,
            seed=wishes.seed,
            bad_share=wishes.bad_share,
            dialect=wishes.dialect,
            tracks=wishes.tracking == "plc",
            gate_delay_ms=_GATE_DELAY_MS[wishes.tracking],
        )
        self.now_ns = SECOND
        self.plant = VirtualPlant(settings, self.now_ns)
        self.engine = VirtualEngine(wishes.seed, self._config.engine.deadline_ms)
        self.faults = RandomFaults(wishes, self)
        self._recorder = VirtualRecorder(folder)
        self._controller: LineController | None = None
        self._line_starts_ns = self.now_ns
        self._wake_ns = 0  # the line process sleeps until then, if nothing comes in
        self._confirmed_ns = 0
        self._restarts = {"engine": 0, "line": 0}

    def perform(self) -> Summary:
        """From the first tick to the summary."""
        end_ns: int | None = None
        while end_ns is None or self.now_ns < end_ns:
            self._turn()
            if end_ns is None and self.plant.finished:
                end_ns = self.now_ns + _SETTLE_NS
            self.now_ns = max(self.now_ns + _STEP_NS, self._next_ns())
        self._recorder.advance(self.now_ns, all_of_it=True)
        with self._recorder.reader() as journal:
            book = self.plant.book.pages()
            records = journal.parts(limit=2 * self._wishes.parts)
            summary = sum_up(
                book,
                journal,
                runtime=RUNTIME,
                bundle_sha256=BUNDLE,
                restarts=self._restarts,
                faults=tuple(self.faults.counts),
                tracking=judge_tracking(book.parts, records, self.engine.shown),
            )
        self._recorder.close()
        return summary

    def kill(self, down_s: float) -> None:
        """kill -9 of the line process."""
        self._controller = None
        self._recorder.forget()
        self._line_starts_ns = self.now_ns + round(down_s * SECOND)
        self._restarts["line"] += 1

    def stop_recorder(self, seconds: float) -> None:
        """The recorder takes nothing for so long."""
        self._recorder.down_until_ns = self.now_ns + round(seconds * SECOND)

    def _turn(self) -> None:
        """One round of all processes."""
        now_ns = self.now_ns
        happened = self.plant.advance(now_ns)
        for part in happened.edges:
            self.engine.trigger(part, part.edge_ns)
        if self.plant.conveyor.started and not self.plant.finished:
            self.faults.advance(now_ns)
        said = self.engine.advance(now_ns)
        if said.gone:
            self._restarts["engine"] += 1
        controller = self._line()
        if controller is None:
            return
        if said.gone:
            controller.engine_gone(now_ns)
        for message in said.messages:
            if isinstance(message, EngineStatus):
                controller.engine_status(message, now_ns)
            else:
                controller.part_verdict(message, now_ns)
        if happened.replies:
            controller.receive(bytes(byte for _, byte in happened.replies), now_ns)
        if said.gone or said.messages or happened.replies or now_ns >= self._wake_ns:
            self._drive(controller)

    def _drive(self, controller: LineController) -> None:
        now_ns = self.now_ns
        controller.tick(now_ns)
        request = controller.transmit(now_ns)
        if request:
            self.plant.send(now_ns, request)
        controller.take_messages()
        self._recorder.offer(controller.take_records())
        self._recorder.advance(now_ns)
        self._wake_ns = controller.wake_ns(now_ns)
        if controller.state is State.ERROR and now_ns - self._confirmed_ns > SECOND:
            controller.command(Command("confirm", user="desk", role="supervisor"), now_ns)
            self._confirmed_ns = now_ns

    def _line(self) -> LineController | None:
        """The line process, started again when it is due."""
        if self._controller is None and self.now_ns >= self._line_starts_ns:
            self._controller = LineController(
                self._config, self.now_ns, self._recorder.memory, wall=lambda: WALL_S + self.now_ns / 1e9
            )
            self._controller.port_opened(self.now_ns)
            self._wake_ns = self.now_ns
            if self.engine.up:
                self._controller.engine_status(self.engine.status(), self.now_ns)
        return self._controller

    def _next_ns(self) -> int:
        times = [self.plant.next_ns(), self.engine.next_ns(), self.now_ns + 5 * MS]
        if self._controller is not None:
            times.append(self._wake_ns)
        return min(times)


def _line(wishes: VirtualWishes) -> LineSection:
    belt = tracked_belt(_GATE_DELAY_MS["encoder"], wishes.rate) if wishes.tracking == "encoder" else {}
    line: LineSection = msgspec.convert({"dialect": wishes.dialect, **belt}, LineSection)
    check_tracking(line, "saiken demo --virtual")
    return line
