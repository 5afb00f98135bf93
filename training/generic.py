"""Train the generic tower by metric learning on pictures drawn by formula: no photograph is ever seen.

An anchor patch must find another look at the same place (objects) or another place of the same drawing (textures)
among all other patches of the batch, all defective patches, and its own twin with a drawn defect: InfoNCE (van den
Oord et al. 2018, arXiv:1807.03748) on each level of the tower.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.drawings import Drawing, draw_object, draw_texture
from training.drawn_defects import Patch, draw_defect, jitter
from training.tower import STRIDE, Tower

_TEMPERATURE = 0.1
_CELLS = 3  # the loss sees the mean of 3x3 cells, as the verdict pools neighbouring cells
PATCH = Tower.receptive_field + STRIDE * (_CELLS - 1)


@dataclass(frozen=True)
class GenericSettings:
    """How the generic tower is trained."""

    steps: int = 1500
    batch: int = 64  # triples (anchor, positive, defective) a step
    canvas: int = 128  # px, side of one drawing
    looks: int = 2  # anchors from one drawing
    stationary: float = 0.4  # share of drawings that are textures
    peak_rate: float = 3e-3
    seed: int = 0


@dataclass(frozen=True)
class Triples:
    """One batch; patches [B, 1, p, p] in 0..1, and `alike` [B, B]: pairs from one texture are no negatives."""

    anchors: Tensor
    positives: Tensor
    defective: Tensor
    alike: Tensor


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


def info_nce(anchor: Tensor, positive: Tensor, defective: Tensor, alike: Tensor) -> Tensor:
    """Mean cross entropy of finding each anchor's positive; all inputs are unit vectors [B, d]."""
    own = torch.eye(len(anchor), dtype=torch.bool)
    to_positives = (anchor @ positive.T).masked_fill(alike, -9)
    to_twin = (anchor * defective).sum(1, keepdim=True)
    to_defective = (anchor @ defective.T).masked_fill(own, -9)
    logits = torch.cat([to_positives, to_twin, to_defective], 1) / _TEMPERATURE  # [B, 2 B + 1]
    return functional.cross_entropy(logits, torch.arange(len(anchor)))


class Projections(nn.Module):
    """One linear map per level to unit vectors; used only while training, thrown away afterwards."""

    def __init__(self, channels: tuple[int, ...], dims: int = 64) -> None:
        super().__init__()
        self.maps = nn.ModuleList(nn.Linear(count, dims) for count in channels)

    def forward(self, levels: tuple[Tensor, ...]) -> list[Tensor]:
        """Levels [N, C, c, c] to unit vectors [N, dims] of their mean over cells."""
        means = [level.mean((2, 3)) for level in levels]
        return [functional.normalize(m(mean), dim=1) for m, mean in zip(self.maps, means, strict=True)]


def train_generic(settings: GenericSettings, report: Callable[[int, float], None]) -> Tower:
    """Train and return the tower in evaluation mode; `report(step, loss)` is called after every step."""
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    tower = Tower().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    projections = Projections(tower.sizes.levels)
    weights = [*tower.parameters(), *projections.parameters()]
    optimiser = torch.optim.AdamW(weights, lr=settings.peak_rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.peak_rate, total_steps=max(settings.steps, 4))
    for step in range(1, settings.steps + 1):
        triples = draw_triples(rng, settings)
        patches = torch.cat([triples.anchors, triples.positives, triples.defective])
        views = [unit.chunk(3) for unit in projections(tower.levels(patches))]
        loss = torch.stack([info_nce(a, p, d, triples.alike) for a, p, d in views]).sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        report(step, float(loss.detach()))
    return tower.to(memory_format=torch.contiguous_format).eval()  # type: ignore[no-any-return]
