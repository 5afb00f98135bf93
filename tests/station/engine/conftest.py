"""What the engine's tests share: a clock, a detector that answers as told, and the peers of the engine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from station.core.channel import Channel, Listener
from station.core.config import EngineSection, RecorderSection, StationConfig, StationSection
from station.core.domain import Finding, Reason, Verdict
from station.core.errors import BundleError
from station.core.messages import AnyMessage, CameraReady, EngineStatus, Exposed, Patch, Why
from station.core.ring import FrameRing
from station.engine.camera.drawn import DrawnCamera
from station.engine.canary import KnownPicture
from station.engine.process import Engine
from station.engine.task import Task

HEIGHT, WIDTH = 12, 16
TURN_MS, WATCHDOG_MS = 30, 300
GOOD, BAD = 10, 200  # grey values that the fake detector passes and rejects


class HandClock:
    """CLOCK_MONOTONIC that only moves when a test says so."""

    def __init__(self) -> None:
        self.ns = 1_000_000_000

    def __call__(self) -> int:
        return self.ns

    def advance_ms(self, milliseconds: float) -> None:
        self.ns += round(milliseconds * 1e6)


@dataclass(frozen=True)
class FakeAnswer:
    verdict: Verdict = Verdict.PASS
    reason: Reason = Reason.CLEAN
    score: float = 0.2
    limit: float = 1.0
    findings: tuple[Finding, ...] = ()
    cleared: int = 1
    border: bool = False
    screened_ns: int = 11
    verified_ns: int = 12


def finding(score: float) -> Finding:
    return Finding((1, 2, 3, 4), ((0.0, 0.0), (1.0, 1.0)), 5.0, 0.5, score, confirmed=score > 1, golden=7)


@dataclass
class FakeDetector:
    """Rejects pictures that begin with BAD; `raises` and `takes` make it fail or take its time."""

    raises: list[BaseException | None] = field(default_factory=list)  # one for each next call
    answers: list[FakeAnswer] = field(default_factory=list)
    takes: Callable[[], None] = lambda: None
    calls: int = 0

    def inspect(self, frame: NDArray[np.uint8]) -> FakeAnswer:
        self.calls += 1
        self.takes()
        if self.raises and (error := self.raises.pop(0)) is not None:
            raise error
        if self.answers:
            return self.answers.pop(0)
        if frame[0, 0] == BAD:
            found = tuple(finding(score) for score in (1.5, 4.0, 0.3, 3.0, 2.0))
            return FakeAnswer(Verdict.REJECT, Reason.FINDING, 4.0, findings=found)
        return FakeAnswer()


def grey(value: int = GOOD) -> NDArray[np.uint8]:
    return np.full((HEIGHT, WIDTH), value, np.uint8)


def explain(_answer: object, found: Finding) -> Why:
    patch = Patch(2, 2, b"abcd")
    return Why(found, patch, patch, patch)


class CameraPeer:
    """The other end of the drawn camera: a ring, a meeting point, and what a test makes it say."""

    def __init__(self, path: Path, slots: int = 8) -> None:
        self.listener = Listener(path)
        self.ring = FrameRing.create(slots, HEIGHT * WIDTH)
        self.channel: Channel | None = None

    def accept(self) -> None:
        if self.channel:
            self.channel.close()
        self.channel = self.listener.accept()
        assert self.channel is not None

    def ready(self) -> None:
        assert self.channel is not None
        assert self.channel.send(CameraReady(HEIGHT, WIDTH), self.ring.descriptor)

    def expose(self, trigger: int, value: int = GOOD, exposed_ns: int = 0, stamp_ns: int = 0) -> None:
        assert self.channel is not None
        number = self.ring.write(grey(value).tobytes(), HEIGHT, WIDTH, trigger, stamp_ns)
        assert self.channel.send(Exposed(trigger, number, exposed_ns))

    def lose(self, trigger: int) -> None:
        assert self.channel is not None
        assert self.channel.send(Exposed(trigger, 0, 5))

    def vanish(self) -> None:
        assert self.channel is not None
        self.channel.close()

    def close(self) -> None:
        if self.channel:
            self.channel.close()
        self.listener.close()
        self.ring.close()


def read_all(channel: Channel) -> list[AnyMessage]:
    messages = []
    while (message := channel.receive()) is not None:
        messages.append(message)
    return messages


@pytest.fixture
def run_dir() -> Iterator[Path]:
    """A short path: socket names have at most 107 characters."""
    path = Path(tempfile.mkdtemp(prefix="sk"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def detector() -> FakeDetector:
    return FakeDetector()


@pytest.fixture
def answer() -> type[FakeAnswer]:
    return FakeAnswer


@pytest.fixture
def make_finding() -> Callable[[float], Finding]:
    return finding


@pytest.fixture
def picture() -> Callable[..., NDArray[np.uint8]]:
    return grey


@pytest.fixture
def bad() -> int:
    return BAD


@pytest.fixture
def received() -> Callable[[Channel], list[AnyMessage]]:
    return read_all


@pytest.fixture
def camera_peer(run_dir: Path) -> Iterator[CameraPeer]:
    peer = CameraPeer(run_dir / "camera.sock")
    yield peer
    peer.close()


@pytest.fixture
def task(detector: FakeDetector) -> Task:
    known = (KnownPicture(grey(), Verdict.PASS), KnownPicture(grey(BAD), Verdict.REJECT))
    return Task(detector, explain, known, (HEIGHT, WIDTH), "fake runtime", "ring", 77, "ab" * 32)


class Peer:
    """A process that the engine connects to; keeps all that it hears."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listener: Listener | None = Listener(path)
        self.channel: Channel | None = None
        self.heard: list = []
        self.descriptors: list[int] = []

    def listen(self) -> None:
        if self.channel is None and self._listener:
            self.channel = self._listener.accept()
        while self.channel:
            message, descriptor = self.channel.receive_with_descriptor()
            if message is None:
                return
            self.heard.append(message)
            if descriptor is not None:
                self.descriptors.append(descriptor)

    def take(self, kind: type) -> list:
        """What was heard of this kind since the last call."""
        self.listen()
        found = [message for message in self.heard if isinstance(message, kind)]
        self.heard = [message for message in self.heard if not isinstance(message, kind)]
        return found

    def die(self) -> None:
        if self.channel:
            self.channel.close()
        if self._listener:
            self._listener.close()
        self.channel = self._listener = None

    def revive(self) -> None:
        self._listener = Listener(self._path)

    def close(self) -> None:
        self.die()
        for descriptor in self.descriptors:
            os.close(descriptor)


