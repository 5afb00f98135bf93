"""The unchanging part: a turned steel flange with bores and an engraved code, as a picture in the part's own pose.

The picture comes from a height field: chamfers, countersinks, grooves and engraving are heights, one light shades
them all. It is drawn once at twice the size and kept; `station.sim.parts` adds what differs from part to part.
Lengths are in units of 1/256 of the frame's shorter side, so that a drawing of any size shows the same part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from station.sim.glyphs import glyph_dots

Picture = NDArray[np.float32]

CODE = "SK704"
WRONG_CODES = ("SK761", "SK391", "SK228", "SK312", "SK70")

OUTER, CHAMFER, GROOVE, HUB, BORE = 106.0, 5.0, 96.5, 55.0, 36.0
BOLT_CIRCLE, BOLT, BOLTS, COUNTERSINK = 77.0, 8.0, 6, 3.0
DOWEL, DOWEL_ANGLE = 3.4, np.pi  # a small locating hole opposite the engraving
LIGHT = (-0.50, -0.58, 0.64)  # towards the lamp: left, up, out of the picture
_OVERSAMPLE = 2
_BELT = 30.0  # grey of the conveyor belt
_DOT_PITCH, _GLYPH_PITCH, _DOT_RADIUS = 1.75, 11.0, 1.15


@dataclass(frozen=True)
class Blank:
    """All maps are float32 [H, W] in the part's pose; do not write into them."""

    unit: float  # pixels per length unit
    grey: Picture  # 0..255, evenly lit, without surface finish
    metal: Picture  # 0..1: how much of the pixel is machined steel
    x: Picture  # position relative to the part's centre, units
    y: Picture
    radius: Picture  # units
    angle: Picture  # from 12 o'clock, clockwise, -pi..pi

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        height, width = self.grey.shape
        return height, width


def as_picture(values: NDArray[Any]) -> Picture:
    """`values` as float32."""
    return np.asarray(values, np.float32)


def bolt_centres() -> list[tuple[float, float]]:
    """(x, y) of the bolt bores relative to the part's centre, units, clockwise; none at 12 o'clock."""
    angles = (np.arange(BOLTS) + 0.5) * 2 * np.pi / BOLTS
    return [(float(BOLT_CIRCLE * np.sin(angle)), float(-BOLT_CIRCLE * np.cos(angle))) for angle in angles]


@lru_cache(maxsize=16)
def blank(size: tuple[int, int], code: str = CODE, bores: bool = True) -> Blank:
    """The flange engraved with `code`, with or without its bolt bores, in a frame of `size` (H, W) pixels."""
    unit = min(size) / 256
    x, y = _grid(size, unit, _OVERSAMPLE)
    radius, angle = as_picture(np.hypot(x, y)), as_picture(np.arctan2(x, -y))
    holes = [(*centre, BOLT) for centre in bolt_centres()] if bores else []
    holes.append((float(BOLT_CIRCLE * np.sin(DOWEL_ANGLE)), float(-BOLT_CIRCLE * np.cos(DOWEL_ANGLE)), DOWEL))
    engraved = _engraving(radius, angle, code)
    height = _turned_profile(radius) - 1.8 * engraved
    for hole in holes:
        height -= _countersink(x, y, *hole)
    grey = _shade(height, unit) * (1 - 0.45 * engraved)
    steel = _step(as_picture(OUTER - radius))
    grey = grey * steel + _belt(x, y) * (1 - steel)
    for hole in [(0.0, 0.0, BORE), *holes]:
        grey, steel = _bore(grey, steel, x, y, hole)
    x, y = _grid(size, unit, 1)
    return Blank(
        unit, _shrink(grey, size), _shrink(steel, size), x, y, as_picture(np.hypot(x, y)), as_picture(np.arctan2(x, -y))
    )


def _grid(size: tuple[int, int], unit: float, factor: int) -> tuple[Picture, Picture]:
    """Coordinates of the pixel centres relative to the frame's centre, units."""
    scale = 1 / (unit * factor)
    rows = (np.arange(size[0] * factor, dtype=np.float32) + 0.5 - size[0] * factor / 2) * scale
    columns = (np.arange(size[1] * factor, dtype=np.float32) + 0.5 - size[1] * factor / 2) * scale
    x, y = np.meshgrid(columns, rows)
    return as_picture(x), as_picture(y)


