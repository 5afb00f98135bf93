"""GStreamer pipelines: what the source counts or stamps becomes the triggers; the recipe's settings where they go."""

from __future__ import annotations

import sys
import threading
import time
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from station.core.errors import CameraError, ConfigError
from station.core.recipe import CameraSpec
from station.engine.camera import gstreamer
from station.engine.camera.grabbing import GrabbedCamera
from station.engine.camera.gstreamer import GStreamerSource, load_gstreamer
from station.engine.camera.protocol import Frame, LostFrame


def has_gstreamer() -> bool:
    try:
        load_gstreamer()
    except ConfigError:
        return False
    return True


needs_gstreamer = pytest.mark.skipif(not has_gstreamer(), reason="no GObject and GStreamer for this Python")
LIVE = "videotestsrc is-live=true ! video/x-raw,width=18,height=12,framerate=50/1"
WATCHDOG_MS = 20_000  # nothing here is about time; the machine may be busy


@pytest.fixture
def arm():
    cameras = []

    def armed(pipeline: str, size: tuple[int, int] = (12, 18), **spec) -> GrabbedCamera:
        camera = GrabbedCamera(GStreamerSource(pipeline, CameraSpec(**spec)), size, WATCHDOG_MS)
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


def take(camera: GrabbedCamera, count: int) -> list[Frame | LostFrame]:
    items: list[Frame | LostFrame] = []
    while len(items) < count:
        if (item := camera.take(60)) is not None:
            items.append(item)
    return items


@needs_gstreamer
def test_a_live_source_gives_frames_in_order_with_the_time_of_their_exposure(arm):
    before_ns = time.monotonic_ns()
    items = take(arm(LIVE), 20)
    assert [item.trigger for item in items] == list(range(1, 21))
    frames = [item for item in items if isinstance(item, Frame)]
    assert all(frame.image.shape == (12, 18) for frame in frames)  # rows of 18 are padded to 20
    assert all(before_ns < frame.exposed_ns <= frame.frame_ns for frame in frames)


@needs_gstreamer
@pytest.mark.parametrize("stage", ["", " ! pngenc ! pngdec"], ids=["counted by the source", "only time stamps"])
def test_what_a_live_source_leaves_out_becomes_lost_frames(arm, stage):
    camera = arm(f"{LIVE} ! identity drop-probability=0.4 {stage}")
    items = take(camera, 40)
    assert [item.trigger for item in items] == list(range(1, 41))
    assert any(isinstance(item, LostFrame) for item in items)
    assert camera.stats.frames + camera.stats.lost == 40


@needs_gstreamer
def test_pictures_of_files_are_played_at_their_rate_and_a_wrong_one_keeps_its_place(arm, tmp_path):
    for number in range(1, 6):
        size = (10, 12) if number == 3 else (12, 18)
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full(size, number, np.uint8))
    pictures = f"multifilesrc location={tmp_path}/%d.png start-index=1 stop-index=5 caps=image/png,framerate=50/1"
    camera = arm(f"{pictures} ! pngdec")
    seen = []
    while len(seen) < 5:
        item = camera.take(60)
        if item is not None:
            seen.append(int(item.image[0, 0]) if isinstance(item, Frame) else item.detail.partition(": gave ")[2])
    assert seen == [1, 2, "12 x 10, the recipe wants 18 x 12", 4, 5]


@needs_gstreamer
def test_the_end_of_a_live_stream_is_a_lost_camera(arm):
    camera = arm(LIVE.replace("is-live=true", "is-live=true num-buffers=3"))
    assert len(take(camera, 3)) == 3
    with pytest.raises(CameraError, match="the stream ended"):
        while True:
            camera.take(1)


@needs_gstreamer
@pytest.mark.parametrize(
    ("pipeline", "error", "says"),
    [
        ("nosuchsource", ConfigError, r'camera\.source = "nosuchsource": .*no element'),
        ("filesrc location=/nowhere/x.mp4 ! decodebin", CameraError, "filesrc location=/nowhere/x.mp4: .*not"),
    ],
)
def test_what_cannot_run_says_why(arm, pipeline, error, says):
    with pytest.raises(error, match=says):
        arm(pipeline)


@needs_gstreamer
@pytest.mark.parametrize(
    "spec", [{"exposure_us": 500.0}, {"gain_db": 6.0}, {"trigger": "external"}, {"roi": (0, 0, 9, 9)}]
)
def test_settings_that_the_pipeline_cannot_take_are_refused_by_key(arm, spec):
    with pytest.raises(ConfigError, match=rf"camera\.{next(iter(spec))} in the recipe"):
        arm(LIVE, **spec)


class FakeSensor:
    """Stands for an nvarguscamerasrc: only a Jetson has one."""

    def __init__(self, stubborn: str = "") -> None:
        self.properties: dict = {}
        self._stubborn = stubborn

    def get_factory(self):
        return SimpleNamespace(get_name=lambda: "nvarguscamerasrc")

    def set_property(self, key, value) -> None:
        self.properties[key] = "auto" if key == self._stubborn else value

    def get_property(self, key):
        return self.properties[key]


@needs_gstreamer
def test_exposure_and_gain_of_a_jetson_camera_come_from_the_recipe_and_are_read_back():
    source = GStreamerSource("nvarguscamerasrc", CameraSpec(exposure_us=2500.0, gain_db=6.0))
    sensor = FakeSensor()
    source._set_up(SimpleNamespace(children=[sensor]))
    wanted = {"exposuretimerange": "2500000 2500000", "gainrange": "1.995 1.995", "aelock": True}
    assert sensor.properties == wanted
    with pytest.raises(CameraError, match=r"gainrange: asked for 1\.995 1\.995, the camera reads back auto"):
        source._set_up(SimpleNamespace(children=[FakeSensor("gainrange")]))


def test_without_gobject_the_sentence_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "gi", None)
    monkeypatch.setattr(gstreamer, "_SYSTEM_GI", tmp_path / "nowhere")
    with pytest.raises(ConfigError, match=r'camera\.backend = "gstreamer": needs .*apt-get install python3-gi'):
        GStreamerSource(LIVE, CameraSpec())


def test_a_gobject_that_was_built_for_another_python_leaves_nothing_behind(monkeypatch, tmp_path):
    (tmp_path / "__init__.py").write_text("from . import _other_python\n")
    monkeypatch.delitem(sys.modules, "gi", raising=False)
    with pytest.raises(ImportError, match="_other_python"):
        gstreamer._load_system_gi(tmp_path)
    assert "gi" not in sys.modules


def test_an_empty_pipeline_is_a_configuration_error():
    with pytest.raises(ConfigError, match=r'camera\.source = ""'):
        GStreamerSource(" ", CameraSpec())
