"""The golden-patch bank: how far is a descriptor from the nearest descriptor of a good part?

Place bank: registered parts; a cell is compared with golden cells at the same place and up to `neighbourhood` cells
around it. Global bank: textures; a cell is compared with all. The nearest golden patch is also the evidence that a
person sees, so each answer names the golden part and the place it comes from.

Tensors (calibration.safetensors):
    place    bank.descriptors float16 [gh, gw, M, D]   bank.golden int32 [gh, gw, M]
    global   bank.descriptors float16 [M, D]           bank.golden int32 [M]   bank.place int32 [M, 2] (row, column)
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from station.core.errors import BundleError
from station.core.recipe import Recipe
from station.engine.vision.candidates import Cells
from station.engine.vision.resampling import Floats

Numbers = NDArray[np.int32]
Halves = NDArray[np.float16]
_AT_ONCE, _MEMBERS = 1024, 256  # gains in flight, 1 MB: they stay in the cache


class Nearest(NamedTuple):
    """For each cell of k blocks, arrays [k, ch, cw]: the nearest golden descriptor."""

    distance: Floats  # Euclidean
    golden: Numbers  # number of the golden part
    row: Numbers  # cell the golden descriptor comes from
    column: Numbers


class Bank(Protocol):
    """Answers for blocks of any size, from one cell to the whole grid."""

    def nearest(self, blocks: Floats, corners: Cells) -> Nearest:
        """Compare blocks of descriptors with the golden ones.

        Args:
            blocks: float32 [k, ch, cw, D].
            corners: [k, 2], row and column of each block's first cell.
        """
        ...


def open_bank(recipe: Recipe, tensors: Mapping[str, NDArray[Any]]) -> Bank:
    """The bank that the recipe names, from its tensors.

    Raises:
        BundleError: a tensor is missing, has the wrong shape, or is not finite.
    """
    rows, columns = recipe.picture.grid
    descriptors, golden = (_tensor(tensors, f"bank.{name}") for name in ("descriptors", "golden"))
    dims = recipe.verify.dims
    if recipe.verify.bank == "place":
        if descriptors.ndim != 4 or descriptors.shape[:2] != (rows, columns) or descriptors.shape[3] != dims:
            raise BundleError(
                f"calibration.safetensors: bank.descriptors {descriptors.shape}: the recipe needs "
                f"[{rows}, {columns}, M, {dims}]"
            )
        _check(descriptors, golden)
        return PlaceBank(descriptors, golden.astype(np.int32), recipe.verify.neighbourhood)
    place = _tensor(tensors, "bank.place")
    if descriptors.ndim != 2 or descriptors.shape[1] != dims or place.shape != (len(descriptors), 2):
        raise BundleError(
            f"calibration.safetensors: bank.descriptors {descriptors.shape}, bank.place {place.shape}: the recipe "
            f"needs [M, {dims}] and [M, 2]"
        )
    _check(descriptors, golden)
    return GlobalBank(descriptors, golden.astype(np.int32), place.astype(np.int32))


class PlaceBank:
    """Golden descriptors of each place.

    Nearest means highest gain g . q - |g|^2 / 2. Golden descriptors are the columns of a matrix whose last row is their
    half squared norm, and each query ends in -1, so one product gives all gains. What takes time is reading the bank:
    so each of its cells is read once, for all queries that may look at it.
    """

    def __init__(self, descriptors: Floats | Halves, golden: Numbers, neighbourhood: int) -> None:
        """Lay the descriptors out for products; what was given is not kept.

        Args:
            descriptors: float32 or float16 [gh, gw, M, D].
            golden: int32 [gh, gw, M].
            neighbourhood: cells around the place that are compared too.
        """
        self._rows, self._columns, members, dims = descriptors.shape
        self._bank = np.empty((self._rows * self._columns, dims + 1, members), dtype=np.float32)
        flat = descriptors.reshape(-1, members, dims)
        for cell, matrix in enumerate(self._bank):
            _lay_out(flat[cell], matrix)
        self._golden = golden.reshape(-1, members)
        steps = np.arange(-neighbourhood, neighbourhood + 1)
        self._around = np.repeat(steps, len(steps)), np.tile(steps, len(steps))  # in reading order

    def nearest(self, blocks: Floats, corners: Cells) -> Nearest:
        """See `Bank`."""
        queries, seen = _with_minus_one(blocks), self._seen(blocks.shape[1:3], corners)
        best, which = self._compare(queries, seen)
        pick = best.argmax(axis=1)[:, None]
        cell, member = (np.take_along_axis(table, pick, axis=1)[:, 0] for table in (seen, which))
        row, column = np.divmod(cell.astype(np.int32), np.int32(self._columns))
        distance = _distances(queries, self._bank[cell, :-1, member])
        return _shaped(blocks.shape[:3], distance, self._golden[cell, member], row, column)

    def _seen(self, size: tuple[int, ...], corners: Cells) -> Cells:
        """[n, side * side]: the bank cells that each query looks at; -1 outside the grid."""
        down, across = (steps.ravel() for steps in np.indices(size))
        row = (corners[:, :1] + down).reshape(-1, 1) + self._around[0]
        column = (corners[:, 1:] + across).reshape(-1, 1) + self._around[1]
        inside = (row >= 0) & (row < self._rows) & (column >= 0) & (column < self._columns)
        return np.where(inside, row * self._columns + column, -1)

    def _compare(self, queries: Floats, seen: Cells) -> tuple[Floats, Cells]:
        """For each query and each cell that it looks at: the highest gain there, and whose it is, [n, side * side]."""
        best = np.full(seen.shape, -np.inf, dtype=np.float32)
        which = np.zeros(seen.shape, dtype=np.intp)
        pairs = seen.argsort(axis=None, kind="stable")  # (query, cell) by cell
        pairs = pairs[np.count_nonzero(seen < 0) :]
        for start in range(0, len(pairs), _AT_ONCE):
            some = pairs[start : start + _AT_ONCE]
            gain = self._gains(queries[some // seen.shape[1]], seen.ravel()[some])
            which.ravel()[some], best.ravel()[some] = _highest(gain)
        return best, which

    def _gains(self, queries: Floats, cells: Cells) -> Floats:
        """Gains [n, M] of queries [n, D + 1], each in its cell [n]; cells ascend."""
        gain = np.empty((len(queries), self._bank.shape[2]), dtype=np.float32)
        starts = np.flatnonzero(np.diff(cells, prepend=-1)).tolist()
        for start, stop in itertools.pairwise([*starts, len(cells)]):
            np.dot(queries[start:stop], self._bank[cells[start]], out=gain[start:stop])
        return gain


class GlobalBank:
    """Golden descriptors of all places together, laid out as in `PlaceBank`."""

    def __init__(self, descriptors: Floats | Halves, golden: Numbers, place: Numbers) -> None:
        """`descriptors` float32 or float16 [M, D], `golden` int32 [M], `place` int32 [M, 2]."""
        members, dims = descriptors.shape
        self._bank = np.empty((dims + 1, members), dtype=np.float32)
        _lay_out(descriptors, self._bank)
        self._golden, self._place = golden, place

    def nearest(self, blocks: Floats, corners: Cells) -> Nearest:
        """See `Bank`; the place does not matter."""
        queries = _with_minus_one(blocks)
        few = max(1, _AT_ONCE * _MEMBERS // self._bank.shape[1])
        parts = [_highest(queries[start : start + few] @ self._bank)[0] for start in range(0, len(queries), few)]
        member = np.concatenate(parts)
        row, column = self._place[member].T
        distance = _distances(queries, self._bank[:-1, member].T)
        return _shaped(blocks.shape[:3], distance, self._golden[member], row, column)


def _lay_out(points: Floats | Halves, matrix: Floats) -> None:
    """Golden descriptors [M, D] become the columns of a matrix [D + 1, M], the last row their half squared norm."""
    matrix[:-1] = points.T
    matrix[-1] = 0.5 * np.einsum("dm,dm->m", matrix[:-1], matrix[:-1])


def _with_minus_one(blocks: Floats) -> Floats:
    """Queries [n, D + 1] from blocks [k, ch, cw, D]."""
    dims = blocks.shape[3]
    queries = np.empty((blocks.size // dims, dims + 1), dtype=np.float32)
    queries[:, :-1] = blocks.reshape(-1, dims)
    queries[:, -1] = -1
    return queries


def _highest(gain: Floats) -> tuple[Cells, Floats]:
    """For each row of gains [n, M]: whose is the highest, and the gain."""
    which = gain.argmax(axis=1)
    return which, gain[np.arange(len(gain)), which]


def _distances(queries: Floats, winners: Floats) -> Floats:
    """Exact distances [n] of queries [n, D + 1] from their golden descriptors [n, D]: gains of near points cancel."""
    distance: Floats = np.linalg.norm(queries[:, :-1] - winners, axis=1)
    return distance


def _shaped(size: tuple[int, ...], *answers: NDArray[Any]) -> Nearest:
    return Nearest(*(answer.reshape(size) for answer in answers))


def _tensor(tensors: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
    if name not in tensors:
        raise BundleError(f"calibration.safetensors: {name} is missing")
    return tensors[name]


def _check(descriptors: NDArray[Any], golden: NDArray[Any]) -> None:
    if golden.shape != descriptors.shape[:-1] or golden.size == 0:
        raise BundleError(
            f"calibration.safetensors: bank.golden {golden.shape} does not fit bank.descriptors {descriptors.shape}"
        )
    if not np.isfinite(descriptors).all():
        raise BundleError("calibration.safetensors: bank.descriptors is not finite")
