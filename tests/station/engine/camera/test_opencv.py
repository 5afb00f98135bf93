"""OpenCV's cameras: a file is played in order; a device must take the recipe's settings and read them back."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from station.core.errors import CameraError, ConfigError
from station.core.recipe import CameraSpec
from station.engine.camera.intake import Intake
from station.engine.camera.opencv import OpenCvSource
from station.engine.camera.protocol import Frame, LostFrame

SIZE = (12, 16)


class FakeCapture:
    """A V4L2 device as cv2 shows it: controls that it has keep what is set, unless they are fixed."""

    def __init__(self, fixed: dict[int, float] | None = None, opened: bool = True) -> None:
        self.controls = {cv2.CAP_PROP_FPS: 50.0, cv2.CAP_PROP_AUTO_EXPOSURE: 3.0, cv2.CAP_PROP_AUTO_WB: 1.0}
        self.controls |= {cv2.CAP_PROP_EXPOSURE: 1.0, cv2.CAP_PROP_FRAME_WIDTH: 1.0, cv2.CAP_PROP_FRAME_HEIGHT: 1.0}
        self.fixed = fixed or {}
        self.opened = opened
        self.pictures: list = []
        self.stamps: list[float] = []
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802 - cv2's name
        return self.opened

    def set(self, control: int, value: float) -> bool:
        if control in self.controls and control not in self.fixed:
            self.controls[control] = value
        return control in self.controls

    def get(self, control: int) -> float:
        if control == cv2.CAP_PROP_POS_MSEC:
            return self.stamps.pop(0) if self.stamps else 0.0
        return self.fixed.get(control, self.controls.get(control, -1.0))

    def grab(self) -> bool:
        return bool(self.pictures)

    def retrieve(self):
        picture = self.pictures.pop(0)
        return picture is not None, picture

    def release(self) -> None:
        self.released = True


def device(capture: FakeCapture, **spec) -> tuple[OpenCvSource, list]:
    asked: list = []

    def open_capture(*what) -> FakeCapture:
        asked.append(what)
        return capture

    return OpenCvSource("0", SIZE, CameraSpec(**spec), open_capture), asked


@pytest.fixture
def intake(clock):
    made = Intake("cam", SIZE, 300, clock)
    made.begin(None)
    yield made
    made.close()


@pytest.fixture
def grab(intake) -> Callable[[OpenCvSource, int], list]:
    def run(source: OpenCvSource, times: int) -> list:
        items = []
        for _ in range(times):
            source.grab(intake)
            while (item := intake.take()) is not None:
                items.append((item.trigger, int(item.image[0, 0]) if isinstance(item, Frame) else "lost"))
        return items

    return run


def test_a_video_is_played_in_order_and_then_silent(tmp_path, picture, grab, intake):
    path = tmp_path / "parts.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"FFV1"), 200.0, (16, 12), False)
    for number in range(1, 6):
        writer.write(picture(20 * number))
    writer.release()
    source = OpenCvSource(str(path), SIZE, CameraSpec(exposure_us=500.0, trigger="external"))
    intake.begin(source.open())
    assert intake.period_s == pytest.approx(1 / 200)
    assert grab(source, 7) == [(number, 20 * number) for number in range(1, 6)]
    assert intake.period_s is None
    source.close()


def test_a_sequence_of_pictures(tmp_path, picture, grab):
    for number in range(1, 4):
        cv2.imwrite(str(tmp_path / f"{number:03}.png"), picture(number))
    source = OpenCvSource(str(tmp_path / "%03d.png"), SIZE, CameraSpec())
    source.open()
    assert grab(source, 4) == [(1, 1), (2, 2), (3, 3)]
    source.close()


def test_a_file_that_is_no_video_can_never_give_pictures(tmp_path):
    path = tmp_path / "parts.avi"
    path.write_bytes(b"no video")
    with pytest.raises(ConfigError, match=r"camera\.source.*parts\.avi.*no video"):
        OpenCvSource(str(path), SIZE, CameraSpec()).open()


def test_a_device_that_is_not_there_may_come_later():
    source, asked = device(FakeCapture(opened=False))
    with pytest.raises(CameraError, match="camera 0: cannot be opened"):
        source.open()
    assert asked == [(0, cv2.CAP_V4L2)]


def test_a_device_is_set_up_from_the_recipe():
    capture = FakeCapture()
    source, _ = device(capture, exposure_us=2500.0, trigger="free")
    assert source.open() == pytest.approx(1 / 50)
    found = [capture.controls[control] for control in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)]
    assert found == [16, 12]
    assert capture.controls[cv2.CAP_PROP_AUTO_EXPOSURE] == 1.0  # manual
    assert capture.controls[cv2.CAP_PROP_EXPOSURE] == 25
    assert capture.controls[cv2.CAP_PROP_AUTO_WB] == 0
    source.close()
    assert capture.released


@pytest.mark.parametrize(
    ("fixed", "spec", "says"),
    [
        ({cv2.CAP_PROP_FRAME_WIDTH: 640}, {}, r"frame\.width: asked for 16, the camera reads back 640"),
        ({cv2.CAP_PROP_AUTO_EXPOSURE: 3}, {}, "automatic exposure cannot be switched off"),
        ({cv2.CAP_PROP_AUTO_WB: 1}, {}, "automatic white balance cannot be switched off"),
        ({cv2.CAP_PROP_EXPOSURE: 7}, {"exposure_us": 2500.0}, r"exposure_us = 2500.*25.*reads back 7"),
    ],
)
def test_a_setting_that_the_device_refuses_is_no_small_thing(fixed, spec, says):
    with pytest.raises(CameraError, match=says):
        device(FakeCapture(fixed), **spec)[0].open()


@pytest.mark.parametrize("spec", [{"trigger": "external"}, {"gain_db": 3.0}, {"roi": (0, 0, 16, 12)}])
def test_what_such_a_device_cannot_do_is_refused_by_key(spec):
    with pytest.raises(ConfigError, match=rf"camera\.{next(iter(spec))}"):
        device(FakeCapture(), **spec)[0].open()


def test_frames_that_the_driver_left_out_are_found_by_its_time_stamps(grab, picture):
    capture = FakeCapture()
    source, _ = device(capture)
    source.open()
    capture.pictures = [picture(1), picture(2), None, picture(5)]
    capture.stamps = [1000.0, 1020.0, 1060.0, 1080.0]  # 50 Hz: one is missing before the damaged third
    assert grab(source, 4) == [(1, 1), (2, 2), (3, "lost"), (4, "lost"), (5, 5)]


def test_a_device_that_stops_is_lost(grab, picture):
    capture = FakeCapture()
    source, _ = device(capture)
    source.open()
    capture.pictures = [np.zeros((12, 16, 3), np.uint8)]
    assert grab(source, 1) == [(1, 0)]
    with pytest.raises(CameraError, match="gives no more pictures"):
        grab(source, 1)


def test_another_size_is_a_lost_frame(intake):
    capture = FakeCapture()
    source, _ = device(capture)
    source.open()
    capture.pictures = [np.zeros((5, 6), np.uint8)]
    source.grab(intake)
    assert isinstance(intake.take(), LostFrame)
