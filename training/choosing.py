"""Choices made on good parts held out from learning, with synthetic defects in them.

First where to look: whitening floor and ranking whose candidates hit most defects. Then how to pool and fuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import msgspec
import numpy as np
from numpy.typing import NDArray

from station.core.recipe import CELL, DecisionSpec, Recipe, VerifySpec
from station.engine.vision.candidates import CandidateSelector
from station.engine.vision.decision import block_distance, fuse
from station.engine.vision.detector import Detector
from station.engine.vision.resampling import Floats
from station.engine.vision.stages import Screener, part_mask
from training.defects import Spoilt, draw_place, interest, spoil
from training.metrics import tpr_at_fpr
from training.progress import Progress
from training.sessions import TorchSession
from training.vae import Vae

Tensors = dict[str, NDArray[np.generic]]
Evidence = dict[str, str | int | float]
_SPOILT_PER_PART = 3
_FLOORS = (1.0, 4.0)  # of the median spread; the whitening's floor
_RANKS = ("z", "raw", "both")
_STATISTICS = (("max", 1), ("mean", 4))
_FUSIONS = ("distance", "sum", "max")  # the simplest first
_CLEARLY = 0.02  # more defects found than by the simplest way


@dataclass(frozen=True)
class Looked:
    """What screener and verifier say about one picture's candidates."""

    z: Floats  # [k]
    distances: Floats  # [k, c, c]


@dataclass(frozen=True)
class Choice:
    """The chosen way of pooling and fusing."""

    verify: VerifySpec
    decision: DecisionSpec


def look(detector: Detector, picture: Floats) -> Looked:
    """Both looks at one inspection picture [h, w], without a decision."""
    screened = detector.screener.screen(picture)
    candidates = detector.selector.select(screened.z, screened.raw)
    descriptors = detector.verifier.describe(picture, candidates.corners)
    return Looked(candidates.z, detector.verifier.compare(descriptors, candidates.corners).distance)


def spoilt_copies(pictures: NDArray[np.float32], part: NDArray[np.generic] | None, seed: int) -> list[Spoilt]:
    """Some copies of each good picture [n, h, w], each with one synthetic defect on the part."""
    rng = np.random.default_rng(seed)
    weight = interest(pictures, part)
    copies = []
    for picture in pictures:
        for _ in range(_SPOILT_PER_PART):
            donor = pictures[int(rng.integers(len(pictures)))]
            copies.append(spoil(picture, donor, draw_place(weight, rng), rng))
    return copies


def choose_screen(recipe: Recipe, tensors: Tensors, vae: Vae, spoilt: Sequence[Spoilt]) -> tuple[Recipe, Evidence]:
    """Take the whitening floor and the ranking whose candidates cover most synthetic defects.

    Returns:
        The recipe with both set, and the share of defects that each way covers.
    """
    floor = float(np.median(tensors["screen.std"].astype(np.float64)))
    tried: dict[str, tuple[float, Recipe]] = {}
    for share, rank in product(_FLOORS, _RANKS):
        screen = msgspec.structs.replace(recipe.screen, eps=max(1e-4, share * floor))
        candidates = msgspec.structs.replace(recipe.candidates, rank=rank)
        one = msgspec.structs.replace(recipe, screen=screen, candidates=candidates)
        tried[f"{rank}, floor {share:g}"] = (_covered(one, tensors, vae, spoilt), one)
    best = max(tried, key=lambda name: tried[name][0])
    evidence: Evidence = {f"defects looked at, {name}": round(value, 3) for name, (value, _) in tried.items()}
    return tried[best][1], {"screen": best, **evidence}


