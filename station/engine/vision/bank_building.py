"""Builds a golden-patch bank from descriptors of good parts. Used offline.

A bank must cover, not sample: greedy k-centre (farthest point first; Gonzalez 1985) keeps rare but normal looks that a
random choice of the same size loses.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from station.engine.vision.resampling import Floats

Tensors = dict[str, NDArray[np.generic]]
_PLACES_AT_ONCE = 64  # keeps the working set in the cache


def build_place_bank(descriptors: Floats, max_per_place: int = 256) -> Tensors:
    """Tensors of a place bank.

    Args:
        descriptors: float32 [n, gh, gw, D], dense maps of n good parts; part i is golden part i.
        max_per_place: M is at most this.
    """
    count, rows, columns, dims = descriptors.shape
    flat = descriptors.reshape(count, rows * columns, dims)
    kept = min(count, max_per_place)
    chosen = np.empty((rows * columns, kept), dtype=np.int32)
    for start in range(0, rows * columns, _PLACES_AT_ONCE):
        places = np.ascontiguousarray(flat[:, start : start + _PLACES_AT_ONCE].transpose(1, 0, 2))
        chosen[start : start + _PLACES_AT_ONCE] = k_centre(places, kept)
    bank = np.take_along_axis(flat.transpose(1, 0, 2), chosen[..., None].astype(np.intp), axis=1)
    return {
        "bank.descriptors": bank.reshape(rows, columns, kept, dims).astype(np.float16),
        "bank.golden": chosen.reshape(rows, columns, kept),
    }


def build_global_bank(descriptors: Floats, max_total: int = 4096, pool: int = 60_000, seed: int = 0) -> Tensors:
    """Tensors of a global bank.

    Args:
        descriptors: float32 [n, gh, gw, D], dense maps of n good parts; part i is golden part i.
        max_total: M is at most this.
        pool: k-centre chooses from at most this many, drawn at random.
        seed: of that draw.
    """
    rows, columns, dims = descriptors.shape[1:]
    flat = descriptors.reshape(-1, dims)
    source = np.arange(len(flat))
    if len(flat) > pool:
        source = np.sort(np.random.default_rng(seed).choice(len(flat), pool, replace=False))
    chosen = source[k_centre(np.ascontiguousarray(flat[source])[None], min(max_total, len(source)))[0]]
    part, place = np.divmod(chosen, rows * columns)
    return {
        "bank.descriptors": flat[chosen].astype(np.float16),
        "bank.golden": part.astype(np.int32),
        "bank.place": np.stack(np.divmod(place, columns), axis=1).astype(np.int32),
    }


def k_centre(points: Floats, count: int) -> NDArray[np.int32]:
    """Greedy cover of each group of points: start near the mean, then always take the farthest from all taken.

    Args:
        points: float32 [groups, n, D].
        count: points to take from each group, <= n.

    Returns:
        int32 [groups, count], indices into n, ascending. Deterministic.
    """
    groups, total, _ = points.shape
    if count >= total:
        return np.tile(np.arange(total, dtype=np.int32), (groups, 1))
    norms = np.einsum("gnd,gnd->gn", points, points)
    group = np.arange(groups)
    newest = _squared(points, norms, points.mean(axis=1)).argmin(axis=1)
    chosen = np.empty((groups, count), dtype=np.int32)
    gap = np.full((groups, total), np.inf, dtype=np.float32)
    for step in range(count):
        chosen[:, step] = newest
        np.minimum(gap, _squared(points, norms, points[group, newest]), out=gap)
        gap[group, newest] = -np.inf
        newest = gap.argmax(axis=1)
    return np.sort(chosen, axis=1)


def _squared(points: Floats, norms: Floats, centre: Floats) -> Floats:
    """Squared distances [groups, n] of all points from one centre [groups, D] per group."""
    squared: Floats = -2 * (points @ centre[:, :, None])[..., 0]
    squared += norms
    squared += np.einsum("gd,gd->g", centre, centre)[:, None]
    return squared
