"""The intake: gaps, wrong pictures and a slow engine cost exactly their own parts; silence is judged by our clock."""

from __future__ import annotations

import select
import threading

import cv2
import numpy as np
import pytest

from station.core.domain import Reason
from station.core.errors import CameraError, CameraTimeoutError
from station.engine.camera.intake import BUFFERS, MOST_MISSING, Intake, StampNumbers, missing_between
from station.engine.camera.protocol import Frame, LostFrame


@pytest.fixture
def intake(clock):
    made = Intake("cam", (12, 16), 300, clock)
    made.begin(None)
    yield made
    made.close()


def drain(intake: Intake) -> list[Frame | LostFrame]:
    items = []
    while (item := intake.take()) is not None:
        items.append(item)
    return items


def plan(items) -> str:
    return "".join("f" if isinstance(item, Frame) else "l" for item in items)


@pytest.mark.parametrize(
    ("last", "number", "missing"),
    [(5, 6, 0), (5, 9, 3), (65534, 65535, 0), (65535, 1, 0), (65533, 2, 3), (65535, 65536, 0), (2**32, 2**32 + 2, 1)],
)
def test_missing_frames_are_counted_over_the_wrap_of_16_bits(last, number, missing):
    assert missing_between(last, number) == missing


@pytest.mark.parametrize(("last", "number"), [(5, 5), (5, 1), (500, 1), (70_000, 1)])
def test_numbers_that_fall_are_no_wrap(last, number):
    assert not 0 <= missing_between(last, number) <= MOST_MISSING


def test_a_gap_in_the_numbers_becomes_lost_frames_in_their_place(intake, picture):
    for number in (7, 8, 11):
        intake.frame(picture(number), number)
    items = drain(intake)
    assert plan(items) == "ffllf"
    assert [item.trigger for item in items] == [1, 2, 3, 4, 5]
    assert items[4].image[0, 0] == 11


def test_a_frame_that_was_reported_lost_is_no_gap_as_well(intake, picture):
    intake.frame(picture(), 1)
    intake.lose("incomplete")  # harvesters does not say its number
    intake.lose("packets missing", 3)
    intake.frame(picture(), 4)
    items = drain(intake)
    assert plan(items) == "fllf"
    assert [item.detail for item in items[1:3]] == ["cam: incomplete", "cam: packets missing"]


@pytest.mark.parametrize("number", [1, 3, 9000])
def test_a_camera_that_counts_anew_ends_the_arming(intake, picture, number):
    intake.frame(picture(), 3)
    with pytest.raises(CameraError, match="started again"):
        intake.frame(picture(), number)


def test_colour_is_turned_to_grey_and_the_picture_is_ours(intake):
    colour = np.zeros((12, 16, 3), np.uint8)
    colour[..., 2] = 100  # red, in OpenCV's order
    intake.frame(colour, grey=cv2.COLOR_BGR2GRAY)
    colour[:] = 255
    frame = intake.take()
    assert isinstance(frame, Frame)
    assert (frame.image.shape, frame.image.dtype) == ((12, 16), np.uint8)
    assert set(frame.image.ravel()) == {30}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.zeros((10, 16), np.uint8), "gave 16 x 10, the recipe wants 16 x 12"),
        (np.zeros((12, 16), np.uint16), "set the camera to 8-bit grey"),
        (np.zeros((12, 16, 3), np.uint8), "set the camera to 8-bit grey"),
    ],
)
def test_a_picture_that_the_recipe_cannot_use_is_a_lost_frame(intake, wrong, says):
    intake.frame(wrong, 1)
    lost = intake.take()
    assert isinstance(lost, LostFrame)
    assert lost.reason is Reason.WRONG_FRAME
    assert says in lost.detail


