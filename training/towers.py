"""The towers by name: which there are, which of their levels may be joined, and how one is stored and opened again."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from station.core.errors import ConfigError
from training.imagenet import NETWORKS, ImagenetTower, load_imagenet
from training.tower import LEVELS, PARTS, Metric, Tower, load_tower

AnyTower = Tower | ImagenetTower
GENERIC_TOWER = Path(__file__).parent / "towers" / "generic.safetensors"
# Levels to choose from, the usual ones first: registered parts, then textures, which need to be seen from afar.
_OURS = (("middle", "coarse"), PARTS, ("middle", "coarse", "deep"))
_OURS_TEXTURE = (("deep",), ("coarse", "deep"), ("middle", "coarse", "deep"))
_MOBILENET = (("block3", "block6", "block10"), ("block6", "block10"), ("block6", "block10", "block13"))
_MOBILENET_TEXTURE = (("block10", "block13"), ("block6", "block10", "block13"))
_SQUEEZENET = (("fire3", "fire4"), ("fire4",), ("fire3", "fire4", "fire8"))
_SQUEEZENET_TEXTURE = (("fire4", "fire8"), ("fire3", "fire4", "fire8"))


def open_tower(kind: str, backbone: str, seed: int, used: Sequence[str] = LEVELS) -> AnyTower:
    """The tower that a fit begins with.

    Args:
        kind: "generic", "tuned", "scratch" (fresh weights) or "imagenet".
        backbone: file or name of the weights; "" = the shipped generic tower.
        seed: of fresh weights.
        used: its levels; an ImageNet tower takes all that it has.

    Raises:
        ConfigError: no such file, or no tower in it.
    """
    if kind == "imagenet":
        if not backbone:
            raise ConfigError(
                "--tower imagenet: needs --backbone: a file with the weights, or mobilenet_v2 or squeezenet1_1"
            )
        return load_imagenet(backbone, imagenet_levels(backbone))
    if kind == "scratch":
        torch.manual_seed(seed)
        return Tower(PARTS)
    return load_tower(Path(backbone) if backbone else GENERIC_TOWER, PARTS if kind == "tuned" else used)


def imagenet_levels(backbone: str) -> tuple[str, ...]:
    """All levels of the network that a file or name promises."""
    choices = [*level_choices("imagenet", backbone, texture=False), *level_choices("imagenet", backbone, texture=True)]
    return tuple(dict.fromkeys(level for choice in choices for level in choice))


def level_choices(kind: str, backbone: str, *, texture: bool) -> tuple[tuple[str, ...], ...]:
    """Which levels may be joined, the usual ones first."""
    if kind == "imagenet":
        if "squeeze" in Path(backbone).name.lower():
            return _SQUEEZENET_TEXTURE if texture else _SQUEEZENET
        return _MOBILENET_TEXTURE if texture else _MOBILENET
    if kind != "generic":
        return _OURS[:2]  # the deep level is not trained on the user's parts
    return _OURS_TEXTURE if texture else _OURS


def metric_choices(kind: str, *, texture: bool) -> tuple[Metric, ...]:
    """Which metrics to try, the usual one first. Within a place nothing can be learnt where places mean nothing."""
    return ("total", "within") if texture or kind == "imagenet" else ("within", "total")


def with_levels(tower: AnyTower, used: Sequence[str]) -> AnyTower:
    """A copy with the same weights, folded or not, in which only these levels are computed and joined.

    Raises:
        ConfigError: no level, or one that this tower does not join.
    """
    unknown = sorted(set(used) - set(tower.used))
    if unknown or not used:
        raise ConfigError(
            f"--levels: {f'unknown {unknown}' if unknown else 'none'}; choose from {', '.join(tower.used)}"
        )
    ours = copy.deepcopy(tower)
    if isinstance(ours, ImagenetTower):
        places = NETWORKS[ours.network].levels
        ours.used = tuple(name for name in places if name in used)
        ours.features = nn.Sequential(*list(ours.features)[: places[ours.used[-1]].part + 1])
        return ours
    ours.used = tuple(name for name in LEVELS if name in used)
    if "deep" not in used:
        ours.deep = None
    return ours


def facts_of(tower: AnyTower) -> dict[str, Any]:
    """What must be stored beside the weights to build the network again."""
    network = tower.network if isinstance(tower, ImagenetTower) else "saiken"
    return {"network": network, "levels": list(tower.used)}


def empty_tower(facts: Mapping[str, Any]) -> AnyTower:
    """A tower of that shape, its weights to be filled in."""
    used = tuple(facts.get("levels", PARTS))
    network = str(facts.get("network", "saiken"))
    return ImagenetTower(network, used) if network in NETWORKS else Tower(used)
