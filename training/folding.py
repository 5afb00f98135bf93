"""Networks as they ship: batch normalisation folded into the convolutions, large weights rounded to float16 values.

The arithmetic stays float32. It is done before whitening, bank and limit are learnt, so nothing shifts at export, and
the exported file may store the weights in half the bytes without changing a single result.
"""

from __future__ import annotations

import copy
from typing import Any, TypeVar

import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from station.core.errors import ConfigError

NetworkT = TypeVar("NetworkT", bound=nn.Module)
LARGE = 256  # numbers; smaller tensors stay exact


def folded(network: NetworkT) -> NetworkT:
    """A copy in evaluation mode without batch normalisation, its large weights representable in float16."""
    ours = copy.deepcopy(network).eval()
    for module in list(ours.modules()):
        if isinstance(module, nn.Sequential):
            _fold(module)
    with torch.no_grad():
        for parameter in ours.parameters():
            if parameter.numel() >= LARGE:
                parameter.copy_(parameter.half().float())
    return ours


def _fold(chain: nn.Sequential) -> None:
    for index in range(len(chain) - 1):
        convolution, norm = chain[index], chain[index + 1]
        if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            chain[index] = fuse_conv_bn_eval(convolution, norm)
            chain[index + 1] = nn.Identity()


def weights(network: nn.Module) -> dict[str, NDArray[Any]]:
    """Everything that decides what the network says."""
    state = network.state_dict()
    return {name: value.numpy() for name, value in state.items() if not name.endswith("num_batches_tracked")}


def restored(network: NetworkT, arrays: dict[str, NDArray[Any]]) -> NetworkT:
    """The network with weights from `weights`, in evaluation mode.

    Raises:
        ConfigError: they belong to another network.
    """
    try:
        found = network.load_state_dict({name: torch.from_numpy(value) for name, value in arrays.items()}, strict=False)
    except RuntimeError as error:
        raise ConfigError(f"weights of another network: {error}; run saiken-train fit again") from error
    missing = [name for name in found.missing_keys if not name.endswith("num_batches_tracked")]
    if missing or found.unexpected_keys:
        raise ConfigError(f"weights of another network: {[*missing, *found.unexpected_keys]}; run the fit again")
    return network.eval()
