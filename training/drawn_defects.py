"""What may change between two looks at the same place (jitter) and what may not (a drawn defect).

Patches are float32 squares [p, p] in 0..1.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Patch = NDArray[np.float32]
_REACH = 14  # px: a defect's middle lies this near the patch's middle, where all levels see it


def jitter(patch: Patch, rng: np.random.Generator) -> Patch:
    """The same place under other light: gain, offset, a slope of light, sometimes blur, always noise."""
    patch = (patch - np.float32(0.5)) * np.float32(rng.uniform(0.8, 1.2)) + np.float32(0.5 + rng.uniform(-0.08, 0.08))
    if rng.random() < 0.3:
        slope = np.linspace(-1, 1, len(patch), dtype=np.float32)
        patch = patch + slope[:, None] * np.float32(rng.uniform(-0.06, 0.06))
        patch = patch + slope[None, :] * np.float32(rng.uniform(-0.06, 0.06))
    if rng.random() < 0.4:
        patch = np.asarray(cv2.GaussianBlur(patch, (0, 0), rng.uniform(0.3, 0.8)), np.float32)
    grain = rng.standard_normal(patch.shape, np.float32) * np.float32(rng.uniform(0.002, 0.02))
    return np.clip(patch + grain, 0, 1)


def draw_defect(patch: Patch, rng: np.random.Generator, foreign: Sequence[Patch]) -> Patch:
    """A copy of `patch` with one defect near its middle: scratch, crack, spot, dent, foreign material or smear.

    Args:
        foreign: other patches of the same size, from which foreign material is cut; may be empty (then: smear).
    """
    middle = len(patch) // 2
    x, y = (int(c) for c in middle + rng.integers(-_REACH, _REACH + 1, 2))
    kind = rng.integers(6)
    if kind == 0:
        bad = _scratch(patch, rng, x, y)
    elif kind == 1:
        bad = _spot(patch, rng, x, y)
    elif kind == 2:
        bad = _dent(patch, rng, x, y)
    elif kind == 3:
        bad = _crack(patch, rng, x, y)
    elif kind == 4 and foreign:
        bad = _overlay(patch, foreign[int(rng.integers(len(foreign)))], rng, x, y)
    else:
        bad = _overlay(patch, np.asarray(cv2.GaussianBlur(patch, (0, 0), rng.uniform(2, 4)), np.float32), rng, x, y)
    return np.clip(bad, 0, 1).astype(np.float32)


def _contrast(rng: np.random.Generator) -> np.float32:
    """Mostly weak: what is easy to see teaches little."""
    return np.float32(0.06 + 0.34 * rng.random() ** 1.5) * np.float32(rng.choice([-1, 1]))


def _scratch(patch: Patch, rng: np.random.Generator, x: int, y: int) -> Patch:
    mask = np.zeros_like(patch)
    length, angle = rng.uniform(5, 22), rng.uniform(0, np.pi)
    dx, dy = np.cos(angle) * length / 2, np.sin(angle) * length / 2
    start, end = (int(x - dx), int(y - dy)), (int(x + dx), int(y + dy))
    cv2.line(mask, start, end, 1, int(rng.integers(1, 3)), cv2.LINE_AA)
    return np.asarray(patch + cv2.GaussianBlur(mask, (0, 0), 0.6) * _contrast(rng), np.float32)


def _crack(patch: Patch, rng: np.random.Generator, x: int, y: int) -> Patch:
    """A thin line that changes its direction at random, mostly darker than its surroundings."""
    steps = int(rng.integers(4, 10))
    turns = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.6, steps))
    ways = np.stack([np.cos(turns), np.sin(turns)], 1) * rng.uniform(2, 5)
    path = np.cumsum(ways, 0)
    path += np.array([x, y]) - path.mean(0)
    mask = np.zeros_like(patch)
    cv2.polylines(mask, [np.rint(path).astype(np.int32)], False, 1.0, 1, cv2.LINE_AA)
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 0.9)), np.float32)
    depth = abs(_contrast(rng)) * np.float32(-1 if rng.random() < 0.8 else 1)
    return np.asarray(patch + mask * depth, np.float32)


def _spot(patch: Patch, rng: np.random.Generator, x: int, y: int) -> Patch:
    mask = np.zeros_like(patch)
    axes = (int(rng.integers(2, 7)), int(rng.integers(2, 7)))
    cv2.ellipse(mask, (x, y), axes, rng.uniform(0, 180), 0, 360, 1, -1)
    return np.asarray(patch + cv2.GaussianBlur(mask, (0, 0), 0.8) * _contrast(rng), np.float32)


def _dent(patch: Patch, rng: np.random.Generator, x: int, y: int) -> Patch:
    rows, columns = np.mgrid[0 : len(patch), 0 : len(patch)].astype(np.float32)
    bump = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * rng.uniform(3, 7) ** 2))
    size, angle = rng.uniform(2, 6), rng.uniform(0, 2 * np.pi)
    map_x = (columns + bump * size * np.cos(angle)).astype(np.float32)
    map_y = (rows + bump * size * np.sin(angle)).astype(np.float32)
    return np.asarray(cv2.remap(patch, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32)


def _overlay(patch: Patch, other: Patch, rng: np.random.Generator, x: int, y: int) -> Patch:
    mask = np.zeros_like(patch)
    cv2.circle(mask, (x, y), int(rng.integers(4, 10)), 1, -1)
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.3), np.float32)
    return np.asarray(patch * (1 - mask) + other * mask, np.float32)
