"""The screener's network: any size, deterministic at run time, learns, stops early, and can be cancelled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from station.core.recipe import PictureSpec, ScreenSpec, vae_spec
from training.vae import Screening, Vae, served, ssim
from training.vae_training import VaeSettings, reconstruction_error, train_vae

Draw = Callable[..., NDArray[np.uint8]]


def _pictures(draw: Draw, first: int, count: int) -> NDArray[np.float32]:
    return np.stack([draw(seed) for seed in range(first, first + count)]).astype(np.float32)[:, ::2, ::2] / 255


@pytest.mark.parametrize(("height", "width"), [(32, 32), (40, 56), (16, 24)])
def test_the_reconstruction_has_the_pictures_size_and_repeats(height: int, width: int) -> None:
    vae = Vae().eval()
    x = torch.rand(2, 1, height, width)
    assert vae(x).shape == x.shape
    assert torch.equal(vae(x), vae(x))


@pytest.mark.parametrize(("height", "width"), [(32, 32), (40, 56), (16, 24)])
def test_the_latent_comes_from_the_same_pass_and_changes_nothing(height: int, width: int) -> None:
    vae = Vae().eval()
    x = torch.rand(2, 1, height, width)
    reconstruction, latent = Screening(vae)(x)
    assert torch.equal(reconstruction, vae(x))
    assert torch.equal(latent, vae.encode(x)[0])
    spec = vae_spec(PictureSpec(2 * height, 2 * width), ScreenSpec(scale=2), latent=True)
    assert spec.latent is not None and latent.shape[1:] == spec.latent.shape


def test_the_latent_is_told_only_where_the_recipe_asks_for_it() -> None:
    vae, picture, screen = Vae(), PictureSpec(64, 64), ScreenSpec()
    assert isinstance(served(vae, vae_spec(picture, screen)), Vae)
    assert isinstance(served(vae, vae_spec(picture, screen, latent=True)), Screening)
    other = torch.nn.Identity()
    assert served(other, vae_spec(picture, screen, latent=True)) is other


@pytest.mark.parametrize(("height", "width"), [(64, 64), (40, 104)])
def test_what_is_served_computes_the_same_with_fewer_products(height: int, width: int) -> None:
    torch.manual_seed(3)
    vae = Vae().eval()
    quick = served(vae, vae_spec(PictureSpec(2 * height, 2 * width), ScreenSpec(scale=2)))
    x = torch.rand(2, 1, height, width)
    with torch.no_grad():
        assert torch.allclose(quick(x), vae(x), atol=1e-6)
    assert len(quick.decoder) == len(vae.decoder) - 1  # type: ignore[arg-type]


def test_it_is_small() -> None:
    assert 80_000 < sum(p.numel() for p in Vae().parameters()) < 500_000


def test_ssim_is_one_for_equals_and_less_for_others() -> None:
    x = torch.rand(1, 1, 24, 24)
    assert float(ssim(x, x)) == pytest.approx(1)
    assert float(ssim(x, torch.rand(1, 1, 24, 24))) < 0.5


def test_training_learns_and_repeats(draw: Draw) -> None:
    good, other = _pictures(draw, 0, 16), _pictures(draw, 100, 4)
    settings = VaeSettings(steps=60, batch=8, check_every=20)
    result = train_vae(good, other, settings, lambda step, loss: None)
    assert result.held_out_error < 0.3 * float(other.var())
    assert reconstruction_error(result.vae, torch.from_numpy(other)[:, None]) == pytest.approx(result.held_out_error)
    again = train_vae(good, other, settings, lambda step, loss: None)
    for a, b in zip(result.vae.parameters(), again.vae.parameters(), strict=True):
        assert torch.equal(a, b)


def test_it_stops_when_held_out_parts_get_no_better(draw: Draw) -> None:
    steps: list[int] = []
    settings = VaeSettings(steps=500, batch=2, check_every=1, patience=2, peak_rate=1e-9)
    train_vae(_pictures(draw, 0, 4), _pictures(draw, 9, 2), settings, lambda step, loss: steps.append(step))
    assert len(steps) < 500


def test_cancelling_ends_it_at_once(draw: Draw) -> None:
    def cancel(step: int, loss: float) -> None:
        if step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_vae(_pictures(draw, 0, 4), _pictures(draw, 9, 2), VaeSettings(steps=50, batch=2), cancel)
