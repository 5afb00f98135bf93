"""Choices made on good parts held out from learning, with synthetic defects in them: where to look, how to decide.

The verifier has looked everywhere once; what a screener's choice of candidates would have seen of it is read from
those maps. So every ranking, every number of candidates and every fusion is tried in no time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from station.core.recipe import CELL, DecisionSpec, Recipe, ScreenSpec
from station.engine.vision.candidates import Candidates, CandidateSelector
from station.engine.vision.decision import fuse_part, part_distance
from station.engine.vision.resampling import Floats
from station.engine.vision.session import Session
from station.engine.vision.stages import Screened, Screener, part_mask
from training.comparing import separation

Tensors = dict[str, NDArray[np.generic]]
Evidence = dict[str, str | int | float]
Place = tuple[int, int]
_FLOORS = (1.0, 4.0)  # of the median spread: the whitening's floor
_RANKS = ("z", "raw", "both")
_FUSIONS = ("distance", "sum", "max")  # the simplest first
_CLEARLY = (
    0.1  # better than the distance alone, or that stays: synthetic defects are easier for a screener than real ones
)
_AS_GOOD = 0.004  # a smaller number of candidates may cost this much
_FEW = 12  # held-out parts from which choices can be made
_LEAST_SPREAD = 1e-3  # of nearly identical parts: less would make rounding decide
_MOST = 48  # candidates, where they are not chosen
_OVERFLOW = 4.0  # times as many cells above the level as any good part has


class Looked(NamedTuple):
    """One picture, and how far each of its cells is from golden patches."""

    picture: Floats  # [h, w]
    distances: Floats  # [gh, gw]


class HeldOut(NamedTuple):
    """What choices are made on."""

    good: Sequence[Looked]
    bad: Sequence[Looked]  # with synthetic defects
    mask: NDArray[np.generic] | None  # tensor "mask"; None = the whole picture is the part


@dataclass(frozen=True)
class Trial:
    """One way of choosing candidates and fusing, and what it is worth."""

    recipe: Recipe
    whitening: Tensors
    value: float
    name: str


def choose_cascade(
    recipe: Recipe,
    whitenings: Mapping[str, Tensors],
    vae: Session,
    held_out: HeldOut,
    counts: Sequence[int],
) -> tuple[Recipe, Tensors, Evidence]:
    """Take whitening, ranking, number of candidates and fusion by what they find.

    The number of candidates is the smallest that finds nearly as much as the best; its loss against looking
    everywhere stands in the evidence.

    Args:
        recipe: complete but for these choices.
        whitenings: tensors "screen.*" by the kind of whitening.
        vae: the screener's network.
        held_out: good parts and such with synthetic defects.
        counts: numbers of candidates to choose from.

    Returns:
        The recipe with its choices and standardisation (limit still open), the whitening's tensors, the evidence.
    """
    if len(held_out.good) < _FEW:
        return _unsearched(recipe, whitenings, vae, held_out, counts)
    fixed: Tensors = {} if held_out.mask is None else {"mask": held_out.mask}
    trials: list[Trial] = []
    for whitening, tensors in whitenings.items():
        for floor in _FLOORS:
            one = _whitened(recipe, whitening, tensors, floor)
            trials += _trials(one, {**fixed, **tensors}, vae, held_out, counts)
    best = _simplest_of_the_best(trials)
    everywhere = separation_everywhere(best.recipe, held_out)
    evidence: Evidence = {f"cascade, {trial.name}": round(trial.value, 4) for trial in trials}
    evidence |= {"cascade": best.name, "separation, cascade": best.value, "separation, looking everywhere": everywhere}
    whitening_tensors = {name: tensor for name, tensor in best.whitening.items() if name != "mask"}
    return best.recipe, whitening_tensors, evidence


def _whitened(recipe: Recipe, whitening: str, tensors: Tensors, floor: float) -> Recipe:
    """The recipe with this kind of whitening, its floor in units of the median spread."""
    spread = float(np.median(tensors["screen.std"].astype(np.float64)))
    changes = {"whitening": whitening, "eps": max(1e-4, floor * spread)}
    screen = msgspec.convert(msgspec.to_builtins(recipe.screen) | changes, ScreenSpec)
    return msgspec.structs.replace(recipe, screen=screen)


def _unsearched(
    recipe: Recipe, whitenings: Mapping[str, Tensors], vae: Session, held_out: HeldOut, counts: Sequence[int]
) -> tuple[Recipe, Tensors, Evidence]:
    """Few parts know little of the spread at each place: candidates by the plain residual, and many of them."""
    whitening = whitenings["per_intensity"]
    count = counts[0] if len(counts) == 1 else min(_MOST, 3 * counts[-1] // 2)  # a single one was asked for
    candidates = msgspec.structs.replace(recipe.candidates, rank="raw", count=count)
    plain = _whitened(recipe, "per_intensity", whitening, _FLOORS[0])
    one = msgspec.structs.replace(plain, candidates=candidates)
    tensors = dict(whitening) if held_out.mask is None else {**whitening, "mask": held_out.mask}
    screener, selector = Screener(one, tensors, vae), CandidateSelector(one, part_mask(one, tensors))
    numbers = np.array([_z_and_d(one, selector, look, screener.screen(look.picture)) for look in held_out.good])
    chosen = msgspec.structs.replace(one, decision=standardised(numbers, _FUSIONS[0]))
    return chosen, dict(whitening), {"cascade": f"{len(held_out.good)} held-out parts are too few to choose by"}


def _simplest_of_the_best(trials: Sequence[Trial]) -> Trial:
    """Fewest candidates first; of those as good as the best the first in the order of trying."""
    highest = max(trial.value for trial in trials)
    # Without any spoilt picture all values are NaN, and every trial is as good as another.
    enough = [trial for trial in trials if trial.value >= highest - _AS_GOOD] or trials
    fewest = min(trial.recipe.candidates.count for trial in enough)
    among = [trial for trial in trials if trial.recipe.candidates.count == fewest]
    best = max(among, key=lambda trial: trial.value)
    simple = [t for t in among if t.recipe.decision.fusion == _FUSIONS[0]]
    simplest = max(simple, key=lambda trial: trial.value, default=best)
    return best if best.value > simplest.value + _CLEARLY else simplest


def _trials(recipe: Recipe, tensors: Tensors, vae: Session, held_out: HeldOut, counts: Sequence[int]) -> list[Trial]:
    """All rankings, numbers of candidates and fusions under one whitening."""
    name = f"{recipe.screen.whitening}, floor {recipe.screen.eps:.2g}"
    screener = Screener(recipe, tensors, vae)
    groups = [[(look, _copied(screener.screen(look.picture))) for look in group] for group in held_out[:2]]
    trials = []
    for rank, count in product(_RANKS, counts):
        candidates = msgspec.structs.replace(recipe.candidates, rank=rank, count=count)
        one = msgspec.structs.replace(recipe, candidates=candidates)
        selector = CandidateSelector(one, part_mask(one, tensors))
        numbers = [np.array([_z_and_d(one, selector, *pair) for pair in group]) for group in groups]
        for fusion in _FUSIONS:
            decision = standardised(numbers[0], fusion)
            scores = [np.array([fuse_part(z, d, decision) for z, d in group], np.float32) for group in numbers]
            chosen = msgspec.structs.replace(one, decision=decision)
            trials.append(Trial(chosen, tensors, separation(*scores), f"{name}, {count} by {rank}, {fusion}"))
    return trials


def _copied(screened: Screened) -> Screened:
    """Its own arrays: sessions may reuse theirs."""
    return Screened(*(None if array is None else array.copy() for array in screened))  # type: ignore[arg-type]


def _z_and_d(recipe: Recipe, selector: CandidateSelector, look: Looked, screened: Screened) -> tuple[float, float]:
    """Highest z and distance of the part, as the candidates see them."""
    candidates = selector.select(screened.z, screened.raw)
    return float(candidates.z.max()), seen_distance(recipe, look.distances, candidates)


def seen_distance(recipe: Recipe, distances: Floats, candidates: Candidates) -> float:
    """The part's distance if only these candidates are compared; `distances` [gh, gw] are those of all cells."""
    side = recipe.verify.patch_cells
    blocks = np.stack([distances[row : row + side, column : column + side] for row, column in candidates.corners])
    return part_distance(blocks, candidates.corners, recipe.picture.grid, recipe.verify)


