"""Candidates: the reference's choice, apart from each other, and too much is never silently cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.core.recipe import CandidateSpec, Recipe, ScreenSpec, VerifySpec
from station.engine.vision import reference
from station.engine.vision.candidates import CandidateSelector

Make = Callable[..., Recipe]


def maps(recipe: Recipe, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=recipe.screen_size).astype(np.float32), rng.random(recipe.screen_size, dtype=np.float32)


@pytest.mark.parametrize("rank", ["z", "raw", "both"])
@pytest.mark.parametrize(("scale", "block", "apart"), [(1, 1, 0), (2, 2, 8), (2, 4, 16), (4, 3, 24)])
def test_the_choice_is_the_reference_s(recipe_with: Make, rank: str, scale: int, block: int, apart: int) -> None:
    recipe = recipe_with(
        screen=ScreenSpec(scale=scale),  # type: ignore[arg-type]
        verify=VerifySpec(receptive_px=19, patch_cells=block, dims=4),
        candidates=CandidateSpec(count=7, suppression_px=apart, rank=rank),  # type: ignore[arg-type]
    )
    for seed in range(5):
        z, raw = maps(recipe, seed)
        cells_z, cells_raw = (reference.cell_maximum(values.astype(np.float64), scale) for values in (z, raw))
        slow = reference.choose(cells_z, cells_raw, recipe.candidates, block)
        chosen = CandidateSelector(recipe).select(z, raw)
        assert [tuple(corner) for corner in chosen.corners.tolist()] == slow
        highest = [cells_z[row : row + block, column : column + block].max() for row, column in slow]
        assert np.allclose(chosen.z, highest)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixture only makes recipes
@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(0, 3))
def test_blocks_lie_inside_and_peaks_apart(recipe_with: Make, seed: int, count: int, apart: int) -> None:
    recipe = recipe_with(
        verify=VerifySpec(receptive_px=19, patch_cells=1, dims=4),
        candidates=CandidateSpec(count=count, suppression_px=8 * apart),
    )
    corners = CandidateSelector(recipe).select(*maps(recipe, seed)).corners
    assert 1 <= len(corners) <= count
    assert (corners >= 0).all() and (corners < recipe.picture.grid).all()
    gaps = np.abs(corners[:, None] - corners[None]).max(axis=2)
    assert (gaps[~np.eye(len(corners), dtype=bool)] > apart).all()


def test_of_equal_places_the_first_in_reading_order_wins(recipe_with: Make) -> None:
    recipe = recipe_with(verify=VerifySpec(receptive_px=19, patch_cells=1, dims=4))
    flat = np.zeros(recipe.screen_size, np.float32)
    chosen = CandidateSelector(recipe).select(flat, flat)
    assert chosen.corners.tolist() == [[0, 0], [0, 2], [0, 4], [0, 6], [2, 0]]


def test_a_peak_at_the_border_keeps_its_block_inside(recipe_with: Make) -> None:
    recipe = recipe_with(candidates=CandidateSpec(count=1))
    z = np.zeros(recipe.screen_size, np.float32)
    z[-1, -1] = 5
    chosen = CandidateSelector(recipe).select(z, z)
    assert chosen.corners.tolist() == [[4, 6]] and chosen.z.tolist() == [5]


def test_fewer_places_than_wanted_is_legal(recipe_with: Make) -> None:
    recipe = recipe_with(candidates=CandidateSpec(count=64, suppression_px=24))
    flat = np.zeros(recipe.screen_size, np.float32)
    assert len(CandidateSelector(recipe).select(flat, flat).corners) == 4  # a 6 x 8 grid, 4 cells apart


def test_only_the_part_is_looked_at(recipe_with: Make) -> None:
    recipe = recipe_with(verify=VerifySpec(receptive_px=19, patch_cells=1, dims=4))
    mask = np.zeros(recipe.picture.grid, bool)
    mask[2:4, 3:5] = True
    z, raw = maps(recipe)
    z[0, 0] = 100
    chosen = CandidateSelector(recipe, mask).select(z, raw)
    assert len(chosen.corners) == 1 and mask[tuple(chosen.corners[0])]
    assert chosen.z[0] < 100


@pytest.mark.parametrize(("cells", "overflow"), [(2, False), (3, True)])
def test_more_than_can_be_verified_is_an_overflow(recipe_with: Make, cells: int, overflow: bool) -> None:
    recipe = recipe_with(candidates=CandidateSpec(count=1, overflow_level=4.0, overflow_cells=2))
    z = np.zeros(recipe.screen_size, np.float32)
    for number in range(cells):
        z[0, 8 * number] = 5.0
    assert CandidateSelector(recipe).select(z, z).overflow is overflow