def _step(distance: Picture, width: float = 0.7) -> Picture:
    """0 below -width, 1 above +width, smooth between."""
    t = np.clip((distance / width + 1) / 2, 0, 1)
    return as_picture(t * t * (3 - 2 * t))


def _turned_profile(radius: Picture) -> Picture:
    """Height over the belt along the radius, units: chamfer, face, groove, raised hub, chamfer at the bore."""
    corners = (
        (0, 7.0),
        (BORE, 7.0),
        (BORE + 3.5, 10.0),
        (HUB - 3, 10.0),
        (HUB, 7.2),
        (GROOVE - 1.2, 7.0),
        (GROOVE - 0.4, 5.9),
        (GROOVE + 0.4, 5.9),
        (GROOVE + 1.2, 7.0),
        (OUTER - CHAMFER, 7.0),
        (OUTER, 2.5),
        (OUTER + 60, 2.5),
    )
    at, heights = zip(*corners, strict=True)
    return as_picture(np.interp(radius, at, heights))


def _countersink(x: Picture, y: Picture, hole_x: float, hole_y: float, hole: float) -> Picture:
    """Depth of the cone around one hole."""
    sink = COUNTERSINK * min(1.0, hole / BOLT + 0.1)
    distance = np.hypot(x - hole_x, y - hole_y)
    return as_picture(np.clip(hole + sink - distance, 0, sink) * 0.9)


def _engraving(radius: Picture, angle: Picture, code: str) -> Picture:
    """0..1: where the engraver has taken metal away; the code runs along the bolt circle around 12 o'clock."""
    along, across = angle * BOLT_CIRCLE, radius - BOLT_CIRCLE
    near = (np.abs(across) < 12) & (np.abs(along) < 40)
    points = np.stack([along[near], across[near]])
    distance = np.full(points.shape[1], 99.0, np.float32)
    start = -(len(code) - 1) / 2 * _GLYPH_PITCH
    for place, character in enumerate(code):
        for column, row in glyph_dots(character):
            dot_x = start + place * _GLYPH_PITCH + (column - 2) * _DOT_PITCH
            dot_y = (3 - row) * _DOT_PITCH
            np.minimum(distance, np.hypot(points[0] - dot_x, points[1] - dot_y), out=distance)
    engraved = np.zeros_like(radius)
    engraved[near] = _step(as_picture(_DOT_RADIUS - distance), 0.6)
    return engraved


def _shade(height: Picture, unit: float) -> Picture:
    """Light the height field: soft ambient light, a lamp, and its reflection on slopes that face it."""
    pitch = 1 / (unit * _OVERSAMPLE)
    slope_y, slope_x = np.gradient(cv2.GaussianBlur(height, (0, 0), 0.9 * unit), pitch)
    length = np.sqrt(slope_x**2 + slope_y**2 + 1)
    facing = np.clip((-slope_x * LIGHT[0] - slope_y * LIGHT[1] + LIGHT[2]) / length, 0, 1)
    steepness = 1 - 1 / length
    return as_picture(178 * (0.34 + 0.76 * facing) + 60 * facing**12 - 55 * steepness * (1 - facing))


def _belt(x: Picture, y: Picture) -> Picture:
    """The rubber belt with the part's soft shadow, on the side away from the lamp."""
    gap = np.hypot(x + 5 * LIGHT[0], y + 5 * LIGHT[1]) - OUTER
    weave = 1.6 * np.sin(x * 1.9) * np.sin(y * 1.9)
    return as_picture(_BELT + weave - 18 * np.exp(-np.clip(gap, 0, None) / 5))


def _bore(
    grey: Picture, steel: Picture, x: Picture, y: Picture, hole: tuple[float, float, float]
) -> tuple[Picture, Picture]:
    """Drill one hole (x, y, radius) through: dark inside, with the lit crescent of its wall opposite the lamp."""
    dx, dy, radius = x - hole[0], y - hole[1], hole[2]
    distance = np.hypot(dx, dy)
    inside = _step(as_picture(radius - distance))
    away = -(dx * LIGHT[0] + dy * LIGHT[1]) / (radius * 0.766)  # -1..1 towards the lit wall
    wall = np.clip((distance / radius) ** 10 * away, 0, 1)
    dark = 15 + 6 * np.clip(away, -1, 1) + 70 * wall
    return as_picture(grey * (1 - inside) + dark * inside), as_picture(steel * (1 - inside))


def _shrink(picture: Picture, size: tuple[int, int]) -> Picture:
    small = cv2.resize(picture, (size[1], size[0]), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small, np.float32)
