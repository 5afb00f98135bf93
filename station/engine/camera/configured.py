"""The camera that station.toml asks for, set up as the recipe wants it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from station.core.config import CameraSection, StationConfig
from station.core.errors import ConfigError
from station.core.recipe import CameraSpec
from station.engine.camera.aravis import AravisSource
from station.engine.camera.basler import BaslerSource
from station.engine.camera.drawn import DrawnCamera
from station.engine.camera.folder import ReplayCamera
from station.engine.camera.genicam import GenicamSource
from station.engine.camera.grabbing import GrabbedCamera, Source
from station.engine.camera.gstreamer import GStreamerSource
from station.engine.camera.opencv import OpenCvSource
from station.engine.camera.protocol import Camera

_NEEDS_SOURCE = {
    "folder": "a folder of pictures",
    "genicam": "a GenTL producer (a .cti file)",
    "opencv": "a device number, a device, a video or a stream",
    "gstreamer": "a pipeline without its sink",
}


def configured_camera(config: StationConfig, frame: tuple[int, int], spec: CameraSpec) -> Camera:
    """A camera, not opened yet; `frame` is the recipe's (height, width), `spec` what the recipe sets.

    Raises:
        ConfigError: the back end needs a source and has none, or its library is not installed.
    """
    section = config.camera
    if section.backend in _NEEDS_SOURCE and not section.source:
        what = _NEEDS_SOURCE[section.backend]
        raise ConfigError(f'camera.source = "": backend "{section.backend}" needs {what} there')
    if section.backend == "drawn":
        return DrawnCamera(Path(section.source or config.run_dir / "camera.sock"), section.watchdog_ms)
    if section.backend == "folder":
        return ReplayCamera(Path(section.source), section.folder_rate_hz, frame)
    return GrabbedCamera(_source(section, frame, spec), frame, section.watchdog_ms)


def _source(section: CameraSection, frame: tuple[int, int], spec: CameraSpec) -> Source:
    """The library's camera; vendors' packages are loaded by the one that is asked for only."""
    if section.backend == "opencv":
        return OpenCvSource(section.source, frame, spec)
    kinds: dict[str, Callable[[str, CameraSpec], Source]] = {
        "aravis": AravisSource,
        "genicam": GenicamSource,
        "basler": BaslerSource,
        "gstreamer": GStreamerSource,
    }
    return kinds[section.backend](section.source, spec)
