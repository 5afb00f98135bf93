"""Training of the screener: lowers the held-out error, keeps the best step, repeats for a seed, can be cancelled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

from training.vae import Vae
from training.vae_training import VaeResult, VaeSettings, reconstruction_error, train_vae

Draw = Callable[..., NDArray[np.uint8]]
Screens = NDArray[np.float32]
SHORT = VaeSettings(steps=8, batch=4, check_every=4)


def _screens(draw: Draw, seeds: range) -> Screens:
    return np.stack([draw(seed)[::2, ::2].astype(np.float32) for seed in seeds]) / np.float32(255)


@pytest.fixture
def good(draw: Draw) -> Screens:
    """[12, 32, 32] to learn from."""
    return _screens(draw, range(12))


@pytest.fixture
def other(draw: Draw) -> Screens:
    """[4, 32, 32] held out."""
    return _screens(draw, range(100, 104))


def _trained(good: Screens, other: Screens, settings: VaeSettings) -> tuple[VaeResult, list[int]]:
    steps: list[int] = []
    result = train_vae(good, other, settings, lambda step, loss: steps.append(step))
    return result, steps


def _same(one: Vae, two: Vae) -> bool:
    ours, theirs = one.state_dict(), two.state_dict()
    return all(torch.equal(value, theirs[name]) for name, value in ours.items())


def test_it_lowers_the_error_on_parts_it_never_saw(good: Screens, other: Screens) -> None:
    torch.manual_seed(0)
    held_out = torch.from_numpy(other)[:, None]
    untrained = reconstruction_error(Vae(), held_out)
    result, _ = _trained(good, other, VaeSettings(steps=60, batch=8, check_every=20))
    assert result.held_out_error < 0.3 * untrained
    assert reconstruction_error(result.vae, held_out) == pytest.approx(result.held_out_error)
    assert not result.vae.training


def test_a_seed_repeats_to_the_last_bit_and_another_does_not(good: Screens, other: Screens) -> None:
    before = good.copy()
    one, _ = _trained(good, other, SHORT)
    torch.rand(5)  # whatever was drawn before does not matter
    two, _ = _trained(good, other, SHORT)
    three, _ = _trained(good, other, VaeSettings(steps=8, batch=4, check_every=4, seed=1))
    assert _same(one.vae, two.vae)
    assert one.held_out_error == two.held_out_error
    assert not _same(one.vae, three.vae)
    assert np.array_equal(good, before), "the pictures given are not touched"


def test_every_step_is_reported_in_order_with_a_finite_loss(good: Screens, other: Screens) -> None:
    seen: list[tuple[int, float]] = []
    train_vae(good, other, SHORT, lambda step, loss: seen.append((step, loss)))
    assert [step for step, _ in seen] == list(range(1, 9))
    assert np.isfinite([loss for _, loss in seen]).all()


def test_the_last_step_is_looked_at_too(good: Screens, other: Screens) -> None:
    result, steps = _trained(good, other, VaeSettings(steps=5, batch=4, check_every=50))
    assert (result.step, steps[-1]) == (5, 5)
    assert np.isfinite(result.held_out_error)


@pytest.mark.parametrize("patience", [0, 2])
def test_it_stops_after_that_many_looks_and_gives_back_the_best(patience: int, good: Screens, other: Screens) -> None:
    """With a rate of next to nothing the held-out error soon stops falling."""
    settings = VaeSettings(steps=400, batch=2, check_every=2, patience=patience, peak_rate=1e-9)
    result, steps = _trained(good, other, settings)
    assert steps[-1] < 400
    assert steps[-1] == result.step + 2 * (patience + 1)
    held_out = torch.from_numpy(other)[:, None]
    assert reconstruction_error(result.vae, held_out) == pytest.approx(result.held_out_error)


def test_a_report_that_raises_cancels_it(good: Screens, other: Screens) -> None:
    steps: list[int] = []

    def cancel(step: int, loss: float) -> None:
        steps.append(step)
        if step == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_vae(good, other, SHORT, cancel)
    assert steps == [1, 2]


@torch.inference_mode()
def test_the_error_is_the_mean_over_all_pixels_however_many_pictures() -> None:
    """19 pictures: more than are judged at once, and not a multiple."""
    vae, pictures = Vae().eval(), torch.rand(19, 1, 16, 16, generator=torch.Generator().manual_seed(3))
    assert reconstruction_error(vae, pictures) == pytest.approx(float(functional.mse_loss(vae(pictures), pictures)))
