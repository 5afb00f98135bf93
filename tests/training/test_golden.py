"""Golden parts: whose descriptors stand in the bank, turned over where good parts are symmetrical."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from station.core.recipe import (
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
from station.engine.vision.bank import Nearest, open_bank
from training.golden import GoldenPart, GoldenPatches, Tensors, dense, flipped, padded
from training.settings import FitSettings
from training.tower import PARTS, Embedder, Tower

Pictures = NDArray[np.float32]
HEIGHT, WIDTH = 32, 48
BARELY = 5e-3  # distance that rounding to float16 makes


class _Pixels(nn.Module):
    """Each cell is described by its 64 pixels."""

    receptive_field = 8

    def forward(self, x: Tensor) -> Tensor:
        return functional.pixel_unshuffle(x, 8)


EMBEDDER = Embedder(_Pixels(), torch.eye(64), torch.zeros(64)).eval()


def _recipe(bank: str = "place", m: int = 4) -> Recipe:
    picture, screen = PictureSpec(HEIGHT, WIDTH), ScreenSpec(scale=1)
    facts: dict[str, Any] = {"bank": bank}
    verify = VerifySpec(8, 1, 64, neighbourhood=0, look="picture", statistic="mean", m=m, **facts)
    return Recipe(
        name="plate",
        version="1",
        product="plate",
        frame=FrameSpec(HEIGHT, WIDTH),
        fixture=FixtureSpec("none", (0, 0, WIDTH, HEIGHT)),
        picture=picture,
        verify=verify,
        decision=DecisionSpec(limit=0.0),
        promise=PromiseSpec(n=0, rank=1, mean=1.0, bound_95=1.0),
        vae=vae_spec(picture, screen),
        tower=tower_spec(verify, picture),
        screen=screen,
    )


def _patches(pictures: Pictures, bank: str = "place", **settings: Any) -> GoldenPatches:
    return GoldenPatches(_recipe(bank), EMBEDDER, pictures, FitSettings(**settings))


def _random(count: int) -> Pictures:
    return np.random.default_rng(0).random((count, HEIGHT, WIDTH), np.float32)


def _nearest(recipe: Recipe, tensors: Tensors, picture: Pictures) -> Nearest:
    maps = dense(EMBEDDER, picture)
    return open_bank(recipe, tensors).nearest(maps[None], np.zeros((1, 2), np.intp))


def test_a_place_bank_holds_every_picture_asked_for_at_every_place() -> None:
    pictures = _random(6)
    golden, tensors = _patches(pictures).bank([4, 0, 2])
    assert golden == (GoldenPart(4), GoldenPart(0), GoldenPart(2))
    assert tensors["bank.descriptors"].shape == (4, 6, 3, 64)
    assert tensors["bank.golden"].dtype == np.uint16
    for number, part in enumerate(golden):
        found = _nearest(_recipe(), tensors, pictures[part.picture])
        assert found.distance.max() < BARELY
        assert (found.golden == number).all()
    assert _nearest(_recipe(), tensors, pictures[1]).distance.min() > 1


def test_a_place_bank_holds_no_more_descriptors_than_asked_for() -> None:
    golden, tensors = _patches(_random(6), bank_size=2).bank(range(6))
    assert len(golden) == 6
    assert tensors["bank.descriptors"].shape == (4, 6, 2, 64)
    assert int(tensors["bank.golden"].max()) < 6


def test_a_global_bank_knows_a_look_at_any_place() -> None:
    pictures = _random(3)
    golden, tensors = _patches(pictures, "global").bank([2, 1])
    assert golden == (GoldenPart(2), GoldenPart(1))
    assert tensors["bank.descriptors"].shape == (2 * 24, 64)
    moved = np.roll(pictures[1], (8, 16), (0, 1))  # by whole cells
    found = _nearest(_recipe("global"), tensors, moved)
    assert found.distance.max() < BARELY
    assert (found.golden == 1).all()
    rows, columns = np.indices((4, 6))
    assert np.array_equal(found.row[0], (rows - 1) % 4)
    assert np.array_equal(found.column[0], (columns - 2) % 6)
    _, few = _patches(pictures, "global", global_size=20).bank([2, 1])
    assert few["bank.descriptors"].shape == (20, 64)


@pytest.mark.parametrize("bank", ["place", "global"])
def test_turned_pictures_stand_in_the_bank_beside_the_others(bank: str) -> None:
    pictures = _random(3)
    golden, tensors = _patches(pictures, bank).bank([0, 1], [(0,), (0, 1)])
    flips = [(), (), (0,), (0,), (0, 1), (0, 1)]
    assert golden == tuple(GoldenPart(i, flip) for i, flip in zip([0, 1] * 3, flips, strict=True))
    for number, part in enumerate(golden):
        found = _nearest(_recipe(bank), tensors, flipped(pictures[part.picture], part.flip))
        assert found.distance.max() < BARELY
        assert (found.golden == number).all()
    assert _nearest(_recipe(bank), tensors, flipped(pictures[0], (1,))).distance.min() > 1


def test_of_too_many_parts_those_are_kept_that_cover_the_others() -> None:
    looks = _random(4)
    noise = np.random.default_rng(1).normal(0, 0.01, (12, HEIGHT, WIDTH)).astype(np.float32)
    pictures = np.tile(looks, (3, 1, 1)) + noise  # picture i has look i % 4
    golden, tensors = _patches(pictures, max_golden=4).bank(range(12))
    assert sorted(part.picture % 4 for part in golden) == [0, 1, 2, 3]
    assert tensors["bank.descriptors"].shape == (4, 6, 4, 64)
    found = _nearest(_recipe(), tensors, pictures[golden[2].picture])
    assert (found.golden == 2).all()


def test_distances_are_those_of_every_cell() -> None:
    pictures = _random(3)
    patches = _patches(pictures)
    bank = open_bank(_recipe(), patches.bank([0, 1])[1])
    spoilt = pictures[0].copy()
    spoilt[8:16, 24:32] += 0.25
    distances = patches.distances(bank, spoilt)
    assert distances.shape == (4, 6)
    assert distances[1, 3] == pytest.approx(0.25 * 8, abs=BARELY)
    distances[1, 3] = 0
    assert distances.max() < BARELY


def _plates(symmetry: tuple[tuple[int, ...], ...]) -> Pictures:
    """Noisy pictures of one plate, which is what it is when turned over along these axes."""
    plate = np.random.default_rng(2).random((HEIGHT, WIDTH), np.float32)
    plate = np.asarray(np.mean([np.flip(plate, axes) for axes in ((), *symmetry)], axis=0), np.float32)
    noise = np.random.default_rng(3).normal(0, 0.05, (32, HEIGHT, WIDTH)).astype(np.float32)
    return np.asarray(plate + noise, np.float32)


@pytest.mark.parametrize("symmetry", [(), ((0,),), ((1,),), ((0, 1),), ((0,), (1,), (0, 1))])
def test_exactly_the_symmetries_of_good_parts_become_flips(symmetry: tuple[tuple[int, ...], ...]) -> None:
    flips, evidence = _patches(_plates(symmetry)).symmetry(range(12), range(12, 32))
    assert flips == symmetry
    assert evidence["flips"] == str(list(symmetry))
    for axes in ((0,), (1,), (0, 1)):
        value = float(evidence[f"flipped along {axes} against unflipped, AUROC"])
        assert value < 0.6 if axes in symmetry else value > 0.95


def test_a_mark_in_one_corner_is_no_symmetry() -> None:
    plates = _plates(((0,), (1,), (0, 1)))
    plates[:, 2:6, 2:6] += 0.8
    assert _patches(plates).symmetry(range(12), range(12, 32))[0] == ()


def test_padding_and_turning() -> None:
    picture = _random(1)[0]
    assert padded(43, picture).shape == (HEIGHT + 35, WIDTH + 35)
    assert np.array_equal(padded(43, picture)[17:-18, 17:-18], picture)
    assert np.array_equal(padded(8, picture), picture)
    assert flipped(picture, ()) is picture
    assert np.array_equal(flipped(picture, (0,)), picture[::-1])
    assert np.array_equal(flipped(picture, (0, 1)), picture[::-1, ::-1])


@torch.inference_mode()
def test_a_picture_is_described_as_its_patches_are() -> None:
    torch.manual_seed(0)
    embedder = Embedder(Tower(PARTS), torch.randn(8, 272), torch.zeros(8)).eval()
    picture = _random(1)[0]
    whole = dense(embedder, picture)
    assert whole.shape == (4, 6, 8)
    assert whole.dtype == np.float32
    wide = torch.from_numpy(padded(43, picture))
    for row, column in ((0, 0), (1, 4), (3, 5)):
        patch = wide[None, None, 8 * row : 8 * row + 43, 8 * column : 8 * column + 43]
        assert np.allclose(embedder(patch)[0, :, 0, 0].numpy(), whole[row, column], atol=1e-5)
