"""The tower: a patch has the descriptors of the whole picture, and its file refuses what is no tower."""

from __future__ import annotations

from itertools import chain, combinations
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from station.core.errors import ConfigError
from training.tower import CHANNELS, LEVELS, PARTS, STRIDE, Tower, load_tower, receptive_field, rounded, tower_bytes

CHOICES = list(chain.from_iterable(combinations(LEVELS, count) for count in range(1, 5)))
DEEP = pytest.mark.parametrize("used", [PARTS, LEVELS], ids=["parts", "deep"])


def _picture(side: int, seed: int = 1) -> Tensor:
    return torch.rand(1, 1, side, side, generator=torch.Generator().manual_seed(seed))


def _side(used: tuple[str, ...], cells: int) -> int:
    return receptive_field(used) + STRIDE * (cells - 1)


@pytest.fixture(scope="module")
def lived_in() -> Tower:
    """All levels, with the statistics of batch normalisation as after training: descriptors about 1 large."""
    torch.manual_seed(0)
    tower = Tower()
    for module in tower.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the mean of all that was seen
    with torch.no_grad():
        tower.train()(_picture(139, seed=7))
    return tower.eval()


def _with(lived_in: Tower, used: tuple[str, ...]) -> Tower:
    tower = Tower(used)
    tower.load_state_dict(lived_in.state_dict(), strict=False)
    return tower.eval()


@pytest.mark.parametrize("used", CHOICES, ids="+".join)
@torch.inference_mode()
def test_a_patch_is_described_as_in_the_whole_picture(lived_in: Tower, used: tuple[str, ...]) -> None:
    tower, picture = _with(lived_in, used), _picture(_side(used, 5))
    dense, channels = tower(picture), sum(CHANNELS[name] for name in used)
    assert tower.channels == tuple(CHANNELS[name] for name in used)
    assert dense.shape == (1, channels, 5, 5)
    assert dense.abs().max() > 0.5
    for row, column, cells in ((0, 0, 2), (2, 1, 3), (4, 3, 1)):
        side = _side(used, cells)
        patch = picture[:, :, 8 * row : 8 * row + side, 8 * column : 8 * column + side]
        there = dense[:, :, row : row + cells, column : column + cells]
        assert torch.allclose(tower(patch), there, atol=1e-5)


@torch.inference_mode()
def test_each_level_is_the_same_whichever_others_are_joined(lived_in: Tower) -> None:
    """Only the grid differs: without the deep level there are three more cells on each side."""
    picture = _picture(_side(LEVELS, 2))
    alone = {name: _with(lived_in, (name,))(picture) for name in LEVELS}
    for used in CHOICES:
        for name, level in zip(used, _with(lived_in, used).levels(picture), strict=True):
            usual = alone[name] if name == "deep" or "deep" not in used else alone[name][:, :, 3:-3, 3:-3]
            assert torch.equal(level, usual)


@DEEP
def test_a_cell_sees_its_receptive_field_and_no_pixel_more(lived_in: Tower, used: tuple[str, ...]) -> None:
    tower, field = _with(lived_in, used), receptive_field(used)
    assert tower.receptive_field == field == (91 if "deep" in used else 43)
    picture = _picture(_side(used, 4)).requires_grad_()
    tower(picture)[0, :, 1, 2].sum().backward()
    assert picture.grad is not None
    rows = picture.grad[0, 0].abs().sum(1).nonzero().ravel()
    columns = picture.grad[0, 0].abs().sum(0).nonzero().ravel()
    assert (int(rows.min()), int(rows.max())) == (8, 8 + field - 1)
    assert (int(columns.min()), int(columns.max())) == (16, 16 + field - 1)


@DEEP
@torch.inference_mode()
def test_changed_pixels_outside_the_receptive_field_change_nothing(lived_in: Tower, used: tuple[str, ...]) -> None:
    tower, field = _with(lived_in, used), receptive_field(used)
    picture = _picture(_side(used, 3))
    usual = tower(picture)
    for row, column in ((8 - 1, 60), (8 + field, 60), (60, 8 - 1), (60, 8 + field)):  # around cell (1, 1)
        other = picture.clone()
        other[0, 0, min(row, other.shape[2] - 1), min(column, other.shape[3] - 1)] += 5
        assert torch.allclose(tower(other)[:, :, 1, 1], usual[:, :, 1, 1], atol=1e-6)
    inside = picture.clone()
    inside[0, 0, 8:10, 8 + field // 2] += 5
    assert not torch.allclose(tower(inside)[:, :, 1, 1], usual[:, :, 1, 1], atol=1e-4)


def test_levels_are_joined_from_fine_to_deep_whatever_their_order() -> None:
    assert Tower(("deep", "fine")).used == ("fine", "deep")
    assert Tower(("coarse", "middle")).deep is None


@pytest.mark.parametrize("used", [LEVELS, PARTS, ("middle", "coarse"), ("coarse", "deep")], ids="+".join)
@torch.inference_mode()
def test_rounded_is_what_is_read_again(lived_in: Tower, used: tuple[str, ...], tmp_path: Path) -> None:
    tower, path, picture = _with(lived_in, used), tmp_path / "tower.safetensors", _picture(_side(used, 2))
    path.write_bytes(tower_bytes(tower))
    again, ours = load_tower(path, used), rounded(tower.train())
    assert not again.training
    assert not ours.training
    assert again.used == ours.used == used
    assert torch.equal(again(picture), ours(picture))
    assert all(torch.equal(p, p.half().float()) for p in ours.parameters())
    usual = tower.eval()(picture)
    assert torch.allclose(ours(picture), usual, atol=1e-2 * float(usual.abs().max()))
    assert tower_bytes(ours) == path.read_bytes()


def test_a_file_is_small_and_serves_towers_without_the_deep_level_too(lived_in: Tower, tmp_path: Path) -> None:
    path = tmp_path / "tower.safetensors"
    path.write_bytes(tower_bytes(lived_in))
    assert path.stat().st_size < 2_000_000
    shallow = load_tower(path, PARTS)
    assert shallow.deep is None
    picture = _picture(_side(PARTS, 2))
    with torch.inference_mode():
        assert torch.equal(shallow(picture), rounded(_with(lived_in, PARTS))(picture))
    path.write_bytes(tower_bytes(shallow))
    with pytest.raises(ConfigError, match=r"no tower of this version: missing \['deep\.0\.weight'"):
        load_tower(path)


def test_a_file_that_is_no_tower_is_refused_by_name(lived_in: Tower, tmp_path: Path) -> None:
    path = tmp_path / "tower.safetensors"
    with pytest.raises(ConfigError, match=r"tower\.safetensors: is no tower"):
        load_tower(path)
    path.write_bytes(b"nonsense")
    with pytest.raises(ConfigError, match="is no tower"):
        load_tower(path)
    save_file({"other": torch.zeros(3)}, path)
    with pytest.raises(ConfigError, match="unexpected"):
        load_tower(path)
    path.write_bytes(tower_bytes(lived_in))
    weights = load_file(path)
    save_file({**weights, "fine.0.weight": torch.zeros(3, 1, 3, 3)}, path)
    with pytest.raises(ConfigError, match=r"is no tower: (?s:.*)fine\.0\.weight(?s:.*)rebuild it"):
        load_tower(path)
    weights["fine.0.weight"][0] = float("nan")
    save_file(weights, path)
    with pytest.raises(ConfigError, match=r"fine\.0\.weight is not finite"):
        load_tower(path)
