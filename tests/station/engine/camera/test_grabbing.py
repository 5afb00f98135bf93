"""A library that blocks, fails or hangs in its thread: the engine hears of it and never waits."""

from __future__ import annotations

import contextlib
import queue
import threading
import time

import pytest

from station.core.errors import CameraError, CameraTimeoutError, ConfigError
from station.engine.camera.grabbing import OPENING_NS, GrabbedCamera
from station.engine.camera.protocol import Frame


class FakeSource:
    """Does in its thread what a test puts into `work`: each is called with the intake."""

    name = "fake"

    def __init__(self) -> None:
        self.work: queue.Queue = queue.Queue()
        self.opens = lambda: None
        self.closed = threading.Semaphore(0)
        self.threads: set[str] = set()
        self.asks = lambda: None

    def open(self) -> float | None:
        self.threads.add(threading.current_thread().name)
        return self.opens()

    def grab(self, intake) -> None:
        with contextlib.suppress(queue.Empty):
            self.work.get(timeout=0.01)(intake)

    def ask(self) -> None:
        self.asks()

    def close(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.closed.release()


@pytest.fixture
def source():
    return FakeSource()


@pytest.fixture
def camera(source, clock):
    made = GrabbedCamera(source, (12, 16), 300, clock)
    yield made
    made.close()


def arm(camera: GrabbedCamera) -> int:
    camera.open()
    return armed(camera)


def armed(camera: GrabbedCamera) -> int:
    for _ in range(6000):
        if session := camera.arm():
            return session
        time.sleep(0.01)
    raise AssertionError("was not armed in a minute")


def test_frames_come_from_a_thread_of_their_own(camera, source, picture):
    assert arm(camera)
    for number in (1, 2):
        source.work.put(lambda intake, number=number: intake.frame(picture(number), number))
    frames = [camera.take(60), camera.take(60)]
    assert [frame.trigger for frame in frames if isinstance(frame, Frame)] == [1, 2]
    assert (camera.stats.armed, camera.stats.frames, camera.stats.lost) == (1, 2, 0)
    camera.close()
    assert source.closed.acquire(timeout=60)
    assert source.threads == {"grab"}


@pytest.mark.parametrize("error", [CameraError("refused"), ConfigError("wrong key")])
def test_what_keeps_it_from_opening_is_raised_by_arm(camera, source, error):
    def opens():
        raise error

    source.opens = opens
    camera.open()
    with pytest.raises(type(error), match=str(error)):
        armed(camera)
    assert source.closed.acquire(timeout=60)


def test_a_vendors_own_exception_ends_the_arming_in_a_sentence(camera, source, picture):
    def fails(_intake):
        raise KeyError("GC_ERR_IO")

    arm(camera)
    source.work.put(lambda intake: intake.frame(picture(), 1))
    source.work.put(fails)
    assert source.closed.acquire(timeout=60)
    assert isinstance(camera.take(0), Frame)
    with pytest.raises(CameraError, match="fake: KeyError: 'GC_ERR_IO'"):
        camera.take(0)


def test_a_library_that_hangs_is_noticed_and_opened_again_only_when_it_let_go(camera, source, clock):
    hangs, hung = threading.Event(), threading.Event()

    def hang(_intake):
        hung.set()
        hangs.wait(60)

    arm(camera)
    source.work.put(hang)
    assert hung.wait(60)
    clock.advance_ms(301)
    with pytest.raises(CameraTimeoutError, match="no sign of life"):
        camera.take(0)
    camera.close()
    with pytest.raises(CameraError, match="has not let go"):
        camera.open()
    hangs.set()
    assert source.closed.acquire(timeout=60)
    for _ in range(6000):
        try:
            camera.open()
            break
        except CameraError:
            time.sleep(0.01)
    assert armed(camera)


def test_a_camera_that_never_gets_ready_is_given_up(camera, source, clock):
    goes_on = threading.Event()
    source.opens = lambda: goes_on.wait(60) and None
    camera.open()
    assert camera.arm() == 0
    clock.advance_ms(OPENING_NS / 1e6 + 1)
    with pytest.raises(CameraTimeoutError, match="not ready within 10 s"):
        camera.arm()
    goes_on.set()


def test_taking_before_arming_says_so(camera):
    with pytest.raises(CameraError, match="not open"):
        camera.take(0)
    camera.open()
    with pytest.raises(CameraError, match="not armed"):
        camera.take(0)


def test_a_triggered_camera_that_no_longer_answers_is_lost_in_the_watchdogs_time(camera, source, clock):
    arm(camera)
    hangs, answered = threading.Event(), threading.Semaphore(0)
    source.asks = answered.release
    for _ in range(20):  # silence is normal while it answers
        clock.advance_ms(100)
        assert answered.acquire(timeout=60)
        assert camera.take(0) is None
    source.asks = lambda: hangs.wait(60) and None
    clock.advance_ms(280)
    assert camera.take(0) is None
    clock.advance_ms(1)  # 300 less what passes until the engine looks
    with pytest.raises(CameraTimeoutError, match="no sign of life for 300 ms"):
        camera.take(0)
    hangs.set()


def test_a_camera_that_says_it_is_gone_when_asked_is_lost_at_once(camera, source, clock):
    arm(camera)

    def gone() -> None:
        raise OSError("register")

    source.asks = gone
    clock.advance_ms(100)
    with pytest.raises(CameraError, match="fake: OSError: register"):
        for _ in range(600):
            camera.take(0.1)
