"""Every metric against a slow, obvious reference."""

from __future__ import annotations

import math

import numpy as np
import pytest

from training.metrics import aupro, auroc, auroc_interval, clopper_pearson, false_rejects_at_recall, tpr_at_fpr


def _scores(seed: int) -> tuple[list[float], list[bool]]:
    rng = np.random.default_rng(seed)
    bad = rng.random(60) < 0.4
    return np.round(rng.normal(bad * 1.0, 1.0), 1).tolist(), bad.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_auroc_counts_pairs(seed: int) -> None:
    scores, bad = _scores(seed)
    good = [s for s, b in zip(scores, bad, strict=True) if not b]
    wrong = [s for s, b in zip(scores, bad, strict=True) if b]
    pairs = [1.0 if w > g else 0.5 if w == g else 0.0 for w in wrong for g in good]
    assert auroc(scores, bad) == pytest.approx(sum(pairs) / len(pairs))


def test_auroc_with_infinite_scores_and_missing_classes() -> None:
    assert auroc([0.0, math.inf], [False, True]) == 1.0
    assert math.isnan(auroc([1.0, 2.0], [True, True]))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("fpr", [0.0, 0.01, 0.05, 0.3, 1.0])
def test_tpr_at_fpr_is_the_best_limit_that_keeps_the_rate(seed: int, fpr: float) -> None:
    scores, bad = _scores(seed)
    s, b = np.array(scores), np.array(bad)
    best = max(float((s[b] > limit).mean()) for limit in [-math.inf, *scores] if (s[~b] > limit).mean() <= fpr)
    assert tpr_at_fpr(scores, bad, fpr) == pytest.approx(best)


@pytest.mark.parametrize("caught", [0, 1, 7, 20])
def test_false_rejects_at_recall_against_every_limit(caught: int) -> None:
    rng = np.random.default_rng(caught)
    scores, bad = rng.normal(size=60).round(1), np.arange(60) < 20
    limits = [limit for limit in scores if (scores[bad] >= limit).sum() >= caught]
    fewest = min((scores[~bad] >= limit).sum() for limit in limits) if caught else 0
    assert false_rejects_at_recall(scores, bad, caught) == fewest


def test_the_interval_holds_the_value_and_repeats() -> None:
    scores, bad = _scores(0)
    low, high = auroc_interval(scores, bad, rounds=200)
    assert low < auroc(scores, bad) < high
    assert (low, high) == auroc_interval(scores, bad, rounds=200)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 20, 0.0, 0.1684), (1, 20, 0.0013, 0.2487), (5, 50, 0.0333, 0.2181), (7, 7, 0.5904, 1)],
)
def test_clopper_pearson_against_the_table(hits: int, n: int, low: float, high: float) -> None:
    assert clopper_pearson(hits, n) == pytest.approx((low, high), abs=1e-3)


def _slow_aupro(maps: list[np.ndarray], masks: list[np.ndarray], regions: list[np.ndarray], end: float) -> float:
    """Every limit there is, one after the other."""
    normal = np.concatenate([m[~mask] for m, mask in zip(maps, masks, strict=True)])
    limits = sorted({math.inf, *np.concatenate([m.ravel() for m in maps]).tolist()}, reverse=True)
    x = [(normal >= limit).mean() for limit in limits]
    y = [np.mean([(region >= limit).mean() for region in regions]) for limit in limits]
    grid = np.linspace(0, end, 5001)
    return float(np.trapezoid(np.interp(grid, x, y), grid)) / end


@pytest.mark.parametrize("seed", range(3))
def test_aupro_against_every_limit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = np.zeros((40, 40), bool)
    mask[5:12, 5:12] = mask[20:24, 25:38] = True
    maps = [(rng.random((40, 40)) + 0.6 * mask).astype(np.float32), rng.random((40, 40)).astype(np.float32)]
    masks = [mask, np.zeros((40, 40), bool)]
    regions = [maps[0][5:12, 5:12].ravel(), maps[0][20:24, 25:38].ravel()]
    assert aupro(maps, masks) == pytest.approx(_slow_aupro(maps, masks, regions, 0.3), abs=0.01)


def test_aupro_of_a_perfect_and_of_a_blind_map() -> None:
    mask = np.zeros((32, 32), bool)
    mask[4:8, 4:8] = True
    assert aupro([mask.astype(np.float32)], [mask]) == pytest.approx(1, abs=0.02)
    assert aupro([np.zeros((32, 32), np.float32)], [mask]) == pytest.approx(0.15, abs=0.02)
    assert math.isnan(aupro([np.zeros((4, 4), np.float32)], [np.zeros((4, 4), bool)]))
