"""Reduction: turned onto principal directions, no level outvotes another, and baked into the tower as it ships."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from training.reduction import reduced_tower
from training.tower import Embedder, Tower, TowerSizes

SIZES = TowerSizes((4, 6), (4, 8), (4, 10))
CHANNELS = SIZES.channels  # 24


@pytest.fixture
def tower() -> Tower:
    torch.manual_seed(0)
    return Tower(SIZES).eval()


@pytest.fixture
def descriptors() -> Tensor:
    """[800, 24]: channels that hang together, each with its own mean."""
    generator = torch.Generator().manual_seed(1)
    mixed = torch.randn(800, CHANNELS, generator=generator) @ torch.randn(CHANNELS, CHANNELS, generator=generator)
    return mixed + 3 * torch.randn(CHANNELS, generator=generator)


def _reduced(embedder: Embedder, descriptors: Tensor) -> Tensor:
    """[n, 24] to [n, dims] by the last layer alone."""
    with torch.inference_mode():
        return functional.linear(descriptors, embedder.reduce.weight[:, :, 0, 0], embedder.reduce.bias).double()


def test_components_are_centred_uncorrelated_and_fall_in_variance(tower: Tower, descriptors: Tensor) -> None:
    x = _reduced(reduced_tower(tower, descriptors, 10), descriptors)
    covariance = x.T @ x / len(x)
    variances = covariance.diagonal()
    assert x.shape == (800, 10)
    assert float(x.mean(0).abs().max()) < 2e-3
    assert float((covariance - variances.diag()).abs().max()) < 1e-3
    assert torch.equal(variances, variances.sort(descending=True).values)


def test_two_descriptors_lie_about_the_square_root_of_two_apart(tower: Tower, descriptors: Tensor) -> None:
    """Exactly so in the mean of the squares when nothing is dropped; less when something is."""
    full = _reduced(reduced_tower(tower, descriptors, CHANNELS), descriptors)
    few = _reduced(reduced_tower(tower, descriptors, 4), descriptors)
    assert float(torch.cdist(full, full).square().mean()) == pytest.approx(2, rel=5e-3)
    assert float(torch.cdist(few, few).square().mean()) < 1.9


def test_fewer_dimensions_are_the_first_of_more(tower: Tower, descriptors: Tensor) -> None:
    few, more = reduced_tower(tower, descriptors, 5), reduced_tower(tower, descriptors, 12)
    assert torch.equal(few.reduce.weight, more.reduce.weight[:5])


def test_what_is_kept_varies_more_than_any_other_directions_of_that_number(tower: Tower, descriptors: Tensor) -> None:
    kept = _reduced(reduced_tower(tower, descriptors, 4), descriptors).square().sum(1).mean()
    full = _reduced(reduced_tower(tower, descriptors, CHANNELS), descriptors)
    for seed in range(20):
        noise = torch.randn(CHANNELS, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        directions = torch.linalg.qr(noise).Q
        assert float((full @ directions).square().sum(1).mean()) < float(kept)


def test_no_level_outvotes_the_others(tower: Tower, descriptors: Tensor) -> None:
    """A level that is 64 times louder gives the same distances."""
    loud = descriptors.clone()
    loud[:, :6] *= 64
    x = _reduced(reduced_tower(tower, descriptors, 8), descriptors)
    y = _reduced(reduced_tower(tower, loud, 8), loud)
    assert torch.allclose(torch.cdist(x, x), torch.cdist(y, y), atol=1e-2)


def test_a_silent_level_does_no_harm(tower: Tower, descriptors: Tensor) -> None:
    silent = descriptors.clone()
    silent[:, :6] = 0.5
    x = _reduced(reduced_tower(tower, silent, 8), silent)
    assert bool(x.isfinite().all())
    assert float(x.square().sum(1).mean()) == pytest.approx(1, abs=0.2)


@torch.inference_mode()
def test_each_direction_points_to_the_positive_side(tower: Tower, descriptors: Tensor) -> None:
    """An eigenvector has no sign of its own, and another machine may find the other one: the sum decides."""
    weight = reduced_tower(tower, descriptors, CHANNELS).reduce.weight[:, :, 0, 0]
    spread = (descriptors - descriptors.mean(0)).square()
    totals = [level.sum(1).mean().sqrt().expand(level.shape[1]) for level in torch.split(spread, [6, 8, 10], 1)]
    assert float((weight * torch.cat(totals)).sum(1).min()) > 0  # undoes the levels' scaling


def test_it_is_baked_into_the_tower_with_float16_weights(tower: Tower, descriptors: Tensor) -> None:
    embedder = reduced_tower(tower, descriptors, 7)
    side = Tower.receptive_field + 8
    picture = torch.rand(2, 1, side, side, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        answer, plain = embedder(picture), tower(picture)  # [2, 7, 2, 2], [2, 24, 2, 2]
    cells = _reduced(embedder, plain.permute(0, 2, 3, 1).reshape(-1, CHANNELS))
    assert answer.shape == (2, 7, 2, 2)
    assert torch.allclose(answer.permute(0, 2, 3, 1).reshape(-1, 7).double(), cells, atol=1e-5)
    assert torch.equal(embedder.reduce.weight, embedder.reduce.weight.half().float())
    assert not embedder.training
