"""Basler by pylon's emulated camera, where pypylon is installed: software triggers, failed buffers, settings."""

from __future__ import annotations

import importlib.util
import sys
import threading
import time

import cv2
import numpy as np
import pytest

from station.core.errors import CameraError, ConfigError
from station.core.recipe import CameraSpec
from station.engine.camera.basler import BaslerSource
from station.engine.camera.grabbing import GrabbedCamera
from station.engine.camera.protocol import Frame, LostFrame
from station.engine.camera.settings import apply_settings

needs_pylon = pytest.mark.skipif(importlib.util.find_spec("pypylon") is None, reason="extra `basler` is not installed")
SERIAL = "0815-0000"
SIZE = (120, 160)
ROI = (16, 8, 160, 120)
WATCHDOG_MS = 20_000  # nothing here is about time; the machine may be busy


@pytest.fixture
def arm(monkeypatch):
    monkeypatch.setenv("PYLON_CAMEMU", "1")
    cameras = []

    def armed(serial: str = SERIAL, **spec) -> GrabbedCamera:
        camera = GrabbedCamera(BaslerSource(serial, CameraSpec(**{"roi": ROI} | spec)), SIZE, WATCHDOG_MS)
        cameras.append(camera)
        camera.open()
        while not camera.arm():  # raises when it takes too long
            time.sleep(0.005)
        return camera

    yield armed
    for camera in cameras:
        camera.close()
    for thread in threading.enumerate():
        if thread.name == "grab":
            thread.join(60)


def node(camera: GrabbedCamera, name: str):
    return camera.source._camera.GetNodeMap().GetNode(name)


@needs_pylon
def test_each_software_trigger_gives_one_item_and_a_failed_buffer_keeps_its_place(arm):
    camera = arm(trigger="software")
    node(camera, "ForceFailedBufferCount").SetValue(1)
    items = []
    for trigger in range(1, 7):
        if trigger in {3, 4}:
            node(camera, "ForceFailedBuffer").Execute()
        camera.source.trigger()
        items.append(camera.take(60))
    assert [item.trigger for item in items] == [1, 2, 3, 4, 5, 6]
    assert "".join("f" if isinstance(item, Frame) else "l" for item in items) == "ffllff"
    assert isinstance(items[2], LostFrame)
    assert "incompletely grabbed" in items[2].detail
    assert camera.take(0) is None


@needs_pylon
def test_pictures_come_unchanged(arm, tmp_path, monkeypatch):
    picture = np.arange(160, dtype=np.uint8)[None].repeat(120, axis=0)
    cv2.imwrite(str(tmp_path / "part.png"), picture)

    def from_folder(features, *rest) -> None:
        for name, value in (("TestImageSelector", "Off"), ("ImageFilename", str(tmp_path)), ("ImageFileMode", "On")):
            features.set(name, value)
        apply_settings(features, *rest)

    monkeypatch.setattr("station.engine.camera.basler.apply_settings", from_folder)
    camera = arm(trigger="software", roi=(0, 0, 160, 120))
    camera.source.trigger()
    frame = camera.take(60)
    assert isinstance(frame, Frame)
    np.testing.assert_array_equal(frame.image, picture)


@needs_pylon
def test_the_recipes_settings_stand_in_the_camera_and_again_after_it_was_opened_anew(arm):
    camera = arm(trigger="external", trigger_source="Line1", exposure_us=1500.0, gain_db=0.0)
    wanted = {"ExposureTime": 1500.0, "TriggerMode": "On", "TriggerSource": "Line1", "Width": 160, "OffsetX": 16}
    assert {name: node(camera, name).GetValue() for name in wanted} == wanted
    node(camera, "ExposureTime").SetValue(77.0)
    camera.close()
    again = arm(trigger="external", trigger_source="Line1", exposure_us=1500.0, gain_db=0.0)
    assert {name: node(again, name).GetValue() for name in wanted} == wanted


@needs_pylon
@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"exposure_us": 1e7, "trigger": "external", "trigger_source": "Line9"}, "refuses TriggerSource = Line9"),
        ({"roi": (0, 0, 99_999, 120)}, "refuses Width = 99999"),
        ({"serial": "123"}, r'camera\.source = "123".*found now: 0815-0000'),
    ],
)
def test_what_the_camera_cannot_do_is_refused(arm, spec, says):
    with pytest.raises(CameraError, match=says):
        arm(**spec)


def test_without_the_extra_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypylon", None)
    with pytest.raises(ConfigError, match=r'camera\.backend = "basler": needs `pip install saiken\[basler\]`'):
        BaslerSource("", CameraSpec())
