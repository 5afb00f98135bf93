"""Light and lens: whether the frames are still as bright and as sharp as the recipe's good golden pictures.

    grey       mean grey level
    contrast   standard deviation of the grey levels
    sharpness  RMS of the second difference along rows, over the contrast: light alone does not change it

It advises and judges no part: a bad light asks for maintenance. Measured on a part of the rows, after the verdict.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from station.core.domain import Health

PARTS = 20  # so many in a row must agree before the state changes: one odd part is no worn lamp
_ROWS = 20  # every so many rows are looked at
_DARKEST_CONTRAST = 1.0  # grey levels; a picture flatter than this has no sharpness
_LEVELS = (Health.GOOD, Health.MAINTENANCE, Health.OUT_OF_SPECIFICATION)
_BRIGHTNESS = (0.15, 0.30)  # share by which grey may be off before maintenance, before out of specification
_LOSS = (0.30, 0.50)  # share of contrast or sharpness that may be lost


class Impression(NamedTuple):
    """What one frame says; see above. `sharpness` is 0 where the picture is flat."""

    grey: float
    contrast: float
    sharpness: float


def look_at(frame: NDArray[np.uint8]) -> Impression:
    """Measure a frame [H, W] of at least 1 x 3 pixels."""
    rows = frame[::_ROWS].astype(np.float32)
    grey, contrast = float(rows.mean()), float(rows.std())
    if contrast < _DARKEST_CONTRAST:
        return Impression(grey, contrast, 0.0)
    bend = (rows[:, 1:-1] * 2 - rows[:, :-2] - rows[:, 2:]).ravel()
    return Impression(grey, contrast, float(np.sqrt(np.dot(bend, bend) / bend.size)) / contrast)


class Optics:
    """Owned by the engine's loop. `health` is CHECK until PARTS frames were seen, or without a golden picture."""

    def __init__(self, golden: Sequence[NDArray[np.uint8]]) -> None:
        """`golden`: good frames [H, W] of the recipe."""
        self._reference = _middle([look_at(frame) for frame in golden]) if golden else None
        self._recent: deque[Impression] = deque(maxlen=PARTS)
        self._levels: deque[int] = deque(maxlen=PARTS)
        self._level: int | None = None

    @property
    def health(self) -> Health:
        """GOOD, MAINTENANCE or OUT_OF_SPECIFICATION; CHECK = not known."""
        return Health.CHECK if self._level is None else _LEVELS[self._level]

    @property
    def detail(self) -> str:
        """What differs, in words; "" while nothing does."""
        if self._reference is None or not self._level:
            return ""
        now = _middle(list(self._recent))
        words = []
        if (off := _off(now.grey, self._reference.grey)) and abs(off) > _BRIGHTNESS[0]:
            words.append(f"{abs(off):.0%} {'brighter' if off > 0 else 'darker'} than the golden parts")
        for name, value, known in (
            ("contrast", now.contrast, self._reference.contrast),
            ("sharpness", now.sharpness, self._reference.sharpness),
        ):
            if -_off(value, known) > _LOSS[0]:
                words.append(f"{name} {value / known:.0%} of the golden parts'")
        return ", ".join(words)

    def watch(self, frame: NDArray[np.uint8]) -> None:
        """Look at one inspected frame [H, W]."""
        if self._reference is None:
            return
        seen = look_at(frame)
        self._recent.append(seen)
        self._levels.append(_level(seen, self._reference))
        if len(self._levels) < PARTS:
            return
        mildest, worst = min(self._levels), max(self._levels)
        if self._level is None or mildest > self._level:
            self._level = mildest
        elif worst < self._level:
            self._level = worst


def _level(seen: Impression, reference: Impression) -> int:
    brightness = abs(_off(seen.grey, reference.grey))
    loss = max(-_off(seen.contrast, reference.contrast), -_off(seen.sharpness, reference.sharpness))
    return max(sum(brightness > bound for bound in _BRIGHTNESS), sum(loss > bound for bound in _LOSS))


def _off(value: float, known: float) -> float:
    """By what share `value` is above (or below) `known`; 0 where nothing is known."""
    return value / known - 1 if known > 0 else 0.0


def _middle(impressions: list[Impression]) -> Impression:
    return Impression(*(float(value) for value in np.median(np.array(impressions), axis=0)))
