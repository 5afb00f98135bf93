"""The comparison of methods: each row is what it says, and maps lie where the frame is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from station.core.recipe import CandidateSpec, FixtureSpec, FrameSpec, Recipe
from station.engine.vision.ablation import ROWS, Ablation
from station.engine.vision.detector import Detector

Make = Callable[..., Any]


@pytest.fixture
def detector_with(recipe_with: Make, tensors_for: Make, vae_for: Make, tower_for: Make) -> Callable[..., Detector]:
    def make(**changes: Any) -> Detector:
        recipe: Recipe = recipe_with(**changes)
        return Detector(recipe, tensors_for(recipe), vae_for(recipe), tower_for(recipe))

    return make


def frame(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (48, 64)).astype(np.uint8)


def test_the_rows_are_the_detector_s_own_numbers(detector_with: Make) -> None:
    detector = detector_with()
    compared = Ablation(detector).compare(frame())
    seen = detector.inspect(frame())
    assert tuple(compared.scores) == ROWS and compared.maps == {}
    assert compared.scores["cascade"] == seen.score
    assert compared.scores["vae_raw"] == pytest.approx(float(seen.raw.max()))
    assert compared.scores["vae_whitened"] == pytest.approx(float(seen.z.max()))
    assert all(np.isfinite(list(compared.scores.values())))


def test_looking_everywhere_never_scores_less_than_the_cascade(detector_with: Make) -> None:
    ablation = Ablation(detector_with())
    for seed in range(4):
        scores = ablation.compare(frame(seed)).scores
        assert scores["whole_frame"] >= scores["cascade"] - 1e-4


def test_with_a_candidate_at_every_place_the_cascade_sees_the_whole_frame(detector_with: Make) -> None:
    everywhere = CandidateSpec(count=64, suppression_px=0)
    scores = Ablation(detector_with(candidates=everywhere)).compare(frame()).scores
    assert scores["cascade"] == pytest.approx(scores["whole_frame"], abs=1e-4)


def test_against_its_own_reconstruction_a_perfect_picture_has_no_distance(detector_with: Make) -> None:
    blank = np.full((48, 64), 100, np.uint8)  # its blurred reconstruction is itself
    scores = Ablation(detector_with()).compare(blank).scores
    assert scores["siamese_reconstruction"] < 1e-4
    assert scores["vae_raw"] < 1e-4


def test_maps_lie_in_the_frame_where_the_picture_was_cut_out(detector_with: Make) -> None:
    wide = {"frame": FrameSpec(100, 120), "fixture": FixtureSpec(kind="none", region=(40, 30, 64, 48))}
    big = np.random.default_rng(1).integers(0, 255, (100, 120)).astype(np.uint8)
    compared = Ablation(detector_with(**wide)).compare(big, want_maps=True)
    assert set(compared.maps) == set(ROWS)
    for row, values in compared.maps.items():
        assert values.shape == (100, 120) and values.dtype == np.float32, row
        outside = values.copy()
        outside[30:78, 40:104] = values.min()
        assert np.all(outside == values.min()), row
        assert values[30:78, 40:104].max() == values.max()


def test_in_the_cascade_s_map_what_was_verified_lies_above_what_was_not(detector_with: Make) -> None:
    compared = Ablation(detector_with()).compare(frame(), want_maps=True)
    looked = np.zeros((48, 64), bool)
    for finding in compared.inspection.findings:
        x, y, width, height = finding.box
        looked[y : y + height, x : x + width] = True
    centres = (slice(4, None, 8), slice(4, None, 8))
    values = compared.maps["cascade"][centres]
    assert values[looked[centres]].mean() > values[~looked[centres]].mean()
