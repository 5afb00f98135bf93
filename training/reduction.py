"""From hundreds of channels to a few: which directions of descriptor space count, and how much. Baked into the tower.

total    principal components of all descriptors: what varies at all
within   the same after dividing by how descriptors of good parts vary at one place (Hastie's within-class sphering;
         speaker recognition calls it within-class covariance normalisation, Hatch & Stolcke 2006). It is the metric
         that good parts teach without a single step of training: a direction in which good parts differ anyway says
         little about a defect
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from training.tower import Embedder, Metric
from training.towers import AnyTower

_RIDGE = 0.1  # of the mean variance: few parts do not know the small directions


@dataclass(frozen=True)
class Directions:
    """A linear map of joined descriptors: weight @ (x - mean)."""

    weight: Tensor  # [dims, C], as stored in the bundle: float16 values
    mean: Tensor  # [C], float64

    def apply(self, maps: Sequence[Tensor]) -> Tensor:
        """Level maps [n, gh, gw, C_level] to reduced ones, float32 [n, gh, gw, dims]."""
        joined = torch.cat([level.float() for level in maps], -1)
        return (joined - self.mean.float()) @ self.weight.T


def principal_directions(maps: Sequence[Tensor], dims: int, metric: Metric) -> Directions:
    """Directions from level maps [n, gh, gw, C_level] of good parts (or [n, p, 1, C_level]: p places).

    Each level is first scaled to the same total variance, so that none outvotes the others; distances are scaled so
    that two random descriptors lie about sqrt(2) apart.
    """
    scaled, means, scales = [], [], []
    for level in maps:
        x = level.double()
        mean = x.mean((0, 1, 2))
        scale = 1 / ((x - mean).square().sum(-1).mean().sqrt() + 1e-9)
        scaled.append((x - mean) * scale)
        means.append(mean)
        scales.append(scale.expand(x.shape[-1]))
    x, scale = torch.cat(scaled, -1), torch.cat(scales)  # [n, gh, gw, C], [C]
    total = _covariance(x)
    sphere = _inverse_root(_covariance(x - x.mean(0))) if metric == "within" else torch.eye(len(total)).double()
    values, vectors = torch.linalg.eigh(sphere @ total @ sphere)  # rising
    kept = sphere @ vectors.flip(1)[:, :dims]  # [C, dims]
    kept = kept * kept.sum(0).sign()  # eigenvectors have no sign of their own
    weight = (kept * scale[:, None]).T / values[-min(dims, len(values)) :].sum().sqrt()  # [dims, C]
    return Directions(weight.float().half().float(), torch.cat(means))


def reduced_tower(tower: AnyTower, maps: Sequence[Tensor], dims: int, metric: Metric = "total") -> Embedder:
    """The tower followed by its reduction to `dims` numbers per cell.

    Args:
        tower: gives the joined levels.
        maps: its levels on good parts, each [n, gh, gw, C_level].
        dims: channels to keep.
        metric: see above.
    """
    directions = principal_directions(maps, dims, metric)
    bias = -(directions.weight.double() @ directions.mean).float()
    return Embedder(tower, directions.weight, bias).eval()


def _covariance(x: Tensor) -> Tensor:
    """[C, C] from [..., C] with mean zero."""
    flat = x.reshape(-1, x.shape[-1])
    return flat.T @ flat / len(flat)


def _inverse_root(covariance: Tensor) -> Tensor:
    """Symmetric inverse square root of the ridged covariance."""
    ridge = _RIDGE * covariance.diagonal().mean() + 1e-12
    values, vectors = torch.linalg.eigh(covariance + ridge * torch.eye(len(covariance)).double())
    root: Tensor = vectors @ torch.diag(values.rsqrt()) @ vectors.T
    return root
