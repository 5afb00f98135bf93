"""Train the generic tower by metric learning on pictures drawn by formula: no photograph is ever seen.

An anchor patch must find another look at the same place (objects) or another place of the same drawing (textures)
among all other patches of the batch, all defective patches, and its own twin with a drawn defect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.contrastive import Schedule, Triples, patch_px, train_tower
from training.drawings import Drawing, draw_object, draw_texture
from training.drawn_defects import Patch, draw_defect, jitter
from training.tower import LEVELS, Tower, rounded

PATCH = patch_px(LEVELS)


@dataclass(frozen=True)
class GenericSettings:
    """How the generic tower is trained."""

    steps: int = 1500
    batch: int = 48  # triples (anchor, positive, defective) a step
    canvas: int = 160  # px, side of one drawing
    looks: int = 2  # anchors from one drawing
    stationary: float = 0.5  # share of drawings that are textures
    peak_rates: tuple[float, ...] = (3e-3, 2e-3)  # of each cycle: the second one refines the first
    seed: int = 0


def draw_triples(rng: np.random.Generator, settings: GenericSettings) -> Triples:
    """Draw one batch of triples."""
    anchors: list[Patch] = []
    positives: list[Patch] = []
    twins: list[Patch] = []
    drawing: list[int] = []
    for index in range(settings.batch // settings.looks):
        stationary = rng.random() < settings.stationary
        image = (draw_texture if stationary else draw_object)(rng, settings.canvas)
        for _ in range(settings.looks):
            place = _place(rng, settings.canvas)
            anchors.append(_look(image, place, rng))
            positives.append(_look(image, _place(rng, settings.canvas) if stationary else place, rng))
            twins.append(_look(image, place, rng))
            drawing.append(index if stationary else -len(anchors))
    defective = [draw_defect(twin, rng, anchors) for twin in twins]
    number = torch.tensor(drawing)
    alike = (number[:, None] == number[None]) & ~torch.eye(len(number), dtype=torch.bool)
    return Triples(_stack(anchors, rng), _stack(positives, rng), _stack(defective, rng), alike)


def _place(rng: np.random.Generator, canvas: int) -> NDArray[np.float64]:
    """Centre (x, y) of a patch that stays on the canvas under every look."""
    margin = PATCH / 2 + 4
    return rng.uniform(margin, canvas - margin, 2)


def _look(image: Drawing, place: NDArray[np.float64], rng: np.random.Generator) -> Patch:
    """A patch around `place` as a slightly wrong registration would cut it: +-1 px, +-2 degrees, +-2 %."""
    angle, scale = rng.uniform(-2, 2), rng.uniform(0.98, 1.02)
    x, y = place + rng.uniform(-1, 1, 2)
    turn = cv2.getRotationMatrix2D((float(x), float(y)), angle, scale)
    turn[0, 2] += PATCH / 2 - x
    turn[1, 2] += PATCH / 2 - y
    return np.asarray(cv2.warpAffine(image, turn, (PATCH, PATCH), flags=cv2.INTER_LINEAR), np.float32)


def _stack(patches: list[Patch], rng: np.random.Generator) -> Tensor:
    return torch.from_numpy(np.stack([jitter(patch, rng) for patch in patches]))[:, None]


def train_generic(settings: GenericSettings, report: Callable[[int, float], None]) -> Tower:
    """Train and return the tower in evaluation mode; `report(step, loss)` is called after every step of a cycle.

    Between two cycles the weights are rounded to what is stored, so a stored tower can be refined later.
    """
    tower = Tower()
    for cycle, peak_rate in enumerate(settings.peak_rates):
        torch.manual_seed(settings.seed + cycle)
        tower = Tower() if cycle == 0 else rounded(tower)
        draw = partial(draw_triples, np.random.default_rng(settings.seed + cycle), settings)
        train_tower(tower, draw, Schedule(settings.steps, peak_rate), report)
    return tower.eval()