def test_a_slow_engine_loses_the_newest_frames_by_name_and_never_one_that_waits(intake, picture):
    for number in range(1, BUFFERS + 4):
        intake.frame(picture(number), number)
    seen = []
    while (item := intake.take()) is not None:
        seen.append((item.trigger, int(item.image[0, 0]) if isinstance(item, Frame) else item.detail))
    assert seen[:BUFFERS] == [(number, number) for number in range(1, BUFFERS + 1)]
    assert [trigger for trigger, _ in seen[BUFFERS:]] == [BUFFERS + 1, BUFFERS + 2, BUFFERS + 3]
    assert all("no buffer was free" in detail for _, detail in seen[BUFFERS:])
    intake.frame(picture(99), BUFFERS + 4)
    assert intake.take().image[0, 0] == 99


def test_a_frame_stays_untouched_until_the_next_take(intake, picture):
    intake.frame(picture(1), 1)
    first = intake.take()
    for number in range(2, 2 + 2 * BUFFERS):
        intake.frame(picture(number), number)
    assert set(first.image.ravel()) == {1}


def test_the_exposure_never_ends_after_the_frame(intake, picture, clock):
    intake.frame(picture(), 1, exposed_ns=clock.ns - 5)
    intake.frame(picture(), 2, exposed_ns=clock.ns + 5)
    intake.frame(picture(), 3)
    assert [(frame.exposed_ns - clock.ns, frame.frame_ns - clock.ns) for frame in drain(intake)] == [
        (-5, 0),
        (0, 0),
        (0, 0),
    ]


def test_select_wakes_while_something_waits(intake, picture):
    assert select.select([intake], [], [], 0)[0] == []
    thread = threading.Thread(target=lambda: [intake.frame(picture(), number) for number in (1, 2)])
    thread.start()
    assert select.select([intake], [], [], 60)[0] == [intake]
    thread.join()
    assert plan([intake.take(), intake.take()]) == "ff"
    assert select.select([intake], [], [], 0)[0] == []


def test_a_free_camera_that_is_silent_is_lost_in_the_watchdogs_time(intake, picture, clock):
    intake.begin(1 / 30)
    clock.advance_ms(200)
    intake.frame(picture(), 1)
    clock.advance_ms(280)
    intake.answered(clock())  # but without a frame: no sign of life for a camera that runs free
    assert isinstance(intake.take(), Frame)
    assert intake.take() is None
    clock.advance_ms(1)  # 300 less what passes until the engine looks
    with pytest.raises(CameraTimeoutError, match="cam: no sign of life for 300 ms"):
        intake.take()


def test_a_slow_free_camera_has_four_periods(intake, clock):
    intake.begin(0.2)
    clock.advance_ms(780)
    assert intake.take() is None
    clock.advance_ms(1)
    with pytest.raises(CameraTimeoutError):
        intake.take()


def test_a_triggered_camera_may_be_silent_as_long_as_it_answers(intake, clock):
    for _ in range(100):
        clock.advance_ms(250)
        intake.answered(clock())
        assert intake.take() is None
    clock.advance_ms(281)
    with pytest.raises(CameraTimeoutError):
        intake.take()


def test_what_came_before_the_end_is_given_first(intake, picture):
    intake.frame(picture(), 1)
    intake.fail(CameraError("cable"))
    assert isinstance(intake.take(), Frame)
    for _ in range(2):
        with pytest.raises(CameraError, match="cable"):
            intake.take()


def test_an_engine_that_stands_still_ends_the_arming_before_memory_does(intake):
    with pytest.raises(CameraError, match="the engine stands still"):
        for number in range(10 * MOST_MISSING):
            intake.lose("x", number)


def test_a_late_thread_finds_a_closed_intake_and_does_no_harm(intake, picture):
    intake.close()
    intake.frame(picture(), 1)
    intake.fail(CameraError("late"))
    intake.close()
    assert intake.fileno() == -1


def test_numbers_from_time_stamps():
    numbers = StampNumbers(0.1)
    assert [numbers.at(stamp) for stamp in (5.0, 5.1, 5.21, 5.29, 5.6, 5.602, 5.7)] == [0, 1, 2, 3, 6, 7, 8]
