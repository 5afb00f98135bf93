"""The camera that station.toml asks for."""

from __future__ import annotations

from pathlib import Path

from station.core.config import StationConfig
from station.core.errors import ConfigError
from station.engine.camera.drawn import DrawnCamera
from station.engine.camera.folder import ReplayCamera
from station.engine.camera.protocol import Camera


def configured_camera(config: StationConfig, frame: tuple[int, int]) -> Camera:
    """A camera, not opened yet; `frame` is the recipe's (height, width).

    Raises:
        ConfigError: the back end needs a source and has none.
    """
    section = config.camera
    if section.backend == "folder":
        if not section.source:
            raise ConfigError('camera.source = "": backend "folder" needs a folder of pictures there')
        return ReplayCamera(Path(section.source), section.folder_rate_hz, frame)
    return DrawnCamera(Path(section.source or config.run_dir / "camera.sock"), section.watchdog_ms)
