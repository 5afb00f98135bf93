"""Bootstrap intervals of a figure such as AUROC, for one run or for several runs on the same test pictures.

Efron & Tibshirani, An Introduction to the Bootstrap (1993), percentile method. Good and bad parts are drawn separately,
so every sample has as many of each as the test set has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Statistic = Callable[[ArrayLike, ArrayLike], float]  # of scores and labels (True = bad)


def interval(
    statistic: Statistic, runs: Sequence[ArrayLike], bad: ArrayLike, rounds: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of the mean over `runs` of a statistic: how much the choice of test pictures matters.

    The same pictures are drawn for all runs, because their errors on one picture are not independent. How much the
    runs themselves differ is another question, which their lowest and highest figure answer.

    Args:
        statistic: of scores [n] and labels [n].
        runs: scores [n] of each run, all of the same pictures in the same order.
        bad: labels [n].
        rounds: samples drawn.
        seed: makes the interval repeatable.

    Returns:
        Its ends; NaN if the statistic is.
    """
    labels = np.asarray(bad, bool)
    scores = [np.asarray(run, np.float64) for run in runs]
    good_places, bad_places = np.flatnonzero(~labels), np.flatnonzero(labels)
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(rounds):
        drawn = np.concatenate([_drawn(good_places, rng), _drawn(bad_places, rng)])
        values.append(np.mean([statistic(run[drawn], labels[drawn]) for run in scores]))
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _drawn(places: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    return places[rng.integers(0, len(places), len(places))] if len(places) else places
