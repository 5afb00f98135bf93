"""Choices: what finds more defects wins, the simplest of the best stays, and scores are standardised on good parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from station.core.recipe import (
    CandidateSpec,
    DecisionSpec,
    FixtureSpec,
    FrameSpec,
    PictureSpec,
    PromiseSpec,
    Recipe,
    ScreenSpec,
    VerifySpec,
    tower_spec,
    vae_spec,
)
from station.engine.vision.candidates import Candidates
from station.engine.vision.decision import fuse_part
from station.engine.vision.stages import Screener
from training.choosing import HeldOut, Looked, choose_cascade, overflow, seen_distance, standardised, suspects
from training.sessions import TorchSession
from training.vae import Vae

Draw = Callable[..., NDArray[np.uint8]]
Floats = NDArray[np.float32]
FLAT = {"screen.mean": np.zeros((64, 64), np.float32), "screen.std": np.full((64, 64), 0.01, np.float32)}


class _Blank(Vae):
    """A screener that expects the mean part exactly."""

    def __init__(self, mean: Floats) -> None:
        super().__init__()
        self._mean = torch.from_numpy(mean)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return self._mean.expand_as(picture).clone()


def _recipe(m: int = 1) -> Recipe:
    verify = VerifySpec(43, 2, 8, statistic="max" if m == 1 else "mean", m=m)
    picture, screen = PictureSpec(64, 64), ScreenSpec(scale=1)
    return Recipe(
        name="disc",
        version="1",
        product="disc",
        frame=FrameSpec(64, 64),
        fixture=FixtureSpec("none", (0, 0, 64, 64)),
        picture=picture,
        verify=verify,
        decision=DecisionSpec(limit=0.0),
        promise=PromiseSpec(n=0, rank=1, mean=1.0, bound_95=1.0),
        vae=vae_spec(picture, screen),
        tower=tower_spec(verify, picture),
        screen=screen,
        candidates=CandidateSpec(count=4),
    )


@pytest.fixture(scope="module")
def pictures() -> Floats:
    """Good parts: noise about one mean part."""
    noise = np.random.default_rng(0).normal(0, 0.01, (12, 64, 64))
    return (0.5 + noise).astype(np.float32)


def _session(pictures: Floats) -> TorchSession:
    return TorchSession(_Blank(pictures.mean(0)), _recipe().vae)


def _spoilt(pictures: Floats, cells: Sequence[tuple[int, int]], contrast: float) -> Floats:
    """Each picture with one changed cell, at the given places in turn."""
    bad = pictures.copy()
    for number, picture in enumerate(bad):
        row, column = cells[number % len(cells)]
        picture[8 * row : 8 * row + 8, 8 * column : 8 * column + 8] += contrast
    return bad


def _distances(pictures: Floats, cells: Sequence[tuple[int, int]], distance: float) -> Floats:
    """What a good verifier sees: little everywhere, `distance` in the changed cell."""
    maps = np.random.default_rng(1).uniform(0.1, 0.3, (len(pictures), 8, 8)).astype(np.float32)
    for number, one in enumerate(maps):
        one[cells[number % len(cells)]] = max(distance, one[cells[number % len(cells)]])
    return maps


def _held_out(good: Floats, bad: Floats, cells: Sequence[tuple[int, int]], distance: float) -> HeldOut:
    looked = [
        [Looked(picture, one) for picture, one in zip(group, maps, strict=True)]
        for group, maps in ((good, _distances(good, cells, 0)), (bad, _distances(bad, cells, distance)))
    ]
    return HeldOut(looked[0], looked[1], None)


def _by_grey(std: float) -> dict[str, NDArray[Any]]:
    """A whitening by intensity that tells no grey value from another."""
    return {"screen.mean": np.zeros(32, np.float32), "screen.std": np.full(32, std, np.float32)}


CELLS = ((1, 2), (5, 5), (6, 1))


def test_the_fewest_candidates_that_find_as_much_are_taken_and_the_distance_alone_where_it_is_enough(
    pictures: Floats,
) -> None:
    held_out = _held_out(pictures, _spoilt(pictures, CELLS, 0.2), CELLS, 0.9)
    recipe, whitening, evidence = choose_cascade(
        _recipe(), {"per_place": FLAT}, _session(pictures), held_out, counts=(4, 8)
    )
    assert (recipe.candidates.count, recipe.decision.fusion) == (4, "distance")
    assert whitening == FLAT
    assert evidence["separation, cascade"] == evidence["separation, looking everywhere"] == 1.0
    assert len([name for name in evidence if name.startswith("cascade, ")]) == 2 * 3 * 2 * 3  # all that was tried
    assert evidence["cascade"] in {name.removeprefix("cascade, ") for name in evidence}


def test_where_the_verifier_is_blind_the_screener_decides_too(pictures: Floats) -> None:
    held_out = _held_out(pictures, _spoilt(pictures, CELLS, 0.2), CELLS, 0.0)
    recipe, _, evidence = choose_cascade(_recipe(), {"per_place": FLAT}, _session(pictures), held_out, counts=(4,))
    assert recipe.decision.fusion in {"sum", "max"}
    assert float(evidence["separation, cascade"]) > 0.9 > float(evidence["separation, looking everywhere"])


def test_more_candidates_are_taken_where_few_miss_defects(pictures: Floats) -> None:
    """The change is faint beside a spot that every good part has: few candidates look at spots only."""
    spots = [(0, 0), (0, 4), (4, 0), (4, 4)]
    speckled = pictures.copy()
    for row, column in spots:
        speckled[::2, 8 * row : 8 * row + 8, 8 * column : 8 * column + 8] += 0.3
    cells = ((2, 2), (6, 6), (2, 6))
    held_out = _held_out(speckled, _spoilt(speckled, cells, 0.04), cells, 0.9)
    recipe, _, _ = choose_cascade(_recipe(), {"per_place": FLAT}, _session(pictures), held_out, counts=(4, 12))
    assert recipe.candidates.count == 12


def test_the_better_whitening_is_taken(pictures: Floats) -> None:
    """Good parts differ at one spot; only the whitening by place knows that, and the verifier sees nothing."""
    speckled, spread = pictures.copy(), np.full((64, 64), 0.01, np.float32)
    speckled[::2, :16, :16] += 0.3
    spread[:24, :24] = 1.0
    ways = {"per_intensity": _by_grey(0.01), "per_place": {**FLAT, "screen.std": spread}}
    held_out = _held_out(speckled, _spoilt(speckled, ((5, 5), (6, 1)), 0.1), CELLS, 0.0)
    recipe, whitening, _ = choose_cascade(_recipe(), ways, _session(pictures), held_out, counts=(4,))
    assert recipe.screen.whitening == "per_place"
    assert whitening == ways["per_place"]


def test_few_held_out_parts_choose_nothing_but_their_own_mean_and_spread(pictures: Floats) -> None:
    few = pictures[:4]
    held_out = _held_out(few, _spoilt(few, CELLS, 0.2), CELLS, 0.9)
    ways = {"per_intensity": _by_grey(0.01), "per_place": FLAT}
    recipe, whitening, evidence = choose_cascade(_recipe(), ways, _session(pictures), held_out, counts=(4, 8))
    assert whitening == ways[recipe.screen.whitening]
    assert recipe.candidates.count >= 8
    assert recipe.decision.fusion == "distance"
    asked, _, _ = choose_cascade(_recipe(), ways, _session(pictures), held_out, counts=(4,))
    assert asked.candidates.count == 4
    assert not [name for name in evidence if name.startswith("cascade, ")]
    highest = [float(look.distances.max()) for look in held_out.good]
    assert recipe.decision.d_mean <= max(highest)
    assert recipe.decision.d_std > 0


def test_nothing_outside_the_part_is_looked_at(pictures: Floats) -> None:
    mask = np.zeros((8, 8), np.uint8)
    mask[4:, 4:] = 1
    tensors = {**FLAT, "mask": mask}
    places = suspects(_recipe(), tensors, _session(pictures), list(_spoilt(pictures, [(1, 1)], 0.5)))
    assert len(places) == 12
    for one in places:
        assert 1 <= len(one) <= 4
        assert all(x > 24 and y > 24 for x, y in one)  # a block touches the part


@pytest.mark.parametrize("m", [1, 3, 50])
def test_the_distance_seen_is_that_of_the_candidates_cells(m: int) -> None:
    """Against the obvious reference: collect the cells that some candidate covers, sort, average the m highest."""
    rng = np.random.default_rng(m)
    distances = rng.random((8, 8)).astype(np.float32)
    corners = np.array([(0, 0), (1, 1), (5, 6), (6, 6)])  # two pairs overlap
    cells = {(r + i, c + j) for r, c in corners.tolist() for i in range(2) for j in range(2)}
    highest = sorted((float(distances[cell]) for cell in cells), reverse=True)[:m]
    candidates = Candidates(corners, np.zeros(4, np.float32), overflow=False)
    assert seen_distance(_recipe(m), distances, candidates) == pytest.approx(sum(highest) / len(highest))


def test_good_parts_have_mean_zero_and_spread_one_after_standardising() -> None:
    numbers = np.random.default_rng(0).normal((7, 0.2), (3, 0.01), (50, 2))
    for fusion, column in (("screen", 0), ("distance", 1)):
        decision = standardised(numbers, fusion)
        scores = [fuse_part(*pair, decision) for pair in numbers.tolist()]
        assert np.mean(scores) == pytest.approx(0, abs=1e-3)
        assert np.std(scores) == pytest.approx(1, abs=1e-3)
        assert np.argmax(scores) == np.argmax(numbers[:, column])
    assert standardised(np.ones((5, 2)), "sum").z_std > 0  # parts that are all alike divide by nothing


def test_overflow_is_far_beyond_what_good_parts_show(pictures: Floats) -> None:
    recipe, session = _recipe(), _session(pictures)
    level, cells = overflow(recipe, FLAT, session, list(pictures))
    maxima = []
    for picture in pictures:  # the obvious reference: highest z of each cell
        z = Screener(recipe, FLAT, session).screen(picture).z
        maxima.append([z[8 * r : 8 * r + 8, 8 * c : 8 * c + 8].max() for r in range(8) for c in range(8)])
    assert level == pytest.approx(np.quantile(np.max(maxima, axis=1), 0.9))
    assert cells >= recipe.candidates.count * recipe.verify.patch_cells**2
    assert cells >= 4 * max(sum(value > level for value in one) for one in maxima)
