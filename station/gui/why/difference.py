# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The difference of two patches on one fixed colour scale: the same grey levels always have the same colour."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PyQt6.QtGui import QImage

from station.core.messages import Patch

FULL_SCALE = 96  # grey levels (of 255) at the bright end of the scale
_STOPS = ((0.0, (0x22, 0x29, 0x2F)), (0.5, (0xD5, 0x5E, 0x00)), (1.0, (0xF0, 0xE4, 0x42)))


def colour_table() -> npt.NDArray[np.uint8]:
    """[256, 3]: colour of each difference in grey levels; dark, vermillion, yellow."""
    share = np.minimum(np.arange(256) / FULL_SCALE, 1.0)
    at = [stop for stop, _ in _STOPS]
    channels = [np.interp(share, at, [colour[channel] for _, colour in _STOPS]) for channel in range(3)]
    return np.stack(channels, axis=1).round().astype(np.uint8)


def patch_image(patch: Patch) -> QImage | None:
    """The patch as a grey picture; None when its sizes do not fit its bytes."""
    if patch.height * patch.width != len(patch.pixels) or not patch.pixels:
        return None
    grey = QImage.Format.Format_Grayscale8
    return QImage(patch.pixels, patch.width, patch.height, patch.width, grey).copy()


def difference_image(one: Patch, other: Patch) -> QImage | None:
    """|one - other| in colour; None when the two are of different size."""
    if (one.height, one.width) != (other.height, other.width) or patch_image(one) is None:
        return None
    if len(one.pixels) != len(other.pixels):
        return None
    first, second = (np.frombuffer(patch.pixels, np.uint8).astype(np.int16) for patch in (one, other))
    colours = colour_table()[np.abs(first - second)]
    return QImage(colours.tobytes(), one.width, one.height, 3 * one.width, QImage.Format.Format_RGB888).copy()
