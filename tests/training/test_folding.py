"""Folding: the same answers without batch normalisation, large weights that fit float16, and weights that come back."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from station.core.errors import ConfigError
from training.folding import LARGE, folded, restored, weights
from training.tower import LEVELS, PARTS, Tower
from training.vae import Vae, VaeSizes

SMALL_VAE = VaeSizes((4, 6, 6, 8), 4)


def _lived_in(network: nn.Module, seed: int = 0) -> None:
    """Give every batch normalisation statistics and gains as after training; fresh ones change next to nothing."""
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.normal_(0, 0.2, generator=generator)
            module.running_var.uniform_(0.3, 2, generator=generator)
            nn.init.uniform_(module.weight, 0.5, 1.5, generator=generator)
            nn.init.normal_(module.bias, 0, 0.2, generator=generator)


def _chain(channels: int) -> nn.Sequential:
    torch.manual_seed(0)
    chain = nn.Sequential(nn.Conv2d(1, channels, 3, bias=False), nn.BatchNorm2d(channels), nn.ReLU())
    _lived_in(chain)
    return chain.eval()


def _norms(network: nn.Module) -> int:
    return sum(isinstance(module, nn.BatchNorm2d) for module in network.modules())


@torch.inference_mode()
def test_small_weights_stay_exact_so_the_answers_are_equal() -> None:
    chain = _chain(8)  # 72 weights: none is rounded
    picture = torch.rand(3, 1, 12, 12)
    ours = folded(chain)
    assert _norms(ours) == 0
    assert torch.allclose(ours(picture), chain(picture), atol=1e-6)
    assert not torch.allclose(chain[2](chain[0](picture)), chain(picture), atol=1e-2), "the normalisation did something"


@torch.inference_mode()
@pytest.mark.parametrize("kind", ["tower", "deep tower", "vae"])
def test_a_whole_network_loses_every_normalisation_and_keeps_its_answers(kind: str) -> None:
    torch.manual_seed(0)
    network = Vae(SMALL_VAE) if kind == "vae" else Tower(PARTS if kind == "tower" else LEVELS)
    _lived_in(network)
    picture = torch.rand(2, 1, 96, 96, generator=torch.Generator().manual_seed(1))
    ours, before = folded(network), network.eval()(picture)
    assert _norms(network) > 0
    assert _norms(ours) == 0
    assert float((ours(picture) - before).abs().max()) < 5e-3 * float(before.abs().max())


def test_large_weights_fit_float16_and_small_ones_are_not_rounded() -> None:
    ours = folded(_chain(64))
    state = ours.state_dict()
    large, small = state["0.weight"], state["0.bias"]
    assert large.numel() >= LARGE > small.numel()
    assert torch.equal(large, large.half().float())
    assert not torch.equal(small, small.half().float())


def test_the_network_given_is_left_as_it_was() -> None:
    network = Tower(PARTS).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    ours = folded(network)
    assert network.training
    assert not ours.training
    after = network.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())


@torch.inference_mode()
def test_folding_twice_changes_nothing_more() -> None:
    once = folded(_chain(64))
    picture = torch.rand(1, 1, 12, 12)
    assert torch.equal(folded(once)(picture), once(picture))


@torch.inference_mode()
@pytest.mark.parametrize("fold", [False, True], ids=["normalised", "folded"])
def test_weights_come_back_with_the_same_answers(fold: bool) -> None:
    tower, fresh = Tower(PARTS).eval(), Tower(PARTS)
    _lived_in(tower)
    if fold:
        tower, fresh = folded(tower), folded(fresh)
    arrays = weights(tower)
    assert not [name for name in arrays if "num_batches" in name]
    picture = torch.rand(1, 1, 51, 51)
    again = restored(fresh.train(), arrays)
    assert not again.training
    assert torch.equal(again(picture), tower(picture))


def test_weights_of_another_network_are_refused_by_name() -> None:
    arrays = weights(_chain(8))
    with pytest.raises(
        ConfigError, match=r"weights of another network: (?s:.*)0\.weight(?s:.*)run saiken-train fit again"
    ):
        restored(_chain(16), arrays)
    with pytest.raises(ConfigError, match=r"weights of another network: \['1\.running_var'\]"):
        restored(_chain(8), {name: value for name, value in arrays.items() if name != "1.running_var"})
    with pytest.raises(ConfigError, match=r"weights of another network: \['9\.weight'\]"):
        restored(_chain(8), {**arrays, "9.weight": arrays["0.weight"]})
