"""The reference itself, on numbers small enough to check by hand."""

from __future__ import annotations

import numpy as np

from station.core.recipe import CandidateSpec, DecisionSpec, ScreenSpec, VerifySpec
from station.engine.vision import reference


def test_a_residual_is_the_mean_over_the_box() -> None:
    picture = np.zeros((3, 3))
    picture[1, 1] = 9
    assert reference.residual(picture, np.zeros((3, 3)), 3)[1, 1] == 1
    assert reference.residual(picture, np.zeros((3, 3)), 1)[1, 1] == 9
    assert reference.residual(picture, np.zeros((3, 3)), 3)[0, 0] == 4  # mirrored: the 9 is seen four times


def test_whitening_divides_by_the_spread() -> None:
    one = np.ones((1, 1))
    assert reference.whiten(3 * one, one, one, 0.5 * one, ScreenSpec(eps=0.5))[0, 0] == 2
    table = np.array([0.0, 1.0])
    assert reference.whiten(3 * one, 0.9 * one, table, table, ScreenSpec(eps=1, whitening="per_intensity"))[0, 0] == 1


def test_candidates_keep_apart() -> None:
    cells = np.array([[9.0, 8.0, 1.0, 7.0]])
    assert reference.choose(cells, cells, CandidateSpec(count=3, suppression_px=8), 1) == [(0, 0), (0, 3)]
    assert reference.choose(cells, cells, CandidateSpec(count=3, suppression_px=0), 1) == [(0, 0), (0, 1), (0, 3)]


def test_the_nearest_golden_may_lie_beside_the_place() -> None:
    bank = np.zeros((1, 3, 1, 1))
    bank[0, :, 0, 0] = (5, 9, 2)
    golden = np.array([[[10], [11], [12]]])
    assert reference.nearest_at_place(np.array([3.0]), (0, 1), bank, golden, 0) == (6.0, 11, (0, 1))
    assert reference.nearest_at_place(np.array([3.0]), (0, 1), bank, golden, 1) == (1.0, 12, (0, 2))
    assert reference.nearest_anywhere(np.array([4.0]), bank.reshape(3, 1), golden.ravel())[:2] == (1.0, 10)


def test_distances_and_scores_follow_the_recipe() -> None:
    cells = np.array([[1.0, 2.0], [3.0, 6.0]])
    verify = VerifySpec(receptive_px=19, patch_cells=2, dims=1, statistic="mean", m=2)
    assert reference.block_distance(cells, verify) == 4.5
    assert reference.block_distance(cells, VerifySpec(receptive_px=19, patch_cells=2, dims=1)) == 6
    scores = [
        reference.part_score([1, 4], 5, DecisionSpec(limit=0, fusion=fusion, d_mean=1, d_std=2, z_std=2))
        for fusion in ("sum", "max", "distance", "screen")
    ]
    assert scores == [4.0, 2.0, 2.0, 2.0]
    assert reference.part_distance({(0, 0): 1.0, (0, 1): 3.0, (5, 5): 6.0}, verify) == 4.5
