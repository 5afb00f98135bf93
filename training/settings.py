"""What `saiken-train fit` was asked for, and the counted budgets that follow from it."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import msgspec

from station.core.config import Section
from station.core.recipe import PictureSpec

_Positive = Annotated[int, msgspec.Meta(ge=1)]
_Natural = Annotated[int, msgspec.Meta(ge=0)]
_GMACS_PER_MINUTE = 600.0  # what a budget minute is taken for: 10 GMAC a second, a busy core
_VAE_MACS_PER_PIXEL = 3300.0  # forward pass
_TOWER_MACS_PER_PATCH = 23e6
_QUICK_STEPS = 80  # of the screener


class FitSettings(Section, frozen=True):
    """All that decides the result of a fit, apart from the pictures; stands in RUN/config.json.

    "auto" and 0 are found on held-out parts with synthetic defects in them.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = "recipe"
    version: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = "1"
    frame: tuple[_Positive, _Positive] | None = None  # pictures of differing sizes are scaled to (height, width)
    fixture: Literal["auto", "none", "shift", "silhouette"] = "auto"
    normalisation: Literal["auto", "none", "median_range", "local_contrast"] = "auto"
    tower: Literal["generic", "scratch", "tuned", "imagenet"] = "generic"  # tuned: generic, then your parts
    backbone: str = ""  # weights to start from instead of the shipped ones; a file or, for imagenet, a name
    levels: tuple[str, ...] = ()  # of the tower; () = found
    metric: Literal["auto", "within", "total"] = "auto"
    bank: Literal["auto", "place", "global"] = "auto"
    cells: _Natural = 0  # whose mean is the part's distance
    seed: int = 0
    quick: bool = False  # nothing is searched, the screener is trained briefly: a first recipe within a minute
    budget_min: Annotated[float, msgspec.Meta(gt=0)] = 10.0
    scale: Annotated[float, msgspec.Meta(ge=0)] = 0.0  # frame pixels per picture pixel
    screen_scale: Literal[0, 1, 2, 4] = 0
    dims: Annotated[int, msgspec.Meta(ge=4, le=272)] = 64
    bank_size: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 256  # golden descriptors per place
    global_size: Annotated[int, msgspec.Meta(ge=16, le=65_536)] = 8192  # golden descriptors of a global bank
    max_golden: Annotated[int, msgspec.Meta(ge=4, le=60_000)] = 1024  # golden parts in bank and gallery
    candidates: Annotated[int, msgspec.Meta(ge=0, le=64)] = 0
    patch_cells: Annotated[int, msgspec.Meta(ge=1, le=16)] = 4
    rank: _Natural = 0  # the limit is the rank-th largest calibration score; 0 = as the bound allows
    bound: float | None = None  # the false-reject bound (95 %) that must be promised
    grey: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.0  # share of good parts that a person should look at
    parts: str | None = None  # pattern that finds the physical part in a file name
    parts_file: str | None = None  # table file,part
    threads: _Positive = 1  # two threads on a busy machine are slower than one


def chosen_screen_scale(settings: FitSettings, picture: PictureSpec) -> Literal[1, 2, 4]:
    """The asked one, or the finest at which the screener sees at most about 30,000 pixels."""
    if settings.screen_scale != 0:
        return settings.screen_scale
    pixels = picture.height * picture.width
    return 1 if pixels <= 30_000 else 2 if pixels <= 120_000 else 4


def vae_steps(settings: FitSettings, screen_pixels: int, parts: int, batch: int) -> int:
    """Training steps of the screener: a quarter of the budget, within 60 looks at each part and at most 1200 steps."""
    if settings.quick:
        return _QUICK_STEPS
    affordable = (
        0.25 * settings.budget_min * _GMACS_PER_MINUTE * 1e9 / (3 * batch * screen_pixels * _VAE_MACS_PER_PIXEL)
    )
    return int(min(1200, max(20, 60 * parts / batch, 200), max(20, affordable)))


def tower_steps(settings: FitSettings, batch: int) -> int:
    """Training steps of the tower on the user's parts: 40 % of the budget, at most 600."""
    affordable = 0.4 * settings.budget_min * _GMACS_PER_MINUTE * 1e9 / (9 * batch * _TOWER_MACS_PER_PATCH)
    return int(min(600, max(4, affordable)))


def candidate_counts(settings: FitSettings, part_cells: int, look: str) -> tuple[int, ...]:
    """The asked number of candidates, or those to choose from: as many blocks as cover 40 or 80 % of the part.

    Where the tower describes the whole picture anyway (`look` = "picture"), more of them cost next to nothing, and what
    a weak screener does not rank is not lost.
    """
    if settings.candidates:
        return (settings.candidates,)
    blocks = part_cells / settings.patch_cells**2
    shares = ((1.4, 48),) if look == "picture" else ((0.4, 16), (0.8, 24))
    return tuple(sorted({min(most, max(4, math.ceil(share * blocks))) for share, most in shares}))


def neighbourhood(parts: int) -> int:
    """Cells around the place that a place bank compares too: few parts do not show how far things move."""
    return 1 if parts >= 40 else 2
