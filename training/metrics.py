"""How good a detector ranks and decides, in plain numpy. Labels: True = bad. Scores: higher = worse."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.calibration import beta_bound

Scores = NDArray[np.float64]
Labels = NDArray[np.bool_]


def auroc(scores: ArrayLike, bad: ArrayLike) -> float:
    """Chance that a bad part scores higher than a good one; ties count half. NaN if a class is missing."""
    s, b = np.asarray(scores, np.float64), np.asarray(bad, bool)
    good = np.sort(s[~b])
    if not len(good) or not b.any():
        return math.nan
    below = np.searchsorted(good, s[b], "left")
    not_above = np.searchsorted(good, s[b], "right")
    return float((below + not_above).mean() / (2 * len(good)))


def auroc_interval(scores: ArrayLike, bad: ArrayLike, rounds: int = 1000, seed: int = 0) -> tuple[float, float]:
    """95 % bootstrap interval of `auroc`, good and bad parts drawn separately."""
    s, b = np.asarray(scores, np.float64), np.asarray(bad, bool)
    rng = np.random.default_rng(seed)
    good_scores, bad_scores = s[~b], s[b]
    labels = np.repeat([False, True], [len(good_scores), len(bad_scores)])
    values = []
    for _ in range(rounds):
        sample = np.concatenate([_drawn(good_scores, rng), _drawn(bad_scores, rng)])
        values.append(auroc(sample, labels))
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _drawn(values: Scores, rng: np.random.Generator) -> Scores:
    return values[rng.integers(0, len(values), len(values))] if len(values) else values


def tpr_at_fpr(scores: ArrayLike, bad: ArrayLike, fpr: float) -> float:
    """Share of bad parts above the lowest limit that rejects at most `fpr` of the good ones."""
    s, b = np.asarray(scores, np.float64), np.asarray(bad, bool)
    good = np.sort(s[~b])[::-1]
    if not len(good) or not b.any():
        return math.nan
    allowed = math.floor(fpr * len(good) + 1e-9)
    limit = good[allowed] if allowed < len(good) else -math.inf
    return float((s[b] > limit).mean())


def false_rejects_at_recall(scores: ArrayLike, bad: ArrayLike, caught: int) -> int:
    """Good parts rejected by the highest limit that catches at least `caught` bad parts; 0 for caught = 0."""
    s, b = np.asarray(scores, np.float64), np.asarray(bad, bool)
    if not caught:
        return 0
    limit = np.sort(s[b])[::-1][caught - 1]
    return int((s[~b] >= limit).sum())


def clopper_pearson(hits: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Exact interval of a share of `hits` in n (Clopper & Pearson 1934)."""
    if n == 0:
        return 0.0, 1.0
    half = (1 - confidence) / 2
    low = 0.0 if hits == 0 else beta_bound(n, hits, half)
    high = 1.0 if hits == n else beta_bound(n, hits + 1, 1 - half)
    return low, high


def aupro(maps: list[NDArray[np.float32]], masks: list[Labels], max_fpr: float = 0.3, steps: int = 200) -> float:
    """Area under the per-region overlap curve up to `max_fpr`, divided by it (Bergmann et al. 2020).

    Args:
        maps: anomaly maps [H, W], one per picture, higher = worse.
        masks: [H, W] each, True where the picture is truly bad; good pictures are all False.
        max_fpr: false-positive rate of good pixels at which the curve ends.
        steps: limits at which the curve is sampled, evenly in the false-positive rate.

    Returns:
        0..1, or NaN if no mask has a region.
    """
    normal = np.sort(np.concatenate([m[~mask] for m, mask in zip(maps, masks, strict=True)]))
    regions = [region for m, mask in zip(maps, masks, strict=True) for region in _regions(m, mask)]
    if not regions or not len(normal):
        return math.nan
    wanted = np.linspace(0, max_fpr, steps + 1)
    limits = np.unique(normal[np.minimum(((1 - wanted) * len(normal)).astype(int), len(normal) - 1)])[::-1]
    rates = [1 - np.searchsorted(normal, limits, "right") / len(normal)]
    overlap = [np.mean([1 - np.searchsorted(r, limits, "right") / len(r) for r in regions], axis=0)]
    # All that is at the lowest limit itself counts as flagged at the curve's end, so ties are joined by a line.
    fpr = np.concatenate([[0.0], rates[0], [1 - np.searchsorted(normal, limits[-1], "left") / len(normal)]])
    last = np.mean([1 - np.searchsorted(r, limits[-1], "left") / len(r) for r in regions])
    pro = np.concatenate([[0.0], overlap[0], [last]])
    return _area_until(fpr, pro, max_fpr) / max_fpr


def _regions(values: NDArray[np.float32], mask: Labels) -> list[NDArray[np.float32]]:
    """Sorted map values of each connected region of the mask."""
    count, label = cv2.connectedComponents(mask.astype(np.uint8))
    return [np.sort(values[label == index]) for index in range(1, count)]


def _area_until(x: Scores, y: Scores, end: float) -> float:
    """Area under the line through the points (x rising) up to `end`."""
    grid = np.unique(np.concatenate([x[x < end], [end]]))
    # At a jump (same x twice) the higher value counts from there on.
    order = np.lexsort((y, x))
    height = np.interp(grid, x[order], y[order])
    return float(np.trapezoid(height, grid))