def _covered(recipe: Recipe, tensors: Tensors, vae: Vae, spoilt: Sequence[Spoilt]) -> float:
    """Share of the defects whose middle lies in one of the candidates."""
    screener = Screener(recipe, tensors, TorchSession(vae, recipe.vae))
    selector = CandidateSelector(recipe, part_mask(recipe, tensors))
    side, hits = recipe.verify.patch_cells, 0
    for one in spoilt:
        screened = screener.screen(one.picture)
        corners = selector.select(screened.z, screened.raw).corners
        offset = np.array([one.place[1] // CELL, one.place[0] // CELL]) - corners
        hits += bool(((offset >= 0) & (offset < side)).all(axis=1).any())
    return hits / max(1, len(spoilt))


def choose_decision(
    detector: Detector, pictures: NDArray[np.float32], spoilt: Sequence[Spoilt], progress: Progress
) -> tuple[Choice, Evidence]:
    """Try every way of pooling and fusing on good pictures [n, h, w] and spoilt copies.

    What counts is the share of defects found while few good parts are rejected: the limit will stand at the highest
    good scores, so a score with a long tail is useless however well it ranks in the middle. The simplest way (the
    distance alone, of the worst cell) stays unless another finds clearly more.

    Returns:
        The choice with its standardisation (limit still open), and the evidence for the report.
    """
    progress.stage("choices", len(pictures) + len(spoilt))
    looked = []
    for picture in [*pictures, *(one.picture for one in spoilt)]:
        looked.append(look(detector, picture))
        progress.advance()
    good = looked[: len(pictures)]
    labels = [False] * len(good) + [True] * len(spoilt)
    tried: dict[str, tuple[float, Choice]] = {}
    for (statistic, m), fusion in product(_STATISTICS, _FUSIONS):
        verify = msgspec.structs.replace(detector.recipe.verify, statistic=statistic, m=m)
        decision = _standardised(good, verify, fusion)
        value = found_at_few_rejects([part_score(one, verify, decision) for one in looked], labels)
        tried[f"{statistic} of {m}, {fusion}"] = (value, Choice(verify, decision))
    best = simplest = next(iter(tried))
    for name, (value, _) in tried.items():
        if value > max(tried[best][0], tried[simplest][0] + _CLEARLY):
            best = name
    evidence: Evidence = {f"defects found, {name}": round(value, 3) for name, (value, _) in tried.items()}
    return tried[best][1], {"decision": best, **evidence}


def found_at_few_rejects(scores: Sequence[float], bad: Sequence[bool]) -> float:
    """Mean share of bad parts found at false-reject rates of 0, 2.5, 5 and 10 %."""
    return float(np.mean([tpr_at_fpr(scores, bad, rate) for rate in (0.0, 0.025, 0.05, 0.1)]))


def part_score(one: Looked, verify: VerifySpec, decision: DecisionSpec) -> float:
    """The part's score T."""
    return float(fuse(one.z, block_distance(one.distances, verify), decision).max())


def _standardised(good: list[Looked], verify: VerifySpec, fusion: str) -> DecisionSpec:
    """Mean and spread of the highest z and the highest distance of good parts: both then count alike."""
    z = np.array([one.z.max() for one in good], np.float64)
    d = np.array([block_distance(one.distances, verify).max() for one in good], np.float64)
    return msgspec.convert(
        {
            "limit": 0.0,
            "fusion": fusion,
            "z_mean": float(z.mean()),
            "z_std": float(z.std()) + 1e-6,
            "d_mean": float(d.mean()),
            "d_std": float(d.std()) + 1e-6,
        },
        DecisionSpec,
    )


def suspects(recipe: Recipe, tensors: Tensors, vae: Vae, pictures: NDArray[np.float32]) -> list[list[tuple[int, int]]]:
    """For each good picture the middles (x, y) of the screener's candidates: its over-detections."""
    screener = Screener(recipe, tensors, TorchSession(vae, recipe.vae))
    selector = CandidateSelector(recipe, part_mask(recipe, tensors))
    half = recipe.verify.patch_cells * CELL // 2
    places = []
    for picture in pictures:
        screened = screener.screen(picture)
        corners = selector.select(screened.z, screened.raw).corners
        places.append([(int(column) * CELL + half, int(row) * CELL + half) for row, column in corners])
    return places
