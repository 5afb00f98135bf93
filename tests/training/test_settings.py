"""Budgets are counted, so they repeat; choices follow the picture's size."""

from __future__ import annotations

import pytest

from station.core.recipe import PictureSpec
from training.settings import FitSettings, chosen_candidates, chosen_screen_scale, tower_steps, vae_steps


@pytest.mark.parametrize(("side", "scale"), [(96, 1), (160, 1), (256, 2), (512, 4)])
def test_the_screener_sees_a_bounded_number_of_pixels(side: int, scale: int) -> None:
    assert chosen_screen_scale(FitSettings(), PictureSpec(side, side)) == scale
    assert chosen_screen_scale(FitSettings(screen_scale=2), PictureSpec(side, side)) == 2


def test_more_budget_gives_more_steps_up_to_what_helps() -> None:
    small, large = FitSettings(budget_min=1.0), FitSettings(budget_min=20.0)
    assert vae_steps(small, 24_000, 200, 8) < vae_steps(large, 24_000, 200, 8) <= 1200
    assert vae_steps(large, 24_000, 20, 8) <= 200
    assert tower_steps(small, 48) < tower_steps(large, 48) <= 600


def test_candidates_cover_some_of_the_part() -> None:
    assert chosen_candidates(FitSettings(), 400) == 10
    assert chosen_candidates(FitSettings(), 10_000) == 16
    assert chosen_candidates(FitSettings(), 20) == 4
    assert chosen_candidates(FitSettings(candidates=7), 400) == 7
