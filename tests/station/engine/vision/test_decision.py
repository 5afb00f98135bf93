"""The decision: PASS only for a finite score within the limit."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.domain import Reason, Verdict
from station.core.errors import NotInspectedError
from station.core.recipe import DecisionSpec, VerifySpec
from station.engine.vision import reference
from station.engine.vision.decision import block_distance, decide, fuse_part, part_distance

Fusion = Literal["max", "sum", "distance", "screen"]


@pytest.mark.parametrize("fusion", ["max", "sum", "distance", "screen"])
def test_the_part_s_score_is_the_reference_s(fusion: Fusion) -> None:
    rng = np.random.default_rng(0)
    spec = DecisionSpec(limit=1.0, fusion=fusion, z_mean=2.0, z_std=0.5, d_mean=7.0, d_std=3.0)
    for _ in range(20):
        z, d = rng.normal(2, 1, 12).astype(np.float32), float(np.float32(rng.normal(7, 3)))
        slow = reference.part_score(z.tolist(), d, spec)
        assert math.isclose(fuse_part(float(z.max()), d, spec), slow, rel_tol=1e-9)


@pytest.mark.parametrize(("statistic", "m"), [("max", 1), ("max", 5), ("mean", 1), ("mean", 4), ("mean", 99)])
def test_the_part_s_distance_counts_overlapping_cells_once(statistic: Literal["max", "mean"], m: int) -> None:
    verify = VerifySpec(receptive_px=19, patch_cells=3, dims=4, statistic=statistic, m=m)
    everywhere = np.random.default_rng(2).random((6, 8), dtype=np.float32)
    corners = np.array([(0, 0), (1, 1), (3, 5), (0, 0)])
    blocks = np.stack([everywhere[row : row + 3, column : column + 3] for row, column in corners])
    cells = {
        (row + down, column + across): float(everywhere[row + down, column + across])
        for row, column in corners.tolist()
        for down in range(3)
        for across in range(3)
    }
    slow = reference.part_distance(cells, verify)
    assert part_distance(blocks, corners, (6, 8), verify) == pytest.approx(slow, abs=1e-6)
    blocks[1, 0, 0] = np.nan
    assert math.isnan(part_distance(blocks, corners, (6, 8), verify))


@pytest.mark.parametrize(("statistic", "m"), [("max", 1), ("max", 5), ("mean", 1), ("mean", 4), ("mean", 99)])
def test_a_block_s_distance_is_the_reference_s(statistic: Literal["max", "mean"], m: int) -> None:
    verify = VerifySpec(receptive_px=19, patch_cells=3, dims=4, statistic=statistic, m=m)
    cells = np.random.default_rng(1).random((5, 3, 3), dtype=np.float32)
    slow = [reference.block_distance(block.astype(np.float64), verify) for block in cells]
    assert np.allclose(block_distance(cells, verify), slow, atol=1e-6)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_part_passes_if_and_only_if_its_score_is_not_above_the_limit(score: float, limit: float) -> None:
    decided = decide(score, False, DecisionSpec(limit=limit))
    assert (decided.verdict is Verdict.PASS) == (score <= limit)
    assert decided.score == score
    assert decided.reason is (Reason.CLEAN if decided.verdict is Verdict.PASS else Reason.FINDING)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_not_finite_is_not_inspected(bad: float) -> None:
    with pytest.raises(NotInspectedError) as refused:
        decide(bad, False, DecisionSpec(limit=1.0))
    assert refused.value.reason is Reason.NOT_FINITE


def test_a_part_that_is_wrong_as_a_whole_has_a_reason_of_its_own() -> None:
    spec = DecisionSpec(limit=1.0)
    assert decide(2.0, False, spec, local=0.5).reason is Reason.LOGICAL
    assert decide(2.0, False, spec, local=1.5).reason is Reason.FINDING
    assert decide(0.5, False, spec, local=0.5).verdict is Verdict.PASS
    assert decide(2.0, True, spec, local=0.5).reason is Reason.OVERFLOW


def test_an_overflow_rejects_whatever_the_score() -> None:
    decided = decide(-5.0, True, DecisionSpec(limit=1.0))
    assert (decided.verdict, decided.reason) == (Verdict.REJECT, Reason.OVERFLOW)


@pytest.mark.parametrize(
    ("score", "verdict", "border"),
    [(0.4, Verdict.PASS, False), (0.9, Verdict.PASS, True), (1.0, Verdict.PASS, True), (1.1, Verdict.REJECT, False)],
)
def test_a_pass_in_the_grey_band_is_a_border_case(score: float, verdict: Verdict, border: bool) -> None:
    decided = decide(score, False, DecisionSpec(limit=1.0, grey_from=0.8))
    assert (decided.verdict, decided.border) == (verdict, border)
