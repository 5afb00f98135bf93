"""Frozen small ImageNet backbones as towers: MobileNetV2 (Sandler et al. 2018) and SqueezeNet (Iandola et al. 2016).

Unlike our own tower they pad at the picture's border, as they were trained, and their deep levels see far more than a
patch: a patch would not be described as the picture is. So they describe whole pictures (recipe: verify.look =
"picture") and need no margin: `receptive_field` is 8, one cell.

    input [N, 1, H, W], both multiples of 16    MobileNetV2  block1 16, block3 24, block6 32, block10 64, block13 96
    output [N, C, H/8, W/8]                     strides             2          4          8          16          16
                                                SqueezeNet   fire3 128, fire4 256, fire6 384, fire8 512
                                                strides             4          8         16         16

Weights come from a local file or, by name, from PyTorch's own server. The names of the parts are torchvision's.
"""

from __future__ import annotations

import hashlib
import pickle
import urllib.request
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from station.core.errors import ConfigError

State = dict[str, Tensor]


class Level(NamedTuple):
    """Where a level is read."""

    part: int  # index in `ImagenetTower.features`
    channels: int
    stride: int


class Network(NamedTuple):
    """A backbone and what it wants to see: colour c of its input is gain[c] * grey + offset[c], grey in 0..1."""

    levels: dict[str, Level]  # fine to deep
    gain: tuple[float, float, float]
    offset: tuple[float, float, float]
    tensorflow: bool = False  # halving convolutions are padded on the right and at the bottom only


_BLOCKS = {
    "block1": Level(1, 16, 2),
    "block3": Level(3, 24, 4),
    "block6": Level(6, 32, 8),
    "block10": Level(10, 64, 16),
    "block13": Level(13, 96, 16),
}
_FIRES = {"fire3": Level(4, 128, 4), "fire4": Level(6, 256, 8), "fire6": Level(9, 384, 16), "fire8": Level(11, 512, 16)}
_GAIN = (1 / 0.229, 1 / 0.224, 1 / 0.225)  # torchvision: (rgb - mean) / spread
_OFFSET = (-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225)
NETWORKS = {
    "mobilenet_v2": Network(_BLOCKS, _GAIN, _OFFSET),
    "mobilenet_v2_tensorflow": Network(_BLOCKS, (2, 2, 2), (-1, -1, -1), tensorflow=True),
    "squeezenet1_1": Network(_FIRES, _GAIN, _OFFSET),
    "squeezenet_caffe": Network(_FIRES, (255, 255, 255), (-104, -117, -123)),
}

_SERVER = "https://download.pytorch.org/models/"
# File on PyTorch's server and its SHA-256, of which the file's name repeats the first eight digits.
FETCHED = {
    "mobilenet_v2": (
        _SERVER + "mobilenet_v2-7ebf99e0.pth",
        "7ebf99e03e254b273379b23edca7ec0da9f48273b23a332b93c1c99d49e86e8f",
    ),
    "squeezenet1_1": (
        _SERVER + "squeezenet1_1-b8a52dc0.pth",
        "b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b",
    ),
}


class _LatePadded(nn.Conv2d):
    """A convolution that halves an even picture, padded on the right and at the bottom: TensorFlow's SAME."""

    def __init__(self, inputs: int, outputs: int, groups: int = 1, bias: bool = False) -> None:
        super().__init__(inputs, outputs, 3, 2, groups=groups, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(functional.pad(x, (0, 1, 0, 1)))


def _filtered(convolution: nn.Conv2d) -> nn.Sequential:
    return nn.Sequential(convolution, nn.BatchNorm2d(convolution.out_channels), nn.ReLU6(inplace=True))


def _convolution3(channels: int, stride: int, late: bool) -> nn.Conv2d:
    """Each channel alone."""
    if stride == 2 and late:
        return _LatePadded(channels, channels, channels)
    return nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False)


