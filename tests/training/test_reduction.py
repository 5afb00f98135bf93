"""Reduction: principal directions against plain NumPy, no level outvotes another, baked into the tower as it ships."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.comparing import level_maps
from training.reduction import Directions, principal_directions, reduced_tower
from training.tower import PARTS, Metric, Tower

CHANNELS = [4, 6, 5]
ALL = sum(CHANNELS)
RIDGE = 0.1
METRICS = pytest.mark.parametrize("metric", ["total", "within"])
Array = NDArray[np.float64]


def _maps(seed: int = 0, parts: int = 8) -> list[Tensor]:
    """Levels [n, 5, 6, C] whose channels hang together; places have their own mean, parts differ by a pattern."""
    rng = np.random.default_rng(seed)
    place = rng.standard_normal((1, 5, 6, ALL)) @ rng.standard_normal((ALL, ALL))
    part = rng.standard_normal((parts, 5, 6, ALL)) @ (rng.standard_normal((ALL, ALL)) * rng.uniform(0.05, 1, ALL))
    joined = place + part + 3 * rng.standard_normal(ALL)
    return list(torch.split(torch.from_numpy(joined.astype(np.float32)), CHANNELS, -1))


def _reduced(directions: Directions, maps: list[Tensor]) -> Array:
    """[n * p, dims]."""
    return directions.apply(maps).double().numpy().reshape(-1, len(directions.weight))


def _distances(points: Array) -> Array:
    return np.asarray(np.linalg.norm(points[:, None] - points[None], axis=2))


def _scaled(maps: list[Tensor]) -> Array:
    """Each level about its mean, with total variance 1: [n, p, C]."""
    levels = []
    for level in maps:
        x = level.double().numpy().reshape(len(level), -1, level.shape[-1])
        x = x - x.mean((0, 1))
        levels.append(x / np.sqrt((x**2).sum(2).mean()))
    return np.concatenate(levels, 2)


def _slow_within(x: Array) -> Array:
    """Covariance [C, C] of what parts differ by at one place, place by place, with its ridge."""
    total = np.zeros((x.shape[2], x.shape[2]))
    for place in range(x.shape[1]):
        for part in range(x.shape[0]):
            off = x[part, place] - x[:, place].mean(0)
            total += np.outer(off, off)
    total /= x.shape[0] * x.shape[1]
    return np.asarray(total + RIDGE * np.trace(total) / len(total) * np.eye(len(total)))


def _slow_coordinates(maps: list[Tensor], dims: int, metric: Metric) -> Array:
    """[n * p, dims], up to the signs of the columns; two random ones lie sqrt(2) apart in the mean square."""
    x = _scaled(maps)
    flat = x.reshape(-1, x.shape[2])
    if metric == "total":
        _, _, rows = np.linalg.svd(flat, full_matrices=False)
        kept = flat @ rows[:dims].T
    else:  # total v = value within v: by Cholesky, not by a symmetric root
        lower = np.linalg.cholesky(_slow_within(x))
        sphered = np.linalg.solve(lower, flat.T).T
        _, _, rows = np.linalg.svd(sphered, full_matrices=False)
        kept = sphered @ rows[:dims].T
    return np.asarray(kept / np.sqrt((kept**2).sum(1).mean()))


@METRICS
@pytest.mark.parametrize("dims", [3, 7, ALL])
def test_against_plain_numpy(metric: Metric, dims: int) -> None:
    maps = _maps()
    ours, slow = _reduced(principal_directions(maps, dims, metric), maps), _slow_coordinates(maps, dims, metric)
    assert ours.shape == slow.shape == (8 * 30, dims)
    assert np.allclose(_distances(ours), _distances(slow), atol=5e-3)
    assert np.allclose(np.abs(ours), np.abs(slow), atol=2e-2), "column by column, up to its sign"


def test_within_is_the_distance_of_mahalanobis_when_nothing_is_dropped() -> None:
    maps = _maps(3)
    x = _scaled(maps)
    flat, inverse = x.reshape(-1, ALL), np.linalg.inv(_slow_within(x))
    gaps = flat[:, None] - flat[None]
    slow = np.sqrt(np.einsum("ijc,cd,ijd->ij", gaps, inverse, gaps))
    ours = _distances(_reduced(principal_directions(maps, ALL, "within"), maps))
    assert np.allclose(ours, slow * np.sqrt(2 / (slow**2).mean()), atol=5e-3)


def test_a_direction_in_which_good_parts_differ_at_one_place_counts_less() -> None:
    """Both channels vary alike over all descriptors: one between places, the other between parts."""
    rng = np.random.default_rng(0)
    level = np.zeros((12, 6, 8, 2))
    level[..., 0] = rng.standard_normal((1, 6, 8))
    level[..., 1] = rng.standard_normal((12, 1, 1))
    level = (level - level.mean((0, 1, 2))) / level.std((0, 1, 2)) + 0.01 * rng.standard_normal(level.shape)
    maps = [torch.from_numpy(level.astype(np.float32))]

    def step(metric: Metric) -> Array:
        """How far a step along each channel moves a descriptor."""
        return np.asarray(principal_directions(maps, 2, metric).weight.norm(dim=0).double())

    assert step("total")[1] == pytest.approx(step("total")[0], rel=0.05)
    assert step("within")[1] < 0.4 * step("within")[0]


@METRICS
def test_components_are_centred_uncorrelated_and_fall_in_variance(metric: Metric) -> None:
    maps = _maps()
    x = _reduced(principal_directions(maps, 10, metric), maps)
    covariance = x.T @ x / len(x)
    assert np.abs(x.mean(0)).max() < 2e-3
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 2e-3
    assert (np.diff(np.diag(covariance)) <= 0).all()
    assert np.trace(covariance) == pytest.approx(1, rel=5e-3)


@METRICS
def test_fewer_dimensions_are_the_first_of_more_but_for_their_scale(metric: Metric) -> None:
    few, more = (principal_directions(_maps(), dims, metric).weight for dims in (5, 12))
    ratio = float(few.norm() / more[:5].norm())
    assert ratio > 1
    assert torch.allclose(few, ratio * more[:5], atol=2e-3 * float(few.abs().max()))


@METRICS
def test_no_level_outvotes_the_others(metric: Metric) -> None:
    """A level that is 64 times louder gives the same distances."""
    maps = _maps()
    loud = [maps[0] * 64, *maps[1:]]
    x, y = (_reduced(principal_directions(m, 8, metric), m) for m in (maps, loud))
    assert np.allclose(_distances(x), _distances(y), atol=1e-2)


@METRICS
def test_a_silent_level_does_no_harm(metric: Metric) -> None:
    maps = _maps()
    silent = [torch.full_like(maps[0], 0.5), *maps[1:]]
    x = _reduced(principal_directions(silent, 8, metric), silent)
    assert np.isfinite(x).all()
    assert (x**2).sum(1).mean() == pytest.approx(1, abs=0.05)


@METRICS
def test_cells_in_a_row_are_places_too(metric: Metric) -> None:
    """[n, p, 1, C] of the cells on the part gives what [n, gh, gw, C] gives."""
    maps = _maps()
    row = [level.reshape(len(level), -1, 1, level.shape[-1]) for level in maps]
    grid, line = (principal_directions(m, 6, metric) for m in (maps, row))
    assert torch.allclose(grid.weight, line.weight, atol=1e-3)
    assert torch.allclose(grid.mean, line.mean)


@METRICS
def test_each_direction_points_to_the_positive_side(metric: Metric) -> None:
    """An eigenvector has no sign of its own, and another machine may find the other one: the sum decides."""
    maps = _maps()
    weight = principal_directions(maps, 8, metric).weight
    totals = [(level - level.mean((0, 1, 2))).square().sum(-1).mean().sqrt().expand(level.shape[-1]) for level in maps]
    assert float((weight * torch.cat(totals)).sum(1).min()) > 0  # undoes the levels' scaling


@METRICS
@torch.inference_mode()
def test_it_is_baked_into_the_tower_with_float16_weights(metric: Metric) -> None:
    torch.manual_seed(0)
    tower = Tower(PARTS).eval()
    pictures = np.random.default_rng(2).random((3, 67, 67), np.float32)
    maps = level_maps(tower, list(pictures))
    embedder = reduced_tower(tower, maps, 7, metric)
    answer = embedder(torch.from_numpy(pictures)[:, None])  # [3, 7, 4, 4]
    exact = [level.permute(0, 2, 3, 1) for level in tower.levels(torch.from_numpy(pictures)[:, None])]
    assert answer.shape == (3, 7, 4, 4)
    apart = principal_directions(maps, 7, metric).apply(exact)
    assert torch.allclose(answer.permute(0, 2, 3, 1), apart, atol=1e-3)
    assert torch.equal(embedder.reduce.weight, embedder.reduce.weight.half().float())
    assert embedder.receptive_field == 43
    assert not embedder.training
