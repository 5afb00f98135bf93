"""The golden-patch bank: how far is a descriptor from the nearest descriptor of a good part?

Place bank: registered parts; a cell is compared with golden cells at the same place and up to `neighbourhood` cells
around it. Global bank: textures; a cell is compared with all. The nearest golden patch is also the evidence that a
person sees, so each answer names the golden part and the place it comes from.

Tensors (calibration.safetensors):
    place    bank.descriptors float16 [gh, gw, M, D]   bank.golden int32 [gh, gw, M]
    global   bank.descriptors float16 [M, D]           bank.golden int32 [M]   bank.place int32 [M, 2] (row, column)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from station.core.errors import BundleError
from station.core.recipe import Recipe
from station.engine.vision.candidates import Cells
from station.engine.vision.resampling import Floats

Numbers = NDArray[np.int32]


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
        return PlaceBank(descriptors.astype(np.float32), golden.astype(np.int32), recipe.verify.neighbourhood)
    place = _tensor(tensors, "bank.place")
    if descriptors.ndim != 2 or descriptors.shape[1] != dims or place.shape != (len(descriptors), 2):
        raise BundleError(
            f"calibration.safetensors: bank.descriptors {descriptors.shape}, bank.place {place.shape}: the recipe "
            f"needs [M, {dims}] and [M, 2]"
        )
    _check(descriptors, golden)
    return GlobalBank(descriptors.astype(np.float32), golden.astype(np.int32), place.astype(np.int32))


class PlaceBank:
    """Golden descriptors of each place."""

    def __init__(self, descriptors: Floats, golden: Numbers, neighbourhood: int) -> None:
        """Lay the descriptors out for batched products.

        Args:
            descriptors: float32 [gh, gw, M, D].
            golden: int32 [gh, gw, M].
            neighbourhood: cells around the place that are compared too.
        """
        self._rows, self._columns = descriptors.shape[:2]
        self._descriptors = descriptors  # for the exact distance to the winner
        self._transposed = np.ascontiguousarray(descriptors.transpose(0, 1, 3, 2))  # [gh, gw, D, M]
        self._half_norm = 0.5 * np.einsum("hwmd,hwmd->hwm", descriptors, descriptors)[:, :, None, :]
        self._golden = golden
        self._reach = neighbourhood

    def nearest(self, blocks: Floats, corners: Cells) -> Nearest:
        """See `Bank`. One batched product per block."""
        answers = [
            self._nearest(block, int(row), int(column)) for block, (row, column) in zip(blocks, corners, strict=True)
        ]
        return Nearest(*(np.stack(part) for part in zip(*answers, strict=True)))

    def _nearest(self, block: Floats, row: int, column: int) -> Nearest:
        """A bank cell is read once and compared with all queries that may look at it."""
        height, width, _ = block.shape
        reach, side = self._reach, 2 * self._reach + 1
        top, left = max(0, row - reach), max(0, column - reach)
        bottom, right = min(self._rows, row + height + reach), min(self._columns, column + width + reach)
        inside = slice(top - row + reach, bottom - row + reach), slice(left - column + reach, right - column + reach)
        gain = self._queries(block, inside) @ self._transposed[top:bottom, left:right]  # [u, v, side * side, M]
        gain -= self._half_norm[top:bottom, left:right]
        index = gain.argmax(axis=3)
        shape = (height + 2 * reach, width + 2 * reach, side, side)
        best = np.full(shape, -np.inf, dtype=np.float32)
        which = np.zeros(shape, dtype=np.intp)
        best[inside] = np.take_along_axis(gain, index[..., None], axis=3).reshape(*index.shape[:2], side, side)
        which[inside] = index.reshape(*index.shape[:2], side, side)
        return self._gather(block, (row, column), best, which)

    def _queries(self, block: Floats, inside: tuple[slice, slice]) -> Floats:
        """[u, v, side * side, D]: for each bank cell the descriptors of the block that may look at it."""
        margin = 2 * self._reach
        padded = np.pad(block, ((margin, margin), (margin, margin), (0, 0)))
        side = margin + 1
        windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(0, 1))
        windows = windows[inside].transpose(0, 1, 3, 4, 2)
        return np.ascontiguousarray(windows).reshape(*windows.shape[:2], side * side, block.shape[2])

    def _gather(self, block: Floats, at: tuple[int, int], best: Floats, which: NDArray[np.intp]) -> Nearest:
        """Per query the best of its neighbourhood, then the exact distance to that one."""
        height, width, _ = block.shape
        side = 2 * self._reach + 1
        p = np.arange(height)[:, None, None, None]
        q = np.arange(width)[None, :, None, None]
        a = np.arange(side)[None, None, :, None]
        b = np.arange(side)[None, None, None, :]
        seen = (p + a, q + b, side - 1 - a, side - 1 - b)  # bank cell at offset (a, b) and its window's entry for us
        offset = best[seen].reshape(height, width, -1).argmax(axis=2)
        down, across = np.divmod(offset, side)
        row = at[0] - self._reach + p[..., 0, 0] + down
        column = at[1] - self._reach + q[..., 0, 0] + across
        member = np.take_along_axis(which[seen].reshape(height, width, -1), offset[..., None], axis=2)[..., 0]
        distance = np.linalg.norm(block - self._descriptors[row, column, member], axis=2)
        return Nearest(
            distance.astype(np.float32, copy=False),
            self._golden[row, column, member],
            row.astype(np.int32),
            column.astype(np.int32),
        )


class GlobalBank:
    """Golden descriptors of all places together."""

    def __init__(self, descriptors: Floats, golden: Numbers, place: Numbers) -> None:
        """`descriptors` float32 [M, D], `golden` int32 [M], `place` int32 [M, 2]."""
        self._descriptors = descriptors
        self._transposed = np.ascontiguousarray(descriptors.T)
        self._half_norm = 0.5 * np.einsum("md,md->m", descriptors, descriptors)
        self._golden, self._place = golden, place

    def nearest(self, blocks: Floats, corners: Cells) -> Nearest:
        """See `Bank`; the place does not matter."""
        gain = blocks.reshape(-1, blocks.shape[-1]) @ self._transposed
        gain -= self._half_norm
        member = gain.argmax(axis=1).reshape(blocks.shape[:-1])
        distance = np.linalg.norm(blocks - self._descriptors[member], axis=-1)
        place = self._place[member]
        return Nearest(distance.astype(np.float32, copy=False), self._golden[member], place[..., 0], place[..., 1])


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
