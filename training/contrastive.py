"""How a tower is trained: an anchor must find its positive among everything else. For drawn and for real pictures.

InfoNCE (van den Oord et al. 2018, arXiv:1807.03748) on each level of the tower: the anchor's candidates are all
positives of the batch, its own twin with a defect, and all other defective patches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.tower import STRIDE, Tower, receptive_field

_TEMPERATURE = 0.1
_CELLS = 3  # the loss sees the mean of 3x3 cells, so that a defect counts wherever it lies near the middle


def patch_px(levels: Sequence[str]) -> int:
    """Side of a training patch: 59, or 107 when the deep level is trained too."""
    return receptive_field(levels) + STRIDE * (_CELLS - 1)


@dataclass(frozen=True)
class Triples:
    """One batch; patches [B, 1, p, p] in 0..1 with p = `patch_px`, and `alike` [B, B]: pairs that are no negatives."""

    anchors: Tensor
    positives: Tensor
    defective: Tensor
    alike: Tensor


@dataclass(frozen=True)
class Schedule:
    """Number of steps, and the highest learning rate of the one-cycle schedule."""

    steps: int
    peak_rate: float


class Projections(nn.Module):
    """One linear map per level to unit vectors; used only while training, thrown away afterwards."""

    def __init__(self, channels: tuple[int, ...], dims: int = 64) -> None:
        super().__init__()
        self.maps = nn.ModuleList(nn.Linear(count, dims) for count in channels)

    def forward(self, levels: tuple[Tensor, ...]) -> list[Tensor]:
        """Levels [N, C, c, c] to unit vectors [N, dims] of their mean over cells."""
        means = [level.mean((2, 3)) for level in levels]
        return [functional.normalize(m(mean), dim=1) for m, mean in zip(self.maps, means, strict=True)]


def info_nce(anchor: Tensor, positive: Tensor, defective: Tensor, alike: Tensor) -> Tensor:
    """Mean cross entropy of finding each anchor's positive; the first three are unit vectors [B, d]."""
    own = torch.eye(len(anchor), dtype=torch.bool)
    to_positives = (anchor @ positive.T).masked_fill(alike, -9)
    to_twin = (anchor * defective).sum(1, keepdim=True)
    to_defective = (anchor @ defective.T).masked_fill(own, -9)
    logits = torch.cat([to_positives, to_twin, to_defective], 1) / _TEMPERATURE  # [B, 2 B + 1]
    return functional.cross_entropy(logits, torch.arange(len(anchor)))


def train_tower(
    tower: Tower, next_triples: Callable[[], Triples], schedule: Schedule, report: Callable[[int, float], None]
) -> Tower:
    """Train the tower in place and return it in evaluation mode; the caller has seeded torch.

    `report(step, loss)` is called after every step; an exception it raises cancels the training.
    """
    tower = tower.train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    projections = Projections(tower.channels)
    weights = [*tower.parameters(), *projections.parameters()]
    steps = max(schedule.steps, 4)
    optimiser = torch.optim.AdamW(weights, lr=schedule.peak_rate, weight_decay=1e-4)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, schedule.peak_rate, total_steps=steps)
    for step in range(1, schedule.steps + 1):
        triples = next_triples()
        patches = torch.cat([triples.anchors, triples.positives, triples.defective])
        views = [unit.chunk(3) for unit in projections(tower.levels(patches))]
        loss = torch.stack([info_nce(a, p, d, triples.alike) for a, p, d in views]).sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        rate.step()
        report(step, float(loss.detach()))
    return tower.to(memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload, no-any-return]
