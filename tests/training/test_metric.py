"""Metric learning on normals: the positive is the nearest normal at the same place; negatives are elsewhere or bad."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from training.contrastive import PATCH
from training.metric import MetricSettings, NormalTriples, train_metric
from training.tower import Tower, tower_bytes

Draw = Callable[..., NDArray[np.uint8]]
TINY = MetricSettings(steps=2, batch=6, others=3)


def _pictures(draw: Draw) -> NDArray[np.float32]:
    return np.stack([draw(seed) for seed in range(6)]).astype(np.float32) / 255


def test_positives_look_like_their_anchors_and_twins_less(draw: Draw) -> None:
    triples = NormalTriples(_pictures(draw), [[] for _ in range(6)], MetricSettings(batch=24, others=3))()
    assert triples.anchors.shape == triples.positives.shape == triples.defective.shape == (24, 1, PATCH, PATCH)

    def correlation(a: torch.Tensor, b: torch.Tensor) -> float:
        pairs = [float(np.corrcoef(x.ravel(), y.ravel())[0, 1]) for x, y in zip(a.numpy(), b.numpy(), strict=True)]
        return float(np.mean(pairs))

    assert correlation(triples.anchors, triples.positives) > correlation(triples.anchors, triples.defective)


def test_near_places_are_no_negatives(draw: Draw) -> None:
    suspects = [[(20, 20), (24, 22)] for _ in range(6)]
    triples = NormalTriples(_pictures(draw), suspects, MetricSettings(batch=24, others=2))()
    assert triples.alike.any()
    assert torch.equal(triples.alike, triples.alike.T)
    assert not triples.alike.diagonal().any()


def test_training_repeats_with_its_seed(draw: Draw) -> None:
    def train() -> bytes:
        torch.manual_seed(5)
        return tower_bytes(train_metric(Tower(), _pictures(draw), [[]] * 6, TINY, lambda step, loss: None))

    assert train() == train()
