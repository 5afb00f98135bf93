"""station.toml chooses the camera."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from station.core.config import CameraSection, StationConfig, StationSection
from station.core.errors import CameraError, ConfigError
from station.engine.camera.configured import configured_camera
from station.engine.camera.folder import ReplayCamera


def config(**camera) -> StationConfig:
    station = StationSection(run_dir="/nowhere/run")
    return msgspec.structs.replace(StationConfig(), station=station, camera=CameraSection(**camera))


@pytest.mark.parametrize(("source", "path"), [("", "/nowhere/run/camera.sock"), ("/else/c.sock", "/else/c.sock")])
def test_the_drawn_camera_meets_its_simulator_in_the_run_directory_or_where_it_is_told(source, path):
    with pytest.raises(CameraError, match=path):
        configured_camera(config(source=source), (12, 16)).open()


def test_a_folder_is_replayed(tmp_path: Path):
    camera = configured_camera(config(backend="folder", source=str(tmp_path)), (12, 16))
    assert isinstance(camera, ReplayCamera)
    with pytest.raises(ConfigError, match="no picture in it"):
        camera.open()


def test_a_folder_camera_needs_a_folder():
    with pytest.raises(ConfigError, match=r"camera\.source"):
        configured_camera(config(backend="folder"), (12, 16))
