"""Drawn defects change the middle of a patch, and nothing leaves 0..1; jitter is another light only."""

from __future__ import annotations

import numpy as np

from training.drawn_defects import draw_defect, jitter


def _patch(seed: int = 3) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.random.default_rng(seed).random((59, 59), np.float32) * np.float32(0.5) + np.float32(0.25)


def test_a_defect_changes_a_small_part_of_the_patch() -> None:
    foreign = [_patch(9)]
    for seed in range(40):
        bad = draw_defect(_patch(), np.random.default_rng(seed), foreign)
        changed = np.abs(bad - _patch()) > 0.02
        assert bad.dtype == np.float32
        assert 0 <= bad.min() <= bad.max() <= 1
        assert 0 < changed.mean() < 0.5


def test_without_foreign_material_there_is_still_a_defect() -> None:
    for seed in range(10):
        assert np.abs(draw_defect(_patch(), np.random.default_rng(seed), []) - _patch()).max() > 0.02


def test_jitter_keeps_the_structure() -> None:
    patch = np.tile(np.linspace(0.2, 0.8, 59, dtype=np.float32), (59, 1))
    for seed in range(20):
        other = jitter(patch, np.random.default_rng(seed))
        assert 0 <= other.min() <= other.max() <= 1
        assert np.corrcoef(other.ravel(), patch.ravel())[0, 1] > 0.95
