"""Camera and engine under a virtual clock: the real inspector around a stand-in detector that knows the truth.

Everything that can shift a verdict to another part is here: frames that are lost or never triggered, a camera that
freezes and then exposes late, an engine that is late, frozen, or starts again with new trigger numbers.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from station.core.domain import Finding, Health, Reason, Verdict
from station.core.messages import EngineStatus, FrameKey, PartVerdict, Rehearse
from station.engine.camera.protocol import Frame, LostFrame
from station.engine.inspector import Inspector
from station.engine.rehearsal import RehearsedDetector
from station.sim.conveyor import PhysicalPart

MS = 1_000_000
LOAD_NS = 1_200 * MS  # from the start of the process to its first status
CANARY_NS = 100 * MS
WATCHDOG_NS = 300 * MS  # a camera without a sign of life for so long is lost
EXPOSURE_NS = 2 * MS
STALE_NS = 80 * MS  # a trigger older than this is missed: the part has moved on
LIMIT = 1.0
BUNDLE, RECIPE_ID, RUNTIME = "0" * 64, 0x5A1CE, "virtual clock, stand-in detector"
_PICTURE = np.zeros((8, 8), np.uint8)


@dataclass
class EngineClock:
    """The engine's own time while it works on one part."""

    now_ns: int = 0

    def __call__(self) -> int:
        return self.now_ns

    def sleep(self, seconds: float) -> None:
        """Time goes by."""
        self.now_ns += round(seconds * 1e9)


@dataclass(frozen=True)
class StandInAnswer:
    """What a detector says."""

    verdict: Verdict
    score: float
    screened_ns: int
    verified_ns: int
    limit: float = LIMIT
    border: bool = False
    findings: tuple[Finding, ...] = ()
    cleared: int = 0

    @property
    def reason(self) -> Reason:
        """Clean, or a finding."""
        return Reason.CLEAN if self.verdict is Verdict.PASS else Reason.FINDING


class StandInDetector:
    """Rejects every bad part and, as a real one does, some good ones; takes a changing time."""

    def __init__(self, seed: int, clock: EngineClock) -> None:
        self._random = random.Random(seed)
        self._clock = clock
        self.part: PhysicalPart | None = None  # what stands in the picture

    def inspect(self, frame: NDArray[np.uint8]) -> StandInAnswer:
        """The truth about `part`, with some overkill."""
        assert self.part is not None
        choose = self._random
        self._clock.sleep(0.3 if choose.random() < 0.002 else choose.lognormvariate(-3.5, 0.4))
        screened_ns = self._clock.now_ns
        self._clock.sleep(0.004)
        overkill = {"good": 0.01}.get(self.part.kind, 0.1)
        rejects = self.part.truly_bad or choose.random() < overkill
        score = choose.uniform(1.1, 9.0) if rejects else choose.uniform(0.1, 0.9)
        verdict = Verdict.REJECT if rejects else Verdict.PASS
        return StandInAnswer(verdict, score, screened_ns, self._clock.now_ns)


@dataclass
class _Exposure:
    """One trigger on its way through the camera."""

    part: PhysicalPart
    exposed_ns: int
    at_ns: int  # complete in the engine's memory
    lost: bool


@dataclass
class Said:
    """What came out of the engine; `gone` = its connection to the line closed."""

    messages: list[EngineStatus | PartVerdict] = field(default_factory=list)
    gone: bool = False


