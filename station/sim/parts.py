"""Drawn parts: one call, one 8-bit grey picture, from a seed. Fast enough for the line (a few milliseconds).

Each part gets its own surface finish (concentric tool marks and streaks, and the two bright fans that turned metal
shows), light, pose and sensor noise. Good parts may carry a speck of dust: the station must learn to live with it.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from station.sim.blank import OUTER, Blank, Picture, as_picture, blank
from station.sim.conveyor import BAD_KINDS, GOOD_KINDS, OTHER_PRODUCT
from station.sim.defects import ALTERATIONS, PAINTERS, dust

KINDS = (*GOOD_KINDS, *BAD_KINDS, OTHER_PRODUCT)
_RINGS, _SPOKES = 224, 512  # resolution of the surface finish along radius and angle


def draw_part(seed: int, kind: str, size: tuple[int, int] = (256, 256)) -> NDArray[np.uint8]:
    """A part of `kind` (one of KINDS) as uint8 [H, W]; the same arguments give the same picture.

    Raises:
        KeyError: there is no such kind.
    """
    return draw_part_with_mask(seed, kind, size)[0]


def draw_part_with_mask(
    seed: int, kind: str, size: tuple[int, int] = (256, 256)
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Like `draw_part`, and a mask uint8 [H, W]: 255 where the defect is (nowhere on a good part)."""
    rng = np.random.default_rng([seed, KINDS.index(kind)] if kind in KINDS else _unknown(kind))
    part, mask = blank(size), np.zeros(size, np.float32)
    if kind in ALTERATIONS:
        part, mask = ALTERATIONS[kind](part, rng)
    grey = part.grey + _finish(part, rng)
    if kind in PAINTERS:
        mask = PAINTERS[kind](grey, part, rng)
    if kind != "dust" and rng.random() < 0.25:
        dust(grey, part, rng)
    pose = _pose(part, rng)
    picture = _expose(_move(grey, pose), part, rng)
    if kind in GOOD_KINDS:
        return picture, np.zeros(size, np.uint8)
    return picture, np.where(_move(mask, pose) > 0.25, 255, 0).astype(np.uint8)


def warm_up(size: tuple[int, int]) -> None:
    """Draw every kind until everything that is kept is there (about a second at 256 x 256)."""
    for kind in KINDS:
        for seed in range(12 if kind in {"wrong_engraving", OTHER_PRODUCT} else 1):
            draw_part(seed, kind, size)


def _unknown(kind: str) -> list[int]:
    raise KeyError(f"no kind of part is called {kind!r}; known: {', '.join(KINDS)}")


@lru_cache(maxsize=4)
def _finish_maps(size: tuple[int, int]) -> tuple[Picture, Picture]:
    """Where each pixel lies in the finish's (spoke, ring) picture."""
    part = blank(size)
    spokes = (part.angle / (2 * np.pi) + 0.5) * _SPOKES
    rings = part.radius / OUTER * (_RINGS - 1)
    return spokes.astype(np.float32), rings.astype(np.float32)


@lru_cache(maxsize=1)
def _streaks() -> Picture:
    """Streaks along the tool's path [rings, spokes], about -1..1: one for all parts, turned anew for each."""
    rng = np.random.default_rng(704)
    fine = rng.standard_normal((_RINGS, _SPOKES)).astype(np.float32)
    tiled = np.tile(fine, (1, 3))
    long = cv2.GaussianBlur(tiled, (0, 0), sigmaX=14, sigmaY=0.5)[:, _SPOKES : 2 * _SPOKES]
    return np.ascontiguousarray(long / long.std(), np.float32)


def _finish(part: Blank, rng: np.random.Generator) -> Picture:
    """What the lathe leaves, grey levels [H, W]: rings, streaks, and two bright fans opposite each other."""
    rings = rng.standard_normal(_RINGS).astype(np.float32)
    rings = rings + np.float32(0.8) * np.roll(rings, 1)
    spokes = np.arange(_SPOKES, dtype=np.float32) * (2 * np.pi / _SPOKES) - np.pi
    lean = spokes - rng.normal(-0.75, 0.05)
    fans = 15 * np.cos(2 * lean) + 34 * np.cos(lean) ** 18
    streaks = np.roll(_streaks(), int(rng.integers(_SPOKES)), axis=1) * rng.uniform(2.6, 4.0)
    polar = as_picture(streaks + 2.8 * rings[:, None] + fans * rng.uniform(0.85, 1.15))
    columns, rows = _finish_maps(part.shape)
    spread = cv2.remap(polar, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return spread * part.metal


def _pose(part: Blank, rng: np.random.Generator) -> NDArray[np.float64]:
    """How the part lies: some units off, turned by a degree or so [2, 3]."""
    height, width = part.shape
    turn = cv2.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), rng.normal(0, 0.7), 1.0)
    pose = np.asarray(turn, np.float64)
    pose[:, 2] += np.clip(rng.normal(0, 1.3, 2), -4, 4) * part.unit
    return pose


def _move(picture: Picture, pose: NDArray[np.float64]) -> Picture:
    height, width = picture.shape
    moved = cv2.warpAffine(picture, pose, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.float32)


def _expose(grey: Picture, part: Blank, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Lamp, lens and sensor: uneven light, slight blur, gain and offset, noise that grows with the light."""
    tilt_x, tilt_y = rng.normal(0, 0.00022, 2)
    gain = rng.normal(1.0, 0.022)
    light = gain * (1 + tilt_x * part.x + tilt_y * part.y) - 2.2e-6 * part.radius**2
    seen = cv2.GaussianBlur(grey, (3, 3), 0.55) * light + rng.normal(0, 1.5)
    noise = rng.standard_normal(grey.shape, np.float32)
    seen = seen + noise * (1.1 + 0.006 * seen)
    return np.asarray(np.clip(seen + 0.5, 0, 255), np.uint8)
