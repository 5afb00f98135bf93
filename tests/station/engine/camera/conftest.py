"""A rig for each back end: a camera, the plan of what it shall see, and its triggers.

plan "f" is a frame whose pixels show its trigger number (where `numbered`), "l" a lost one (where `loses`). A rig that
runs free plays its plan by itself once it is armed.
"""

from __future__ import annotations

import ctypes.util
import importlib.util
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest

from station.core.errors import CameraError, ConfigError
from station.core.recipe import CameraSpec
from station.engine.camera import basler
from station.engine.camera.aravis import AravisFeatures, AravisSource
from station.engine.camera.basler import BaslerSource, PylonFeatures
from station.engine.camera.drawn import DrawnCamera
from station.engine.camera.folder import ReplayCamera
from station.engine.camera.genicam import GenicamSource, NodeMapFeatures
from station.engine.camera.grabbing import GrabbedCamera, Source
from station.engine.camera.gstreamer import GStreamerSource, load_gstreamer
from station.engine.camera.opencv import OpenCvSource
from station.engine.camera.protocol import Camera, Item
from station.engine.camera.settings import Features, Value, apply_settings
from station.sim.gige_camera import FakeGigeCamera

WATCHDOG_MS = 300
_PATIENCE_S = 60  # the machine may be busy; nothing here is about real time


def wait_for(what: Callable[[], Any]) -> Any:
    """What `what` gives, once it is something."""
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s:
        if (found := what()) is not None:
            return found
        time.sleep(0.005)
    raise AssertionError("it did not happen")


class Rig:
    """What a test sees of a back end."""

    numbered: ClassVar[bool] = True
    loses: ClassVar[bool] = True
    runs_free: ClassVar[bool] = False
    has_watchdog: ClassVar[bool] = True
    size: ClassVar[tuple[int, int]] = (12, 16)
    wanted: ClassVar[dict[str, Value]] = {}  # settings that the camera must read back
    camera: Camera

    def arm(self, plan: str) -> int:
        raise NotImplementedError

    def trigger(self) -> None:
        """The next one of the plan."""

    def take(self) -> Item:
        """The next item; waits for it."""
        return wait_for(lambda: self.camera.take(0))

    def freeze(self) -> None:
        """No sign of life from now on."""

    def thaw(self) -> None:
        """It lives again."""

    def settings(self) -> dict[str, Value]:
        return {}

    def close(self) -> None:
        self.camera.close()


class DrawnRig(Rig):
    def __init__(self, run_dir: Path, clock, request) -> None:
        self.camera = DrawnCamera(run_dir / "camera.sock", WATCHDOG_MS, clock)
        self._peer, self._clock = request.getfixturevalue("camera_peer"), clock

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


class FolderRig(Rig):
    has_watchdog = False

    def __init__(self, run_dir: Path, clock, _request) -> None:
        self._folder, self._clock = run_dir / "pictures", clock
        self._folder.mkdir()
        self.camera = ReplayCamera(self._folder, 10.0, clock_ns=clock)

    def arm(self, plan: str) -> int:
        for path in save_pictures(self._folder, plan, self.size):
            path.write_bytes(path.read_bytes()[:-9])
        self.camera.open()
        return self.camera.arm()

    def trigger(self) -> None:
        self._clock.advance_ms(100)


def save_pictures(folder: Path, plan: str, size: tuple[int, int]) -> list[Path]:
    """001.png ..., each showing its number; gives those whose frame shall be lost."""
    lost = []
    for trigger, kind in enumerate(plan, 1):
        path = folder / f"{trigger:03}.png"
        cv2.imwrite(str(path), np.full(size, trigger, np.uint8))
        lost += [path] if kind == "l" else []
    return lost


class GrabbedRig(Rig):
    """A library in its thread; the watchdog's clock is the test's."""

    camera: GrabbedCamera

    def __init__(self, run_dir: Path, clock, request) -> None:
        self._run_dir, self._clock, self._request = run_dir, clock, request
        self._thaw = threading.Event()
        self.plan = ""
        self.triggers = 0
        self.prepare()
        self.camera = GrabbedCamera(self.source(), self.size, WATCHDOG_MS, clock)

    def prepare(self) -> None:
        """Before the source is made; skips when something is not installed."""

    def source(self) -> Source:
        raise NotImplementedError

    def arm(self, plan: str) -> int:
        self.plan, self.triggers = plan, 0
        wait_for(self._open)
        return wait_for(lambda: self.camera.arm() or None)

    def _open(self) -> bool | None:
        try:
            self.camera.open()
        except CameraError as error:
            assert "has not let go" in str(error)
            return None
        return True

    def freeze(self) -> None:
        """The library hangs; let go of as soon as the test is done with it."""
        source, hangs = self.camera.source, threading.Event()

        def hang(_intake: object) -> None:
            hangs.set()
            self._thaw.wait(_PATIENCE_S)

        source.grab = hang
        assert hangs.wait(_PATIENCE_S)
        while self.camera.take(0) is not None:
            pass

    def thaw(self) -> None:
        if "grab" in vars(self.camera.source):
            del self.camera.source.grab
        self._thaw.set()

    def close(self) -> None:
        self.thaw()
        super().close()
        for thread in threading.enumerate():
            if thread.name == "grab":
                thread.join(_PATIENCE_S)


