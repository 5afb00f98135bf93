"""The tower: a patch has the descriptors of the whole picture, and its file refuses what is no tower."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from station.core.errors import ConfigError
from training.fit import GENERIC_TOWER
from training.folding import folded
from training.reduction import reduced_tower
from training.tower import STRIDE, Tower, load_tower, tower_bytes


def _picture(cells: int) -> torch.Tensor:
    side = Tower.receptive_field + STRIDE * (cells - 1)
    return torch.rand(1, 1, side, side, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("row", "column", "cells"), [(0, 0, 4), (2, 5, 4), (7, 7, 3), (3, 1, 1)])
def test_a_patch_is_described_as_in_the_whole_picture(row: int, column: int, cells: int) -> None:
    tower = load_tower(GENERIC_TOWER)
    picture, side = _picture(10), Tower.receptive_field + STRIDE * (cells - 1)
    patch = picture[:, :, 8 * row : 8 * row + side, 8 * column : 8 * column + side]
    with torch.inference_mode():
        dense, ours = tower(picture), tower(patch)
    assert dense.shape == (1, 272, 10, 10)
    assert ours.shape == (1, 272, cells, cells)
    assert torch.allclose(ours, dense[:, :, row : row + cells, column : column + cells], atol=1e-5)


def test_each_cell_sees_its_own_43_pixels_and_no_others() -> None:
    tower = Tower().eval()
    picture = _picture(5).requires_grad_()
    tower(picture)[0, :, 2, 3].sum().backward()
    assert picture.grad is not None
    rows = picture.grad[0, 0].abs().sum(1).nonzero().ravel()
    columns = picture.grad[0, 0].abs().sum(0).nonzero().ravel()
    assert rows.min() >= 16
    assert rows.max() < 16 + 43
    assert columns.min() >= 24
    assert columns.max() < 24 + 43


def test_the_shipped_tower_is_small_and_finite() -> None:
    assert GENERIC_TOWER.stat().st_size < 2_000_000
    tower = load_tower(GENERIC_TOWER)
    assert not tower.training
    assert 350_000 <= sum(p.numel() for p in tower.parameters()) <= 400_000


def test_a_tower_survives_its_file(tmp_path: Path) -> None:
    tower = load_tower(GENERIC_TOWER)
    path = tmp_path / "tower.safetensors"
    path.write_bytes(tower_bytes(tower))
    again = load_tower(path)
    assert torch.equal(again(_picture(2)), tower(_picture(2)))


def test_a_file_that_is_no_tower_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "tower.safetensors"
    with pytest.raises(ConfigError, match=r"tower\.safetensors: is no tower"):
        load_tower(path)
    path.write_bytes(b"nonsense")
    with pytest.raises(ConfigError, match="is no tower"):
        load_tower(path)
    save_file({"other": torch.zeros(3)}, path)
    with pytest.raises(ConfigError, match="unexpected"):
        load_tower(path)
    weights = load_file(GENERIC_TOWER)
    weights["fine.0.weight"][0] = float("nan")
    save_file(weights, path)
    with pytest.raises(ConfigError, match=r"fine\.0\.weight is not finite"):
        load_tower(path)


def test_folding_changes_rounding_only() -> None:
    tower = load_tower(GENERIC_TOWER)
    with torch.inference_mode():
        before, after = tower(_picture(3)), folded(tower)(_picture(3))
    assert torch.allclose(before, after, atol=2e-2 * float(before.abs().max()))
    assert all(torch.equal(p, p.half().float()) for p in folded(tower).parameters() if p.numel() >= 256)


@torch.inference_mode()
def test_reduction_keeps_distances_of_what_varies() -> None:
    """With all 272 components the distances are those of the scaled descriptors: nothing is lost, only turned."""
    rng = np.random.default_rng(0)
    descriptors = torch.from_numpy(rng.standard_normal((600, 272)) * rng.uniform(0.5, 2, 272)).float()
    tower = Tower().eval()
    embedder = reduced_tower(tower, descriptors, 272)
    reduced = torch.nn.functional.conv2d(descriptors.T[None, :, :, None], embedder.reduce.weight, embedder.reduce.bias)[
        0, :, :, 0
    ].T
    spread = torch.cat(
        [
            (level - level.mean(0)) / (level - level.mean(0)).square().sum(1).mean().sqrt()
            for level in torch.split(descriptors, [48, 96, 128], 1)
        ],
        1,
    )
    scale = spread.square().sum(1).mean().sqrt()
    assert torch.allclose(torch.cdist(reduced, reduced), torch.cdist(spread, spread) / scale, atol=2e-2)
    assert abs(float(reduced.square().sum(1).mean()) - 1) < 1e-2
