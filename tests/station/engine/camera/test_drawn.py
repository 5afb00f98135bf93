"""The drawn camera: what its simulator may do to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from station.core.channel import Listener
from station.core.errors import CameraError, CameraTimeoutError
from station.core.messages import CameraReady, Exposed
from station.engine.camera.drawn import POOL, DrawnCamera
from station.engine.camera.protocol import Frame, LostFrame

WATCHDOG_MS = 300


@pytest.fixture
def camera(run_dir, clock):
    made = DrawnCamera(run_dir / "camera.sock", WATCHDOG_MS, clock)
    yield made
    made.close()


@pytest.fixture
def armed(camera, camera_peer) -> DrawnCamera:
    camera.open()
    camera_peer.accept()
    camera_peer.ready()
    assert camera.arm() != 0
    return camera


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def take_all(camera) -> list[Frame | LostFrame]:
    items = []
    while (item := camera.take(0)) is not None:
        items.append(item)
    return items


def test_nobody_there(camera):
    with pytest.raises(CameraError, match=r"camera\.sock"):
        camera.open()


def test_a_simulator_that_accepts_but_never_gets_ready_is_given_up(camera, camera_peer, clock):
    camera.open()
    camera_peer.accept()
    clock.advance_ms(WATCHDOG_MS)
    assert camera.arm() == 0
    clock.advance_ms(1)
    with pytest.raises(CameraTimeoutError):
        camera.arm()


def test_a_frozen_simulator_is_noticed_by_the_watchdog_only_after_its_time(armed, camera_peer, clock):
    camera_peer.expose(1)
    clock.advance_ms(WATCHDOG_MS)
    assert isinstance(armed.take(0), Frame)
    clock.advance_ms(WATCHDOG_MS)
    assert armed.take(0) is None
    clock.advance_ms(1)
    with pytest.raises(CameraTimeoutError, match="300 ms"):
        armed.take(0)


def test_signs_of_life_keep_an_idle_camera_armed_and_leak_no_descriptor(armed, camera_peer, clock):
    before = open_descriptors()
    session = armed.arm()
    for round_ in range(50):
        clock.advance_ms(100)
        if round_ % 2:
            camera_peer.ready()
        else:
            camera_peer.channel.send(CameraReady(12, 16))
        assert armed.take(0) is None
    assert armed.arm() == session
    assert open_descriptors() == before


def test_an_engine_that_was_busy_for_long_finds_the_signs_of_life_that_waited(armed, camera_peer, clock):
    camera_peer.ready()
    clock.advance_ms(10 * WATCHDOG_MS)
    assert armed.take(0) is None


def test_triggers_that_were_never_reported_become_lost_frames(armed, camera_peer, clock):
    camera_peer.expose(1)
    camera_peer.expose(4)
    items = take_all(armed)
    assert [(item.trigger, isinstance(item, Frame)) for item in items] == [(1, True), (2, False), (3, False), (4, True)]
    assert "never reported" in items[1].detail
    assert items[1].frame_ns == clock.ns


def test_overwritten_frames_become_lost_frames(armed, camera_peer):
    for trigger in range(1, 13):  # the ring holds 8
        camera_peer.expose(trigger, trigger)
    items = take_all(armed)
    assert [item.trigger for item in items] == list(range(1, 13))
    assert [isinstance(item, Frame) for item in items] == [False] * 4 + [True] * 8
    assert "overwritten" in items[0].detail


def test_waiting_frames_stay_whole_however_many_more_come(armed, camera_peer):
    held: list[tuple[int, int]] = []
    sent = 0
    while len(held) < 3 * POOL:
        for _ in range(2 if sent < 3 * POOL else 0):
            sent += 1
            camera_peer.expose(sent, sent)
        frame = armed.take(0)
        assert isinstance(frame, Frame)
        value = int(frame.image[0, 0])
        armed.arm()  # reads more messages, and must not touch the frame that is out
        assert set(frame.image.ravel()) == {value}
        held.append((frame.trigger, value))
    assert held == [(trigger, trigger) for trigger in range(1, 3 * POOL + 1)]


@pytest.mark.parametrize("trigger", [1, 0, 5000])
def test_a_trigger_count_that_jumps_or_falls_ends_the_arming_after_what_came_before(armed, camera_peer, trigger):
    camera_peer.expose(1)
    camera_peer.expose(2)
    camera_peer.expose(trigger)
    assert [armed.take(0).trigger for _ in range(2)] == [1, 2]
    with pytest.raises(CameraError, match="came after 2"):
        armed.take(0)


def test_a_simulator_that_dies_still_delivers_what_it_had_sent(armed, camera_peer):
    camera_peer.expose(1)
    camera_peer.vanish()
    assert armed.take(0).trigger == 1
    with pytest.raises(CameraError):
        armed.take(0)


def test_an_exposure_before_ready_is_refused(camera, camera_peer):
    camera.open()
    camera_peer.accept()
    camera_peer.channel.send(Exposed(1, 1, 0))
    with pytest.raises(CameraError):
        camera.arm()


def test_shared_memory_that_is_no_ring_is_refused(camera, run_dir):
    listener = Listener(run_dir / "camera.sock")
    camera.open()
    channel = listener.accept()
    descriptor = os.memfd_create("no-ring")
    os.ftruncate(descriptor, 4096)
    channel.send(CameraReady(12, 16), descriptor)
    os.close(descriptor)
    with pytest.raises(CameraError, match="no frame ring"):
        camera.arm()
    channel.close()
    listener.close()


def test_the_rings_stamp_says_when_the_frame_was_complete(armed, camera_peer, clock):
    camera_peer.expose(1, exposed_ns=clock.ns - 9, stamp_ns=clock.ns - 5)
    camera_peer.expose(2, exposed_ns=clock.ns - 9, stamp_ns=clock.ns + 5)  # not believed: in the future
    stamps = [(frame.exposed_ns, frame.frame_ns) for frame in take_all(armed)]
    assert stamps == [(clock.ns - 9, clock.ns - 5), (clock.ns - 9, clock.ns)]


def test_take_waits_on_its_descriptor(armed, camera_peer):
    camera_peer.expose(1)
    assert armed.fileno() >= 0
    assert armed.take(5.0).trigger == 1
