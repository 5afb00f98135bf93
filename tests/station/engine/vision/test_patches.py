"""Patches: the right pixels, in a batch that is reused."""

from __future__ import annotations

import numpy as np

from station.core.recipe import VerifySpec
from station.engine.vision.patches import PatchCutter
from station.engine.vision.preparation import pad_picture

VERIFY = VerifySpec(receptive_px=19, patch_cells=2, dims=4)


def test_a_patch_is_the_padded_picture_around_its_block() -> None:
    padded = pad_picture(np.random.default_rng(0).random((48, 64), dtype=np.float32), VERIFY)
    corners = np.array([(0, 0), (2, 5), (4, 6)])
    patches = PatchCutter(VERIFY, 8).cut(padded, corners)
    assert patches.shape == (3, 1, 27, 27) and patches.dtype == np.float32 and patches.flags.c_contiguous
    for patch, (row, column) in zip(patches, corners, strict=True):
        assert np.array_equal(patch[0], padded[8 * row : 8 * row + 27, 8 * column : 8 * column + 27])


def test_the_block_lies_in_the_middle_of_its_patch() -> None:
    picture = np.zeros((48, 64), np.float32)
    picture[16:32, 24:40] = 1  # block (2, 3)
    (patch,) = PatchCutter(VERIFY, 8).cut(pad_picture(picture, VERIFY), np.array([(2, 3)]))
    before = VERIFY.margin_px[0]
    inside = patch[0, before : before + 16, before : before + 16]
    assert inside.min() == 1 and patch.sum() == 256


def test_the_batch_is_reused_and_may_be_empty() -> None:
    cutter = PatchCutter(VERIFY, 4)
    padded = pad_picture(np.ones((48, 64), np.float32), VERIFY)
    first = cutter.cut(padded, np.array([(0, 0)]))
    second = cutter.cut(padded * 2, np.array([(1, 1), (2, 2)]))
    assert np.shares_memory(first, second) and first.min() == 2
    assert cutter.cut(padded, np.empty((0, 2), np.intp)).shape == (0, 1, 27, 27)
