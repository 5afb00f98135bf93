"""Training a tower: the loss is what it says and falls, a defect is told from a second look, it can be cancelled."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from training.contrastive import Projections, Schedule, Triples, info_nce, patch_px, train_tower
from training.tower import LEVELS, PARTS, Tower

PATCH = patch_px(PARTS)


def _triples(seed: int) -> Triples:
    """Six places of different grey; the defect is a bright square in the middle."""
    rng = np.random.default_rng(seed)
    anchors = np.tile(np.linspace(0.2, 0.8, 6, dtype=np.float32)[:, None, None, None], (1, 1, PATCH, PATCH))
    noisy = [anchors + rng.normal(0, 0.01, anchors.shape).astype(np.float32) for _ in range(3)]
    noisy[2][:, :, 24:36, 24:36] += 0.3
    anchor, positive, bad = (torch.from_numpy(one) for one in noisy)
    return Triples(anchor, positive, bad, torch.zeros(6, 6, dtype=torch.bool))


@pytest.mark.parametrize("used", [PARTS, LEVELS], ids=["parts", "deep"])
@torch.inference_mode()
def test_a_training_patch_has_nine_cells(used: tuple[str, ...]) -> None:
    side = patch_px(used)
    assert side == (107 if "deep" in used else 59)
    assert Tower(used).eval()(torch.rand(1, 1, side, side)).shape[2:] == (3, 3)


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


def test_the_loss_falls_and_a_defect_is_further_away_than_a_second_look() -> None:
    torch.manual_seed(0)
    losses: list[float] = []
    steps: list[int] = []
    draws = iter(range(100))

    def note(step: int, loss: float) -> None:
        steps.append(step)
        losses.append(loss)

    tower = train_tower(Tower(PARTS), lambda: _triples(next(draws)), Schedule(12, 3e-3), note)
    assert steps == list(range(1, 13))
    assert not tower.training
    assert np.mean(losses[-3:]) < np.mean(losses[:3])
    seen = _triples(99)
    with torch.inference_mode():
        anchor, positive, bad = (tower(x).mean((2, 3)) for x in (seen.anchors, seen.positives, seen.defective))
    assert float((anchor - positive).norm(dim=1).mean()) < float((anchor - bad).norm(dim=1).mean())


def test_projections_are_unit_vectors_of_each_level() -> None:
    tower = Tower(PARTS)
    units = Projections(tower.channels)(tower.levels(torch.rand(2, 1, PATCH, PATCH)))
    assert [unit.shape for unit in units] == [(2, 64)] * 3
    assert all(torch.allclose(unit.norm(dim=1), torch.ones(2)) for unit in units)


def test_cancelling_ends_it_at_once() -> None:
    drawn: list[Triples] = []

    def draw() -> Triples:
        drawn.append(_triples(0))
        return drawn[-1]

    def cancel(step: int, loss: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_tower(Tower(PARTS), draw, Schedule(50, 1e-3), cancel)
    assert len(drawn) == 1
