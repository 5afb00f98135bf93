"""What the engine's tests share: a clock, a detector that answers as told, and the peers of the engine."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from station.core.channel import Channel, Listener
from station.core.domain import Finding, Reason, Verdict
from station.core.messages import AnyMessage, CameraReady, Exposed, Patch, Why
from station.core.ring import FrameRing
from station.engine.canary import KnownPicture
from station.engine.task import Task

HEIGHT, WIDTH = 12, 16
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
