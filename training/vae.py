"""The screener: a fully convolutional variational autoencoder with a spatial latent (Kingma & Welling 2013).

It learns what good parts look like at low resolution; what it cannot reproduce is a candidate. About 0.1 M weights.
At run time the mean of the latent is used, never a sample, so the same picture always gives the same reconstruction.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor, nn
from torch.nn import functional

from station.core.recipe import LATENT_CHANNELS, ModelSpec


@dataclass(frozen=True)
class VaeSizes:
    """Channels of each resolution, and of the latent."""

    levels: tuple[int, int, int, int] = (16, 32, 48, 64)  # at strides 2, 4, 8, 16
    latent: int = LATENT_CHANNELS


def _down(inputs: int, outputs: int) -> nn.Sequential:
    """Half the size: [N, inputs, H, W] to [N, outputs, H/2, W/2]."""
    convolution = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


def _up(inputs: int, outputs: int) -> nn.Sequential:
    """Double the size: [N, inputs, H, W] to [N, outputs, 2 H, 2 W]."""
    convolution = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(nn.Upsample(scale_factor=2), convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Vae(nn.Module):
    """Grey pictures [N, 1, H, W] to their reconstructions [N, 1, H, W].

    The latent has ceil(H / 16) x ceil(W / 16) cells; what the decoder draws beyond the picture is cut off.
    """

    def __init__(self, sizes: VaeSizes = VaeSizes()) -> None:
        super().__init__()
        a, b, c, d = sizes.levels
        self.encoder = nn.Sequential(
            _down(1, a),  # [N, 16, H/2, W/2]
            _down(a, b),  # [N, 32, H/4, W/4]
            _down(b, c),  # [N, 48, H/8, W/8]
            _down(c, d),  # [N, 64, H/16, W/16]
        )
        self.to_mean = nn.Conv2d(d, sizes.latent, 1)
        self.to_log_variance = nn.Conv2d(d, sizes.latent, 1)
        self.decoder = nn.Sequential(
            nn.Conv2d(sizes.latent, d, 1),  # [N, 64, H/16, W/16]
            _up(d, c),  # [N, 48, H/8, W/8]
            _up(c, b),  # [N, 32, H/4, W/4]
            _up(b, a),  # [N, 16, H/2, W/2]
            nn.Upsample(scale_factor=2),
            nn.Conv2d(a, 1, 3, padding=1),  # [N, 1, H, W]
        )

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the latent, each [N, 16, H/16, W/16]."""
        features = self.encoder(x - 0.5)
        return self.to_mean(features), self.to_log_variance(features).clamp(-8, 8)

    def decode(self, z: Tensor, height: int, width: int) -> Tensor:
        """Latent [N, 16, H/16, W/16] to a picture [N, 1, height, width]."""
        picture: Tensor = self.decoder(z) + 0.5
        return picture[:, :, :height, :width]

    def locate(self, picture: Tensor) -> Tensor:
        """Where the picture lies among good parts: mean of the latent, [N, 16, H/16, W/16]."""
        mean: Tensor = self.to_mean(self.encoder(picture - 0.5))
        return mean

    def forward(self, picture: Tensor) -> Tensor:
        """The run-time path: mean of the latent only, so it is deterministic."""
        return self.decode(self.locate(picture), picture.shape[2], picture.shape[3])


class Screening(nn.Module):
    """A VAE that also gives its latent, from the same pass: the reconstruction is the VAE's own to the last bit."""

    def __init__(self, vae: Vae) -> None:
        super().__init__()
        self.vae = vae

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures [N, 1, H, W] to reconstructions [N, 1, H, W] and latents [N, 16, ceil(H / 16), ceil(W / 16)]."""
        latent = self.vae.locate(picture)
        return self.vae.decode(latent, picture.shape[2], picture.shape[3]), latent


def doubling(convolution: nn.Module) -> nn.Sequential:
    """The same as Upsample(2) and this 3x3 convolution, from a quarter of the products where it has few outputs.

    Of the 2x2 pixels that come from one, each sees some of the nine neighbours twice or more: their weights are added
    up. So a 3x3 convolution at the lower resolution gives all four, and a shuffle lays them out (Shi et al. 2016).
    """
    assert isinstance(convolution, nn.Conv2d) and convolution.bias is not None
    kernel = convolution.weight.detach()  # [out, in, 3, 3]
    outputs, inputs = kernel.shape[:2]
    summed = torch.zeros(outputs, 2, 2, inputs, 3, 3)
    for row, column, down, across in product(range(2), range(2), range(3), range(3)):
        above, before = (row + down + 1) // 2, (column + across + 1) // 2  # where that neighbour stands among the nine
        summed[:, row, column, :, above, before] += kernel[:, :, down, across]
    low = nn.Conv2d(inputs, 4 * outputs, 3, padding=1)
    low.weight = nn.Parameter(summed.reshape(4 * outputs, inputs, 3, 3))
    low.bias = nn.Parameter(convolution.bias.detach().repeat_interleave(4))
    return nn.Sequential(low, nn.PixelShuffle(2))


def served(network: nn.Module, spec: ModelSpec) -> nn.Module:
    """The network with the outputs that `spec` names: a VAE tells its latent only where the recipe asks for it."""
    if not isinstance(network, Vae):
        return network
    vae = copy.deepcopy(network)
    *before, _, last = vae.decoder
    vae.decoder = nn.Sequential(*before, doubling(last))
    return vae if spec.latent is None else Screening(vae)


def vae_loss(vae: Vae, x: Tensor, generator: torch.Generator, ssim_weight: float, kl_weight: float) -> Tensor:
    """Mean squared error + ssim_weight (1 - SSIM) + kl_weight * KL divergence per pixel."""
    mean, log_variance = vae.encode(x)
    sample = torch.randn(mean.shape, generator=generator) * (0.5 * log_variance).exp() + mean
    reconstruction = vae.decode(sample, x.shape[2], x.shape[3])
    divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum() / x.numel()
    error = functional.mse_loss(reconstruction, x)
    return error + ssim_weight * (1 - ssim(reconstruction, x)) + kl_weight * divergence


def ssim(a: Tensor, b: Tensor, window: int = 7) -> Tensor:
    """Mean structural similarity of two batches [N, 1, H, W] in 0..1 (Wang et al. 2004), box window."""

    def local(x: Tensor) -> Tensor:
        return functional.avg_pool2d(x, window, 1)

    mean_a, mean_b = local(a), local(b)
    var_a, var_b = local(a * a) - mean_a**2, local(b * b) - mean_b**2
    both = local(a * b) - mean_a * mean_b
    light = (2 * mean_a * mean_b + 1e-4) / (mean_a**2 + mean_b**2 + 1e-4)
    structure = (2 * both + 9e-4) / (var_a + var_b + 9e-4)
    return (light * structure).mean()
