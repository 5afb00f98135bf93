"""The whole detector against the slow reference, step by step recomputed from its own networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from station.core.domain import Reason, Verdict
from station.core.errors import NotInspectedError
from station.core.recipe import CandidateSpec, DecisionSpec, Recipe, ScreenSpec, VerifySpec
from station.engine.vision import reference
from station.engine.vision.detector import Detector, Inspection, outline
from station.engine.vision.evidence import encode_gallery
from station.engine.vision.preparation import pad_picture
from station.engine.vision.resampling import region_matrix, rigid

Make = Callable[..., Any]


def frame(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (48, 64)).astype(np.uint8)


@pytest.fixture
def detector_with(recipe_with: Make, tensors_for: Make, vae_for: Make, tower_for: Make) -> Callable[..., Detector]:
    """Makes a detector of a recipe with changes."""

    def make(**changes: Any) -> Detector:
        recipe = recipe_with(**changes)
        gallery = encode_gallery([np.full((48, 64), number / 10, np.float32) for number in range(9)])
        return Detector(recipe, tensors_for(recipe), vae_for(recipe), tower_for(recipe), gallery)

    return make


def slow_score(recipe: Recipe, tensors: dict[str, np.ndarray], seen: Inspection, tower: Any) -> float:
    """T, from the picture and the reconstruction alone."""
    picture, reconstruction = (values.astype(np.float64) for values in (seen.picture, seen.reconstruction))
    scale = recipe.screen.scale
    small = picture.reshape(48 // scale, scale, 64 // scale, scale).mean(axis=(1, 3))
    raw = reference.residual(small, reconstruction, recipe.screen.box)
    mean, std = (tensors[name].astype(np.float64) for name in ("screen.mean", "screen.std"))
    z = reference.whiten(raw, reconstruction, mean, std, recipe.screen)
    cells_z, cells_raw = reference.cell_maximum(z, scale), reference.cell_maximum(raw, scale)
    side = recipe.verify.patch_cells
    dense = tower.dense(pad_picture(seen.picture, recipe.verify))
    bank, golden = tensors["bank.descriptors"].astype(np.float64), tensors["bank.golden"]
    zs: list[float] = []
    looked: dict[tuple[int, int], float] = {}
    for row, column in reference.choose(cells_z, cells_raw, recipe.candidates, side):
        for down, across in np.ndindex(side, side):
            place = (row + down, column + across)
            if recipe.verify.bank == "place":
                near = reference.nearest_at_place(dense[place], place, bank, golden, recipe.verify.neighbourhood)
            else:
                near = reference.nearest_anywhere(dense[place], bank, golden)
            looked[place] = near.distance
        zs.append(float(cells_z[row : row + side, column : column + side].max()))
    return reference.part_score(zs, reference.part_distance(looked, recipe.verify), recipe.decision)


@pytest.mark.parametrize("fusion", ["sum", "max", "distance", "screen"])
@pytest.mark.parametrize(
    "kinds", [("place", "per_place"), ("global", "per_place"), ("place", "per_intensity")], ids=str
)
def test_the_score_is_the_reference_s(
    detector_with: Make, tensors_for: Make, tower_for: Make, fusion: str, kinds: tuple[str, str]
) -> None:
    bank, whitening = kinds
    detector = detector_with(
        verify=VerifySpec(receptive_px=19, patch_cells=2, dims=6, bank=bank, statistic="mean", m=3),
        screen=ScreenSpec(scale=2, box=3, whitening=whitening),
        decision=DecisionSpec(limit=2.0, fusion=fusion, z_mean=1.0, z_std=2.0, d_mean=2.0, d_std=0.5),
    )
    recipe = detector.recipe
    for seed in range(2):
        seen = detector.inspect(frame(seed))
        assert abs(seen.score - slow_score(recipe, tensors_for(recipe), seen, tower_for(recipe))) < 1e-3
        assert seen.verdict is (Verdict.PASS if seen.score <= 2.0 else Verdict.REJECT)


def test_the_same_frame_gives_bit_equal_numbers(detector_with: Callable[..., Detector]) -> None:
    detector = detector_with()
    first = detector.inspect(frame(0))
    kept = first.picture.copy(), first.z.copy(), first.distances.copy()
    detector.inspect(frame(1))
    again = detector.inspect(frame(0))
    assert (again.score, again.findings) == (first.score, first.findings)
    for now, before in zip((first.picture, first.z, first.distances), kept, strict=True):
        assert np.array_equal(now, before)  # an inspection stays valid after the next one


def test_findings_come_highest_first_and_are_confirmed_above_the_limit(detector_with: Callable[..., Detector]) -> None:
    alone = DecisionSpec(limit=0.0, fusion="distance")
    scores = [finding.score for finding in detector_with(decision=alone).inspect(frame()).findings]
    assert len(scores) == 5 and scores == sorted(scores, reverse=True)
    limit = (scores[1] + scores[2]) / 2
    seen = detector_with(decision=DecisionSpec(limit=limit, fusion="distance")).inspect(frame())
    assert [finding.confirmed for finding in seen.findings] == [True, True, False, False, False]
    assert (seen.cleared, seen.verdict, seen.reason) == (3, Verdict.REJECT, Reason.FINDING)
    assert seen.score == seen.findings[0].score


def test_a_mean_over_several_candidates_confirms_the_highest(detector_with: Callable[..., Detector]) -> None:
    many = VerifySpec(receptive_px=19, patch_cells=2, dims=6, statistic="mean", m=12)
    spec = DecisionSpec(limit=0.0, fusion="distance")
    seen = detector_with(verify=many, decision=spec).inspect(frame())
    assert seen.score < seen.findings[0].score  # twelve cells are more than one candidate has
    just_above = DecisionSpec(limit=(seen.score + seen.findings[0].score) / 2, fusion="distance")
    passed = detector_with(verify=many, decision=just_above).inspect(frame())
    assert (passed.verdict, passed.cleared) == (Verdict.PASS, 5)
    rejected = detector_with(verify=many, decision=DecisionSpec(limit=-1e6, fusion="distance")).inspect(frame())
    assert all(finding.confirmed for finding in rejected.findings)


def test_a_part_below_the_limit_passes_with_all_candidates_cleared(detector_with: Callable[..., Detector]) -> None:
    seen = detector_with(decision=DecisionSpec(limit=1e6)).inspect(frame())
    assert (seen.verdict, seen.reason, seen.cleared) == (Verdict.PASS, Reason.CLEAN, 5)


def test_when_everything_is_flagged_the_part_is_rejected(detector_with: Callable[..., Detector]) -> None:
    few = CandidateSpec(count=2, overflow_level=-1e6, overflow_cells=10)
    seen = detector_with(candidates=few, decision=DecisionSpec(limit=1e6)).inspect(frame())
    assert (seen.verdict, seen.reason) == (Verdict.REJECT, Reason.OVERFLOW)


@pytest.mark.parametrize("network", [0, 1], ids=["vae", "tower"])
def test_nan_from_a_network_is_not_inspected(
    recipe_with: Make, tensors_for: Make, vae_for: Make, tower_for: Make, network: int
) -> None:
    recipe = recipe_with(decision=DecisionSpec(limit=1e6))
    networks = vae_for(recipe), tower_for(recipe)
    detector = Detector(recipe, tensors_for(recipe), *networks)
    networks[network].answer_nan = True
    with pytest.raises(NotInspectedError) as refused:
        detector.inspect(frame())
    assert refused.value.reason is Reason.NOT_FINITE
    networks[network].answer_nan = False
    assert detector.inspect(frame()).verdict is Verdict.PASS


def test_the_stamps_are_in_order(detector_with: Callable[..., Detector]) -> None:
    seen = detector_with().inspect(frame())
    assert 0 < seen.screened_ns <= seen.verified_ns


def test_the_evidence_names_the_golden_part(detector_with: Callable[..., Detector]) -> None:
    detector = detector_with()
    seen = detector.inspect(frame())
    for finding in seen.findings:
        why = detector.why(seen, finding)
        assert why.finding == finding
        golden = np.frombuffer(why.golden.pixels, np.uint8)
        assert abs(int(golden[0]) - round(25.5 * finding.golden)) <= 2  # golden part n is a grey of n / 10


def test_closing_gives_back_both_networks(recipe_with: Make, tensors_for: Make, vae_for: Make, tower_for: Make) -> None:
    recipe = recipe_with()
    vae, tower = vae_for(recipe), tower_for(recipe)
    detector = Detector(recipe, tensors_for(recipe), vae, tower)
    assert detector.runtime == "NumPy"
    detector.close()
    assert vae.closed and tower.closed


def test_an_outline_lies_in_frame_pixels() -> None:
    assert outline((8, 16, 16, 8), rigid(0, 100, 50)) == ((107.5, 65.5), (123.5, 65.5), (123.5, 73.5), (107.5, 73.5))
    half = region_matrix((0, 0, 128, 96), 48, 64)  # two frame pixels per picture pixel
    assert outline((0, 0, 64, 48), half) == ((-0.5, -0.5), (127.5, -0.5), (127.5, 95.5), (-0.5, 95.5))
    turned = outline((0, 0, 8, 8), rigid(np.pi / 2, 0, 0))
    assert turned[1] == (0.5, 7.5)
