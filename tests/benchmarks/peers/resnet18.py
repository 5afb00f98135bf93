"""ResNet-18 up to its third stage (He et al. 2016), with random weights: for the time column only.

input [N, 3, H, W] -> levels [N, 64, H/4, W/4], [N, 128, H/8, W/8], [N, 256, H/16, W/16]
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


def _convolution(inputs: int, outputs: int, side: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, side, stride, side // 2, bias=False), nn.BatchNorm2d(outputs))


class _Block(nn.Module):
    """Two 3x3 convolutions and a way around them: [N, inputs, H, W] -> [N, outputs, H / stride, W / stride]."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = _convolution(inputs, outputs, 3, stride)
        self.second = _convolution(outputs, outputs, 3, 1)
        self.around = nn.Identity() if stride == 1 else _convolution(inputs, outputs, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(functional.relu(self.first(x)))
        return functional.relu(y + self.around(x))


class ResNet18(nn.Module):
    """The levels that a detector reads."""

    def __init__(self, used: tuple[int, ...]) -> None:
        """`used`: the stages 1..3 whose outputs are wanted, rising; nothing deeper is built."""
        super().__init__()
        self.used = used
        self.stem = nn.Sequential(_convolution(3, 64, 7, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1))
        sizes = ((64, 64, 1), (64, 128, 2), (128, 256, 2))
        self.stages = nn.ModuleList(
            nn.Sequential(_Block(inputs, outputs, stride), _Block(outputs, outputs, 1))
            for inputs, outputs, stride in sizes[: max(used)]
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        """Levels, fine to deep."""
        x = self.stem(x)
        found = []
        for number, stage in enumerate(self.stages, 1):
            x = stage(x)
            if number in self.used:
                found.append(x)
        return found