def separation_everywhere(recipe: Recipe, held_out: HeldOut) -> float:
    """What the verifier alone would be worth if it looked everywhere."""
    corner, grid, verify = np.zeros((1, 2), np.intp), recipe.picture.grid, recipe.verify
    good, bad = (
        np.array([part_distance(look.distances[None], corner, grid, verify) for look in group], np.float32)
        for group in held_out[:2]
    )
    return separation(good, bad)


def standardised(numbers: NDArray[np.floating[Any]], fusion: str) -> DecisionSpec:
    """Mean and spread of z and distance [n, 2] of good parts: both then count alike."""
    mean, std = numbers.mean(axis=0, dtype=np.float64), numbers.std(axis=0, dtype=np.float64)
    std = np.maximum(std, _LEAST_SPREAD)
    return msgspec.convert(
        {
            "limit": 0.0,
            "fusion": fusion,
            "z_mean": float(mean[0]),
            "z_std": float(std[0]),
            "d_mean": float(mean[1]),
            "d_std": float(std[1]),
        },
        DecisionSpec,
    )


def suspects(recipe: Recipe, tensors: Tensors, vae: Session, pictures: Sequence[Floats]) -> list[list[Place]]:
    """For each good picture the middles (x, y) of the screener's candidates: its over-detections."""
    screener = Screener(recipe, tensors, vae)
    selector = CandidateSelector(recipe, part_mask(recipe, tensors))
    half = recipe.verify.patch_cells * CELL // 2
    places = []
    for picture in pictures:
        screened = screener.screen(picture)
        corners = selector.select(screened.z, screened.raw).corners
        places.append([(int(column) * CELL + half, int(row) * CELL + half) for row, column in corners])
    return places


def overflow(recipe: Recipe, tensors: Tensors, vae: Session, pictures: Sequence[Floats]) -> tuple[float, int]:
    """Level and number of cells beyond which everything is wrong: far beyond what any good part shows.

    The level is the highest z of most good parts; four times as many cells above it as in the worst good part, and
    at least as many as all candidates cover, is no finding that a few patches could clear.
    """
    screener = Screener(recipe, tensors, vae)
    selector = CandidateSelector(recipe, part_mask(recipe, tensors))
    cells = np.stack([selector.cell_maximum(screener.screen(picture).z) for picture in pictures])
    level = float(np.quantile(cells.reshape(len(cells), -1).max(axis=1), 0.9))
    above = int((cells > level).reshape(len(cells), -1).sum(axis=1).max())
    covered = recipe.candidates.count * recipe.verify.patch_cells**2
    return level, max(int(_OVERFLOW * above), covered)
