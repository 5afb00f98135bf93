"""The Siamese tower: one network that describes every 8x8-px cell of a picture by what surrounds it.

All convolutions are valid (no padding) and the receptive field is small. So a patch cut from a picture has exactly
the descriptors that the whole picture has at that place, and golden patches may be described from whole pictures.

    input [N, 1, S, S]  S = R + 8 (c - 1)      fine [N, 48, ..]  stride 2, receptive field  7
                                               middle [N, 96, ..]  stride 4, receptive field 19
                                               coarse [N, 128, c, c]  stride 8, receptive field 43
    output [N, 272, c, c]: fine and middle averaged around each coarse cell's centre, then all three joined
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.nn import functional

from station.core.errors import ConfigError

STRIDE = 8
_RECEPTIVE_FIELD = 43  # of the coarse level: 3 levels of [conv3 stride 2, conv3 stride 1]


@dataclass(frozen=True)
class TowerSizes:
    """Channels of each level (inside, out)."""

    fine: tuple[int, int] = (24, 48)
    middle: tuple[int, int] = (64, 96)
    coarse: tuple[int, int] = (128, 128)

    @property
    def levels(self) -> tuple[int, int, int]:
        """Channels of the three outputs, fine to coarse."""
        return self.fine[1], self.middle[1], self.coarse[1]

    @property
    def channels(self) -> int:
        """Channels of the joined descriptor."""
        return sum(self.levels)


def _level(inputs: int, inside: int, outputs: int) -> nn.Sequential:
    """Halve the picture and look around: size n becomes (n - 1) // 2 - 2."""
    return nn.Sequential(
        nn.Conv2d(inputs, inside, 3, 2, bias=False),
        nn.BatchNorm2d(inside),
        nn.ReLU(inplace=True),
        nn.Conv2d(inside, outputs, 3, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Tower(nn.Module):
    """Grey pictures [N, 1, H, W] in 0..1 to one descriptor for each 8x8-px cell."""

    receptive_field = _RECEPTIVE_FIELD

    def __init__(self, sizes: TowerSizes = TowerSizes()) -> None:
        super().__init__()
        self.sizes = sizes
        self.fine = _level(1, *sizes.fine)
        self.middle = _level(sizes.fine[1], *sizes.middle)
        self.coarse = _level(sizes.middle[1], *sizes.coarse)

    def levels(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The three levels on one grid: [N, 48, c, c], [N, 96, c, c], [N, 128, c, c].

        Cell i is centred on input row 21 + 8 i, fine row k on 3 + 2 k, middle row k on 9 + 4 k. So cell i is centred
        on fine row 9 + 4 i and on middle row 3 + 2 i: crop to the first window, then average with that stride.
        """
        fine = self.fine((x - 0.45) / 0.25)  # [N, 48, 19 + 4 (c - 1), ..]
        middle = self.middle(fine)  # [N, 96, 7 + 2 (c - 1), ..]
        coarse = self.coarse(middle)  # [N, 128, c, c]
        on_fine = functional.avg_pool2d(fine[:, :, 7:-7, 7:-7], 5, 4)
        on_middle = functional.avg_pool2d(middle[:, :, 2:-2, 2:-2], 3, 2)
        return on_fine, on_middle, coarse

    def forward(self, x: Tensor) -> Tensor:
        """Descriptors [N, 272, c, c]."""
        return torch.cat(self.levels(x), 1)


class Embedder(nn.Module):
    """A tower with its principal-component reduction baked in: [N, 1, S, S] to [N, dims, c, c]."""

    def __init__(self, tower: nn.Module, weight: Tensor, bias: Tensor) -> None:
        """Join them.

        Args:
            tower: gives [N, channels, c, c].
            weight: [dims, channels], rows are the scaled principal directions.
            bias: [dims], minus the directions times the mean descriptor.
        """
        super().__init__()
        self.tower = tower
        self.reduce = nn.Conv2d(weight.shape[1], weight.shape[0], 1)
        with torch.no_grad():
            self.reduce.weight.copy_(weight[:, :, None, None])
            self.reduce.bias.copy_(bias)  # type: ignore[union-attr]

    def forward(self, x: Tensor) -> Tensor:
        """Reduced descriptors [N, dims, c, c]."""
        reduced: Tensor = self.reduce(self.tower(x))
        return reduced


def tower_bytes(tower: Tower) -> bytes:
    """The tower's weights as a float16 safetensors file (0.7 MB)."""
    weights = {
        name: value.detach().half().contiguous()
        for name, value in tower.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    return save(weights, {"format": "saiken-tower-1"})


def load_tower(path: Path) -> Tower:
    """Read a tower written by `tower_bytes`; in evaluation mode, float32.

    Raises:
        ConfigError: the file is missing, is no tower of this shape, or holds a weight that is not finite.
    """
    tower = Tower()
    try:
        weights = {name: value.float() for name, value in load_file(path).items()}
        missing, unexpected = tower.load_state_dict(weights, strict=False)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ConfigError(f"{path}: is no tower: {error}; rebuild it with saiken-train generic") from error
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise ConfigError(f"{path}: is no tower of this version: missing {missing}, unexpected {unexpected}")
    bad = [name for name, value in weights.items() if not bool(value.isfinite().all())]
    if bad:
        raise ConfigError(f"{path}: weight {bad[0]} is not finite; rebuild it with saiken-train generic")
    return tower.eval()
