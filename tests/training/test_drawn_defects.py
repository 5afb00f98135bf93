"""Drawn defects change the middle of a patch, and nothing leaves 0..1; jitter is another light only."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from training.contrastive import patch_px
from training.drawn_defects import draw_defect, jitter
from training.tower import LEVELS, PARTS

SIDES = pytest.mark.parametrize("side", [patch_px(PARTS), patch_px(LEVELS)])


def _patch(side: int, seed: int = 3) -> NDArray[np.float32]:
    return np.random.default_rng(seed).random((side, side), np.float32) * np.float32(0.5) + np.float32(0.25)


@SIDES
def test_a_defect_changes_a_small_part_near_the_middle(side: int) -> None:
    patch, foreign = _patch(side), [_patch(side, 9)]
    before = patch.copy()
    for seed in range(60):
        bad = draw_defect(patch, np.random.default_rng(seed), foreign)
        change = np.abs(bad - patch)
        assert bad.dtype == np.float32
        assert 0 <= bad.min() <= bad.max() <= 1
        assert 0 < (change > 0.02).mean() < 0.5 * (59 / side) ** 2
        middle = [float((change.sum(axis) * np.arange(side)).sum() / change.sum()) for axis in (1, 0)]
        assert np.abs(np.array(middle) - side // 2).max() < 20
    assert np.array_equal(patch, before)


@SIDES
def test_a_defect_repeats_with_its_seed_and_differs_between_seeds(side: int) -> None:
    patch, foreign = _patch(side), [_patch(side, 9)]
    drawn = [draw_defect(patch, np.random.default_rng(seed), foreign) for seed in (1, 1, 2)]
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def test_without_foreign_material_there_is_still_a_defect() -> None:
    patch = _patch(59)
    for seed in range(20):
        assert np.abs(draw_defect(patch, np.random.default_rng(seed), []) - patch).max() > 0.02


def test_jitter_keeps_the_structure() -> None:
    patch = np.tile(np.linspace(0.2, 0.8, 59, dtype=np.float32), (59, 1))
    for seed in range(20):
        other = jitter(patch, np.random.default_rng(seed))
        assert other.dtype == np.float32
        assert 0 <= other.min() <= other.max() <= 1
        assert np.corrcoef(other.ravel(), patch.ravel())[0, 1] > 0.95
        assert not np.array_equal(other, patch)
