"""The generic tower's training: right batches, the same weights for the same seed, and cycles that begin rounded."""

from __future__ import annotations

import numpy as np
import torch

from training.contrastive import patch_px
from training.generic import PATCH, GenericSettings, draw_triples, train_generic
from training.tower import LEVELS, tower_bytes

CANVAS = 124
TINY = GenericSettings(steps=1, batch=4, canvas=CANVAS, peak_rates=(2e-3, 1e-3))


def test_triples_have_the_towers_patch_size_and_textures_are_no_negatives() -> None:
    triples = draw_triples(np.random.default_rng(1), GenericSettings(batch=8, canvas=CANVAS, stationary=1.0))
    assert patch_px(LEVELS) == PATCH
    for patches in (triples.anchors, triples.positives, triples.defective):
        assert patches.shape == (8, 1, PATCH, PATCH)
        assert patches.dtype == torch.float32
        assert 0 <= float(patches.min()) <= float(patches.max()) <= 1
    same_drawing = np.kron(np.eye(4), np.ones((2, 2))).astype(bool) & ~np.eye(8, dtype=bool)
    assert np.array_equal(triples.alike.numpy(), same_drawing)
    objects = draw_triples(np.random.default_rng(1), GenericSettings(batch=8, canvas=CANVAS, stationary=0.0))
    assert not objects.alike.any()


def test_an_objects_positive_is_the_same_place_and_a_textures_is_not() -> None:
    def correlation(stationary: float) -> float:
        settings = GenericSettings(batch=16, canvas=160, stationary=stationary)
        triples = draw_triples(np.random.default_rng(2), settings)
        pairs = zip(triples.anchors.numpy(), triples.positives.numpy(), strict=True)
        return float(np.median([np.corrcoef(a.ravel(), p.ravel())[0, 1] for a, p in pairs]))

    assert correlation(0.0) > 0.6
    assert abs(correlation(1.0)) < 0.4


def test_the_same_seed_gives_the_same_tower_in_as_many_cycles_as_rates() -> None:
    steps: list[int] = []
    first = train_generic(TINY, lambda step, loss: steps.append(step))
    assert steps == [1, 1]
    assert not first.training
    assert first.used == LEVELS
    assert tower_bytes(first) == tower_bytes(train_generic(TINY, lambda step, loss: None))
    other = GenericSettings(steps=1, batch=4, canvas=CANVAS, peak_rates=TINY.peak_rates, seed=1)
    assert tower_bytes(first) != tower_bytes(train_generic(other, lambda step, loss: None))


def test_a_later_cycle_begins_with_what_would_be_stored() -> None:
    """At rate 0 nothing is learnt in it, so its weights are still what they began with: float16 values."""
    tower = train_generic(
        GenericSettings(steps=1, batch=4, canvas=CANVAS, peak_rates=(2e-3, 0.0)), lambda step, loss: None
    )
    assert all(torch.equal(weight, weight.half().float()) for weight in tower.parameters())
