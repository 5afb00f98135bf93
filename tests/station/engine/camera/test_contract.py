"""What every camera promises, run over all back ends: one item a trigger, in order; lost frames have their place."""

from __future__ import annotations

import select

import pytest

from station.core.errors import CameraError, CameraTimeoutError
from station.engine.camera.protocol import Frame, LostFrame

ROUNDS = 30


def play(rig, plan: str) -> list[Frame | LostFrame]:
    items = []
    for _ in plan:
        rig.trigger()
        items.append(rig.take())
        if not rig.runs_free:
            assert rig.camera.take(0) is None
    return items


def test_arming_gives_a_session_that_is_never_the_same(rig):
    sessions = set()
    for _ in range(3):
        sessions.add(rig.arm("f"))
        rig.camera.close()
    assert len(sessions) == 3
    assert all(0 < session < 2**31 for session in sessions)
    assert rig.camera.stats.armed == 3


def test_no_trigger_no_item(rig):
    if rig.runs_free:
        pytest.skip("runs free")
    rig.arm("f")
    assert rig.camera.take(0) is None


@pytest.mark.parametrize("plan", ["f", "fff", "l", "flf", "llffl"])
def test_each_trigger_gives_one_item_in_order(rig, plan):
    if "l" in plan and not rig.loses:
        pytest.skip("cannot be made to lose just these")
    rig.arm(plan)
    items = play(rig, plan)
    assert [item.trigger for item in items] == list(range(1, len(plan) + 1))
    assert "".join("f" if isinstance(item, Frame) else "l" for item in items) == plan
    stats = rig.camera.stats
    assert (stats.frames, stats.lost) == (plan.count("f"), plan.count("l"))


def test_a_frame_is_grey_and_shows_its_own_trigger_when_it_is_taken(rig, clock):
    rig.arm("f" * ROUNDS)
    for trigger in range(1, ROUNDS + 1):
        rig.trigger()
        frame = rig.take()
        assert frame.trigger == trigger
        if rig.runs_free and isinstance(frame, LostFrame):
            continue  # this test was too slow for it
        assert isinstance(frame, Frame)
        assert (frame.image.shape, str(frame.image.dtype)) == (rig.size, "uint8")
        assert not rig.numbered or set(frame.image.ravel()) == {trigger}
        assert 0 < frame.exposed_ns <= frame.frame_ns <= clock.ns


def test_triggers_that_come_while_the_engine_is_busy_are_not_lost(rig):
    rig.arm("ffff")
    for _ in range(4):
        rig.trigger()
    last = None
    for trigger in range(1, 5):
        last = rig.take()
        assert last.trigger == trigger
        assert isinstance(last, Frame)
    assert not rig.numbered or last.image[0, 0] == 4
    assert rig.runs_free or rig.camera.take(0) is None


def test_a_lost_frame_says_what_happened(rig):
    if not rig.loses:
        pytest.skip("cannot be made to lose just this one")
    rig.arm("l")
    assert play(rig, "l")[0].detail


def test_a_new_arming_counts_from_one(rig):
    rig.arm("ff")
    play(rig, "ff")
    rig.camera.close()
    rig.arm("f")
    assert play(rig, "f")[0].trigger == 1


def test_settings_are_read_back_and_stand_again_after_each_arming(rig):
    for _ in range(2):
        rig.arm("f")
        assert rig.settings() == pytest.approx(rig.wanted)
        rig.camera.close()


def test_a_camera_without_a_sign_of_life_is_lost_by_our_own_watchdog_and_comes_back(rig, clock):
    if not rig.has_watchdog:
        pytest.skip("a folder cannot be silent")
    first = rig.arm("f")
    rig.freeze()
    clock.advance_ms(280)
    assert rig.camera.take(0) is None
    clock.advance_ms(21)
    with pytest.raises(CameraTimeoutError, match="no sign of life"):
        rig.camera.take(0)
    rig.camera.close()
    rig.thaw()
    assert rig.arm("f") != first
    rig.trigger()
    assert rig.take().trigger == 1


def test_select_wakes_for_an_item(rig):
    rig.arm("f")
    if rig.camera.fileno() < 0:
        pytest.skip("has nothing to wait on")
    rig.trigger()
    assert select.select([rig.camera], [], [], 60)[0] == [rig.camera]
    assert rig.take().trigger == 1


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
