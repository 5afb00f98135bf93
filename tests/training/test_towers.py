"""Towers by name: what can be chosen can be opened, cut down to its levels, stored and built again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from station.core.errors import ConfigError
from training.folding import folded, restored, weights
from training.imagenet import NETWORKS, ImagenetTower
from training.tower import LEVELS, PARTS, Tower, load_tower, tower_bytes
from training.towers import (
    GENERIC_TOWER,
    AnyTower,
    empty_tower,
    facts_of,
    imagenet_levels,
    level_choices,
    metric_choices,
    open_tower,
    with_levels,
)

NAMES = ["saiken", "mobilenet_v2", "squeezenet_caffe"]


def _tower(name: str) -> AnyTower:
    """Fresh weights, all levels that there are to choose from."""
    torch.manual_seed(0)
    if name == "saiken":
        return Tower().eval()
    return ImagenetTower(name, imagenet_levels(name)).eval()


def _choices(name: str) -> tuple[tuple[str, ...], ...]:
    """Levels for parts and for textures."""
    kind = "generic" if name == "saiken" else "imagenet"
    return (*level_choices(kind, name, texture=False), *level_choices(kind, name, texture=True))


def _picture(name: str) -> Tensor:
    side = 99 if name == "saiken" else 64
    return torch.rand(1, 1, side, side, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("fold", [False, True], ids=["normalised", "folded"])
@pytest.mark.parametrize("name", NAMES)
@torch.inference_mode()
def test_only_the_chosen_levels_are_joined_and_they_are_the_same(name: str, fold: bool) -> None:
    tower, picture = _tower(name), _picture(name)
    if fold:
        tower = folded(tower)
    whole = dict(zip(tower.used, tower.levels(picture), strict=True))
    for used in _choices(name):
        ours = with_levels(tower, used)
        assert ours.used == used
        assert ours.channels == tuple(whole[level].shape[1] for level in used)
        edge = 3 if name == "saiken" and "deep" not in used else 0  # cells more than beside the deep level
        for level, found in zip(used, ours.levels(picture), strict=True):
            assert torch.equal(found[:, :, edge : found.shape[2] - edge, edge : found.shape[3] - edge], whole[level])
        assert torch.equal(ours(picture), torch.cat(ours.levels(picture), 1))
    assert torch.equal(tower(picture), torch.cat(list(whole.values()), 1)), "the tower given is left as it was"


@pytest.mark.parametrize("name", NAMES)
def test_what_no_chosen_level_needs_is_left_out(name: str) -> None:
    tower = _tower(name)
    small = with_levels(tower, _choices(name)[0])
    assert sum(p.numel() for p in small.parameters()) < sum(p.numel() for p in tower.parameters())


@pytest.mark.parametrize("name", NAMES)
@torch.inference_mode()
def test_folding_and_choosing_levels_may_come_in_either_order(name: str) -> None:
    tower, picture, used = _tower(name), _picture(name), _choices(name)[0]
    assert torch.equal(folded(with_levels(tower, used))(picture), with_levels(folded(tower), used)(picture))


def test_levels_that_the_tower_does_not_have_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"levels: unknown \['bogus'\]; choose from fine, middle, coarse, deep"):
        with_levels(_tower("saiken"), ("coarse", "bogus"))
    with pytest.raises(ConfigError, match=r"levels: unknown \['deep'\]; choose from fine, middle, coarse$"):
        with_levels(Tower(PARTS), ("coarse", "deep"))
    with pytest.raises(ConfigError, match=r"levels: unknown \['fire3'\]; choose from block6, block10$"):
        with_levels(ImagenetTower("mobilenet_v2", ("block6", "block10")), ("fire3",))
    with pytest.raises(ConfigError, match="levels: none; choose from fine"):
        with_levels(_tower("saiken"), ())


@pytest.mark.parametrize("fold", [False, True], ids=["normalised", "folded"])
@pytest.mark.parametrize("name", NAMES)
@torch.inference_mode()
def test_a_tower_is_built_again_from_its_facts_and_weights(name: str, fold: bool) -> None:
    for used in _choices(name):
        tower = with_levels(_tower(name), used)
        facts = json.loads(json.dumps(facts_of(tower)))  # as they are stored
        empty = empty_tower(facts)
        if fold:
            tower, empty = folded(tower), folded(empty)
        again = restored(empty, weights(tower))
        assert again.used == used
        assert torch.equal(again(_picture(name)), tower(_picture(name)))


def test_what_was_stored_without_facts_is_our_tower_for_parts() -> None:
    tower = empty_tower({})
    assert isinstance(tower, Tower)
    assert tower.used == PARTS


TEXTURE = pytest.mark.parametrize("texture", [False, True], ids=["parts", "texture"])


@TEXTURE
def test_only_the_generic_tower_offers_the_deep_level(texture: bool) -> None:
    choices = level_choices("generic", "", texture=texture)
    assert all(set(used) <= set(LEVELS) for used in choices)
    assert ("deep" in choices[0]) == texture
    for kind in ("scratch", "tuned"):  # it is not trained on the user's parts
        assert all(set(used) <= set(PARTS) for used in level_choices(kind, "", texture=texture))


@TEXTURE
@pytest.mark.parametrize(
    ("file", "network"),
    [
        ("mobilenet_v2", "mobilenet_v2"),
        ("squeezenet1_1", "squeezenet1_1"),
        ("/some/where/SqueezeNet_fp16.onnx", "squeezenet_caffe"),
        ("folder.squeeze/weights.npz", "mobilenet_v2_tensorflow"),
    ],
)
def test_the_name_of_a_file_tells_which_levels_it_has(file: str, network: str, texture: bool) -> None:
    order = list(NETWORKS[network].levels)
    for used in level_choices("imagenet", file, texture=texture):
        assert list(used) == sorted(used, key=order.index)
        assert set(used) <= set(imagenet_levels(file))


def test_places_teach_the_metric_where_they_mean_something() -> None:
    assert metric_choices("generic", texture=False)[0] == "within"
    assert metric_choices("generic", texture=True)[0] == "total"
    assert metric_choices("imagenet", texture=False)[0] == "total"
    assert all(set(metric_choices("tuned", texture=texture)) == {"within", "total"} for texture in (False, True))


def test_the_shipped_tower_is_a_tower_of_at_most_2_mb() -> None:
    assert GENERIC_TOWER.stat().st_size < 2_000_000
    tower = open_tower("generic", "", 0)
    assert isinstance(tower, Tower)
    assert tower.used == LEVELS
    assert open_tower("generic", "", 0, ("middle", "coarse")).used == ("middle", "coarse")
    assert open_tower("tuned", "", 0).used == PARTS


def test_a_file_is_opened_instead_of_the_shipped_tower(tmp_path: Path) -> None:
    path, ours = tmp_path / "mine.safetensors", _tower("saiken")
    assert isinstance(ours, Tower)
    path.write_bytes(tower_bytes(ours))
    opened = open_tower("generic", str(path), 0)
    assert all(torch.equal(a, b) for a, b in zip(opened.parameters(), load_tower(path).parameters(), strict=True))
    with pytest.raises(ConfigError, match=r"none\.safetensors: is no tower"):
        open_tower("tuned", str(tmp_path / "none.safetensors"), 0)
    with pytest.raises(ConfigError, match="--tower imagenet: needs --backbone"):
        open_tower("imagenet", "", 0)


def test_a_tower_from_scratch_repeats_with_its_seed() -> None:
    first, again, other = (open_tower("scratch", "", seed) for seed in (3, 3, 4))
    assert first.used == PARTS
    assert isinstance(first, Tower)
    assert isinstance(again, Tower)
    assert isinstance(other, Tower)
    assert tower_bytes(first) == tower_bytes(again) != tower_bytes(other)
