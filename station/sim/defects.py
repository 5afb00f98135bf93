"""What can be wrong with a part, and what only looks wrong.

A painter works on a float32 picture [H, W] (0..255) in the part's own pose, in place, and returns a mask float32
[H, W] 0..1 of what it changed. An alteration returns another part, machined wrongly, and its mask. The random
generator says where and how.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np

from station.sim.blank import (
    BOLT,
    BORE,
    COUNTERSINK,
    LIGHT,
    OUTER,
    WRONG_CODES,
    Blank,
    Picture,
    as_picture,
    blank,
    bolt_centres,
)

_FLAT = np.hypot(LIGHT[0], LIGHT[1])
_TO_LIGHT = (LIGHT[0] / _FLAT, LIGHT[1] / _FLAT)

Painter = Callable[[Picture, Blank, np.random.Generator], Picture]
Alteration = Callable[[Blank, np.random.Generator], tuple[Blank, Picture]]


def scratch(grey: Picture, part: Blank, rng: np.random.Generator) -> Picture:
    """A shallow curved line that a chip has cut: bright flank, dark furrow beside it, thin ends."""
    length = rng.uniform(28, 50)
    heading, bend = rng.uniform(0, 2 * np.pi), rng.uniform(-0.35, 0.35)
    t = np.linspace(-0.5, 0.5, 20)
    run = np.stack([t * length, bend * length * (t**2 - 0.08)])
    turn = np.array([[np.cos(heading), -np.sin(heading)], [np.sin(heading), np.cos(heading)]])
    centre = _place_on_face(rng, margin=5)
    line = (turn @ run).T + centre
    strength = np.sqrt(np.cos(np.pi * t[:-1])) * rng.uniform(0.75, 1.0, t.size - 1)
    width = rng.uniform(0.9, 1.4)
    core = _stroke(part, line, strength, width) * part.metal
    across = turn @ np.array([0.0, 1.0])
    across *= 1 if across @ np.array(_TO_LIGHT) > 0 else -1
    furrow = _stroke(part, line - across * 1.5 * width, strength, width) * part.metal
    contrast = rng.uniform(95, 125)
    grey += contrast * core - 0.8 * contrast * furrow
    return as_picture(np.maximum(core, furrow))


def dent(grey: Picture, part: Blank, rng: np.random.Generator) -> Picture:
    """A knock: a smooth hollow, dark towards the lamp and bright away from it."""
    x, y = _place_on_face(rng, margin=9)
    radius, stretch, heading = rng.uniform(6.0, 8.5), rng.uniform(0.7, 1.0), rng.uniform(0, np.pi)
    dx, dy = part.x - x, part.y - y
    u = (dx * np.cos(heading) + dy * np.sin(heading)) / radius
    v = (dy * np.cos(heading) - dx * np.sin(heading)) / (radius * stretch)
    hollow = np.exp(-(u * u + v * v))
    away = -(dx * _TO_LIGHT[0] + dy * _TO_LIGHT[1]) / radius
    grey += part.metal * hollow * (rng.uniform(130, 170) * away - rng.uniform(20, 32))
    return as_picture(hollow * part.metal)


def burr(grey: Picture, part: Blank, rng: np.random.Generator) -> Picture:
    """Torn metal standing out over an edge: ragged, bright on the lamp's side."""
    centre, edge = _edge(rng)
    middle, span = rng.uniform(0, 2 * np.pi), rng.uniform(7, 14) / edge
    outward = 1 if edge > BORE + 10 else -1  # over the belt, or into the hole
    lump = np.zeros(part.shape, np.uint8)
    for _ in range(int(rng.integers(5, 9))):
        angle = middle + rng.uniform(-0.5, 0.5) * span
        reach = edge + outward * rng.uniform(-0.8, 2.4)
        at = _pixel(part, centre[0] + reach * np.sin(angle), centre[1] - reach * np.cos(angle))
        axes = (rng.uniform(1.2, 3.0) * part.unit * 16, rng.uniform(0.8, 1.7) * part.unit * 16)
        turn = float(np.degrees(angle) + rng.uniform(-35, 35))
        cv2.ellipse(lump, (at, (2 * axes[0] / 16, 2 * axes[1] / 16), turn), 255, -1, cv2.LINE_AA)
    mask = as_picture(lump / np.float32(255))
    shift = np.array([[1, 0, _TO_LIGHT[0] * part.unit], [0, 1, _TO_LIGHT[1] * part.unit]], np.float32)
    lit = mask - cv2.warpAffine(mask, -shift + 2 * np.eye(2, 3, dtype=np.float32), mask.shape[::-1])
    grey += mask * (rng.uniform(165, 195) + 75 * lit - grey)
    return mask


def stain(grey: Picture, part: Blank, rng: np.random.Generator) -> Picture:
    """Dried coolant: a flat dark spot with an uneven outline and a darker rim."""
    x, y = _place_on_face(rng, margin=8)
    radius = rng.uniform(7.5, 12.5)
    dx, dy = part.x - x, part.y - y
    angle = np.arctan2(dy, dx)
    outline = np.full(part.shape, radius, np.float32)
    for wave in range(2, 6):
        outline += radius * rng.uniform(0.05, 0.16) * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    inside = outline - np.hypot(dx, dy)
    body = np.clip(inside / 4.5 + 0.4, 0, 1)
    rim = np.exp(-(((inside - 1.2) / 1.6) ** 2))
    depth = rng.uniform(0.24, 0.36) + 0.05 * np.cos(dx / 2.3 + rng.uniform(0, 6)) * np.cos(dy / 2.9)
    grey *= 1 - part.metal * (depth * body + 0.12 * rim)
    return as_picture(np.maximum(body, rim) * part.metal)


