"""Choices: what covers more defects wins, and the chosen fusion is standardised on good parts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from station.core.recipe import (
    CandidateSpec,
    DecisionSpec,
    FixtureSpec,
    FrameSpec,
    PictureSpec,
    PromiseSpec,
    Recipe,
    ScreenSpec,
    VerifySpec,
    tower_spec,
    vae_spec,
)
from training.choosing import Looked, choose_screen, found_at_few_rejects, part_score, spoilt_copies, suspects
from training.metrics import auroc
from training.vae import Vae

Draw = Callable[..., NDArray[np.uint8]]


class _Blank(Vae):
    """A screener that expects the mean part exactly."""

    def __init__(self, mean: NDArray[np.float32]) -> None:
        super().__init__()
        self._mean = torch.from_numpy(mean)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return self._mean.expand_as(picture).clone()


def _recipe() -> Recipe:
    picture, verify, screen = PictureSpec(64, 64), VerifySpec(43, 2, 8), ScreenSpec(scale=1)
    return Recipe(
        name="disc",
        version="1",
        product="disc",
        frame=FrameSpec(64, 64),
        fixture=FixtureSpec("none", (0, 0, 64, 64)),
        picture=picture,
        verify=verify,
        decision=DecisionSpec(limit=0.0),
        promise=PromiseSpec(n=0, rank=1, mean=1.0, bound_95=1.0),
        vae=vae_spec(picture, screen),
        tower=tower_spec(verify, picture),
        screen=screen,
        candidates=CandidateSpec(count=4),
    )


def test_a_good_screener_looks_at_most_defects(draw: Draw) -> None:
    pictures = np.stack([draw(seed) for seed in range(8)]).astype(np.float32) / 255
    spoilt = spoilt_copies(pictures, None, seed=0)
    assert len(spoilt) == 24
    std = np.full((64, 64), 0.01, np.float32)
    tensors = {"screen.mean": np.zeros((64, 64), np.float32), "screen.std": std}
    recipe, evidence = choose_screen(_recipe(), tensors, _Blank(pictures.mean(0)), spoilt)
    tried = [value for name, value in evidence.items() if name.startswith("defects looked at")]
    assert len(tried) == 6
    assert max(float(value) for value in tried) > 0.6
    assert str(evidence["screen"]).startswith(recipe.candidates.rank)
    places = suspects(recipe, tensors, _Blank(pictures.mean(0)), pictures)
    assert [len(one) for one in places] == [4] * 8
    assert all(0 <= x < 64 and 0 <= y < 64 for one in places for x, y in one)


@pytest.mark.parametrize(("fusion", "score"), [("distance", 2.0), ("screen", 3.0), ("sum", 3.0), ("max", 3.0)])
def test_the_parts_score_is_its_worst_candidate(fusion: str, score: float) -> None:
    one = Looked(np.array([7.0, 1.0], np.float32), np.array([[[0.0, 1.0]], [[3.0, 2.0]]], np.float32))
    decision = DecisionSpec(limit=0.0, fusion=fusion, z_mean=1.0, z_std=2.0, d_mean=1.0, d_std=1.0)  # type: ignore[arg-type]
    assert part_score(one, _recipe().verify, decision) == pytest.approx(score)


def test_a_long_tail_of_good_scores_counts_against_a_score() -> None:
    """Both rank 90 of 100 pairs rightly; only the one without a good outlier finds anything at its limit."""
    bad = [False] * 10 + [True] * 10
    tailed = [0.0] * 9 + [9.0] + [1.0] * 10
    compact = [0.0] * 10 + [-1.0] + [1.0] * 9
    assert auroc(tailed, bad) == auroc(compact, bad) == pytest.approx(0.9)
    assert found_at_few_rejects(tailed, bad) == pytest.approx(0.25)
    assert found_at_few_rejects(compact, bad) == pytest.approx(0.9)
