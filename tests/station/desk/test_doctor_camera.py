"""The camera's check: simulators are looked for, a real camera is opened, set up and let go of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from station.core.config import CameraSection, StationConfig
from station.core.domain import Health
from station.core.errors import CameraError
from station.core.recipe import CameraSpec
from station.desk.doctor_camera import check_camera


class Camera:
    """Ready at the third time of asking, or never there."""

    def __init__(self, error: str = "") -> None:
        self.asked = 0
        self.is_open = False
        self._error = error

    def open(self) -> None:
        self.is_open = True

    def arm(self) -> int:
        if self._error:
            raise CameraError(self._error)
        self.asked += 1
        return 7 if self.asked > 2 else 0

    def close(self) -> None:
        self.is_open = False


def config(**camera: Any) -> StationConfig:
    return StationConfig(camera=CameraSection(**camera))


def test_a_real_camera_is_set_up_and_let_go_of() -> None:
    camera = Camera()
    given: list[object] = []
    found = check_camera(config(backend="aravis"), False, lambda *wish: given.append(wish[1:]) or camera)
    assert found.health is Health.GOOD
    assert "no recipe's settings" in found.text
    assert given == [((480, 640), CameraSpec())]
    assert not camera.is_open


def test_what_the_camera_says_is_the_finding() -> None:
    camera = Camera("camera 1: ExposureTime = 500.0 was written, 530.0 is read back")
    found = check_camera(config(backend="aravis"), False, lambda *_: camera)
    assert found.health is Health.FAILURE
    assert "530.0 is read back" in found.text
    assert found.advice
    assert not camera.is_open


def test_the_engines_camera_is_left_alone() -> None:
    found = check_camera(config(backend="aravis"), True, lambda *_: pytest.fail("it was opened"))
    assert found.health is Health.GOOD


def test_a_missing_source_is_a_finding_and_no_crash() -> None:
    found = check_camera(config(backend="genicam"), False)
    assert found.health is Health.FAILURE
    assert "needs a GenTL producer" in found.text


def test_simulators_are_looked_for(tmp_path: Path) -> None:
    assert check_camera(config(source=str(tmp_path / "none.sock")), False).health is Health.FAILURE
    assert check_camera(config(backend="folder", source=str(tmp_path)), False).health is Health.FAILURE
    (tmp_path / "1.png").touch()
    assert check_camera(config(backend="folder", source=str(tmp_path)), False).health is Health.GOOD