def missing_bore(part: Blank, rng: np.random.Generator) -> tuple[Blank, Picture]:
    """One bolt bore was never drilled: the altered part and the mask."""
    x, y = bolt_centres()[rng.integers(len(bolt_centres()))]
    region = np.clip(BOLT + COUNTERSINK + 1.5 - np.hypot(part.x - x, part.y - y), 0, 1).astype(np.float32)
    undrilled = blank(part.shape, bores=False)
    grey = part.grey + region * (undrilled.grey - part.grey)
    metal = part.metal + region * (undrilled.metal - part.metal)
    return replace(part, grey=grey, metal=metal), region


def wrong_engraving(part: Blank, rng: np.random.Generator) -> tuple[Blank, Picture]:
    """The code of another product: the altered part and the mask."""
    other = blank(part.shape, code=WRONG_CODES[rng.integers(len(WRONG_CODES))])
    change = cv2.GaussianBlur(np.abs(other.grey - part.grey), (0, 0), 1.2 * part.unit)
    return other, as_picture(np.clip(change / 12, 0, 1))


def other_product(part: Blank, rng: np.random.Generator) -> tuple[Blank, Picture]:
    """Another flange of the family, without bolt bores and with its own code: the whole part is wrong."""
    other = blank(part.shape, code=WRONG_CODES[rng.integers(len(WRONG_CODES))], bores=False)
    return other, other.metal


def dust(grey: Picture, part: Blank, rng: np.random.Generator) -> Picture:
    """Harmless: a few specks and perhaps a short hair, soft and faint."""
    mask = np.zeros(part.shape, np.float32)
    for _ in range(int(rng.integers(2, 6))):
        x, y = _place_on_face(rng, margin=2)
        distance = np.hypot(part.x - x, part.y - y)
        mask = np.maximum(mask, rng.uniform(0.5, 1.0) * np.clip(rng.uniform(0.9, 1.7) - distance, 0, 1))
    if rng.random() < 0.4:
        t = np.linspace(-1, 1, 8)
        heading = rng.uniform(0, 2 * np.pi)
        run = np.stack([6 * t * np.cos(heading) - 2 * t**2, 6 * t * np.sin(heading) + 2 * t**2]).T
        hair = _stroke(part, run + _place_on_face(rng, margin=8), np.full(7, 0.4), 0.6)
        mask = np.maximum(mask, hair)
    mask = as_picture(cv2.GaussianBlur(mask, (0, 0), 0.6 * part.unit))
    grey += mask * rng.choice([-45.0, -38.0, 34.0])
    return mask


def glare(grey: Picture, part: Blank, rng: np.random.Generator) -> Picture:
    """Harmless: a lamp's reflection that lies elsewhere than usual, broad and soft."""
    angle, radius = rng.uniform(0, 2 * np.pi), rng.uniform(30, 95)
    dx = part.x - radius * np.sin(angle)
    dy = part.y + radius * np.cos(angle)
    heading = rng.uniform(0, np.pi)
    u = (dx * np.cos(heading) + dy * np.sin(heading)) / rng.uniform(28, 60)
    v = (dy * np.cos(heading) - dx * np.sin(heading)) / rng.uniform(18, 30)
    shine = np.exp(-(u * u + v * v)) * part.metal
    grey += rng.uniform(14, 24) * shine
    return as_picture(shine)


PAINTERS: dict[str, Painter] = {
    "scratch": scratch,
    "dent": dent,
    "burr": burr,
    "stain": stain,
    "dust": dust,
    "glare": glare,
}

ALTERATIONS: dict[str, Alteration] = {
    "missing_bore": missing_bore,
    "wrong_engraving": wrong_engraving,
    "other_product": other_product,
}


def _place_on_face(rng: np.random.Generator, margin: float) -> tuple[float, float]:
    """A point on the metal at least `margin` units from every hole and edge."""
    centres = bolt_centres()
    while True:
        radius = np.sqrt(rng.uniform((BORE + 4 + margin) ** 2, (OUTER - 5 - margin) ** 2))
        angle = rng.uniform(0, 2 * np.pi)
        x, y = float(radius * np.sin(angle)), float(-radius * np.cos(angle))
        if min(np.hypot(x - cx, y - cy) for cx, cy in centres) > BOLT + COUNTERSINK + margin:
            return x, y


def _edge(rng: np.random.Generator) -> tuple[tuple[float, float], float]:
    """A round edge: its centre and radius, units."""
    choice = rng.integers(4)
    if choice == 0:
        return (0.0, 0.0), OUTER
    if choice == 1:
        return (0.0, 0.0), BORE
    return bolt_centres()[rng.integers(len(bolt_centres()))], BOLT


def _pixel(part: Blank, x: float, y: float) -> tuple[float, float]:
    """Picture coordinates of a point in units."""
    height, width = part.shape
    return x * part.unit + width / 2 - 0.5, y * part.unit + height / 2 - 0.5


def _stroke(part: Blank, line: np.ndarray, strength: np.ndarray, width: float) -> Picture:
    """0..1: a line through `line` [N, 2] (units), each of its N - 1 pieces with its own strength."""
    canvas = np.zeros(part.shape, np.uint8)
    thickness = max(1, round(width * part.unit))
    scale = 1 << 4
    points = [tuple(round(value * scale) for value in _pixel(part, x, y)) for x, y in line]
    for (start, end), level in zip(pairwise(points), strength, strict=True):
        cv2.line(canvas, start, end, int(255 * level), thickness, cv2.LINE_AA, shift=4)
    return as_picture(cv2.GaussianBlur(canvas / np.float32(255), (0, 0), 0.45 * part.unit * width))
