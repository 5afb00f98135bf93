"""GenTL by the producer that comes with `genicam`: a camera without hardware, which runs free and has no trigger."""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
from pathlib import Path

import pytest

from station.core.errors import CameraError, ConfigError
from station.core.recipe import CameraSpec
from station.engine.camera.genicam import GenicamSource
from station.engine.camera.grabbing import GrabbedCamera
from station.engine.camera.protocol import Frame, LostFrame

_FOUND = importlib.util.find_spec("genicam")
needs_genicam = pytest.mark.skipif(_FOUND is None, reason="the extra `genicam` is not installed")
PRODUCER = Path(_FOUND.origin).parent / "viky.cti" if _FOUND and _FOUND.origin else Path("viky.cti")
SIZE = (120, 160)
ROI = (0, 0, 160, 120)
WATCHDOG_MS = 20_000  # nothing here is about time; the machine may be busy


def source(camera: str = "VikyTL_DEV_red", **spec) -> GenicamSource:
    return GenicamSource(f"{PRODUCER}#{camera}", CameraSpec(**{"roi": ROI} | spec))


def armed(camera: GrabbedCamera) -> GrabbedCamera:
    while not camera.arm():  # raises when it takes too long
        time.sleep(0.005)
    return camera


def let_go() -> None:
    """Wait for the libraries: a process holds a producer only once."""
    for thread in threading.enumerate():
        if thread.name == "grab":
            thread.join(60)


@pytest.fixture
def arm():
    cameras = []

    def arms(given: GenicamSource) -> GrabbedCamera:
        cameras.append(GrabbedCamera(given, SIZE, WATCHDOG_MS))
        cameras[-1].open()
        return armed(cameras[-1])

    yield arms
    for camera in cameras:
        camera.close()
    let_go()


@needs_genicam
def test_frames_come_grey_in_order_and_none_is_missing(arm):
    camera = arm(source(trigger="free"))
    items = [camera.take(60) for _ in range(20)]
    assert [item.trigger for item in items] == list(range(1, 21))
    assert all(item.image.shape == SIZE for item in items if isinstance(item, Frame))
    assert camera.stats.frames + camera.stats.lost == 20


@needs_genicam
def test_what_the_producer_drops_while_nobody_fetches_becomes_lost_frames(arm):
    slow = source()
    grab, grabs = slow.grab, []

    def sleepy(intake) -> None:
        grabs.append(1)
        if len(grabs) == 3:
            time.sleep(2)  # 40 frames at 20 Hz; the producer has 8 buffers
        grab(intake)

    slow.grab = sleepy
    camera = arm(slow)
    items = [camera.take(60) for _ in range(40)]
    assert [item.trigger for item in items] == list(range(1, 41))
    lost = [item for item in items if isinstance(item, LostFrame)]
    assert lost
    assert "never came" in lost[0].detail


@needs_genicam
@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"exposure_us": 100.0}, "none of ExposureTime"),
        ({"trigger": "external"}, "TriggerMode"),
        ({"roi": (0, 0, 100_000, 120)}, "refuses Width = 100000"),
    ],
)
def test_what_the_camera_cannot_do_is_refused(arm, spec, says):
    with pytest.raises(CameraError, match=says):
        arm(source(**spec))


@needs_genicam
def test_a_camera_is_chosen_by_name_and_a_wrong_name_lists_them(arm):
    with pytest.raises(CameraError, match=r'"#purple" must name one of the cameras found: 0, 1, 2'):
        arm(source("purple"))


@needs_genicam
def test_it_is_opened_again_after_it_was_closed(arm):
    camera = arm(source())
    for _ in range(2):
        camera.close()
        let_go()
        camera.open()
        armed(camera)
        assert camera.take(60).trigger == 1
    assert camera.stats.armed == 3


@needs_genicam
def test_a_producer_that_is_not_there(arm):
    with pytest.raises(ConfigError, match=r'camera\.source = "nowhere\.cti"'):
        arm(GenicamSource("nowhere.cti", CameraSpec()))


def test_without_the_extra_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "harvesters", None)
    with pytest.raises(ConfigError, match=r'camera\.backend = "genicam": needs `pip install saiken\[genicam\]`'):
        GenicamSource("x.cti", CameraSpec())
