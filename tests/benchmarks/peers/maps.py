"""What both baselines need: features of many pictures, levels on one grid, and maps as large as the picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor
from torch.nn import functional

Backbone = Callable[[Tensor], Sequence[Tensor]]  # [N, colours, H, W] -> levels [N, C_i, H_i, W_i], fine to deep
_SIGMA = 4.0  # pixels; both papers
_BATCH = 8


def joined(levels: Sequence[Tensor]) -> Tensor:
    """All levels on the grid of the first, [N, sum of C_i, H_0, W_0]; coarser ones are interpolated."""
    size = levels[0].shape[-2:]
    rest = [functional.interpolate(level, size=size, mode="bilinear", align_corners=False) for level in levels[1:]]
    return torch.cat([levels[0], *rest], 1)


def batches(pictures: Tensor) -> Iterator[Tensor]:
    """Pictures [n, colours, H, W], a few at a time."""
    return iter(torch.split(pictures, _BATCH))


def enlarged(distances: Tensor, size: tuple[int, int]) -> Tensor:
    """An anomaly map [N, h, w] as [N, H, W], blurred with a Gaussian of 4 pixels."""
    large = functional.interpolate(distances[:, None], size=size, mode="bilinear", align_corners=False)
    reach = int(4 * _SIGMA)
    steps = torch.arange(-reach, reach + 1, dtype=large.dtype)
    kernel = torch.exp(-0.5 * (steps / _SIGMA) ** 2)
    kernel = kernel / kernel.sum()
    padded = functional.pad(large, (reach, reach, reach, reach), mode="reflect")
    rows = functional.conv2d(padded, kernel[None, None, :, None])
    return functional.conv2d(rows, kernel[None, None, None, :])[:, 0]
