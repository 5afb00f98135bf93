"""Grey levels and sharpness of a frame."""

from __future__ import annotations

import numpy as np
import pytest

from station.core.ring import RingFrame
from station.gui.setup.picture_quality import FOCUS_SIDE, focus_box, measure


def frame(pixels) -> RingFrame:
    return RingFrame(1, *pixels.shape, 1, 0, pixels.astype(np.uint8).tobytes())


def test_flat_grey():
    quality = measure(frame(np.full((48, 64), 90)))
    assert quality.mean == 90
    assert (quality.black, quality.saturated, quality.focus) == (0, 0, 0)
    assert quality.counts[90] == quality.counts.sum() == 24 * 32


def test_black_and_saturated_shares():
    pixels = np.full((40, 40), 100)
    pixels[:10] = 0
    pixels[30:] = 255
    quality = measure(frame(pixels))
    assert quality.black == pytest.approx(0.25)
    assert quality.saturated == pytest.approx(0.25)


def test_blur_lowers_the_sharpness():
    sharp = np.random.default_rng(1).integers(60, 200, (200, 200))
    soft = (sharp[:-1, :-1] + sharp[1:, :-1] + sharp[:-1, 1:] + sharp[1:, 1:]) // 4
    assert measure(frame(soft)).focus < 0.6 * measure(frame(sharp)).focus


def test_laplacian_does_not_overflow():
    board = np.indices((32, 32)).sum(axis=0) % 2 * 255
    assert measure(frame(board)).focus == pytest.approx(1020.0**2)


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (3, 3)])
def test_smallest_frames_are_measured(size):
    assert measure(frame(np.zeros(size))).black == 1


def test_the_middle_is_measured():
    assert focus_box(1024, 1280) == (384, 256, FOCUS_SIDE, FOCUS_SIDE)
    assert focus_box(48, 64) == (0, 0, 64, 48)
