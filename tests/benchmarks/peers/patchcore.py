"""PatchCore: the distance of each patch to the nearest of a coreset of normal patches (Roth et al. 2022).

picture [N, colours, H, W] -> levels -> 3x3 means -> patches [N, h w, C] -> distance to the bank [M, C]
score = largest distance, weighted down where the bank is sparse; map = distances, enlarged and blurred
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from station.engine.vision.bank_building import k_centre
from tests.benchmarks.peers.maps import Backbone, batches, enlarged, joined

_NEIGHBOURS = 9  # of the bank, for the weight
_PROJECTED = 64  # numbers per patch while the coreset is chosen


class PatchCore(nn.Module):
    """A backbone and its bank."""

    bank: Tensor

    def __init__(self, backbone: Backbone, bank: Tensor) -> None:
        """Join them.

        Args:
            backbone: gives at least one level.
            bank: [M, C], normal patches.
        """
        super().__init__()
        self.backbone = backbone
        self.register_buffer("bank", bank)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Scores [N] and maps [N, H, W] of pictures [N, colours, H, W]."""
        features = locally_aware(self.backbone, x)
        patches = features.flatten(2).transpose(1, 2)  # [N, h w, C]
        distance, nearest = _distances(patches, self.bank).min(2)  # [N, h w] each
        score = self._score(patches, distance, nearest)
        height, width = features.shape[-2:]
        return score, enlarged(distance.reshape(-1, height, width), (x.shape[-2], x.shape[-1]))

    def _score(self, patches: Tensor, distance: Tensor, nearest: Tensor) -> Tensor:
        """The worst patch's distance s times 1 - exp(s) / sum of exp(distances to the nearest's neighbours)."""
        worst = distance.argmax(1, keepdim=True)  # [N, 1]
        patch = torch.gather(patches, 1, worst[..., None].expand(-1, -1, patches.shape[2]))  # [N, 1, C]
        found = self.bank[torch.gather(nearest, 1, worst)]  # [N, 1, C]
        count = min(_NEIGHBOURS, len(self.bank))
        around = _distances(found, self.bank).topk(count, dim=2, largest=False).indices[:, 0]  # [N, count]
        away = _distances(patch, self.bank)[:, 0].gather(1, around)  # [N, count]; the first is the nearest itself
        weight = 1 - away.softmax(1)[:, 0] if count > 1 else 1.0
        return weight * distance.amax(1)


def locally_aware(backbone: Backbone, x: Tensor) -> Tensor:
    """Features [N, C, h, w]: each level averaged over 3x3, then all on one grid."""
    return joined([functional.avg_pool2d(level, 3, 1, 1) for level in backbone(x)])


def fit(backbone: Backbone, pictures: Tensor, share: float = 0.01, seed: int = 0) -> PatchCore:
    """Learn from good pictures.

    Args:
        backbone: frozen.
        pictures: [n, colours, H, W].
        share: of all patches that the coreset keeps.
        seed: of the random projection.
    """
    with torch.inference_mode():
        found = [locally_aware(backbone, some).permute(0, 2, 3, 1).flatten(0, 2) for some in batches(pictures)]
    patches = torch.cat(found)  # [n h w, C]
    return PatchCore(backbone, patches[coreset(patches, max(1, round(share * len(patches))), seed)].clone())


def coreset(patches: Tensor, count: int, seed: int) -> Tensor:
    """Indices of `count` patches that cover all [n, C]: greedy k-centre on a random projection."""
    draw = torch.Generator().manual_seed(seed)
    channels = patches.shape[1]
    if channels > _PROJECTED:
        patches = patches @ torch.randn(channels, _PROJECTED, generator=draw) / math.sqrt(_PROJECTED)
    return torch.from_numpy(k_centre(patches.numpy()[None], count)[0]).long()


def _distances(x: Tensor, bank: Tensor) -> Tensor:
    """Euclidean, [N, P, C] to [M, C]: [N, P, M]."""
    squared = x.square().sum(2, keepdim=True) + bank.square().sum(1) - 2 * (x @ bank.T)
    return squared.clamp(min=0).sqrt()
