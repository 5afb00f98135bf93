"""The rigid fit finds shift and turn to a fraction of a pixel, whatever the light."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from station.engine.vision.resampling import rigid
from station.engine.vision.rigid_fit import RigidFit

Draw = Callable[..., np.ndarray]


def corner_error(found: np.ndarray, angle: float, x: float, y: float) -> float:
    """Largest distance, pixels, between found and true places of the picture's corners."""
    cos, sin = np.cos(angle), np.sin(angle)
    turn, middle = np.array([[cos, -sin], [sin, cos]]), np.array([79.5, 59.5])
    corners = np.array([(20, 20), (140, 20), (140, 100), (20, 100)], dtype=float)
    there = (corners - middle) @ turn.T + middle + (x, y)
    return float(np.linalg.norm(corners @ found[:, :2].T + found[:, 2] - there, axis=1).max())


@pytest.mark.parametrize(("x", "y", "angle"), [(0, 0, 0), (2.3, -1.6, 0), (-3, 2, 0.03), (1.2, 0.4, -0.05)], ids=str)
def test_a_moved_part_is_found(plate: Draw, x: float, y: float, angle: float) -> None:
    fit = RigidFit(plate(0, 0).astype(np.float32))
    found, quality = fit.fit(plate(x, y, angle, seed=1), rigid(0, 0, 0))
    assert corner_error(found, angle, x, y) < 0.25
    assert quality > 0.98


def test_other_light_does_not_matter(plate: Draw) -> None:
    fit = RigidFit(plate(0, 0).astype(np.float32))
    dim = (0.6 * plate(1.5, -2.5, seed=2) + 30).astype(np.uint8)
    found, quality = fit.fit(dim, rigid(0, 0, 0))
    assert corner_error(found, 0, 1.5, -2.5) < 0.25
    assert quality > 0.97


def test_the_result_is_never_worse_than_the_start(plate: Draw) -> None:
    fit = RigidFit(plate(0, 0).astype(np.float32))
    noise = np.random.default_rng(0).integers(0, 255, (120, 160)).astype(np.uint8)
    start = rigid(0.1, 3, 3)
    found, quality = fit.fit(noise, start)
    assert quality < 0.3
    again, same = fit.fit(noise, start)
    assert np.array_equal(found, again) and quality == same


def test_a_blank_picture_has_no_correlation(plate: Draw) -> None:
    fit = RigidFit(plate(0, 0).astype(np.float32))
    assert fit.fit(np.full((120, 160), 99, np.uint8), rigid(0, 0, 0))[1] == 0.0
