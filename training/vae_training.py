"""Train the screener on good parts: small shifts and gain jitter, early stopping on parts held out."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.vae import Vae, vae_loss


@dataclass(frozen=True)
class VaeSettings:
    """How the screener is trained. Steps are counted, not timed, so that the same command gives the same weights."""

    steps: int = 1200
    batch: int = 16
    peak_rate: float = 3e-3
    check_every: int = 50  # steps between two looks at the held-out parts
    patience: int = 6  # looks without a better one before it stops
    shift_px: int = 1
    gain: float = 0.05
    ssim_weight: float = 0.01
    kl_weight: float = 1e-3
    seed: int = 0


@dataclass(frozen=True)
class VaeResult:
    """The best network, its mean squared error on the held-out parts, and the step it comes from."""

    vae: Vae
    held_out_error: float
    step: int


def train_vae(
    pictures: NDArray[np.float32],
    held_out: NDArray[np.float32],
    settings: VaeSettings,
    report: Callable[[int, float], None],
) -> VaeResult:
    """Train on `pictures` [n, H, W], stop by `held_out` [m, H, W] (other parts); screen pictures in 0..1.

    `report(step, loss)` is called after every step; an exception it raises cancels the training.
    """
    torch.manual_seed(settings.seed)
    generator = torch.Generator().manual_seed(settings.seed)
    good, other = torch.from_numpy(pictures)[:, None], torch.from_numpy(held_out)[:, None]  # [n, 1, H, W]
    vae = Vae()
    optimiser = torch.optim.AdamW(vae.parameters(), lr=settings.peak_rate, weight_decay=1e-4)
    steps = max(settings.steps, 4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.peak_rate, total_steps=steps)
    best, waited = VaeResult(copy.deepcopy(vae).eval(), float("inf"), 0), 0
    for step in range(1, steps + 1):
        pick = torch.randint(len(good), (min(settings.batch, len(good)),), generator=generator)
        x = _jitter(good[pick], generator, settings)
        loss = vae_loss(vae.train(), x, generator, settings.ssim_weight, settings.kl_weight)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        report(step, float(loss.detach()))
        if step % settings.check_every == 0 or step == steps:
            error = reconstruction_error(vae, other)
            waited = 0 if error < best.held_out_error else waited + 1
            if waited == 0:
                best = VaeResult(copy.deepcopy(vae).eval(), error, step)
            if waited > settings.patience:
                break
    return best


def reconstruction_error(vae: Vae, pictures: Tensor) -> float:
    """Mean squared error of the run-time path over [n, 1, H, W]."""
    vae.eval()
    with torch.no_grad():
        errors = [functional.mse_loss(vae(x), x, reduction="sum") for x in torch.split(pictures, 16)]
    return float(torch.stack(errors).sum()) / pictures.numel()


def _jitter(x: Tensor, generator: torch.Generator, settings: VaeSettings) -> Tensor:
    """Shift each picture by up to `shift_px` (edges repeated) and change its gain around mid grey."""
    reach = settings.shift_px
    wide = functional.pad(x, (reach, reach, reach, reach), mode="replicate")
    shifts = torch.randint(0, 2 * reach + 1, (len(x), 2), generator=generator).tolist()
    height, width = x.shape[2:]
    moved = torch.stack([p[:, dy : dy + height, dx : dx + width] for p, (dy, dx) in zip(wide, shifts, strict=True)])
    gain = 1 + settings.gain * (2 * torch.rand(len(x), 1, 1, 1, generator=generator) - 1)
    return (moved - 0.5) * gain + 0.5
