"""The engine's loop: camera -> inspector -> line, journal, windows. One thread; it never waits for another process.

    bundle opened and proved ──► camera armed ──► parts, and the canary while there are none
        │ refused                    │ lost               │ inspection itself failed
        └── told, tried again        └── told, again      └── told, exit 1: only a new start is clean

Every status that says "ready" follows a part or a golden picture that was just inspected: a loop that still turns
while inspection does not, is no heartbeat.
"""

from __future__ import annotations

import gc
import logging
import select
import time
from collections.abc import Callable

from station.core.config import StationConfig
from station.core.domain import DriftState
from station.core.errors import BundleError, CameraError
from station.core.messages import Rehearse
from station.core.notify import notify
from station.core.recipe import CameraSpec
from station.core.wall import wall_clock
from station.engine.camera.armed import ArmedCamera
from station.engine.camera.protocol import LOOK_NS, Camera, Clock, Frame, Item
from station.engine.inspector import Outcome
from station.engine.journal import Journal
from station.engine.line_link import LineLink
from station.engine.promise import Promise
from station.engine.task import OpenTask, Task, evidence
from station.engine.windows import Windows
from station.engine.work import Work, status_without_work

_REOPEN_NS = 2_000_000_000  # a refused bundle is looked at again
_NOTIFY_NS = 500_000_000  # between two watchdog messages to systemd
_WARN_NS = 1_000_000_000  # between two warnings about parts that were not inspected
_POLL_S = 0.01  # for cameras that nothing can wait on

_log = logging.getLogger(__name__)


MakeCamera = Callable[[tuple[int, int], CameraSpec], Camera]
"""Makes the configured camera for the recipe's frame (height, width) and what it sets."""


