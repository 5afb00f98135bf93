"""The detector's arithmetic once more, slow and obvious: plain loops over NumPy arrays in float64.

The oracle of the tests, and of any later implementation on other hardware. Nothing here is clever or shared with the
fast code.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from station.core.recipe import CELL, CandidateSpec, DecisionSpec, ScreenSpec, VerifySpec

Array = NDArray[np.float64]
Place = tuple[int, int]


class NearestGolden(NamedTuple):
    """The nearest golden descriptor of one cell."""

    distance: float
    golden: int
    place: Place


def residual(picture: Array, reconstruction: Array, box: int) -> Array:
    """Mean absolute difference in a box around each pixel, mirrored at the border."""
    half = box // 2
    padded = np.pad(np.abs(picture - reconstruction), half, mode="reflect")
    mean = np.empty_like(picture)
    for row, column in np.ndindex(*picture.shape):
        mean[row, column] = padded[row : row + box, column : column + box].mean()
    return mean


def whiten(raw: Array, reconstruction: Array, mean: Array, std: Array, spec: ScreenSpec) -> Array:
    """(r - mean) / (std + eps); the mean and std of the place, or of the reconstruction's grey value."""
    z = np.empty_like(raw)
    for row, column in np.ndindex(*raw.shape):
        at: tuple[int, ...] = (row, column)
        if spec.whitening == "per_intensity":
            at = (min(max(int(reconstruction[row, column] * len(mean)), 0), len(mean) - 1),)
        z[row, column] = (raw[row, column] - mean[at]) / (std[at] + spec.eps)
    return z


def cell_maximum(screen_map: Array, scale: int) -> Array:
    """Highest value of each cell."""
    side = CELL // scale
    cells = np.empty((screen_map.shape[0] // side, screen_map.shape[1] // side))
    for row, column in np.ndindex(*cells.shape):
        cells[row, column] = screen_map[row * side : (row + 1) * side, column * side : (column + 1) * side].max()
    return cells


def choose(cells_z: Array, cells_raw: Array, spec: CandidateSpec, block: int) -> list[Place]:
    """First cells of the chosen blocks, best first. Cells outside the part are minus infinity."""
    by_z = {"z": spec.count, "raw": 0, "both": spec.count // 2}[spec.rank]
    peaks: list[Place] = []
    for ranked, wanted in ((cells_z, by_z), (cells_raw, spec.count)):
        while len(peaks) < wanted:
            free = [place for place in np.ndindex(*ranked.shape) if _free(place, peaks, spec.suppression_px)]
            free = [place for place in free if ranked[place] > -math.inf]
            if not free:
                break
            peaks.append(max(free, key=lambda place: ranked[place]))  # the first of equals
        if spec.rank == "z":
            break
    rows, columns = cells_z.shape
    return [
        (min(max(row - block // 2, 0), rows - block), min(max(column - block // 2, 0), columns - block))
        for row, column in peaks
    ]


def _free(place: Place, peaks: list[Place], suppression_px: int) -> bool:
    reach = suppression_px // CELL
    return all(abs(place[0] - row) > reach or abs(place[1] - column) > reach for row, column in peaks)


def nearest_at_place(
    descriptor: Array, place: Place, descriptors: Array, golden: NDArray[np.integer], neighbourhood: int
) -> NearestGolden:
    """Over all golden descriptors [gh, gw, M, D] at the place and around it."""
    best = NearestGolden(math.inf, -1, place)
    rows, columns, members, _ = descriptors.shape
    for row in range(max(0, place[0] - neighbourhood), min(rows, place[0] + neighbourhood + 1)):
        for column in range(max(0, place[1] - neighbourhood), min(columns, place[1] + neighbourhood + 1)):
            for member in range(members):
                distance = math.sqrt(float(((descriptor - descriptors[row, column, member]) ** 2).sum()))
                if distance < best.distance:
                    best = NearestGolden(distance, int(golden[row, column, member]), (row, column))
    return best


def nearest_anywhere(descriptor: Array, descriptors: Array, golden: NDArray[np.integer]) -> NearestGolden:
    """Over all golden descriptors [M, D]; the place is not told."""
    distances = [math.sqrt(float(((descriptor - other) ** 2).sum())) for other in descriptors]
    member = distances.index(min(distances))
    return NearestGolden(distances[member], int(golden[member]), (-1, -1))


def block_distance(cells: Array, verify: VerifySpec) -> float:
    """Highest distance of a block's cells, or the mean of its m highest."""
    ordered = sorted(cells.ravel().tolist(), reverse=True)
    kept = ordered[:1] if verify.statistic == "max" else ordered[: verify.m]
    return sum(kept) / len(kept)


def part_distance(cells: dict[Place, float], verify: VerifySpec) -> float:
    """Highest distance of all cells looked at, or the mean of the m highest; a cell counts once."""
    return block_distance(np.array(list(cells.values())), verify)


def part_score(z: list[float], distance: float, spec: DecisionSpec) -> float:
    """T: the highest z of the candidates and the part's distance, both standardised, fused."""
    z_standard, d_standard = (max(z) - spec.z_mean) / spec.z_std, (distance - spec.d_mean) / spec.d_std
    return {
        "sum": z_standard + d_standard,
        "max": max(z_standard, d_standard),
        "distance": d_standard,
        "screen": z_standard,
    }[spec.fusion]