class OpenCvRig(GrabbedRig):
    runs_free, loses = True, False

    def source(self) -> Source:
        return OpenCvSource(str(self._run_dir / "%03d.png"), self.size, CameraSpec())

    def arm(self, plan: str) -> int:
        save_pictures(self._run_dir, plan, self.size)
        return super().arm(plan)


class GStreamerRig(GrabbedRig):
    runs_free = True

    def prepare(self) -> None:
        try:
            load_gstreamer()
        except ConfigError as error:
            pytest.skip(str(error))

    def source(self) -> Source:
        files = f"multifilesrc location={self._run_dir}/%03d.png start-index=1 caps=image/png,framerate=50/1"
        return GStreamerSource(f"{files} ! pngdec", CameraSpec())

    def arm(self, plan: str) -> int:
        for path in save_pictures(self._run_dir, plan, self.size):
            cv2.imwrite(str(path), np.zeros((8, 8), np.uint8))  # another size: the recipe cannot use it
        return super().arm(plan)


class GenicamRig(GrabbedRig):
    runs_free, loses, numbered = True, False, False
    size = (120, 160)
    wanted: ClassVar[dict[str, Value]] = {"Width": 160, "Height": 120, "PixelFormat": "Mono8"}

    def prepare(self) -> None:
        pytest.importorskip("harvesters")
        found = importlib.util.find_spec("genicam")
        assert found is not None
        assert found.origin is not None
        self._producer = Path(found.origin).parent / "viky.cti"

    def source(self) -> Source:
        return GenicamSource(f"{self._producer}#VikyTL_DEV_red", CameraSpec(roi=(0, 0, 160, 120), trigger="free"))

    def settings(self) -> dict[str, Value]:
        return read(NodeMapFeatures(self.camera.source._camera.remote_device.node_map), self.wanted)


class BaslerRig(GrabbedRig):
    size = (48, 64)
    wanted: ClassVar[dict[str, Value]] = {
        "ExposureTime": 1500.0,
        "TriggerMode": "On",
        "Width": 64,
        "PixelFormat": "Mono8",
    }

    def prepare(self) -> None:
        if importlib.util.find_spec("pypylon") is None:
            pytest.skip("the extra `basler` is not installed")
        patch = self._request.getfixturevalue("monkeypatch")
        patch.setenv("PYLON_CAMEMU", "1")
        patch.setattr(basler, "apply_settings", self._apply)

    def _apply(self, features: Features, *rest: Any) -> None:
        """The emulator takes its pictures from a folder, one for each frame that does not fail."""
        for name, value in (
            ("TestImageSelector", "Off"),
            ("ImageFilename", str(self._run_dir)),
            ("ImageFileMode", "On"),
        ):
            features.set(name, value)
        features.set("ForceFailedBufferCount", 1)
        apply_settings(features, *rest)

    def source(self) -> Source:
        spec = CameraSpec(exposure_us=1500.0, trigger="software", roi=(0, 0, 64, 48))
        return BaslerSource("0815-0000", spec)

    def arm(self, plan: str) -> int:
        save_pictures(self._run_dir, plan, self.size)
        return super().arm(plan)

    def trigger(self) -> None:
        if self.plan[self.triggers] == "l":
            self._nodes().GetNode("ForceFailedBuffer").Execute()
        self.triggers += 1
        self.camera.source.trigger()

    def settings(self) -> dict[str, Value]:
        return read(PylonFeatures(self._nodes()), self.wanted)

    def _nodes(self) -> Any:
        return self.camera.source._camera.GetNodeMap()


class AravisRig(GrabbedRig):
    loses = False
    size = (48, 64)
    wanted: ClassVar[dict[str, Value]] = {
        "ExposureTimeAbs": 2000.0,
        "TriggerMode": "On",
        "Width": 64,
        "PixelFormat": "Mono8",
    }

    def prepare(self) -> None:
        if ctypes.util.find_library("aravis-0.8") is None:
            pytest.skip("libaravis-0.8-0 is not installed")
        self._request.getfixturevalue("gige_port")
        self._plant = FakeGigeCamera(self.size)

    def source(self) -> Source:
        return AravisSource("127.0.0.1", CameraSpec(exposure_us=2000.0, trigger="software", roi=(0, 0, 64, 48)))

    def trigger(self) -> None:
        sent = self._plant.sent
        self.triggers += 1
        wait_for(lambda: self._plant.expose(np.full(self.size, self.triggers, np.uint8)) or None)
        wait_for(lambda: True if self._plant.sent > sent else None)

    def settings(self) -> dict[str, Value]:
        source = self.camera.source
        return read(AravisFeatures(source._library, source._device), self.wanted)

    def close(self) -> None:
        super().close()
        self._plant.close()


def read(features: Features, names: dict[str, Value]) -> dict[str, Value]:
    return {name: features.get(name) for name in names}


RIGS = {
    "drawn": DrawnRig,
    "folder": FolderRig,
    "opencv": OpenCvRig,
    "gstreamer": GStreamerRig,
    "genicam": GenicamRig,
    "basler": BaslerRig,
    "aravis": AravisRig,
}


@pytest.fixture(params=RIGS)
def rig(request, run_dir, clock) -> Iterator[Rig]:
    made = RIGS[request.param](run_dir, clock, request)
    yield made
    made.close()
