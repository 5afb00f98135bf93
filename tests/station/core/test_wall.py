"""The wall clock may be put wrong where faults are rehearsed, and whoever watches it notices."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from station.core.config import StationConfig, StationSection
from station.core.wall import WallWatch, put_wrong, wall_clock

SECOND = 1_000_000_000


def rehearsing(run_dir: Path) -> StationConfig:
    return StationConfig(station=StationSection(run_dir=str(run_dir), rehearsal=True))


def test_it_is_the_machines_clock_until_it_is_put_wrong_and_again_after(tmp_path: Path) -> None:
    wall = wall_clock(rehearsing(tmp_path))
    assert abs(wall() - time.time()) < 100
    put_wrong(tmp_path, -7200.0)
    assert -7300 < wall() - time.time() < -7100
    put_wrong(tmp_path, 0.0)
    assert abs(wall() - time.time()) < 100


def test_nonsense_in_the_file_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "wall.error").write_text("soon")
    assert abs(wall_clock(rehearsing(tmp_path))() - time.time()) < 100


def test_production_cannot_be_put_wrong(tmp_path: Path) -> None:
    put_wrong(tmp_path, 3600.0)
    assert wall_clock(StationConfig(station=StationSection(run_dir=str(tmp_path)))) is time.time


def test_jumps_are_noticed_once_and_steering_is_none() -> None:
    now_ns, wall_s = 0, 1000.0
    watch = WallWatch(lambda: now_ns, lambda: wall_s)
    now_ns, wall_s = SECOND, 1001.5
    assert watch.jump_s() == 0.0
    now_ns, wall_s = 2 * SECOND, 4602.5
    assert watch.jump_s() == pytest.approx(3600.0)
    now_ns, wall_s = 3 * SECOND, 4603.5
    assert watch.jump_s() == 0.0
    now_ns, wall_s = 4 * SECOND, 1004.5
    assert watch.jump_s() == pytest.approx(-3600.0)
