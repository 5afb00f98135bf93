"""The two looks: finite or refused, and patches describe what the whole picture describes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest

from station.core.domain import Reason
from station.core.errors import BundleError, NotInspectedError
from station.core.recipe import Recipe
from station.engine.vision import reference
from station.engine.vision.preparation import pad_picture, screen_picture
from station.engine.vision.stages import Screener, Verifier, part_mask

Make = Callable[..., Any]


@pytest.fixture
def recipe(recipe_with: Make) -> Recipe:
    made: Recipe = recipe_with()
    return made


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).random((48, 64), dtype=np.float32)


def test_the_screener_s_maps_are_the_reference_s(
    recipe: Recipe, tensors_for: Make, vae_for: Make, picture: np.ndarray
) -> None:
    tensors = tensors_for(recipe)
    seen = Screener(recipe, tensors, vae_for(recipe)).screen(picture)
    small = screen_picture(picture, 2)
    assert np.array_equal(seen.picture, small)
    slow = reference.residual(small.astype(np.float64), seen.reconstruction.astype(np.float64), recipe.screen.box)
    assert np.abs(seen.raw - slow).max() < 1e-6
    mean, std = (tensors[name].astype(np.float64) for name in ("screen.mean", "screen.std"))
    z = reference.whiten(slow, seen.reconstruction.astype(np.float64), mean, std, recipe.screen)
    assert np.abs(seen.z - z).max() < 1e-3


def test_a_reconstruction_that_is_not_finite_is_not_inspected(
    recipe: Recipe, tensors_for: Make, vae_for: Make, picture: np.ndarray
) -> None:
    vae = vae_for(recipe)
    screener = Screener(recipe, tensors_for(recipe), vae)
    vae.answer_nan = True
    with pytest.raises(NotInspectedError, match="the screener's reconstruction is not finite") as refused:
        screener.screen(picture)
    assert refused.value.reason is Reason.NOT_FINITE


def test_descriptors_of_patches_are_those_of_the_whole_picture(
    recipe: Recipe, tensors_for: Make, tower_for: Make, picture: np.ndarray
) -> None:
    tower = tower_for(recipe)
    verifier = Verifier(recipe, tensors_for(recipe), tower)
    dense = tower.dense(pad_picture(picture, recipe.verify))
    assert dense.shape == (*recipe.picture.grid, recipe.verify.dims)
    corners = np.array([(0, 0), (2, 3), (4, 6), (1, 5)])
    for block, (row, column) in zip(verifier.describe(picture, corners), corners, strict=True):
        assert np.abs(block - dense[row : row + 2, column : column + 2]).max() <= 1e-5
    assert np.abs(verifier.describe_everywhere(picture) - dense).max() <= 1e-5


def test_many_patches_go_in_several_batches(
    recipe: Recipe, tensors_for: Make, tower_for: Make, picture: np.ndarray, replace: Make
) -> None:
    small = replace(recipe, tower=replace(recipe.tower, max_batch=5))
    tower = tower_for(small)
    many = Verifier(small, tensors_for(small), tower).describe_everywhere(picture)
    assert tower.batches == [5, 5, 2]  # 3 x 4 blocks cover the grid
    once = Verifier(recipe, tensors_for(recipe), tower_for(recipe)).describe_everywhere(picture)
    assert np.array_equal(many, once)


def test_descriptors_that_are_not_finite_are_not_inspected(
    recipe: Recipe, tensors_for: Make, tower_for: Make, picture: np.ndarray
) -> None:
    tower = tower_for(recipe)
    verifier = Verifier(recipe, tensors_for(recipe), tower)
    tower.answer_nan = True
    with pytest.raises(NotInspectedError, match="the verifier's answer is not finite") as refused:
        verifier.describe(picture, np.array([(0, 0)]))
    assert refused.value.reason is Reason.NOT_FINITE


def test_cells_outside_the_part_have_no_distance(
    recipe: Recipe, tensors_for: Make, tower_for: Make, picture: np.ndarray
) -> None:
    tensors = tensors_for(recipe)
    mask = np.zeros(recipe.picture.grid, np.uint8)
    mask[2:4, 2:6] = 1
    verifier = Verifier(recipe, tensors | {"mask": mask}, tower_for(recipe))
    everywhere = verifier.compare_everywhere(verifier.describe_everywhere(picture))
    assert np.array_equal(everywhere > 0, mask.astype(bool))
    corners = np.array([(1, 1)])
    assert np.array_equal(
        verifier.compare(verifier.describe(picture, corners), corners).distance[0] > 0, mask[1:3, 1:3].astype(bool)
    )


def test_statistics_for_another_picture_are_a_broken_bundle(recipe: Recipe, tensors_for: Make, vae_for: Make) -> None:
    tensors = tensors_for(recipe)
    for name in ("screen.mean", "screen.std"):
        tensors[name] = tensors[name][:10]
    with pytest.raises(BundleError, match=r"screen\.mean is \(10, 32\), not \(24, 32\)"):
        Screener(recipe, tensors, vae_for(recipe))


@pytest.mark.parametrize("mask", [np.ones((6, 7), np.uint8), np.zeros((6, 8), np.uint8)], ids=["size", "empty"])
def test_a_mask_that_does_not_fit_is_a_broken_bundle(recipe: Recipe, mask: np.ndarray) -> None:
    with pytest.raises(BundleError, match=r"calibration\.safetensors: mask is"):
        part_mask(recipe, {"mask": mask})


def test_looking_at_the_whole_picture_gives_the_patches_descriptors(
    recipe: Recipe, recipe_with: Make, tensors_for: Make, tower_for: Make, picture: np.ndarray
) -> None:
    """The small receptive field and valid convolutions make both ways of looking one."""
    whole: Recipe = recipe_with(verify=msgspec.structs.replace(recipe.verify, look="picture"))
    corners = np.array([(0, 0), (1, 3), (4, 6)])
    by_patch, at_once = (Verifier(one, tensors_for(one), tower_for(one)) for one in (recipe, whole))
    descriptors = at_once.describe(picture, corners)
    assert np.allclose(by_patch.describe(picture, corners), descriptors, atol=1e-5)
    everywhere = at_once.describe_everywhere(picture)
    assert everywhere.shape == (6, 8, 6)
    assert np.array_equal(everywhere[4:6, 6:8], descriptors[2])
