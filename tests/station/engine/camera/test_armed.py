"""A camera that comes back: growing pauses, one message for each change, a new session each time."""

from __future__ import annotations

import pytest

from station.core.errors import CameraError
from station.engine.camera.armed import ArmedCamera
from station.engine.camera.protocol import LostFrame


class ScriptedCamera:
    """`broken` makes every call fail; `sessions` are handed out by `arm`."""

    def __init__(self) -> None:
        self.broken = ""
        self.sessions = [0, 11, 12, 13]
        self.opened = 0
        self.closed = 0

    def _check(self) -> None:
        if self.broken:
            raise CameraError(self.broken)

    def open(self) -> None:
        self.opened += 1
        self._check()

    def arm(self) -> int:
        self._check()
        return self.sessions.pop(0)

    def take(self, timeout_s: float) -> LostFrame:
        assert timeout_s == 0
        self._check()
        return LostFrame(1, 2, "x")

    def fileno(self) -> int:
        return 42

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def scripted() -> ScriptedCamera:
    return ScriptedCamera()


@pytest.fixture
def told() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def armed(scripted, told, clock) -> ArmedCamera:
    return ArmedCamera(scripted, lambda kind, text: told.append((kind, text)), clock)


def test_a_camera_that_is_not_ready_at_once_is_asked_again(armed, scripted, told):
    assert armed.take() is None
    assert armed.session == 0
    assert armed.detail
    assert armed.take() == LostFrame(1, 2, "x")
    assert (armed.session, armed.detail, scripted.opened) == (11, "", 1)
    assert told == [("note", "Camera armed, session 0000000b")]


def test_a_lost_camera_is_opened_again_after_growing_pauses_and_told_once(armed, scripted, told, clock):
    armed.take()
    armed.take()
    scripted.broken = "cable"
    assert armed.take() is None
    assert (armed.session, armed.detail, armed.fileno()) == (0, "cable", -1)
    opened_after_ms = []
    for elapsed in range(0, 4000, 10):
        before = scripted.opened
        assert armed.take() is None
        if scripted.opened > before:
            opened_after_ms.append(elapsed)
        clock.advance_ms(10)
    assert opened_after_ms == [100, 300, 700, 1500, 2500, 3500]
    scripted.broken = ""
    clock.advance_ms(1000)
    assert armed.take() is not None
    assert armed.session == 12
    assert told[1:] == [("fault", "Camera lost: cable"), ("recovery", "Camera armed, session 0000000c")]


def test_the_pause_starts_small_again_after_a_recovery(armed, scripted, clock):
    armed.take()
    armed.take()
    for _ in range(2):
        armed.lose(CameraError("order"))
        clock.advance_ms(99)
        assert armed.take() is None
        clock.advance_ms(1)
        assert armed.take() is not None
    assert armed.session == 13


def test_close_leaves_nothing_to_wait_on(armed):
    armed.take()
    assert armed.fileno() == 42
    armed.close()
    assert armed.fileno() == -1
