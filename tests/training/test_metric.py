"""Metric learning on normals: the positive is the nearest normal at the same place; negatives are elsewhere or bad."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from training.contrastive import patch_px
from training.metric import PATCH, MetricSettings, NormalTriples, train_metric
from training.tower import PARTS, Tower, tower_bytes

Draw = Callable[..., NDArray[np.uint8]]
TINY = MetricSettings(steps=2, batch=6, others=3)


def _pictures(draw: Draw) -> NDArray[np.float32]:
    return np.asarray(np.stack([draw(seed) for seed in range(6)]) / 255, np.float32)


def _correlations(a: torch.Tensor, b: torch.Tensor) -> NDArray[np.float64]:
    return np.array([np.corrcoef(x.ravel(), y.ravel())[0, 1] for x, y in zip(a.numpy(), b.numpy(), strict=True)])


def test_positives_look_like_their_anchors_and_twins_less(draw: Draw) -> None:
    triples = NormalTriples(_pictures(draw), [[] for _ in range(6)], MetricSettings(batch=24, others=3))()
    assert patch_px(PARTS) == PATCH
    assert triples.anchors.shape == triples.positives.shape == triples.defective.shape == (24, 1, PATCH, PATCH)
    alike = _correlations(triples.anchors, triples.positives).mean()
    assert alike > _correlations(triples.anchors, triples.defective).mean()


def test_the_positive_is_moved_to_where_it_fits_but_not_further_than_two_pixels() -> None:
    """Two parts, one the other moved: within the search they become one, beyond it they stay apart."""
    part = np.random.default_rng(0).random((80, 80), np.float32)

    def worst_and_best(shift: tuple[int, int]) -> tuple[float, float]:
        pictures = np.stack([part, np.roll(part, shift, (0, 1))])
        suspects = [[(40, 40)], [(40, 40)]]  # away from the border, where rolling leaves a seam
        triples = NormalTriples(pictures, suspects, MetricSettings(batch=24, others=1))()
        alike = _correlations(triples.anchors, triples.positives)
        return float(np.quantile(alike, 0.4)), float(alike.max())  # more than half stand on the suspects or nearby

    assert worst_and_best((2, -1))[1] > 0.99
    assert worst_and_best((4, -1))[1] < 0.8


def test_half_of_the_anchors_stand_on_the_screeners_candidates() -> None:
    """A picture that is white at the suspects and black elsewhere tells where a patch was cut."""
    pictures = np.zeros((4, 96, 96), np.float32)
    pictures[:, 20, 70] = 1
    anchors = NormalTriples(pictures, [[(70, 20)]] * 4, MetricSettings(batch=64, others=1))().anchors
    in_the_middle = anchors[:, 0, PATCH // 2, PATCH // 2] > 0.5
    assert 0.3 < float(in_the_middle.float().mean()) < 0.75


def test_near_places_are_no_negatives(draw: Draw) -> None:
    suspects = [[(20, 20), (24, 22)] for _ in range(6)]
    triples = NormalTriples(_pictures(draw), suspects, MetricSettings(batch=24, others=2))()
    assert triples.alike.any()
    assert torch.equal(triples.alike, triples.alike.T)
    assert not triples.alike.diagonal().any()


def test_training_repeats_with_its_seed(draw: Draw) -> None:
    steps: list[int] = []

    def train() -> bytes:
        torch.manual_seed(5)
        tower = train_metric(Tower(PARTS), _pictures(draw), [[]] * 6, TINY, lambda step, loss: steps.append(step))
        assert not tower.training
        return tower_bytes(tower)

    assert train() == train()
    assert steps == [1, 2, 1, 2]
