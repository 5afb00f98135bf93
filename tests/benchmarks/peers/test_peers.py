"""The baselines do what their papers say: small cases against numpy, and an obvious defect comes first."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.benchmarks.peers import padim, patchcore
from tests.benchmarks.peers.maps import enlarged, joined
from tests.benchmarks.peers.padim import Padim, whiteners
from tests.benchmarks.peers.patchcore import PatchCore, coreset
from tests.benchmarks.peers.resnet18 import ResNet18
from training.imagenet import ImagenetTower


def _parts(count: int, seed: int) -> Tensor:
    """Good parts [n, 1, 64, 64]: a bright bar on a dark ground, with noise."""
    draw = torch.Generator().manual_seed(seed)
    part = torch.full((64, 64), 0.2)
    part[24:40, 8:56] = 0.7
    return (part + 0.02 * torch.randn(count, 1, 64, 64, generator=draw)).clamp(0, 1)


def _backbone() -> ImagenetTower:
    torch.manual_seed(0)
    return ImagenetTower("mobilenet_v2", ["block1", "block3", "block6"]).eval()


@pytest.mark.parametrize("fit", [patchcore.fit, padim.fit])
def test_an_obvious_defect_ranks_first_and_is_found(fit: object) -> None:
    assert callable(fit)
    peer = fit(_backbone().native, _parts(24, 1))
    parts = _parts(6, 2)
    parts[4, 0, 28:36, 28:36] = 0.0
    with torch.inference_mode():
        scores, maps = peer(parts)
    assert maps.shape == (6, 64, 64)
    assert int(scores.argmax()) == 4
    row, column = divmod(int(maps[4].argmax()), 64)
    assert 20 <= row < 44
    assert 20 <= column < 44


def test_patchcore_against_numpy() -> None:
    draw = torch.Generator().manual_seed(3)
    bank, level = torch.randn(20, 5, generator=draw), torch.randn(1, 5, 4, 4, generator=draw)
    score, heat = PatchCore(lambda _: [level], bank)(torch.zeros(1, 1, 32, 32))
    patches = functional.avg_pool2d(level, 3, 1, 1)[0].flatten(1).T.numpy()
    far = np.linalg.norm(patches[:, None] - bank.numpy(), axis=2)  # [16, 20]
    worst = far.min(1).argmax()
    nearest = bank.numpy()[far[worst].argmin()]
    around = np.linalg.norm(bank.numpy() - nearest, axis=1).argsort()[:9]
    away = np.exp(far[worst][around])
    assert float(score[0]) == pytest.approx((1 - away[0] / away.sum()) * far.min(1).max(), rel=1e-4)
    assert torch.allclose(heat, enlarged(torch.from_numpy(far.min(1)).float().reshape(1, 4, 4), (32, 32)), atol=1e-4)


def test_the_coreset_covers() -> None:
    """Three far clusters, very unequal in size: each has one centre."""
    draw = torch.Generator().manual_seed(4)
    centres = torch.tensor([[0.0] * 80, [50.0] * 80, [-50.0] * 80])
    which = torch.tensor([0] * 200 + [1] * 3 + [2] * 2)
    chosen = coreset(centres[which] + torch.randn(205, 80, generator=draw), 3, seed=0)
    assert sorted(which[chosen].tolist()) == [0, 1, 2]


def test_padim_is_the_mahalanobis_distance() -> None:
    rng = np.random.default_rng(5)
    factors = rng.standard_normal((4, 3, 3))
    covariance = factors @ factors.transpose(0, 2, 1) + 0.1 * np.eye(3)
    mean, level = rng.standard_normal((4, 3)), rng.standard_normal((1, 3, 2, 2))
    peer = Padim(
        lambda _: [torch.from_numpy(level).float()],
        torch.arange(3),
        torch.from_numpy(mean).float(),
        whiteners(torch.from_numpy(covariance)),
    )
    away = level[0].reshape(3, 4).T - mean
    slow = np.array([np.sqrt(d @ np.linalg.inv(c) @ d) for d, c in zip(away, covariance, strict=True)])
    _, heat = peer(torch.zeros(1, 1, 32, 32))
    assert torch.allclose(heat, enlarged(torch.from_numpy(slow.reshape(1, 2, 2)).float(), (32, 32)), rtol=1e-3)


def test_padim_learns_mean_and_covariance() -> None:
    values = torch.randn(30, 6, 2, 2, generator=torch.Generator().manual_seed(6))
    peer = padim.fit(lambda x: [x], values, count=4)
    chosen = values[:, peer.channels, 1, 0].double().numpy()  # place 2
    covariance = np.cov(chosen.T) + 0.01 * np.eye(4)
    whitener = peer.whitener[2].double().numpy()
    assert np.allclose(peer.mean[2], chosen.mean(0), atol=1e-5)
    assert np.allclose(whitener @ covariance @ whitener.T, np.eye(4), atol=1e-4)


def test_levels_are_joined_on_the_finest_grid() -> None:
    fine, coarse = torch.rand(2, 3, 8, 8), torch.full((2, 5, 4, 4), 0.5)
    both = joined([fine, coarse])
    assert torch.equal(both[:, :3], fine)
    assert torch.allclose(both[:, 3:], torch.full((2, 5, 8, 8), 0.5))


def test_the_blur_keeps_the_mean_of_a_flat_map() -> None:
    assert torch.allclose(enlarged(torch.full((1, 4, 4), 2.0), (40, 40)), torch.full((1, 40, 40), 2.0), atol=1e-5)


@pytest.mark.parametrize("name", ["patchcore", "padim"])
def test_exported_with_resnet18_they_say_the_same(name: str) -> None:
    """These files are what the time column measures."""
    from tests.benchmarks.peers.export import exported

    torch.manual_seed(0)
    peer: nn.Module
    if name == "patchcore":
        peer = patchcore.fit(ResNet18((2, 3)).eval(), torch.rand(2, 3, 64, 64), share=0.5)
    else:
        peer = padim.fit(ResNet18((1, 2, 3)).eval(), torch.rand(4, 3, 64, 64), count=10)
    picture = torch.rand(1, 3, 64, 64)
    session = ort.InferenceSession(exported(peer, picture), providers=["CPUExecutionProvider"])
    score, heat = session.run(None, {"picture": picture.numpy()})
    with torch.inference_mode():
        ours = peer(picture)
    assert np.allclose(score, ours[0], rtol=1e-3)
    assert np.allclose(heat, ours[1], rtol=1e-2, atol=1e-3)
