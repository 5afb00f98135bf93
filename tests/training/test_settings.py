"""Budgets are counted, so they repeat; choices follow the picture's size."""

from __future__ import annotations

import pytest

from station.core.config import parse_table
from station.core.errors import ConfigError
from station.core.recipe import PictureSpec
from training.settings import (
    FitSettings,
    candidate_counts,
    chosen_screen_scale,
    neighbourhood,
    tower_steps,
    vae_steps,
)


@pytest.mark.parametrize(("side", "scale"), [(96, 1), (160, 1), (256, 2), (512, 4)])
def test_the_screener_sees_a_bounded_number_of_pixels(side: int, scale: int) -> None:
    assert chosen_screen_scale(FitSettings(), PictureSpec(side, side)) == scale
    assert chosen_screen_scale(FitSettings(screen_scale=2), PictureSpec(side, side)) == 2


def test_more_budget_gives_more_steps_up_to_what_helps() -> None:
    small, large = FitSettings(budget_min=1.0), FitSettings(budget_min=20.0)
    assert vae_steps(small, 24_000, 200, 8) < vae_steps(large, 24_000, 200, 8) <= 1200
    assert vae_steps(large, 24_000, 20, 8) <= 200
    assert tower_steps(small, 48) < tower_steps(large, 48) <= 600


def test_a_quick_fit_trains_the_screener_briefly_whatever_the_budget() -> None:
    for budget in (1.0, 60.0):
        settings = FitSettings(quick=True, budget_min=budget)
        assert vae_steps(settings, 24_000, 20, 8) == vae_steps(settings, 24_000, 2000, 8) < 100


def test_candidates_cover_some_of_the_part() -> None:
    """Blocks of 4 x 4 cells over 40 and 80 % of it; never fewer than 4; more where all is described anyway."""
    assert candidate_counts(FitSettings(), 400, "patches") == (10, 20)
    assert candidate_counts(FitSettings(), 640, "patches") == (16, 24)
    assert candidate_counts(FitSettings(), 400, "picture") == (35,)
    assert candidate_counts(FitSettings(), 10_000, "patches") == (16, 24)
    assert candidate_counts(FitSettings(), 20, "patches") == (4,)
    assert candidate_counts(FitSettings(patch_cells=2), 40, "patches") == (4, 8)
    assert candidate_counts(FitSettings(candidates=7), 400, "patches") == (7,)


def test_few_parts_are_compared_further_around_their_place() -> None:
    assert neighbourhood(8) > neighbourhood(1000) >= 1


@pytest.mark.parametrize(
    ("setting", "value"),
    [("frame", [0, 64]), ("cells", -1), ("rank", -1), ("bank", "river"), ("metric", "mile"), ("grey", 1.0)],
)
def test_what_cannot_be_is_refused_by_name(setting: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"suite: {setting}"):
        parse_table(FitSettings, {setting: value}, "suite")
