"""From 272 channels to a few: principal components of the training descriptors, baked into the exported tower."""

from __future__ import annotations

import torch
from torch import Tensor

from training.tower import Embedder, Tower


def reduced_tower(tower: Tower, descriptors: Tensor, dims: int) -> Embedder:
    """The tower followed by its reduction to `dims` numbers per cell.

    Each level is first scaled to the same total variance, so that none outvotes the others; distances are scaled so
    that two random descriptors lie about sqrt(2) apart.

    Args:
        tower: gives 272 channels.
        descriptors: [n, 272] of good pictures, n > dims.
        dims: channels to keep, at most 272.
    """
    x = descriptors.double()
    mean = x.mean(0)
    scale = torch.cat([_level_scale(level) for level in torch.split(x - mean, list(tower.channels), 1)])  # [272]
    scaled = (x - mean) * scale
    covariance = scaled.T @ scaled / len(scaled)
    values, vectors = torch.linalg.eigh(covariance)  # rising
    kept = vectors.flip(1)[:, :dims]  # [272, dims]
    kept = kept * kept.sum(0).sign()  # eigenvectors have no sign of their own
    weight = (kept * scale[:, None]).T / values.sum().sqrt()  # [dims, 272]
    shipped = weight.float().half().float()  # as stored in the bundle
    return Embedder(tower, shipped, -(shipped.double() @ mean).float()).eval()


def _level_scale(centred: Tensor) -> Tensor:
    """One number for all channels of a level [n, channels]: 1 / sqrt(its total variance)."""
    total = centred.square().sum(1).mean().sqrt()
    return (1 / (total + 1e-9)).expand(centred.shape[1])
