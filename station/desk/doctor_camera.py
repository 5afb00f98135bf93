"""The camera of `saiken doctor`: it is there, takes the recipe's settings, runs. Not tried while the engine has it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from station.core.bundle import read_bundle
from station.core.config import StationConfig
from station.core.domain import Health
from station.core.errors import CameraError, ConfigError, StationError
from station.core.recipe import CameraSpec
from station.desk.finding import Finding
from station.engine.camera.configured import configured_camera
from station.engine.camera.protocol import Camera

PATIENCE_S = 12.0  # a camera that needs longer to be set up is none
_ANY = (480, 640)  # frame size while no recipe says one

MakeCamera = Callable[[StationConfig, tuple[int, int], CameraSpec], Camera]


def check_camera(config: StationConfig, running: bool, make: MakeCamera = configured_camera) -> Finding:
    """Files and sockets are looked for; a real camera is opened, set up and let go of again."""
    section = config.camera
    if section.backend == "folder":
        return _check_folder(section.source)
    if section.backend == "drawn":
        path = Path(section.source or config.run_dir / "camera.sock")
        if path.is_socket():
            return Finding("camera", Health.GOOD, f"camera simulator at {path}")
        advice = "Start `python -m station.sim.camera`, or choose another camera.backend."
        return Finding("camera", Health.FAILURE, f"{path}: no camera simulator there", advice)
    if running:
        return Finding("camera", Health.GOOD, "the running station has it: look there", "Stop the station to try it.")
    return _try(config, make)


def _check_folder(source: str) -> Finding:
    folder = Path(source)
    count = sum(1 for _ in folder.iterdir()) if source and folder.is_dir() else 0
    if count:
        return Finding("camera", Health.GOOD, f"folder {folder}: {count} files")
    return Finding("camera", Health.FAILURE, f"folder '{source}': no pictures", "Correct camera.source.")


def _try(config: StationConfig, make: MakeCamera) -> Finding:
    frame, spec, whose = _recipe(config)
    try:
        camera = make(config, frame, spec)
        try:
            _arm(camera)
        finally:
            camera.close()
    except (CameraError, ConfigError) as error:
        return Finding("camera", Health.FAILURE, str(error), error.advice)
    return Finding("camera", Health.GOOD, f"{config.camera.backend} {config.camera.source}: set up with {whose}")


def _arm(camera: Camera) -> None:
    camera.open()
    end = time.monotonic() + PATIENCE_S
    while not camera.arm():
        if time.monotonic() > end:
            raise CameraError(f"was not ready within {PATIENCE_S:g} s")
        time.sleep(0.01)


def _recipe(config: StationConfig) -> tuple[tuple[int, int], CameraSpec, str]:
    """Frame size and camera settings of the configured bundle, if it can be read."""
    try:
        recipe = read_bundle(Path(config.engine.bundle), Path(config.engine.trust)).recipe
    except StationError:
        return _ANY, CameraSpec(), "no recipe's settings (the bundle cannot be read)"
    return (recipe.frame.height, recipe.frame.width), recipe.camera, f"the settings of {recipe.name} {recipe.version}"
