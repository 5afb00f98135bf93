"""What every camera promises, run over all back ends: one item a trigger, in order; lost frames have their place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import cv2
import pytest

from station.core.errors import CameraError
from station.engine.camera.drawn import DrawnCamera
from station.engine.camera.folder import ReplayCamera
from station.engine.camera.protocol import Camera, Frame, LostFrame

ROUNDS = 30


class Rig(Protocol):
    """A camera and its triggers: plan "f" is a frame whose first pixel is its trigger, "l" a lost one."""

    camera: Camera

    def arm(self, plan: str) -> int: ...

    def trigger(self) -> None: ...


class DrawnRig:
    def __init__(self, peer, run_dir: Path, clock) -> None:
        self.camera = DrawnCamera(run_dir / "camera.sock", 300, clock)
        self._peer, self._clock = peer, clock

    def arm(self, plan: str) -> int:
        self._plan, self._trigger = plan, 0
        self.camera.open()
        self._peer.accept()
        assert self.camera.arm() == 0
        self._peer.ready()
        return self.camera.arm()

    def trigger(self) -> None:
        self._clock.advance_ms(100)
        self._trigger += 1
        if self._plan[self._trigger - 1] == "f":
            self._peer.expose(self._trigger, self._trigger, self._clock.ns - 500, self._clock.ns - 100)
        else:
            self._peer.lose(self._trigger)


class FolderRig:
    def __init__(self, picture, run_dir: Path, clock) -> None:
        self.camera = ReplayCamera(run_dir / "pictures", 10.0, clock_ns=clock)
        self._picture, self._folder, self._clock = picture, run_dir / "pictures", clock

    def arm(self, plan: str) -> int:
        self._folder.mkdir(exist_ok=True)
        for trigger, kind in enumerate(plan, 1):
            path = self._folder / f"{trigger:03}.png"
            cv2.imwrite(str(path), self._picture(trigger))
            if kind == "l":
                path.write_bytes(path.read_bytes()[:-9])
        self.camera.open()
        return self.camera.arm()

    def trigger(self) -> None:
        self._clock.advance_ms(100)


@pytest.fixture(params=["drawn", "folder"])
def rig(request, run_dir, clock, picture):
    if request.param == "drawn":
        made: Rig = DrawnRig(request.getfixturevalue("camera_peer"), run_dir, clock)
    else:
        made = FolderRig(picture, run_dir, clock)
    yield made
    made.camera.close()


@pytest.fixture
def play(rig) -> Callable[[str], list[Frame | LostFrame]]:
    def run(plan: str) -> list[Frame | LostFrame]:
        items = []
        for _ in plan:
            rig.trigger()
            item = rig.camera.take(0)
            assert item is not None
            items.append(item)
            assert rig.camera.take(0) is None
        return items

    return run


def test_arming_gives_a_session_that_is_never_the_same(rig):
    sessions = set()
    for _ in range(3):
        sessions.add(rig.arm("f"))
        rig.camera.close()
    assert len(sessions) == 3
    assert all(0 < session < 2**31 for session in sessions)
    assert rig.camera.stats.armed == 3


def test_no_trigger_no_item(rig):
    rig.arm("f")
    assert rig.camera.take(0) is None


@pytest.mark.parametrize("plan", ["f", "fff", "l", "flf", "llffl"])
def test_each_trigger_gives_one_item_in_order(rig, play, plan):
    rig.arm(plan)
    items = play(plan)
    assert [item.trigger for item in items] == list(range(1, len(plan) + 1))
    assert "".join("f" if isinstance(item, Frame) else "l" for item in items) == plan
    stats = rig.camera.stats
    assert (stats.frames, stats.lost) == (plan.count("f"), plan.count("l"))


def test_a_frame_is_grey_and_shows_its_own_trigger_when_it_is_taken(rig, clock):
    rig.arm("f" * ROUNDS)
    for trigger in range(1, ROUNDS + 1):
        rig.trigger()
        frame = rig.camera.take(0)
        assert isinstance(frame, Frame)
        assert (frame.image.shape, str(frame.image.dtype)) == ((12, 16), "uint8")
        assert set(frame.image.ravel()) == {trigger}
        assert 0 < frame.exposed_ns <= frame.frame_ns <= clock.ns


def test_triggers_that_come_while_the_engine_is_busy_are_not_lost(rig):
    rig.arm("ffff")
    for _ in range(4):
        rig.trigger()
    frames = [rig.camera.take(0) for _ in range(4)]
    assert [frame.trigger for frame in frames] == [1, 2, 3, 4]
    assert frames[3].image[0, 0] == 4
    assert rig.camera.take(0) is None


def test_a_lost_frame_says_what_happened(rig, play):
    rig.arm("l")
    assert play("l")[0].detail


def test_a_new_arming_counts_from_one(rig, play):
    rig.arm("ff")
    play("ff")
    rig.camera.close()
    rig.arm("f")
    assert play("f")[0].trigger == 1


def test_a_camera_that_is_not_open_says_so(rig):
    with pytest.raises(CameraError):
        rig.camera.take(0)
    with pytest.raises(CameraError):
        rig.camera.arm()


def test_close_may_be_called_twice_and_leaves_nothing_to_wait_on(rig):
    rig.arm("f")
    rig.camera.close()
    rig.camera.close()
    assert rig.camera.fileno() == -1