class _InvertedResidual(nn.Module):
    """Widen, filter each channel alone, narrow: [N, inputs, H, W] -> [N, outputs, H / stride, W / stride]."""

    def __init__(self, inputs: int, outputs: int, stride: int, widen: int, late: bool) -> None:
        super().__init__()
        inside = inputs * widen
        wide = [_filtered(nn.Conv2d(inputs, inside, 1, bias=False))] if widen > 1 else []
        self.conv = nn.Sequential(
            *wide,
            _filtered(_convolution3(inside, stride, late)),
            nn.Conv2d(inside, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        return x + y if self.adds else y


def _mobilenet_v2(late: bool) -> list[nn.Module]:
    """Parts 0..13, all of stride up to 16."""
    parts: list[nn.Module] = [_filtered(_LatePadded(1, 32, bias=True) if late else nn.Conv2d(1, 32, 3, 2, 1))]
    inputs = 32
    for widen, outputs, count, first_stride in (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
    ):
        for number in range(count):
            parts.append(_InvertedResidual(inputs, outputs, first_stride if number == 0 else 1, widen, late))
            inputs = outputs
    return parts


class _Fire(nn.Module):
    """Squeeze, then look at 1x1 and 3x3: [N, inputs, H, W] -> [N, 2 expand, H, W]."""

    def __init__(self, inputs: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.squeeze(x))
        return functional.relu(torch.cat((self.expand1x1(y), self.expand3x3(y)), 1))


def _squeezenet() -> list[nn.Module]:
    """Parts 0..11: fire2 is part 3, fire8 part 11.

    Its pools round up, as Caffe does: half of an even picture. The first convolution, which was trained without
    padding, gets the one column and row that let it halve too; only cells near those two edges notice.
    """

    def pool() -> nn.Module:
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    return [
        _LatePadded(1, 64, bias=True), nn.ReLU(inplace=True), pool(),
        _Fire(64, 16, 64), _Fire(128, 16, 64), pool(),
        _Fire(128, 32, 128), _Fire(256, 32, 128), pool(),
        _Fire(256, 48, 192), _Fire(384, 48, 192), _Fire(384, 64, 256),
    ]  # fmt: skip


class ImagenetTower(nn.Module):
    """Grey pictures [N, 1, H, W] in 0..1, sides multiples of 16, to one descriptor for each 8x8-px cell."""

    receptive_field = 8  # what the picture needs around a cell: nothing, the network pads by itself
    input_shift: Tensor
    input_scale: Tensor

    def __init__(self, network: str, used: Sequence[str]) -> None:
        """Build it with random weights, only as deep as it is used.

        Args:
            network: a key of `NETWORKS`.
            used: names of the levels that are joined.

        Raises:
            ConfigError: no level, or one that this network does not have.
        """
        super().__init__()
        kind = NETWORKS[network]
        unknown = set(used) - set(kind.levels)
        if unknown or not used:
            wrong = f"unknown levels {sorted(unknown)}" if unknown else "no level"
            raise ConfigError(f"tower {network}: {wrong}; choose from {', '.join(kind.levels)}")
        self.network = network
        self.used = tuple(name for name in kind.levels if name in used)
        parts = _squeezenet() if kind.levels is _FIRES else _mobilenet_v2(kind.tensorflow)
        self.features = nn.Sequential(*parts[: kind.levels[self.used[-1]].part + 1])
        self.register_buffer("input_shift", torch.zeros(()))
        self.register_buffer("input_scale", torch.ones(()))

    @property
    def channels(self) -> tuple[int, ...]:
        """Channels of each level used, fine to deep."""
        return tuple(place.channels for place in self._places())

    def native(self, x: Tensor) -> tuple[Tensor, ...]:
        """The used levels as the network has them: each [N, its channels, H / its stride, W / its stride]."""
        x = (x - self.input_shift) * self.input_scale
        wanted = {place.part for place in self._places()}
        found = []
        for index, part in enumerate(self.features):
            x = part(x)
            if index in wanted:
                found.append(x)
        return tuple(found)

    def levels(self, x: Tensor) -> tuple[Tensor, ...]:
        """The used levels, each [N, its channels, H/8, W/8]: finer ones averaged, coarser ones interpolated."""
        native = zip(self.native(x), self._places(), strict=True)
        return tuple(_on_cells(level, place.stride) for level, place in native)

    def _places(self) -> list[Level]:
        return [NETWORKS[self.network].levels[name] for name in self.used]

    def forward(self, x: Tensor) -> Tensor:
        """Descriptors [N, C, H/8, W/8]."""
        return torch.cat(self.levels(x), 1)


def _on_cells(level: Tensor, stride: int) -> Tensor:
    """Bring a level of stride 2, 4, 8 or 16 to stride 8."""
    if stride < 8:
        return functional.avg_pool2d(level, 8 // stride)
    if stride > 8:
        return functional.interpolate(level, scale_factor=stride // 8, mode="bilinear", align_corners=False)
    return level


def load_imagenet(path_or_name: str, used: Sequence[str]) -> ImagenetTower:
    """Read a backbone; in evaluation mode, float32.

    Args:
        path_or_name: a file: .npz (MobileNetV2 of TensorFlow under torchvision's names), .onnx (SqueezeNet of Caffe),
            or torchvision's own .pth of either; or a key of `FETCHED`, which is downloaded once into ~/.cache/saiken.
        used: names of the levels that are joined.

    Raises:
        ConfigError: no such file, no such network in it, an unknown level, or no connection.
    """
    path = _fetch(path_or_name) if path_or_name in FETCHED else Path(path_or_name)
    network, state = _read(path)
    tower = ImagenetTower(network, used)
    return _filled(tower, state, path).eval()


def _filled(tower: ImagenetTower, state: State, path: Path) -> ImagenetTower:
    first = "features.0.0" if "features.0.0.weight" in state else "features.0"
    wrong = f"{path}: is no {tower.network}"
    if f"{first}.weight" not in state or state[f"{first}.weight"].shape[1:] != (3, 3, 3):
        raise ConfigError(f"{wrong}: {first}.weight must be [n, 3, 3, 3]; give the file of the whole network")
    bad = [name for name, value in state.items() if not bool(value.isfinite().all())]
    if bad:
        raise ConfigError(f"{wrong}: {bad[0]} is not finite; copy the file again")
    ours = {name: value.float() for name, value in state.items() if name in tower.state_dict()}
    try:
        missing, _ = tower.load_state_dict({**ours, **_grey_input(state, first, NETWORKS[tower.network])}, strict=False)
    except RuntimeError as error:
        raise ConfigError(f"{wrong}: {error}") from error
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing:
        raise ConfigError(f"{wrong}: {missing[0]} is missing; give the file of the whole network")
    return tower


def _grey_input(state: State, first: str, kind: Network) -> State:
    """The first convolution for one grey channel, and the shift and scale that go before it.

    With y = (grey - shift) * scale, colour c is gain * y / scale + gain * shift + offset, so the sum over the colours
    is one convolution of y and a constant. Only at the padded border is that rounded: there all three colours see
    y = 0, the mean of what they would call zero.
    """
    weight = state[f"{first}.weight"].double()  # [outputs, 3, 3, 3]
    gain, offset = torch.tensor(kind.gain).double(), torch.tensor(kind.offset).double()
    shift, scale = -(offset / gain).mean(), gain.mean()
    constant = (weight.sum((2, 3)) * (gain * shift + offset)).sum(1)  # [outputs]
    bias = state.get(f"{first}.bias", torch.zeros(len(weight))).double() + constant
    grey = (weight * (gain / scale)[:, None, None]).sum(1, keepdim=True)  # [outputs, 1, 3, 3]
    return {
        f"{first}.weight": grey.float(),
        f"{first}.bias": bias.float(),
        "input_shift": shift.float(),
        "input_scale": scale.float(),
    }


def _read(path: Path) -> tuple[str, State]:
    """Which network the file holds, and its tensors under torchvision's names."""
    readers = {".npz": _read_npz, ".onnx": _read_onnx, ".pth": _read_pth, ".pt": _read_pth}
    if path.suffix not in readers:
        raise ConfigError(f"{path}: is no .npz, .onnx or .pth file, and none of the names {', '.join(FETCHED)}")
    try:
        return readers[path.suffix](path)
    except ModuleNotFoundError as error:
        raise ConfigError(f"{path}: needs the Python package {error.name}; install it") from error
    except (OSError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, pickle.UnpicklingError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}; give a file of MobileNetV2 or SqueezeNet") from error


def _read_npz(path: Path) -> tuple[str, State]:
    with np.load(path, allow_pickle=False) as arrays:
        return "mobilenet_v2_tensorflow", {name: torch.from_numpy(arrays[name]) for name in arrays.files}


def _read_pth(path: Path) -> tuple[str, State]:
    state = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise ValueError("it holds no table of tensors")
    return ("mobilenet_v2" if "features.0.0.weight" in state else "squeezenet1_1"), dict(state)


def _read_onnx(path: Path) -> tuple[str, State]:
    """Caffe's names: conv1_w_0, fire2/squeeze1x1_b_0, ..."""
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from onnx import numpy_helper

    try:
        graph = onnx.load(path, load_external_data=False).graph
    except DecodeError as error:
        raise ValueError(str(error)) from error
    fires = {f"fire{number}": part for number, part in zip(range(2, 9), (3, 4, 6, 7, 9, 10, 11), strict=True)}
    state = {}
    for tensor in graph.initializer:
        owner, _, rest = tensor.name.removesuffix("_0").rpartition("_")
        fire, _, convolution = owner.partition("/")
        kind = {"w": "weight", "b": "bias"}.get(rest)
        value = torch.from_numpy(numpy_helper.to_array(tensor).copy())
        if owner == "conv1":
            state[f"features.0.{kind}"] = value
        elif fire in fires:
            state[f"features.{fires[fire]}.{convolution.replace('squeeze1x1', 'squeeze')}.{kind}"] = value
    return "squeezenet_caffe", state


def _fetch(name: str) -> Path:
    """The file of a known name from ~/.cache/saiken, or from PyTorch's server; checked each time."""
    url, sha256 = FETCHED[name]
    path = Path.home() / ".cache" / "saiken" / url.rpartition("/")[2]
    if path.is_file() and _sha256(path.read_bytes()) == sha256:
        return path
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            data = answer.read()
    except OSError as error:
        raise ConfigError(
            f"tower {name}: no connection ({error}); download {url} on another machine and give the file"
        ) from error
    if _sha256(data) != sha256:
        raise ConfigError(f"tower {name}: {url} gave a file of SHA-256 {_sha256(data)}, not {sha256}; do not use it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}; download {url} and give the file") from error
    return path


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
