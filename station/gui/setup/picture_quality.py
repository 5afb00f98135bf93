# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a picture says about light and lens: grey levels and sharpness. No Qt in here."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from station.core.ring import RingFrame

FOCUS_SIDE = 512  # px at most: sharpness is measured in the middle only, so that it costs little
_STEP = 2  # grey levels are counted on every second row and column


class PictureQuality(NamedTuple):
    """`counts` [256]: how many of the sampled pixels have each grey level; shares are 0..1."""

    counts: NDArray[np.int64]
    mean: float  # grey levels, 0..255
    black: float  # share of pixels at 0
    saturated: float  # share of pixels at 255
    focus: float  # variance of the Laplacian in grey levels squared: higher is sharper, for the same part and light


def focus_box(height: int, width: int) -> tuple[int, int, int, int]:
    """Left, top, width, height of the middle where sharpness is measured, in pixels."""
    box_height, box_width = min(height, FOCUS_SIDE), min(width, FOCUS_SIDE)
    return (width - box_width) // 2, (height - box_height) // 2, box_width, box_height


def measure(frame: RingFrame) -> PictureQuality:
    """Measure a grey 8-bit frame of at least 1 x 1 pixels."""
    pixels = np.frombuffer(frame.pixels, np.uint8, frame.height * frame.width).reshape(frame.height, frame.width)
    counts = np.bincount(pixels[::_STEP, ::_STEP].ravel(), minlength=256)
    total = int(counts.sum())
    left, top, width, height = focus_box(frame.height, frame.width)
    return PictureQuality(
        counts,
        float(counts @ np.arange(256)) / total,
        float(counts[0]) / total,
        float(counts[255]) / total,
        _laplacian_variance(pixels[top : top + height, left : left + width]),
    )


def _laplacian_variance(pixels: NDArray[np.uint8]) -> float:
    if min(pixels.shape) < 3:
        return 0.0
    grey = pixels.astype(np.int16)
    laplacian = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    return float(laplacian.var(dtype=np.float32))