@pytest.fixture
def line(run_dir: Path) -> Iterator[Peer]:
    peer = Peer(run_dir / "line.sock")
    yield peer
    peer.close()


@pytest.fixture
def recorder(run_dir: Path) -> Iterator[Peer]:
    peer = Peer(run_dir / "recorder.sock")
    yield peer
    peer.close()


@pytest.fixture
def config(run_dir: Path, request) -> StationConfig:
    return StationConfig(
        station=StationSection(run_dir=str(run_dir), rehearsal=getattr(request, "param", True)),
        engine=EngineSection(canary_ms=20, deadline_ms=200),
        recorder=RecorderSection(keep_ok_every=2),
    )


@pytest.fixture
def refusals() -> list[str]:
    """Sentences with which the next openings of the bundle are refused."""
    return []


@pytest.fixture
def tasks() -> list[Task]:
    """What the next openings of the bundle give, instead of the usual task."""
    return []


@pytest.fixture
def make_engine(run_dir, task, clock, refusals, tasks) -> Iterator[Callable[[StationConfig], Engine]]:
    made: list[Engine] = []

    def open_task(_section: EngineSection) -> Task:
        if refusals:
            raise BundleError(refusals.pop(0))
        return tasks.pop(0) if tasks else task

    def make(config: StationConfig) -> Engine:
        camera = DrawnCamera(run_dir / "camera.sock", WATCHDOG_MS, clock)
        made.append(Engine(config, open_task, lambda _frame, _spec: camera, clock))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


@dataclass
class Bench:
    """The engine and all its peers."""

    engine: Engine
    line: Peer
    recorder: Peer
    camera: Any  # the camera simulator's stand-in
    clock: Any
    detector: Any
    session: int = 0
    turn_ms: ClassVar[int] = TURN_MS
    watchdog_ms: ClassVar[int] = WATCHDOG_MS

    def turn(self, count: int = 1) -> None:
        """Turns of the loop, TURN_MS apart."""
        for _ in range(count):
            self.clock.advance_ms(TURN_MS)
            self.engine.step()
            self.line.listen()
            self.recorder.listen()

    def arm(self) -> EngineStatus:
        """Let the camera get ready; what the engine said until then is forgotten."""
        self.camera.accept()
        self.camera.ready()
        self.turn(2)
        status = self.line.take(EngineStatus)[-1]
        self.line.heard.clear()
        self.session = status.session
        return status


@pytest.fixture
def bench(make_engine, config, line, recorder, request) -> Bench:
    """Not armed yet."""
    peers = {name: request.getfixturevalue(name) for name in ("clock", "detector")}
    return Bench(make_engine(config), line, recorder, request.getfixturevalue("camera_peer"), **peers)


@pytest.fixture
def armed(bench) -> Bench:
    bench.turn(2)
    assert bench.arm().ready
    return bench
