"""From the candidates' numbers to the part's verdict."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from station.core.domain import Reason, Verdict
from station.core.recipe import DecisionSpec, VerifySpec
from station.engine.vision.resampling import Floats
from station.engine.vision.screen import require_finite

Scores = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


class Decided(NamedTuple):
    """The answer, and what it rests on."""

    verdict: Verdict
    reason: Reason
    score: float  # T: the part's score
    border: bool  # a pass within the grey band: a person should look


def block_distance(distances: Floats, verify: VerifySpec) -> Floats:
    """One distance per candidate, [k], from its cells' [k, c, c]: the highest, or the mean of the m highest."""
    flat = distances.reshape(len(distances), -1)
    m = 1 if verify.statistic == "max" else min(verify.m, flat.shape[1])
    highest: Floats = np.sort(flat, axis=1)[:, -m:].mean(axis=1)
    return highest


def fuse(z: Floats, distance: Floats, spec: DecisionSpec) -> Scores:
    """Calibrated score of each candidate, float64 [k]."""
    with np.errstate(over="ignore", invalid="ignore"):  # `decide` refuses what is not finite
        z_standard = (z.astype(np.float64) - spec.z_mean) / spec.z_std
        d_standard = (distance.astype(np.float64) - spec.d_mean) / spec.d_std
    if spec.fusion == "sum":
        return z_standard + d_standard
    if spec.fusion == "max":
        return np.maximum(z_standard, d_standard)
    return d_standard if spec.fusion == "distance" else z_standard


def decide(scores: Scores, overflow: bool, spec: DecisionSpec) -> Decided:
    """The part's verdict. PASS if and only if its score is finite and not above the limit, and nothing overflowed.

    Args:
        scores: float64 [k], k >= 1.
        overflow: more is flagged than was verified.
        spec: from the recipe.

    Raises:
        NotInspectedError: NOT_FINITE.
    """
    require_finite(scores, "the score of a candidate")
    score = float(scores.max())
    if overflow:
        return Decided(Verdict.REJECT, Reason.OVERFLOW, score, border=False)
    if score <= spec.limit:
        border = spec.grey_from is not None and score > spec.grey_from
        return Decided(Verdict.PASS, Reason.CLEAN, score, border)
    return Decided(Verdict.REJECT, Reason.FINDING, score, border=False)
