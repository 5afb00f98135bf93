"""The Siamese tower: one network that describes every 8x8-px cell of a picture by what surrounds it.

All convolutions are valid (no padding) and no level is finer in phase than the 8-px cell. So a patch cut from a
picture has exactly the descriptors that the whole picture has at that place, and golden patches may be described from
whole pictures. Parts need the first three levels; textures also the deep one, which sees 91 pixels.

    input [N, 1, S, S]  S = R + 8 (c - 1)      fine   [N, 48, ..]   stride 2, receptive field  7
    R of the last level used                   middle [N, 96, ..]   stride 4, receptive field 19
                                               coarse [N, 128, ..]  stride 8, receptive field 43
                                               deep   [N, 160, ..]  stride 8, receptive field 91
    output [N, C, c, c]: each level averaged around the cell's centre, then all joined
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.nn import functional

from station.core.errors import ConfigError

STRIDE = 8
Metric = Literal["within", "total"]  # how descriptors are compared: `training.reduction`
LEVELS = ("fine", "middle", "coarse", "deep")
CHANNELS = {"fine": 48, "middle": 96, "coarse": 128, "deep": 160}
_INSIDE = {"fine": 24, "middle": 64, "coarse": 128, "deep": 160}
_COARSE_FIELD, _DEEP_FIELD = 43, 91  # receptive fields; the deep one looks 24 px further on each side
PARTS = ("fine", "middle", "coarse")  # the levels that registered parts need


def receptive_field(levels: Sequence[str]) -> int:
    """Pixels of the input that one cell sees: 43, or 91 with the deep level."""
    return _DEEP_FIELD if "deep" in levels else _COARSE_FIELD


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


def _wide_level(inputs: int, inside: int, outputs: int) -> nn.Sequential:
    """Look further around without halving (a trous), so that every cell keeps its own descriptor: n becomes n - 6."""
    return nn.Sequential(
        nn.Conv2d(inputs, inside, 3, 1, bias=False),
        nn.BatchNorm2d(inside),
        nn.ReLU(inplace=True),
        nn.Conv2d(inside, outputs, 3, 1, dilation=2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Tower(nn.Module):
    """Grey pictures [N, 1, H, W] in 0..1 to one descriptor for each 8x8-px cell."""

    def __init__(self, used: Sequence[str] = LEVELS) -> None:
        """`used`: names of the levels that are joined, from fine to deep."""
        super().__init__()
        self.used = tuple(name for name in LEVELS if name in used)
        self.fine = _level(1, _INSIDE["fine"], CHANNELS["fine"])
        self.middle = _level(CHANNELS["fine"], _INSIDE["middle"], CHANNELS["middle"])
        self.coarse = _level(CHANNELS["middle"], _INSIDE["coarse"], CHANNELS["coarse"])
        self.deep: nn.Module | None = None
        if "deep" in self.used:
            self.deep = _wide_level(CHANNELS["coarse"], _INSIDE["deep"], CHANNELS["deep"])

    @property
    def receptive_field(self) -> int:
        """Pixels of the input that one cell sees."""
        return receptive_field(self.used)

    @property
    def channels(self) -> tuple[int, ...]:
        """Channels of each level used, fine to deep."""
        return tuple(CHANNELS[name] for name in self.used)

    def levels(self, x: Tensor) -> tuple[Tensor, ...]:
        """The used levels on one grid: [N, 48, c, c], [N, 96, c, c], [N, 128, c, c], [N, 160, c, c].

        Without the deep level cell i is centred on input row 21 + 8 i, fine row k on 3 + 2 k, middle row k on 9 + 4 k.
        So cell i is centred on fine row 9 + 4 i and on middle row 3 + 2 i: average with that stride, then crop to the
        cells (to crop the large maps first would cost a tenth of the time: the runtime must change their layout). With
        it, cell i is centred on input row 45 + 8 i: all others drop 24 px, 3 cells, first.
        """
        fine = self.fine((x - 0.45) / 0.25)  # [N, 48, 19 + 4 (c - 1), ..]
        middle = self.middle(fine)  # [N, 96, 7 + 2 (c - 1), ..]
        coarse = self.coarse(middle)  # [N, 128, c, c]; with the deep level [N, 128, c + 6, c + 6]
        found = {
            "fine": functional.avg_pool2d(fine, 5, 4, padding=1)[:, :, 2:-2, 2:-2],
            "middle": functional.avg_pool2d(middle, 3, 2)[:, :, 1:-1, 1:-1],
            "coarse": coarse,
        }
        if self.deep is not None:
            found = {name: level[:, :, 3:-3, 3:-3] for name, level in found.items()}
            found["deep"] = self.deep(coarse)
        return tuple(found[name] for name in self.used)

    def forward(self, x: Tensor) -> Tensor:
        """Descriptors [N, C, c, c]."""
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

    @property
    def receptive_field(self) -> int:
        """Pixels of the input that one cell sees."""
        return int(self.tower.receptive_field)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """Reduced descriptors [N, dims, c, c]."""
        reduced: Tensor = self.reduce(self.tower(x))
        return reduced


def tower_bytes(tower: Tower) -> bytes:
    """The tower's weights as a float16 safetensors file (1.6 MB)."""
    weights = {
        name: value.detach().half().contiguous()
        for name, value in tower.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    return save(weights, {"format": "saiken-tower-2"})


def rounded(tower: Tower) -> Tower:
    """The tower as it would be read again from `tower_bytes`; in evaluation mode."""
    fresh = Tower(tower.used)
    state = {name: value.half().to(value.dtype) for name, value in tower.state_dict().items()}
    fresh.load_state_dict(
        {name: value for name, value in state.items() if not name.endswith("num_batches_tracked")}, strict=False
    )
    return fresh.eval()


def load_tower(path: Path, used: Sequence[str] = LEVELS) -> Tower:
    """Read a tower written by `tower_bytes`, of which the levels `used` are joined; in evaluation mode, float32.

    Raises:
        ConfigError: the file is missing, is no tower of this shape, or holds a weight that is not finite.
    """
    tower = Tower(used)
    try:
        weights = {name: value.float() for name, value in load_file(path).items()}
        if tower.deep is None:
            weights = {name: value for name, value in weights.items() if not name.startswith("deep.")}
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
