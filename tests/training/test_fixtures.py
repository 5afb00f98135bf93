"""The fixture is chosen by how alike unseen good parts look under it."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.core.errors import ConfigError
from training.fixtures import choose

Draw = Callable[..., NDArray[np.uint8]]
Frames = list[NDArray[np.uint8]]


def _loose(count: int) -> Frames:
    """A dark wedge at any place and angle on a bright ground."""
    rng = np.random.default_rng(0)
    frames = []
    for _ in range(count):
        frame = np.full((128, 128), 200, np.uint8)
        turn = cv2.getRotationMatrix2D((0.0, 0.0), rng.uniform(0, 360), 1.0)[:, :2]
        wedge = np.array([(-28, -6), (-28, 6), (10, 12), (28, 3), (28, -3), (10, -12)], float)
        corners = wedge @ turn.T + rng.uniform(50, 78, 2)
        cv2.fillPoly(frame, [corners.astype(np.int32)], 70, cv2.LINE_AA)
        frames.append(frame)
    return frames


def test_parts_that_lie_still_need_no_fixture(draw: Draw) -> None:
    chosen = choose([draw(seed) for seed in range(24)], "auto", 0)
    assert chosen.fitted.spec.kind == "none"
    assert "none 0.9" in chosen.why


def test_loose_parts_are_found_by_their_silhouette() -> None:
    chosen = choose(_loose(30), "auto", 0)
    assert chosen.fitted.spec.kind == "silhouette"
    assert "silhouette" in chosen.why


def test_the_asked_fixture_is_taken_and_a_hopeless_one_refused(draw: Draw) -> None:
    assert choose([draw(seed) for seed in range(12)], "shift", 0).why == "shift: as asked"
    blank = [np.full((64, 64), 128, np.uint8)] * 9
    with pytest.raises(ConfigError, match="silhouette"):
        choose(blank, "silhouette", 0)


def test_large_frames_are_scaled_down_unless_a_scale_is_asked() -> None:
    frames = [np.random.default_rng(i).integers(0, 255, (480, 640), np.uint8) for i in range(6)]
    chosen = choose(frames, "none", 0).fitted.picture
    assert chosen.height * chosen.width < 130_000
    assert choose(frames, "none", 1.0).fitted.picture.width == 640
