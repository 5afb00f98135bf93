"""Patches at full resolution for the verifier, cut into a batch that is reused."""

from __future__ import annotations

import numpy as np

from station.core.recipe import CELL, VerifySpec
from station.engine.vision.candidates import Cells
from station.engine.vision.resampling import Floats


class PatchCutter:
    """Owns the batch [max_batch, 1, p, p]."""

    def __init__(self, verify: VerifySpec, max_batch: int) -> None:
        self._side = verify.patch_px
        self._batch = np.zeros((max_batch, 1, self._side, self._side), dtype=np.float32)

    def cut(self, padded: Floats, corners: Cells) -> Floats:
        """Cut one patch per corner.

        Args:
            padded: the padded inspection picture (`preparation.pad_picture`).
            corners: [k, 2], first cell of each block, k <= max_batch.

        Returns:
            Float32 [k, 1, p, p], valid until the next call.
        """
        for slot, (row, column) in zip(self._batch, corners, strict=False):
            top, left = row * CELL, column * CELL
            slot[0] = padded[top : top + self._side, left : left + self._side]
        return self._batch[: len(corners)]