class Engine:
    """All of the engine process except signals and exit codes. `fatal` ends it; the other trouble does not."""

    def __init__(
        self, config: StationConfig, open_task: OpenTask, make_camera: MakeCamera, clock_ns: Clock = time.monotonic_ns
    ) -> None:
        self._config = config
        self._open_task = open_task
        self._make_camera = make_camera
        self._clock_ns = clock_ns
        self._journal = Journal(config, wall_clock(config))
        self._line = LineLink(config.socket("line"), self._journal.tell, clock_ns)
        self._windows = Windows(config.socket("engine"), clock_ns)
        self._work: Work | None = None
        self._refused = ""  # why there is no work
        self._session = 0  # the one that the inspector and the line know
        self._due_ns = 0  # the next proof that inspection works
        self._reopen_ns = 0  # a refused bundle is looked at again
        self._busy = False  # the camera may have more: do not wait
        self._notified_ns = self._warned_ns = -_WARN_NS
        self._unwarned = 0
        self.fatal = ""

    def run(self, stopping: Callable[[], bool]) -> bool:
        """Turn until `stopping` or a fatal fault; True when it was told to stop."""
        self.step()
        notify("READY=1")
        while not stopping() and not self.fatal:
            self.step()
        return not self.fatal

    def step(self) -> None:
        """One turn: wait for something (at most until the canary is due), then deal with it."""
        self._wait()
        if self._line.poll():
            self._tell_line()
        for request in self._windows.poll():
            self._rehearse(request)
        now_ns = self._clock_ns()
        if self._work is not None:
            self._inspect_or_check(self._work, now_ns)
        elif now_ns >= self._reopen_ns:
            self._open_bundle()
        elif now_ns >= self._due_ns:
            self._prove("")
        self._journal.pump(now_ns)

    def close(self) -> None:
        """Let go of everything; what the recorder has not stored goes to the spill file."""
        if self._work:
            self._work.camera.close()
        self._windows.close()
        self._line.close()
        self._journal.close()

    def _wait(self) -> None:
        """Sleep until a peer speaks or something is due."""
        left_s = 0.0 if self._busy else max(0.0, (self._due_ns - self._clock_ns()) / 1e9)
        descriptors = [self._line.fileno(), self._journal.fileno(), *self._windows.filenos()]
        if self._work:
            descriptors.append(self._work.camera.fileno())
            left_s = min(left_s, LOOK_NS / 1e9 if descriptors[-1] >= 0 else _POLL_S)
        select.select([descriptor for descriptor in descriptors if descriptor >= 0], [], [], left_s)

    def _open_bundle(self) -> None:
        """Open the bundle and pass the self-test, or tell why not and try again later."""
        try:
            task = self._open_task(self._config.engine)
            self._work = self._begin(task)
            self._refused = ""
            self._journal.tell("note", f"Recipe {task.recipe} opened: {task.runtime}, bundle {task.bundle_sha256[:12]}")
            self._tell_promise(self._work.promise)
        except BundleError as error:
            if str(error) != self._refused:
                self._refused = str(error)
                self._journal.tell("fault", f"Recipe bundle refused: {error}")
            self._reopen_ns = self._clock_ns() + _REOPEN_NS
        self._tell_line()

    def _begin(self, task: Task) -> Work:
        """Get ready for parts, then freeze what will live as long as the process.

        Raises:
            BundleError: the bundle has no golden picture.
        """
        if not task.known:
            raise BundleError("golden.safetensors: no golden picture in it; the engine cannot prove that it inspects")
        camera = ArmedCamera(self._make_camera(task.frame, task.camera), self._journal.tell, self._clock_ns)
        self._windows.prepare(*task.frame)
        gc.collect()
        gc.freeze()  # a full collection over all of it would take as long as several parts
        return Work(task, self._config, camera, self._clock_ns)

    def _inspect_or_check(self, work: Work, now_ns: int) -> None:
        item = work.camera.take()
        if work.camera.session != self._session:
            self._session = work.camera.session
            work.inspector.begin(self._session)
            self._tell_line()
        self._busy = item is not None
        if item is not None:
            self._inspect(work, item)
        elif now_ns >= self._due_ns:
            self._prove(work.canary.check())

    def _inspect(self, work: Work, item: Item) -> None:
        """Take one item to its verdict, and tell everybody; the line first."""
        try:
            outcome = work.inspector.inspect(item)
        except CameraError as error:
            work.camera.lose(error)
            return
        self._line.send(outcome.verdict)
        part = self._line.part_of(outcome.verdict.frame)
        if work.promise.watch(outcome.record, part):
            self._tell_promise(work.promise)
        if outcome.answer is not None or work.inspector.fatal:
            self._prove(work.inspector.fatal)  # without an answer nothing is proven: the canary's turn comes
        image = item.image if isinstance(item, Frame) else None
        self._journal.record(outcome.record, image)
        self._windows.show(outcome.record, image, part, lambda: evidence(work.task, outcome.answer))
        if image is not None and outcome.answer is not None:  # a frame of another size has no answer
            work.optics.watch(image)
        self._warn(outcome)

    def _tell_promise(self, promise: Promise) -> None:
        """Have it written down when the promise is void or nobody watches it."""
        if promise.sentence:
            drifted = promise.state is DriftState.DRIFTED
            self._journal.tell("fault" if drifted else "note", f"Recipe's {promise.sentence}")

    def _prove(self, failure: str) -> None:
        """Inspection has just worked, or failed for good, or waits for a recipe; the line hears each of them."""
        self._due_ns = self._clock_ns() + self._config.engine.canary_ms * 1_000_000
        if failure:
            self.fatal = failure
            self._journal.tell("fault", failure)
        self._tell_line()

    def _tell_line(self) -> None:
        self._line.send(self._work.status(self.fatal) if self._work else status_without_work(self._refused))
        now_ns = self._clock_ns()
        if now_ns - self._notified_ns >= _NOTIFY_NS:
            self._notified_ns = now_ns
            notify("WATCHDOG=1")

    def _rehearse(self, request: Rehearse) -> None:
        if not self._config.station.rehearsal or self._work is None:
            _log.warning("rehearsal of %r refused: station.rehearsal is false, or no recipe is open", request.fault)
        elif self._work.detector.rehearse(request):
            self._journal.tell("note", f"Rehearsal of '{request.fault}' for {request.seconds:g} s")
        else:
            _log.warning("rehearsal refused: %r for %g s", request.fault, request.seconds)

    def _warn(self, outcome: Outcome) -> None:
        """Warn about a part that was not inspected; in a row of them, once a second."""
        if not outcome.detail:
            return
        now_ns = self._clock_ns()
        if now_ns - self._warned_ns < _WARN_NS:
            self._unwarned += 1
            return
        trigger, reason = outcome.verdict.frame.trigger, outcome.verdict.reason.value
        _log.warning("trigger %d not inspected (%s): %s; %d more", trigger, reason, outcome.detail, self._unwarned)
        self._warned_ns, self._unwarned = now_ns, 0
