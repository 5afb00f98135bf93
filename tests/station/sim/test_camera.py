"""The camera simulator with a tiny engine: every trigger is told, in order, with the picture that lies before it."""

from __future__ import annotations

import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from station.core.channel import Channel, connect
from station.core.errors import ChannelError
from station.core.messages import CameraReady, Exposed
from station.core.ring import FrameRing
from station.sim import control
from station.sim.camera import CameraSimulator
from station.sim.camera import main as camera_main
from station.sim.control import Edge, PlantControl
from station.sim.parts import draw_part

SIZE = (96, 128)


class TinyEngine:
    """Connects and collects."""

    def __init__(self, run_dir: Path) -> None:
        self.channel: Channel = connect(run_dir / "camera.sock")
        self.signs_of_life = 0
        ready, descriptor = self._next()
        assert isinstance(ready, CameraReady)
        assert descriptor is not None
        self.ready = ready
        self.ring = FrameRing.attach(descriptor)

    def exposed(self, count: int) -> list[Exposed]:
        """The next `count` triggers."""
        found: list[Exposed] = []
        while len(found) < count:
            message, descriptor = self._next()
            assert descriptor is None
            if isinstance(message, Exposed):
                found.append(message)
            else:
                self.signs_of_life += 1
        return found

    def _next(self) -> tuple[object, int | None]:
        assert select.select([self.channel], [], [], 10)[0]
        return self.channel.receive_with_descriptor()

    def close(self) -> None:
        self.channel.close()
        self.ring.close()


@pytest.fixture
def camera(run_dir: Path) -> Iterator[CameraSimulator]:
    """A camera in a thread."""
    draw_part(0, "good", SIZE)  # what is kept gets drawn here, not at the first trigger
    camera = CameraSimulator(run_dir, SIZE)
    thread = threading.Thread(target=camera.run, name="camera")
    thread.start()
    yield camera
    camera.stopping = True
    thread.join(10)
    assert not thread.is_alive()
    assert list(run_dir.iterdir()) == []


@pytest.fixture
def engine(camera: CameraSimulator, run_dir: Path) -> Iterator[TinyEngine]:
    """An engine that has armed the camera."""
    engine = TinyEngine(run_dir)
    yield engine
    engine.close()


def flash(run_dir: Path, index: int, kind: str = "good", late_ms: int = 0) -> Edge:
    """One photo-eye edge."""
    edge = Edge(index, kind, 1000 + index, time.monotonic_ns() - late_ms * 1_000_000)
    assert control.send_signal(run_dir, edge)
    return edge


def test_each_trigger_shows_the_part_before_the_camera(engine: TinyEngine, run_dir: Path) -> None:
    assert (engine.ready.height, engine.ready.width) == SIZE
    for number, kind in enumerate(["good", "scratch", "dust"], start=1):
        edge = flash(run_dir, number, kind)
        (exposed,) = engine.exposed(1)
        frame = engine.ring.read(exposed.sequence)
        assert frame is not None
        assert (exposed.trigger, frame.tag) == (number, number)
        assert exposed.exposed_ns > edge.edge_ns
        assert frame.pixels == draw_part(edge.seed, kind, SIZE).tobytes()


def test_lost_frames_are_told_and_counted(engine: TinyEngine, run_dir: Path) -> None:
    PlantControl(run_dir).lose_frames(2)
    for number in range(1, 5):
        flash(run_dir, number)
    told = engine.exposed(4)
    assert [message.trigger for message in told] == [1, 2, 3, 4]
    assert [message.sequence for message in told] == [0, 0, 1, 2]


def test_false_trigger_shows_the_empty_belt(engine: TinyEngine, run_dir: Path) -> None:
    PlantControl(run_dir).false_trigger()
    (exposed,) = engine.exposed(1)
    frame = engine.ring.read(exposed.sequence)
    assert frame is not None
    assert set(frame.pixels) == {30}


def test_missed_edges_are_neither_told_nor_counted(engine: TinyEngine, run_dir: Path) -> None:
    PlantControl(run_dir).miss_edges(2)
    for number in range(1, 4):
        flash(run_dir, number)
    assert [message.trigger for message in engine.exposed(1)] == [1]


def test_lossy_camera_tells_of_some_lost_frames_and_of_others_not_a_word(engine: TinyEngine, run_dir: Path) -> None:
    PlantControl(run_dir).lose_share(1.0, 30.0)
    for number in range(1, 4):
        flash(run_dir, number)
    PlantControl(run_dir).lose_share(0.0, 0.0)
    flash(run_dir, 4)
    assert [(message.trigger, message.sequence) for message in engine.exposed(3)] == [(1, 0), (3, 0), (4, 1)]


def test_a_trigger_from_before_a_freeze_is_missed_altogether(engine: TinyEngine, run_dir: Path) -> None:
    flash(run_dir, 1, late_ms=500)
    edge = flash(run_dir, 2)
    (exposed,) = engine.exposed(1)
    frame = engine.ring.read(exposed.sequence)
    assert exposed.trigger == 1
    assert frame is not None
    assert frame.pixels == draw_part(edge.seed, "good", SIZE).tobytes()


def test_it_gives_signs_of_life_while_nothing_happens(engine: TinyEngine) -> None:
    for _ in range(3):
        message, descriptor = engine._next()
        assert message == CameraReady(*SIZE)
        assert descriptor is None


def test_a_new_engine_arms_it_anew_and_counts_from_nought(engine: TinyEngine, run_dir: Path) -> None:
    flash(run_dir, 1)
    assert engine.exposed(1)[0].trigger == 1
    second = TinyEngine(run_dir)
    flash(run_dir, 2)
    assert second.exposed(1)[0].trigger == 1
    with pytest.raises(ChannelError):
        engine.exposed(1)
    second.close()


def test_edges_without_an_engine_and_nonsense_are_ignored(camera: CameraSimulator, run_dir: Path) -> None:
    flash(run_dir, 1)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"nonsense", str(run_dir / control.EYE_SOCKET))
    engine = TinyEngine(run_dir)
    flash(run_dir, 2)
    assert engine.exposed(1)[0].trigger == 1
    engine.close()


def start_process(run_dir: Path) -> subprocess.Popen[bytes]:
    """The camera as a process, when it listens."""
    arguments = ["--run-dir", str(run_dir), "--height", "96", "--width", "128"]
    process = subprocess.Popen([sys.executable, "-m", "station.sim.camera", *arguments])
    deadline = time.monotonic() + 60
    while not listens(run_dir):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


def listens(run_dir: Path) -> bool:
    """True when an engine could connect."""
    try:
        connect(run_dir / "camera.sock").close()
    except ChannelError:
        return False
    return True


def test_killed_it_comes_back_on_the_same_sockets_and_sigterm_ends_it(run_dir: Path) -> None:
    process = start_process(run_dir)
    engine = TinyEngine(run_dir)
    process.kill()
    process.wait(10)
    with pytest.raises(ChannelError):
        engine.exposed(1)
    engine.close()
    process = start_process(run_dir)
    engine = TinyEngine(run_dir)
    control.send_signal(run_dir, control.edge_of(1, "good", 5))
    (exposed,) = engine.exposed(1)
    frame = engine.ring.read(exposed.sequence)
    assert frame is not None
    assert np.frombuffer(frame.pixels, np.uint8).max() > 100
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    engine.close()
    assert list(run_dir.iterdir()) == []


def test_a_run_directory_that_cannot_be_used_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("no folder")
    assert camera_main(["--run-dir", str(tmp_path / "file")]) == 2
    assert str(tmp_path / "file") in capsys.readouterr().err
