"""How the verifier compares: which levels, which metric, which bank, how many cells count. Found on held-out parts.

Everything is judged on whole pictures, without a screener: good parts held out from the bank against frames with
synthetic defects. The networks run once; all ways of comparing are tried on the same descriptors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from station.core.config import Section
from station.engine.vision.bank import Bank, GlobalBank, PlaceBank
from station.engine.vision.bank_building import build_global_bank, build_place_bank
from station.engine.vision.resampling import Floats
from training.metrics import auroc, tpr_at_fpr
from training.reduction import principal_directions
from training.tower import Metric
from training.towers import AnyTower

Evidence = dict[str, str | int | float]
Maps = list[Tensor]  # per level float16 [n, gh, gw, C]
COUNTED = (10, 25)  # cells whose mean is the part's distance; the usual number first
_CLEARLY = 0.03  # better than the usual way, or the usual one stays: synthetic defects are not the real ones
_POOL, _GLOBAL = 8_000, 1_500  # descriptors that a global bank is chosen from, and chosen, while searching


class Comparison(Section, frozen=True):
    """How descriptors are made and compared."""

    levels: tuple[str, ...]
    metric: Metric = "within"
    bank: Literal["place", "global"] = "place"
    m: int = 1

    def __str__(self) -> str:
        return f"{'+'.join(self.levels)}, metric {self.metric}, {self.bank} bank, {self.m} cells"


@dataclass(frozen=True)
class Described:
    """Level maps of the parts that make the bank, of held-out good ones, and of spoilt ones."""

    names: tuple[str, ...]  # of the levels
    bank: Maps
    good: Maps
    spoilt: Maps
    outside: NDArray[np.bool_] | None = None  # cells [gh, gw] that are not the part


def level_maps(tower: AnyTower, pictures: Sequence[Floats]) -> Maps:
    """Levels of whole pictures (padded as the recipe says), each float16 [n, gh, gw, C]: equal to patch by patch."""
    found: list[tuple[Tensor, ...]] = []
    with torch.inference_mode():
        for picture in pictures:
            levels = tower.levels(torch.from_numpy(np.ascontiguousarray(picture))[None, None])
            found.append(tuple(level[0].permute(1, 2, 0).half() for level in levels))
    return [torch.stack(level) for level in zip(*found, strict=True)]


def choose_comparison(
    described: Described,
    ways: Sequence[Comparison],
    dims: int,
    neighbourhood: int,
    counted: Sequence[int] = COUNTED,
) -> tuple[Comparison, float, Evidence]:
    """Try all ways and take the best; the first is the usual one and stays unless another is clearly better.

    Args:
        described: what the tower sees.
        ways: to try.
        dims: numbers per descriptor.
        neighbourhood: of a place bank, cells.
        counted: numbers of cells whose mean is the part's distance; all are tried with each way.

    Returns:
        The way, its value (`separation`), and the evidence for the report.
    """
    tried: dict[Comparison, float] = {}
    for way in ways:
        good, spoilt = compare(described, way, dims, neighbourhood)
        for m in counted:
            tried[msgspec.structs.replace(way, m=m)] = separation(highest_mean(good, m), highest_mean(spoilt, m))
    first = next(iter(tried))
    best = max(tried, key=lambda way: tried[way])
    chosen = best if tried[best] > tried[first] + _CLEARLY else first
    return chosen, tried[chosen], {f"separation, {way}": round(value, 4) for way, value in tried.items()}


def compare(described: Described, way: Comparison, dims: int, neighbourhood: int) -> tuple[Floats, Floats]:
    """Distances of all cells of the good and of the spoilt parts, each [n, gh, gw]."""
    which = [described.names.index(level) for level in way.levels]
    bank_maps, good, spoilt = ([maps[i] for i in which] for maps in (described.bank, described.good, described.spoilt))
    directions = principal_directions(bank_maps, dims, way.metric)
    reduced = [directions.apply(maps).numpy() for maps in (bank_maps, good, spoilt)]
    bank = open_search_bank(reduced[0], way.bank, neighbourhood)
    answers = []
    for maps in reduced[1:]:
        distance = np.stack([bank.nearest(one[None], np.zeros((1, 2), np.intp)).distance[0] for one in maps])
        if described.outside is not None:
            distance[:, described.outside] = 0
        answers.append(distance)
    return answers[0], answers[1]


def open_search_bank(maps: Floats, kind: str, neighbourhood: int) -> Bank:
    """A bank of descriptors [n, gh, gw, D], smaller than the one that ships."""
    if kind == "global":
        tensors = build_global_bank(maps, _GLOBAL, _POOL)
        descriptors, golden, place = (tensors[f"bank.{name}"] for name in ("descriptors", "golden", "place"))
        return GlobalBank(descriptors.astype(np.float32), golden.astype(np.int32), place.astype(np.int32))
    tensors = build_place_bank(maps, len(maps))
    return PlaceBank(
        tensors["bank.descriptors"].astype(np.float32), tensors["bank.golden"].astype(np.int32), neighbourhood
    )


def highest_mean(distances: Floats, m: int) -> Floats:
    """Mean of the m highest cells of each part, [n] from [n, gh, gw]."""
    flat = distances.reshape(len(distances), -1)
    m = min(m, flat.shape[1])
    return np.asarray(np.partition(flat, -m, axis=1)[:, -m:].mean(axis=1), np.float32)


def separation(good: Floats, bad: Floats) -> float:
    """How well scores tell spoilt from good parts, 0..1: AUROC and the share found while few good ones are rejected.

    The limit will stand at the highest good scores, so a score with a long tail is useless however well it ranks in
    the middle; the share alone would rest on a handful of parts.
    """
    scores, labels = np.concatenate([good, bad]), np.repeat([False, True], [len(good), len(bad)])
    found = float(np.mean([tpr_at_fpr(scores, labels, rate) for rate in (0.0, 0.025, 0.05, 0.1)]))
    return (auroc(scores, labels) + found) / 2
