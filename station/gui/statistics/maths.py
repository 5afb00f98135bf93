# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Control charts and intervals. No Qt in here.

p-chart and EWMA: Montgomery, Introduction to Statistical Quality Control, chapters 7.2 and 9.2. Interval of a share:
Wilson (1927), J. Am. Stat. Assoc. 22, 209.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

SIGMAS = 3.0
SMOOTHING = 0.2  # lambda of the EWMA
_Z_95 = 1.959964
_ROUNDING = 1e-9


class Limits(NamedTuple):
    """Centre line and control limits of one point."""

    low: float
    centre: float
    high: float

    def holds(self, value: float) -> bool:
        """True within the limits; rounding does not count: of equal values the limits have no width."""
        return self.low - _ROUNDING <= value <= self.high + _ROUNDING


def p_chart(defective: Sequence[int], inspected: Sequence[int]) -> list[Limits]:
    """Limits of each subgroup's share: p +- 3 sqrt(p (1 - p) / n), with p over all of them; n = 0 has none to break."""
    total = sum(inspected)
    share = sum(defective) / total if total else 0.0
    found = []
    for count in inspected:
        width = SIGMAS * math.sqrt(share * (1 - share) / count) if count else 1.0
        found.append(Limits(max(0.0, share - width), share, min(1.0, share + width)))
    return found


def ewma(values: Sequence[float], counts: Sequence[int]) -> tuple[list[float], list[Limits]]:
    """Smoothed values z = 0.2 x + 0.8 z, and their limits; weights `counts` find the centre and the spread.

    The spread of one value is estimated from successive differences (mean moving range / 1.128), so that a slow drift
    does not widen its own limits.
    """
    if not values:
        return [], []
    total = sum(counts)
    centre = sum(value * count for value, count in zip(values, counts, strict=True)) / total if total else 0.0
    ranges = [abs(after - before) for before, after in itertools.pairwise(values)]
    sigma = sum(ranges) / len(ranges) / 1.128 if ranges else 0.0
    smooth, limits, level = [], [], centre
    for number, value in enumerate(values, start=1):
        level = SMOOTHING * value + (1 - SMOOTHING) * level
        width = SIGMAS * sigma * math.sqrt(SMOOTHING / (2 - SMOOTHING) * (1 - (1 - SMOOTHING) ** (2 * number)))
        smooth.append(level)
        limits.append(Limits(centre - width, centre, centre + width))
    return smooth, limits


def wilson(hits: int, count: int) -> tuple[float, float]:
    """95 % interval of a share; (0, 1) of nothing."""
    if not count:
        return 0.0, 1.0
    share, square = hits / count, _Z_95**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    width = _Z_95 * math.sqrt(share * (1 - share) / count + square / (4 * count**2)) / (1 + square / count)
    return max(0.0, middle - width), min(1.0, middle + width)
