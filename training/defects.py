"""Synthetic defects made from the user's own good pictures. They train and rank; they never set a limit.

A picture is float32 [h, w]; each maker changes a copy near (x, y) and tells where, as a bool mask [h, w].
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from station.core.recipe import CELL

_LEAST_CONTRAST = 0.08  # of 0..1
Picture = NDArray[np.float32]
Mask = NDArray[np.bool_]


class Spoilt(NamedTuple):
    """A good picture with one defect in it."""

    picture: Picture
    mask: Mask
    place: tuple[int, int]  # x, y of the defect's middle


def spoil(picture: Picture, donor: Picture, place: tuple[int, int], rng: np.random.Generator) -> Spoilt:
    """Put one defect of a random kind at `place` (x, y).

    Args:
        picture: the good picture; not changed.
        donor: another good picture of the same size, from which foreign material is cut.
        place: middle of the defect.
        rng: decides kind, size and strength.
    """
    kinds: tuple[Callable[..., Picture], ...] = (cut_paste, scar, blend, spot, warp, smear)
    maker = kinds[int(rng.integers(len(kinds)))]
    changed = maker(picture, donor, place, rng)
    return Spoilt(changed, np.abs(changed - picture) > 0.02 * _contrast(picture), place)


def interest(pictures: NDArray[np.float32], part: NDArray[np.generic] | None = None) -> NDArray[np.float64]:
    """How much there is to see at each place of [n, h, w]: [h, w], sums to 1; empty background gets nearly nothing.

    Defects are drawn where parts have structure. `part` [gh, gw] marks the cells that belong to the part: nothing is
    drawn elsewhere.
    """
    mean = pictures.mean(0)
    detail = np.abs(pictures - cv2.GaussianBlur(mean, (0, 0), 8)).mean(0)
    weight = cv2.GaussianBlur(detail, (0, 0), 3).astype(np.float64)
    weight = np.maximum(weight - np.quantile(weight, 0.05), 0) + 0.02 * weight.mean()
    if part is not None:
        weight *= np.kron(part != 0, np.ones((CELL, CELL)))
    return np.asarray(weight / weight.sum(), np.float64)


def draw_place(weight: NDArray[np.float64], rng: np.random.Generator) -> tuple[int, int]:
    """A place (x, y) drawn with the probabilities [h, w]."""
    index = int(rng.choice(weight.size, p=weight.ravel()))
    return index % weight.shape[1], index // weight.shape[1]


def cut_paste(picture: Picture, donor: Picture, place: tuple[int, int], rng: np.random.Generator) -> Picture:
    """A turned piece of another part, pasted hard (CutPaste, Li et al. 2021)."""
    size = (int(rng.integers(3, 10)), int(rng.integers(3, 10)))
    return _mix(picture, _elsewhere(donor, place, rng), _ellipse(picture, place, size, rng, soft=0.5))


def scar(picture: Picture, donor: Picture, place: tuple[int, int], rng: np.random.Generator) -> Picture:
    """A thin line, brighter or darker than what it crosses."""
    mask = np.zeros_like(picture)
    length, angle = rng.uniform(6, 26), rng.uniform(0, np.pi)
    dx, dy = np.cos(angle) * length / 2, np.sin(angle) * length / 2
    (x, y), width = place, int(rng.integers(1, 3))
    cv2.line(mask, (int(x - dx), int(y - dy)), (int(x + dx), int(y + dy)), 1, width, cv2.LINE_AA)
    return np.asarray(picture + cv2.GaussianBlur(mask, (0, 0), 0.6) * _strength(picture, rng), np.float32)


def blend(picture: Picture, donor: Picture, place: tuple[int, int], rng: np.random.Generator) -> Picture:
    """A patch of irregular outline, half foreign (after DRAEM, Zavrtanik et al. 2021)."""
    size = (int(rng.integers(5, 12)), int(rng.integers(5, 12)))
    blob = _ellipse(picture, place, size, rng, soft=2.0)
    coarse = rng.standard_normal((picture.shape[0] // 4 + 1, picture.shape[1] // 4 + 1)).astype(np.float32)
    cloud = cv2.resize(coarse, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_CUBIC)
    return _mix(picture, _elsewhere(donor, place, rng), blob * (cloud > -0.3) * np.float32(rng.uniform(0.4, 0.9)))


def spot(picture: Picture, donor: Picture, place: tuple[int, int], rng: np.random.Generator) -> Picture:
    """A round stain, brighter or darker."""
    size = (int(rng.integers(2, 7)), int(rng.integers(2, 7)))
    return np.asarray(picture + _ellipse(picture, place, size, rng, soft=0.8) * _strength(picture, rng), np.float32)


def warp(picture: Picture, donor: Picture, place: tuple[int, int], rng: np.random.Generator) -> Picture:
    """A dent: the surface is moved by some pixels."""
    rows, columns = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]].astype(np.float32)
    bump = np.exp(-((columns - place[0]) ** 2 + (rows - place[1]) ** 2) / (2 * rng.uniform(3, 8) ** 2))
    size, angle = rng.uniform(2, 6), rng.uniform(0, 2 * np.pi)
    map_x, map_y = columns + bump * size * np.cos(angle), rows + bump * size * np.sin(angle)
    moved = cv2.remap(
        picture, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    return np.asarray(moved, np.float32)


def smear(picture: Picture, donor: Picture, place: tuple[int, int], rng: np.random.Generator) -> Picture:
    """Structure wiped away."""
    size = (int(rng.integers(4, 11)), int(rng.integers(4, 11)))
    wiped = np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(2, 5)), np.float32)
    return _mix(picture, wiped, _ellipse(picture, place, size, rng, soft=1.3))


def _contrast(picture: Picture) -> float:
    """What counts as a step in this picture: independent of its normalisation; a flat picture has a little, too."""
    return max(float(np.quantile(picture, 0.98) - np.quantile(picture, 0.02)), _LEAST_CONTRAST)


def _strength(picture: Picture, rng: np.random.Generator) -> np.float32:
    return np.float32(_contrast(picture) * rng.uniform(0.12, 0.5) * rng.choice([-1, 1]))


def _ellipse(
    picture: Picture, place: tuple[int, int], size: tuple[int, int], rng: np.random.Generator, soft: float
) -> Picture:
    mask = np.zeros_like(picture)
    cv2.ellipse(mask, place, size, rng.uniform(0, 180), 0, 360, 1, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), soft), np.float32)


def _elsewhere(donor: Picture, place: tuple[int, int], rng: np.random.Generator) -> Picture:
    """The donor, moved so that something else lies at `place`."""
    height, width = donor.shape
    reach_y, reach_x = max(2, height // 4), max(2, width // 4)
    dy, dx = int(rng.integers(-reach_y, reach_y + 1)), int(rng.integers(-reach_x, reach_x + 1))
    moved = np.roll(donor, (dy if abs(dy) > 2 else 3, dx if abs(dx) > 2 else 3), (0, 1))
    return np.asarray(moved[:, ::-1] if rng.random() < 0.3 else moved, np.float32)


def _mix(picture: Picture, other: Picture, mask: Picture) -> Picture:
    return np.asarray(picture * (1 - mask) + other * mask, np.float32)