class VirtualEngine:
    """Camera simulator and engine process; the driver calls `trigger` and `advance` with rising times."""

    def __init__(self, seed: int, deadline_ms: int) -> None:
        self._random = random.Random(seed)
        self._deadline_ms = deadline_ms
        self._clock = EngineClock()
        self._detector = StandInDetector(seed, self._clock)
        self._rehearsed = RehearsedDetector(self._detector, deadline_ms, self._clock, self._clock.sleep)
        self.shown: dict[FrameKey, int] = {}  # which part really stands in each frame: the judge of the tracking
        self._queue: deque[_Exposure] = deque()
        self._stuck: list[tuple[int, PhysicalPart]] = []  # triggers that a frozen camera has not handled
        self._finished: deque[tuple[int, PartVerdict | EngineStatus]] = deque()  # by time of sending
        self._starts_ns: int | None = 0
        self._frozen_until_ns = self._camera_until_ns = self._camera_since_ns = 0
        self._lose = self._miss = 0
        self._camera_lost = self._gone = False
        self._status_ns = 0
        self._begin()

    def trigger(self, part: PhysicalPart, now_ns: int) -> None:
        """The photo-eye triggers the camera."""
        if self._miss:
            self._miss -= 1  # the worst silent fault: the trigger itself gets lost
        elif now_ns < self._camera_until_ns:
            self._stuck.append((now_ns, part))
        elif self._session:
            self._expose(part, now_ns, now_ns)

    def advance(self, now_ns: int) -> Said:
        """Everything that is due by `now_ns`."""
        said, self._gone = Said(gone=self._gone), False
        if self._starts_ns is not None:
            if now_ns < self._starts_ns + LOAD_NS:
                return said
            self._starts_ns = None
            self._arm(now_ns)
        if now_ns < self._frozen_until_ns:
            return said
        self._look_at_camera(now_ns)
        self._work(now_ns)
        while self._finished and self._finished[0][0] <= now_ns:
            said.messages.append(self._finished.popleft()[1])
            self._status_ns = now_ns
        if now_ns - self._status_ns >= CANARY_NS and now_ns >= self._clock.now_ns:
            said.messages.append(self.status())
            self._status_ns = now_ns
        if self._inspector.fatal and not self._finished:
            self.kill(now_ns, 0.2)
        return said

    def next_ns(self) -> int:
        """When the next answer leaves; far away if none is ready."""
        return max(self._finished[0][0], self._frozen_until_ns) if self._finished else 1 << 62

    def status(self) -> EngineStatus:
        """Where the engine stands."""
        return EngineStatus(
            ready=bool(self._session) and not self._inspector.fatal,
            detail=RUNTIME,
            camera=Health.FAILURE if self._camera_lost else Health.GOOD,
            session=self._session,
            inspected=self._inspector.inspected,
            runtime=RUNTIME,
            recipe="virtual",
            recipe_id=RECIPE_ID,
            bundle_sha256=BUNDLE,
            fatal=self._inspector.fatal,
        )

    @property
    def up(self) -> bool:
        """The process runs and has loaded its recipe."""
        return self._starts_ns is None

    def kill(self, now_ns: int, down_s: float) -> None:
        """All in it is lost; it starts again after `down_s`."""
        self._begin()
        self._gone = True
        self._starts_ns = now_ns + round(down_s * 1e9)

    def freeze(self, now_ns: int, seconds: float) -> None:
        """It does nothing for so long, then goes on where it was."""
        self._frozen_until_ns = now_ns + round(seconds * 1e9)
        self._clock.now_ns = max(self._clock.now_ns, self._frozen_until_ns)

    def freeze_camera(self, now_ns: int, seconds: float) -> None:
        """The camera does nothing for so long, then exposes for the triggers that are not stale."""
        self._camera_since_ns = now_ns
        self._camera_until_ns = now_ns + round(seconds * 1e9)

    def lose_frames(self, count: int) -> None:
        """The camera reports its next frames as lost."""
        self._lose += count

    def miss_triggers(self, count: int) -> None:
        """The camera does not notice its next triggers at all."""
        self._miss += count

    def rehearse(self, fault: str, now_ns: int, seconds: float) -> None:
        """Like the desk's message of that name."""
        self._clock.now_ns = max(self._clock.now_ns, now_ns)
        self._rehearsed.rehearse(Rehearse(fault, seconds))

    def _begin(self) -> None:
        """A process that has just been started."""
        self._inspector = Inspector(
            self._rehearsed,
            recipe="virtual",
            bundle_sha256=BUNDLE,
            deadline_ms=self._deadline_ms,
            clock_ns=self._clock,
            wall_s=lambda: self._clock.now_ns / 1e9,
        )
        self._session = self._triggers = 0
        self._queue.clear()
        self._finished.clear()
        self._camera_lost = False

    def _arm(self, now_ns: int) -> None:
        self._session, self._triggers = self._random.getrandbits(31) | 1, 0
        self._inspector.begin(self._session)
        self._clock.now_ns = max(self._clock.now_ns, now_ns)
        self._finished.append((now_ns, self.status()))

    def _look_at_camera(self, now_ns: int) -> None:
        """The watchdog loses a frozen camera; when it is back it is armed anew, with the newest triggers in it."""
        frozen = now_ns < self._camera_until_ns
        if frozen and not self._camera_lost and now_ns - self._camera_since_ns > WATCHDOG_NS:
            self._camera_lost, self._session = True, 0
            self._queue.clear()
            self._finished.append((now_ns, self.status()))
        if frozen:
            return
        if self._camera_lost:
            self._camera_lost = False
            self._arm(now_ns)
        stuck, self._stuck = self._stuck, []
        for at_ns, part in stuck:
            if now_ns - at_ns <= STALE_NS:
                self._expose(part, at_ns, now_ns)

    def _expose(self, part: PhysicalPart, edge_ns: int, now_ns: int) -> None:
        lost, self._lose = self._lose > 0, max(self._lose - 1, 0)
        complete_ns = now_ns + self._random.randint(4, 20) * MS
        self._queue.append(_Exposure(part, edge_ns + EXPOSURE_NS, complete_ns, lost))

    def _work(self, now_ns: int) -> None:
        """Inspect what is complete, one after the other."""
        while self._session and self._queue and not self._inspector.fatal:
            if max(self._queue[0].at_ns, self._clock.now_ns) > now_ns:
                return
            exposure = self._queue.popleft()
            self._triggers += 1
            self._clock.now_ns = max(self._clock.now_ns, exposure.at_ns)
            self._detector.part = exposure.part
            self.shown[FrameKey(self._session, self._triggers)] = exposure.part.index
            if exposure.lost:
                outcome = self._inspector.inspect(LostFrame(self._triggers, exposure.at_ns, "lost on purpose"))
            else:
                frame = Frame(_PICTURE, self._triggers, exposure.exposed_ns, exposure.at_ns)
                outcome = self._inspector.inspect(frame)
            self._finished.append((self._clock.now_ns, outcome.verdict))
            self._finished.append((self._clock.now_ns, self.status()))
