"""Which places the verifier looks at: the K best cells of the screener's map, apart from each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from station.core.recipe import CELL, CandidateSpec, Recipe
from station.engine.vision.resampling import Floats

Cells = NDArray[np.intp]
_TAKEN = np.float32(-np.inf)


class Candidates(NamedTuple):
    """K or fewer blocks of c x c cells, best first."""

    corners: Cells  # [k, 2]: row and column of the block's first cell
    z: Floats  # [k]: highest whitened residual in the block
    overflow: bool  # more is flagged than can be verified


class CandidateSelector:
    """Chooses the blocks. Deterministic: of equal cells the first in reading order wins."""

    def __init__(self, recipe: Recipe, mask: NDArray[np.bool_] | None = None) -> None:
        """`mask` is tensor "mask", bool [gh, gw]: only these cells belong to the part; None = all."""
        self._spec: CandidateSpec = recipe.candidates
        self._block = recipe.verify.patch_cells
        self._grid = recipe.picture.grid
        self._per_cell = CELL // recipe.screen.scale
        self._reach = recipe.candidates.suppression_px // CELL
        self._outside = None if mask is None else ~mask

    def select(self, z: Floats, raw: Floats) -> Candidates:
        """Pick from the screener's maps z and raw, both float32 [hs, ws], finite."""
        cells_z = self.cell_maximum(z)
        wanted = self._spec.count
        corners: list[tuple[int, int]] = []
        if self._spec.rank == "z":
            self._pick(cells_z.copy(), wanted, corners)
        else:
            cells_raw = self.cell_maximum(raw)
            by_z = wanted // 2 if self._spec.rank == "both" else 0
            taken = self._pick(cells_z.copy(), by_z, corners)
            cells_raw[taken] = _TAKEN
            self._pick(cells_raw, wanted - len(corners), corners)
        overflow = int(np.count_nonzero(cells_z > self._spec.overflow_level)) > self._spec.overflow_cells
        at = np.array(corners, dtype=np.intp).reshape(-1, 2)
        return Candidates(at, self._block_maximum(cells_z, at), overflow)

    def cell_maximum(self, screen_map: Floats) -> Floats:
        """Highest value in each cell, float32 [gh, gw]; minus infinity outside the part."""
        tall = screen_map.reshape(self._grid[0], self._per_cell, screen_map.shape[1]).max(axis=1)
        cells: Floats = tall[:, :: self._per_cell].copy()
        for step in range(1, self._per_cell):  # a few long maxima are faster than many short ones
            np.maximum(cells, tall[:, step :: self._per_cell], out=cells)
        if self._outside is not None:
            cells[self._outside] = _TAKEN
        return cells

    def _pick(self, cells: Floats, count: int, corners: list[tuple[int, int]]) -> NDArray[np.bool_]:
        """Append up to `count` blocks around the highest cells; what was taken or suppressed is True."""
        rows, columns = self._grid
        half, last_row, last_column = self._block // 2, rows - self._block, columns - self._block
        for _ in range(count):
            row, column = divmod(int(cells.argmax()), columns)
            if cells[row, column] == _TAKEN:
                break
            corners.append((min(max(row - half, 0), last_row), min(max(column - half, 0), last_column)))
            top, left = max(0, row - self._reach), max(0, column - self._reach)
            cells[top : row + self._reach + 1, left : column + self._reach + 1] = _TAKEN
        taken: NDArray[np.bool_] = cells == _TAKEN
        return taken

    def _block_maximum(self, cells: Floats, corners: Cells) -> Floats:
        """[k]: highest cell of each block."""
        steps = np.arange(self._block)
        rows = corners[:, 0, None, None] + steps[None, :, None]
        columns = corners[:, 1, None, None] + steps[None, None, :]
        highest: Floats = cells[rows, columns].max(axis=(1, 2), initial=_TAKEN)
        return highest
