"""station.toml chooses the camera."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from station.core.config import CameraSection, StationConfig, StationSection
from station.core.errors import CameraError, ConfigError
from station.core.recipe import CameraSpec
from station.engine.camera.configured import configured_camera
from station.engine.camera.folder import ReplayCamera
from station.engine.camera.grabbing import GrabbedCamera
from station.engine.camera.opencv import OpenCvSource


def config(**camera) -> StationConfig:
    station = StationSection(run_dir="/nowhere/run")
    return msgspec.structs.replace(StationConfig(), station=station, camera=CameraSection(**camera))


@pytest.mark.parametrize(("source", "path"), [("", "/nowhere/run/camera.sock"), ("/else/c.sock", "/else/c.sock")])
def test_the_drawn_camera_meets_its_simulator_in_the_run_directory_or_where_it_is_told(source, path):
    with pytest.raises(CameraError, match=path):
        configured_camera(config(source=source), (12, 16), CameraSpec()).open()


def test_a_folder_is_replayed(tmp_path: Path):
    camera = configured_camera(config(backend="folder", source=str(tmp_path)), (12, 16), CameraSpec())
    assert isinstance(camera, ReplayCamera)
    with pytest.raises(ConfigError, match="no picture in it"):
        camera.open()


@pytest.mark.parametrize("backend", ["folder", "genicam", "opencv", "gstreamer"])
def test_a_camera_that_needs_a_source_says_which(backend):
    with pytest.raises(ConfigError, match=rf'camera\.source = "": backend "{backend}" needs'):
        configured_camera(config(backend=backend), (12, 16), CameraSpec())


def test_a_library_that_blocks_gets_a_thread_and_the_recipes_settings():
    camera = configured_camera(config(backend="opencv", source="0"), (12, 16), CameraSpec(gain_db=1.0))
    assert isinstance(camera, GrabbedCamera)
    assert isinstance(camera.source, OpenCvSource)
    assert camera.source.name == "camera 0"


@pytest.mark.parametrize(("backend", "package"), [("genicam", "harvesters"), ("basler", "pypylon")])
def test_an_extra_that_is_not_installed_is_named(monkeypatch, backend, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigError, match=rf"pip install saiken\[{backend}\]"):
        configured_camera(config(backend=backend, source="x"), (12, 16), CameraSpec())
