"""`saiken demo`: the whole line with simulators, in real time, with faults if wished, and the judgement at the end.

start everything -> the line gets to ContinuousExecution -> the belt runs by itself -> all parts are through the
gate -> the journal has them all -> stop everything -> summary
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from station.core.errors import ChannelError, StationError
from station.core.recipe import recipe_sha256
from station.core.states import State
from station.desk.fault_plan import FaultPlan
from station.desk.recovery import story_table, tell_stories, unrecorded
from station.desk.stage import WORLD, WORLD_FILES, Stage, Wishes
from station.desk.summary import Summary, save, sum_up, table
from station.desk.supervisor import SignalGuard, Supervisor
from station.desk.watch import EngineDoor, LineWatch
from station.recorder.reading import JournalReader
from station.sim.book import BookPages
from station.sim.control import BOOK_FILE, PlantControl, PlantStatus

READY_S = 120.0  # to the first ContinuousExecution
RECORDS_S = 15.0  # from the last gate decision to the last record
STALL_S = 60.0  # no part moves: the run is given up
_TEND_S = 0.1
_LOOK_S = 1.0  # a person looks at a stop for so long before doing something about it
_ANSWERS = {  # what the person does about a state that lasts, and what the screen says about it
    State.ERROR: ("confirm", "confirmed"),
    State.HALTED: ("confirm", "confirmed"),
    State.READY: ("start", "production started again"),
}


class DemoError(StationError):
    """The demo cannot go on."""

    advice = "Read the messages of the processes above."


def run(wishes: Wishes) -> int:
    """The command; returns its exit code: 1 when a bad part passed or a record is missing."""
    with SignalGuard():
        stage = Stage(wishes)
        try:
            summary = Demo(stage).perform()
        finally:
            stage.close()
    if wishes.json:
        save(summary, wishes.json)
    if summary.stories:
        print(f"\n{story_table(summary.stories)}")
    print(f"\n{table(summary)}\n\njournal, pictures, configuration: {stage.directory}")
    if summary.complaint:
        print(f"NOT AS IT MUST BE: {summary.complaint}", file=sys.stderr)
    return 1 if summary.complaint else 0


class Demo:
    """One run; is also the `Scene` that faults act on."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._started = time.monotonic()
        self._watch = LineWatch(stage.config.socket("line"))
        self._door = EngineDoor(stage.config.socket("engine"))
        self._runtime = ""
        self._stopped_since: float | None = None
        self._progress = Progress()
        self.plan = FaultPlan(stage.wishes.faults, stage.wishes.parts, self._say)
        self.processes = Supervisor(stage.programs(), self._say)
        self.plant = PlantControl(stage.run_dir)
        self.config = stage.config
        self.disk = stage.disk
        self.rate = stage.wishes.rate

    def rehearse(self, fault: str, seconds: float) -> bool:
        """Ask the engine to fail on purpose."""
        return self._door.rehearse(fault, seconds)

    def perform(self) -> Summary:
        """From nothing to the summary.

        Raises:
            DemoError: a process cannot start, or the line stands still.
        """
        with self.processes:
            self._start()
            self._wait_for_production()
            self._run_belt()
            book = self.plant.book()
            shutil.copy(self._stage.run_dir / BOOK_FILE, self._stage.directory)
            summary = self._wait_for_records(book)
            self._leave_window_open(summary)
            self.plan.mend_all()
        self._watch.close()
        self._door.close()
        return summary

    def _start(self) -> None:
        """The world first: plant and camera, and the recorder; then those who need them."""
        self._say("starting line, engine, recorder, camera and PLC simulators ...")
        names = [program.name for program in self._stage.programs()]
        self.processes.start(*names[:WORLD])
        end = time.monotonic() + READY_S
        while not all((self._stage.run_dir / name).exists() for name in WORLD_FILES):
            self._tend()
            if time.monotonic() > end:
                raise DemoError(f"the simulators are not ready after {READY_S:.0f} s")
        self.processes.start(*names[WORLD:])

    def _wait_for_production(self) -> None:
        """Until the line is in ContinuousExecution for the first time."""
        end, told = time.monotonic() + READY_S, ""
        while self._watch.state is not State.CONTINUOUS_EXECUTION and not self._plant_status().started:
            self._tend()
            status = self._watch.status
            detail = f"{State(status.state).name}, engine: {status.engine_detail}" if status else "no line yet"
            if detail != told:
                self._say(detail)
                told = detail
            if time.monotonic() > end:
                raise DemoError(f"the line is not ready after {READY_S:.0f} s: {told}")

    def _run_belt(self) -> None:
        """Until the last part is through the gate and every fault is mended."""
        moved = time.monotonic()
        before = -1
        while True:
            self._tend()
            status = self._plant_status()
            self.plan.advance(status, self)
            self._attend()
            self._progress.show(self._stage.wishes.parts, status, self._watch)
            if status.finished and self.plan.idle:
                self._progress.end()
                return
            progress = status.produced + status.totals.parts
            if progress != before:
                before, moved = progress, time.monotonic()
            if time.monotonic() - moved > STALL_S:
                raise DemoError(f"no part has moved for {STALL_S:.0f} s: {status.produced} at the photo-eye")

    def _wait_for_records(self, book: BookPages) -> Summary:
        """The recorder may be a moment behind; a record that is still missing after `RECORDS_S` is lost."""
        end = time.monotonic() + RECORDS_S
        with JournalReader(Path(self._stage.config.recorder.journal), Path(self._stage.config.recorder.pictures)) as it:
            while (lost := unrecorded(book, it.parts(limit=2 * book.totals.parts))) and time.monotonic() < end:
                self._tend()
            self._tend()
            return sum_up(
                book,
                it,
                runtime=self._runtime,
                bundle_sha256=recipe_sha256((self._stage.bundle / "manifest.json").read_bytes()),
                restarts=self.processes.restarts,
                faults=tuple(str(fault) for fault in self._stage.wishes.faults),
                lost=lost,
                stories=tell_stories(self.plan.marks, book),
            )

    def _leave_window_open(self, summary: Summary) -> None:
        """With a window, the line stands ready until the person closes it."""
        if not self._stage.wishes.window or not self.processes.alive("gui"):
            return
        print(f"\n{table(summary)}\n\nClose the window (or press Ctrl-C) to end.")
        while self.processes.alive("gui"):
            self._tend()

    def _attend(self) -> None:
        """After a fault that a person must confirm, or that stopped production, the demo plays that person."""
        now, state, status = time.monotonic(), self._watch.state, self._watch.status
        if state not in _ANSWERS or not self.plan.calm:
            self._stopped_since = None
        elif self._stopped_since is None:
            self._stopped_since = now
        elif now - self._stopped_since >= _LOOK_S and status:
            action, done = _ANSWERS[state]
            self._say(f"{state.name.capitalize()}: {status.error} - {done} by the person at the desk")
            self._watch.command(action)
            self._stopped_since = None

    def _tend(self) -> None:
        """One round: processes, line, engine."""
        self.processes.tend(_TEND_S)
        self._watch.pump()
        self._door.pump()
        if self._watch.status and self._watch.status.runtime:
            self._runtime = self._watch.status.runtime
        if self.processes.failed:
            name, code = self.processes.failed
            raise DemoError(f"{name} ended with exit code {code}")

    def _plant_status(self) -> PlantStatus:
        """The plant's word; it may need a moment after its start, or when the machine is busy."""
        end = time.monotonic() + READY_S
        while (status := self._ask_plant()) is None:
            if time.monotonic() > end:
                raise DemoError(f"the plant simulator does not answer for {READY_S:.0f} s")
            self._tend()
        return status

    def _ask_plant(self) -> PlantStatus | None:
        try:
            return self.plant.status()
        except ChannelError:
            return None

    def _say(self, text: str) -> None:
        self._progress.end()
        print(f"{time.monotonic() - self._started:6.1f} s  {text}", flush=True)


class Progress:
    """One line that is written over on a terminal, a line every five seconds elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._shown = 0.0
        self._open = False

    def show(self, parts: int, status: PlantStatus, watch: LineWatch) -> None:
        """Draw the line anew when it is time."""
        now = time.monotonic()
        if now - self._shown < (0.2 if self._terminal else 5.0):
            return
        self._shown = now
        totals = status.totals
        state = watch.state.name if watch.state else "line is away"
        text = f"{totals.parts}/{parts} through the gate: {totals.passed} passed, {totals.rejected} rejected · {state}"
        print(
            f"\r\x1b[K{text}" if self._terminal else f"          {text}", end="" if self._terminal else "\n", flush=True
        )
        self._open = self._terminal

    def end(self) -> None:
        """Leave the line as it stands."""
        if self._open:
            print(flush=True)
            self._open = False
