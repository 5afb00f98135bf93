"""Bootstrap intervals: repeatable, narrow for many parts, and about the mean of several runs."""

from __future__ import annotations

import math

import numpy as np

from training.bootstrap import interval
from training.metrics import auroc


def test_one_run_against_a_slow_obvious_bootstrap() -> None:
    rng = np.random.default_rng(1)
    good, bad = rng.normal(0, 1, 30), rng.normal(1, 1, 20)
    scores, labels = np.concatenate([good, bad]), np.repeat([False, True], [30, 20])
    again, values = np.random.default_rng(0), []
    for _ in range(300):
        g, b = good[again.integers(0, 30, 30)], bad[again.integers(0, 20, 20)]
        values.append(np.mean([[(y > x) + 0.5 * (y == x) for x in g] for y in b]))
    low, high = interval(auroc, [scores], labels, rounds=300)
    np.testing.assert_allclose((low, high), np.percentile(values, [2.5, 97.5]), atol=1e-12)
    assert (low, high) == interval(auroc, [scores], labels, rounds=300)


def test_several_runs_are_drawn_together_and_averaged() -> None:
    rng = np.random.default_rng(2)
    labels = np.repeat([False, True], [40, 40])
    scores = np.concatenate([rng.normal(0, 1, 40), rng.normal(1, 1, 40)])
    assert interval(auroc, [scores, scores, 3 * scores], labels) == interval(auroc, [scores], labels)
    low, high = interval(auroc, [scores, -scores], labels)  # whatever is drawn, one is right where the other is wrong
    assert math.isclose(low, 0.5) and math.isclose(high, 0.5)


def test_infinite_scores_count_and_a_missing_class_gives_nan() -> None:
    assert interval(auroc, [[0, 0, math.inf, math.inf]], [False, False, True, True]) == (1.0, 1.0)
    assert all(map(math.isnan, interval(auroc, [[0, 1]], [False, False], rounds=5)))
