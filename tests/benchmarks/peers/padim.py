"""PaDiM: a Gaussian of normal features at every place; the distance is Mahalanobis' (Defard et al. 2021).

picture [N, colours, H, W] -> levels on the finest grid, 100 random channels -> features [h w, D, N]
distance = |whitener (feature - mean)| at each place; map = enlarged and blurred; score = its maximum
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tests.benchmarks.peers.maps import Backbone, batches, enlarged, joined

_RIDGE = 0.01


class Padim(nn.Module):
    """A backbone and one Gaussian for each place."""

    channels: Tensor
    mean: Tensor
    whitener: Tensor

    def __init__(self, backbone: Backbone, channels: Tensor, mean: Tensor, whitener: Tensor) -> None:
        """Join them.

        Args:
            backbone: gives at least one level.
            channels: [D], which of the joined channels are used.
            mean: [h w, D].
            whitener: [h w, D, D], inverse Cholesky factors of the covariances.
        """
        super().__init__()
        self.backbone = backbone
        self.register_buffer("channels", channels)
        self.register_buffer("mean", mean)
        self.register_buffer("whitener", whitener)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Scores [N] and maps [N, H, W] of pictures [N, colours, H, W]."""
        features = joined(self.backbone(x))
        height, width = features.shape[-2:]
        places = _places(features, self.channels) - self.mean[..., None]  # [h w, D, N]
        distance = (self.whitener @ places).square().sum(1).sqrt()  # [h w, N]
        maps = enlarged(distance.T.reshape(-1, height, width), (x.shape[-2], x.shape[-1]))
        return maps.flatten(1).amax(1), maps


def fit(backbone: Backbone, pictures: Tensor, count: int = 100, seed: int = 0) -> Padim:
    """Learn from good pictures.

    Args:
        backbone: frozen.
        pictures: [n, colours, H, W].
        count: D, channels to use, drawn at random; all if there are fewer.
        seed: of that draw.
    """
    with torch.inference_mode():
        total = joined(backbone(pictures[:1])).shape[1]
        channels = torch.randperm(total, generator=torch.Generator().manual_seed(seed))[:count].sort().values
        first = second = torch.zeros(())
        for some in batches(pictures):
            places = _places(joined(backbone(some)), channels).double()
            first = first + places.sum(2)  # [h w, D]
            second = second + places @ places.transpose(1, 2)  # [h w, D, D]
    mean = first / len(pictures)
    spread = (second - len(pictures) * mean[:, :, None] * mean[:, None]) / max(1, len(pictures) - 1)
    return Padim(backbone, channels, mean.float(), whiteners(spread + _RIDGE * torch.eye(len(channels))))


def whiteners(covariance: Tensor) -> Tensor:
    """Inverse Cholesky factors W [places, D, D], float32: W C W' = 1."""
    factors = torch.linalg.cholesky(covariance)
    one = torch.eye(covariance.shape[-1], dtype=covariance.dtype).expand_as(covariance)
    inverse: Tensor = torch.linalg.solve_triangular(factors, one, upper=False)
    return inverse.float()


def _places(features: Tensor, channels: Tensor) -> Tensor:
    """[N, C, h, w] to [h w, D, N]."""
    return features[:, channels].flatten(2).permute(2, 1, 0)
