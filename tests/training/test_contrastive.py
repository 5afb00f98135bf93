"""Training a tower: it lowers the loss, learns to tell a defect, and can be cancelled."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from training.contrastive import PATCH, Projections, Schedule, Triples, train_tower
from training.tower import Tower


def _triples(seed: int) -> Triples:
    """Eight places of different grey; the defect is a bright square in the middle."""
    rng = np.random.default_rng(seed)
    anchors = np.tile(np.linspace(0.2, 0.8, 8, dtype=np.float32)[:, None, None, None], (1, 1, PATCH, PATCH))
    noisy = [anchors + rng.normal(0, 0.01, anchors.shape).astype(np.float32) for _ in range(3)]
    noisy[2][:, :, 24:36, 24:36] += 0.3
    return Triples(*(torch.from_numpy(one) for one in noisy), torch.zeros(8, 8, dtype=torch.bool))


def test_the_loss_falls_and_a_defect_is_further_away_than_a_second_look() -> None:
    torch.manual_seed(0)
    losses: list[float] = []
    draws = iter(range(100))
    tower = train_tower(
        Tower(), lambda: _triples(next(draws)), Schedule(12, 3e-3), lambda step, loss: losses.append(loss)
    )
    assert np.mean(losses[-3:]) < np.mean(losses[:3])
    seen = _triples(99)
    with torch.inference_mode():
        anchor, positive, bad = (tower(x).mean((2, 3)) for x in (seen.anchors, seen.positives, seen.defective))
    assert float((anchor - positive).norm(dim=1).mean()) < float((anchor - bad).norm(dim=1).mean())


def test_projections_are_unit_vectors_of_each_level() -> None:
    levels = Tower().levels(torch.rand(2, 1, PATCH, PATCH))
    units = Projections((48, 96, 128))(levels)
    assert [unit.shape for unit in units] == [(2, 64)] * 3
    assert all(torch.allclose(unit.norm(dim=1), torch.ones(2)) for unit in units)


def test_cancelling_ends_it_at_once() -> None:
    def cancel(step: int, loss: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_tower(Tower(), lambda: _triples(0), Schedule(50, 1e-3), cancel)
