"""What `saiken-train fit` was asked for, and the counted budgets that follow from it."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import msgspec

from station.core.config import Section
from station.core.recipe import PictureSpec

_Positive = Annotated[int, msgspec.Meta(ge=1)]
_GMACS_PER_MINUTE = 600.0  # what a budget minute is taken for: 10 GMAC a second, a busy core
_VAE_MACS_PER_PIXEL = 3300.0  # forward pass
_TOWER_MACS_PER_PATCH = 23e6


class FitSettings(Section, frozen=True):
    """All that decides the result of a fit, apart from the pictures; stands in RUN/config.json."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = "recipe"
    version: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = "1"
    fixture: Literal["auto", "none", "shift", "silhouette"] = "auto"
    normalisation: Literal["none", "median_range", "local_contrast"] = "none"
    tower: Literal["generic", "scratch", "tuned"] = "generic"  # tuned: generic, then trained on the user's parts
    backbone: str = ""  # a tower file to start from instead of the shipped one
    seed: int = 0
    budget_min: Annotated[float, msgspec.Meta(gt=0)] = 10.0
    scale: Annotated[float, msgspec.Meta(ge=0)] = 0.0  # frame pixels per picture pixel; 0 = chosen
    screen_scale: Literal[0, 1, 2, 4] = 0  # 0 = chosen
    dims: Annotated[int, msgspec.Meta(ge=4, le=272)] = 64
    bank_size: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 256  # golden descriptors per place
    max_golden: Annotated[int, msgspec.Meta(ge=4, le=60_000)] = 1024  # golden parts in bank and gallery
    candidates: Annotated[int, msgspec.Meta(ge=0, le=64)] = 0  # 0 = about 40 % of the part
    patch_cells: Annotated[int, msgspec.Meta(ge=1, le=16)] = 4
    rank: _Positive = 1  # the limit is the rank-th largest calibration score
    bound: float | None = None  # the false-reject bound (95 %) that must be promised
    parts: str | None = None  # pattern that finds the physical part in a file name
    threads: _Positive = 1  # two threads on a busy machine are slower than one


def chosen_screen_scale(settings: FitSettings, picture: PictureSpec) -> Literal[1, 2, 4]:
    """The asked one, or the finest at which the screener sees at most about 30,000 pixels."""
    if settings.screen_scale != 0:
        return settings.screen_scale
    pixels = picture.height * picture.width
    return 1 if pixels <= 30_000 else 2 if pixels <= 120_000 else 4


def vae_steps(settings: FitSettings, screen_pixels: int, parts: int, batch: int) -> int:
    """Training steps of the screener: a quarter of the budget, within 60 looks at each part and at most 1200 steps."""
    affordable = (
        0.25 * settings.budget_min * _GMACS_PER_MINUTE * 1e9 / (3 * batch * screen_pixels * _VAE_MACS_PER_PIXEL)
    )
    return int(min(1200, max(20, 60 * parts / batch, 200), max(20, affordable)))


def tower_steps(settings: FitSettings, batch: int) -> int:
    """Training steps of the tower on the user's parts: 40 % of the budget, at most 600."""
    affordable = 0.4 * settings.budget_min * _GMACS_PER_MINUTE * 1e9 / (9 * batch * _TOWER_MACS_PER_PATCH)
    return int(min(600, max(4, affordable)))


def chosen_candidates(settings: FitSettings, part_cells: int) -> int:
    """The asked number, or as many blocks as cover about 40 % of the part's cells: 4 to 16."""
    if settings.candidates:
        return settings.candidates
    return min(16, max(4, math.ceil(0.4 * part_cells / settings.patch_cells**2)))
