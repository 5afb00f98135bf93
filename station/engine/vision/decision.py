"""From the candidates' numbers to the part's verdict."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from station.core.domain import Reason, Verdict
from station.core.recipe import DecisionSpec, VerifySpec
from station.engine.vision.candidates import Cells
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
    """One distance per candidate, [k], from its cells' [k, c, c]: the mean of the m highest (as many as it has)."""
    flat = distances.reshape(len(distances), -1)
    return _mean_of_highest(flat, min(_counted(verify), flat.shape[1]))


def part_distance(distances: Floats, corners: Cells, grid: tuple[int, int], verify: VerifySpec) -> float:
    """The part's distance: the mean of the m highest cells over all candidates, each cell counted once.

    Args:
        distances: float32 [k, ch, cw], k >= 1.
        corners: [k, 2], first cell of each candidate; candidates may overlap.
        grid: rows and columns of the picture's cells.
        verify: says m; 1 = the highest cell.
    """
    height, width = distances.shape[1:]
    cells = np.full(grid, -np.inf, dtype=np.float32)
    for block, (row, column) in zip(distances, corners, strict=True):
        there = cells[row : row + height, column : column + width]
        np.maximum(there, block, out=there)  # NaN stays NaN
    seen = cells[cells != -np.inf]
    return float(_mean_of_highest(seen[None], min(_counted(verify), len(seen)))[0])


def _counted(verify: VerifySpec) -> int:
    return 1 if verify.statistic == "max" else verify.m


def _mean_of_highest(rows: Floats, m: int) -> Floats:
    """[k] from [k, n]."""
    if m == 1:
        return np.asarray(rows.max(axis=1), np.float32)
    return np.asarray(np.partition(rows, -m, axis=1)[:, -m:].mean(axis=1), np.float32)


def fuse(z: Floats, distance: Floats, spec: DecisionSpec) -> Scores:
    """Calibrated score of each candidate, float64 [k]; or, from its highest z and its distance, of the part."""
    with np.errstate(over="ignore", invalid="ignore"):  # `decide` refuses what is not finite
        z_standard = (z.astype(np.float64) - spec.z_mean) / spec.z_std
        d_standard = (distance.astype(np.float64) - spec.d_mean) / spec.d_std
    if spec.fusion == "sum":
        return z_standard + d_standard
    if spec.fusion == "max":
        return np.maximum(z_standard, d_standard)
    return d_standard if spec.fusion == "distance" else z_standard


def fuse_part(z: float, distance: float, spec: DecisionSpec) -> float:
    """T without the logical score, from the part's highest z and its distance."""
    return float(fuse(np.array([z], np.float32), np.array([distance], np.float32), spec)[0])


def decide(score: float, overflow: bool, spec: DecisionSpec, local: float | None = None) -> Decided:
    """The part's verdict. PASS if and only if its score is finite and not above the limit, and nothing overflowed.

    Args:
        score: T, the part's score.
        overflow: more is flagged than was verified.
        spec: from the recipe.
        local: T without the logical score; None = it has none.

    Raises:
        NotInspectedError: NOT_FINITE.
    """
    require_finite(np.array([score]), "the part's score")
    if overflow:
        return Decided(Verdict.REJECT, Reason.OVERFLOW, score, border=False)
    if score <= spec.limit:
        border = spec.grey_from is not None and score > spec.grey_from
        return Decided(Verdict.PASS, Reason.CLEAN, score, border)
    reason = Reason.LOGICAL if local is not None and local <= spec.limit else Reason.FINDING
    return Decided(Verdict.REJECT, reason, score, border=False)
