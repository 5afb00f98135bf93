"""The generic tower's training: right batches, a loss that means something, and the same weights for the same seed."""

from __future__ import annotations

import numpy as np
import torch

from training.contrastive import PATCH, info_nce
from training.generic import GenericSettings, draw_triples, train_generic
from training.tower import tower_bytes

TINY = GenericSettings(steps=2, batch=8, canvas=96)


def test_triples_have_the_towers_patch_size_and_textures_are_no_negatives() -> None:
    triples = draw_triples(np.random.default_rng(1), GenericSettings(batch=16, canvas=96, stationary=1.0))
    for patches in (triples.anchors, triples.positives, triples.defective):
        assert patches.shape == (16, 1, PATCH, PATCH)
    pairs = torch.arange(16).reshape(8, 2)
    for a, b in pairs.tolist():
        assert triples.alike[a, b]
        assert triples.alike[b, a]
    assert int(triples.alike.sum()) == 16
    objects = draw_triples(np.random.default_rng(1), GenericSettings(batch=16, canvas=96, stationary=0.0))
    assert not objects.alike.any()


def test_info_nce_against_a_slow_reference() -> None:
    generator = torch.Generator().manual_seed(0)
    a, p, d = (torch.nn.functional.normalize(torch.randn(5, 7, generator=generator), dim=1) for _ in range(3))
    alike = torch.zeros(5, 5, dtype=torch.bool)
    alike[0, 1] = alike[1, 0] = True
    total = 0.0
    for i in range(5):
        others = [float(a[i] @ p[j]) for j in range(5) if not alike[i, j]] + [float(a[i] @ d[j]) for j in range(5)]
        total += float(np.log(np.exp(np.array(others) / 0.1).sum())) - float(a[i] @ p[i]) / 0.1
    assert abs(float(info_nce(a, p, d, alike)) - total / 5) < 1e-4


def test_the_same_seed_gives_the_same_tower() -> None:
    steps: list[int] = []
    first = train_generic(TINY, lambda step, loss: steps.append(step))
    assert steps == [1, 2]
    assert not first.training
    assert tower_bytes(first) == tower_bytes(train_generic(TINY, lambda step, loss: None))
    other = GenericSettings(steps=2, batch=8, canvas=96, seed=1)
    assert tower_bytes(first) != tower_bytes(train_generic(other, lambda step, loss: None))
