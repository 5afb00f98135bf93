"""The drift watch: do accepted parts still look like the parts that the limit was calibrated with?

The promise of a limit rests on exchangeability: the parts of today come from where the calibration parts came from.
Accepted parts end at the limit, so they are compared with the m calibration scores *below* the limit: given the
limit, those and the accepted parts of an unchanged line are draws from one and the same distribution, whatever it is.

    score ──► p-value: its rank among the m scores ──┬─► Kolmogorov-Smirnov over the last `window` parts: any change
                                                     └─► CUSUM (Page 1954), two-sided: a small, lasting shift

The m scores are a sample too, and its error stays for as long as the recipe does. So the KS limit is that of two
samples, and the CUSUM forgives a mean that is wrong by _SAMPLE_ERRORS / sqrt(m) standard deviations.
"""

from __future__ import annotations

import math
from bisect import bisect_left

import numpy as np

from station.core.domain import DriftState
from station.core.errors import BundleError
from station.core.recipe import DriftSpec, Recipe
from station.engine.vision.resampling import Floats
from station.engine.vision.stages import Tensors

SCORES = "decision.scores"
FEWEST = 10  # calibration scores below the limit; fewer could not show even a complete change
_SAMPLE_ERRORS = 2.5  # standard errors of the calibration scores' mean p-value
_UNIFORM_STD = math.sqrt(1 / 12)


class DriftWatch:
    """Fed with the score of each accepted part, by one thread. DRIFTED is latched until `reset`."""

    def __init__(self, spec: DriftSpec, scores: Floats, limit: float = math.inf) -> None:
        """Prepare; nothing is allocated afterwards.

        Args:
            spec: from the recipe.
            scores: the calibration parts' scores, float32 [n], ascending.
            limit: what accepted parts stay at or below.

        Raises:
            BundleError: the scores are not finite or not ascending, or fewer than FEWEST are below the limit.
        """
        reference = _below(scores, limit)
        if len(reference) < FEWEST:
            raise BundleError(f"calibration.safetensors: {SCORES}: {len(reference)} below the limit; {FEWEST} needed")
        self._spec = spec
        values, first = np.unique(reference, return_index=True)
        self._values: list[float] = values.tolist()
        self._below: list[int] = [*first.tolist(), len(reference)]  # scores below each value, and below infinity
        self._expected = np.array(self._below[1:]) / (len(reference) + 1)  # share of parts up to each value
        self._count = len(reference)
        m, w = self._count, spec.window
        self.ks_limit = math.sqrt(-math.log(spec.ks_alpha / 2) / 2) * math.sqrt((m + w) / (m * w))
        self.slack = spec.cusum_slack + _SAMPLE_ERRORS / math.sqrt(m)
        self._places = np.zeros(w, np.intp)  # of the window's parts among the values; a ring
        self._held = np.zeros(len(values) + 1)  # parts of the window at each place
        self._shares = np.zeros(len(values))
        self.reset()

    def reset(self) -> None:
        """Begin anew, as after a recalibration."""
        self.state = DriftState.STEADY
        self.detail = ""  # what was found, with numbers
        self.accepted = 0  # parts since then
        self.ks = 0.0  # of the newest full window
        self.higher = self.lower = 0.0  # CUSUM of scores above and below the calibrated ones
        self._held.fill(0)

    def p_value(self, score: float) -> float:
        """Share of normal parts with at least this score: (1 + scores >= it) / (m + 1), less half a step.

        That makes it (0, 1) and its mean exactly 1/2 without drawing lots. Ties count half.
        """
        place = self._place(score)
        below = self._below[place]
        tied = place < len(self._values) and self._values[place] == _single(score)
        up_to = self._below[place + 1] if tied else below
        return 1 - (below + up_to + 1) / (2 * (self._count + 1))

    def accept(self, score: float) -> DriftState:
        """One more accepted part, score finite and <= limit. Takes a time of the order of m."""
        if self.state is DriftState.DRIFTED:
            return self.state
        self._sum_up(score)
        self._slide(self._place(score))
        self.detail = self._found()
        if self.detail:
            self.state = DriftState.DRIFTED
        return self.state

    def _place(self, score: float) -> int:
        """How many of the different values are below the score."""
        return bisect_left(self._values, _single(score))

    def _sum_up(self, score: float) -> None:
        surprise = (0.5 - self.p_value(score)) / _UNIFORM_STD  # positive: a score higher than usual
        self.higher = max(0.0, self.higher + surprise - self.slack)
        self.lower = max(0.0, self.lower - surprise - self.slack)

    def _slide(self, place: int) -> None:
        """Put a part into the window, and the oldest out."""
        window = self._spec.window
        at = self.accepted % window
        if self.accepted >= window:
            self._held[self._places[at]] -= 1
        self._places[at] = place
        self._held[place] += 1
        self.accepted += 1
        if self.accepted < window:
            return
        shares = self._shares
        np.cumsum(self._held[:-1], out=shares)
        np.divide(shares, window, out=shares)
        np.subtract(shares, self._expected, out=shares)
        np.abs(shares, out=shares)
        self.ks = float(shares.max())

    def _found(self) -> str:
        if self.ks > self.ks_limit:
            return f"KS {self.ks:.2f} > {self.ks_limit:.2f} over {self._spec.window}"
        level = self._spec.cusum_level
        if self.higher > level:
            return f"scores run higher: CUSUM {self.higher:.1f} > {level:.1f}"
        return f"scores run lower: CUSUM {self.lower:.1f} > {level:.1f}" if self.lower > level else ""


def open_watch(recipe: Recipe, tensors: Tensors) -> DriftWatch | None:
    """The watch of a bundle; None when it has no calibration scores, or too few below its limit, to watch by.

    Raises:
        BundleError: there are scores, but not finite or not ascending.
    """
    if SCORES not in tensors or len(_below(tensors[SCORES], recipe.decision.limit)) < FEWEST:
        return None
    return DriftWatch(recipe.drift, tensors[SCORES], recipe.decision.limit)


def _below(scores: Floats, limit: float) -> Floats:
    """The scores below the limit. One that is equal is the limit itself: it says nothing about accepted parts."""
    single = np.asarray(scores, np.float32)
    if single.ndim != 1 or not np.isfinite(single).all() or (np.diff(single) < 0).any():
        raise BundleError(f"calibration.safetensors: {SCORES} must be a row of finite scores, ascending")
    return single[single < np.float32(limit)]


def _single(score: float) -> float:
    """The score as it would stand among the calibration scores."""
    return float(np.float32(score))
