"""Saturation is marked and said."""

from __future__ import annotations

import numpy as np

from station.core.ring import RingFrame
from station.gui.setup.histogram import Histogram
from station.gui.setup.picture_quality import measure


def quality(grey: int):
    return measure(RingFrame(1, 40, 40, 1, 0, np.full(1600, grey, np.uint8).tobytes()))


def test_saturation(shown):
    histogram = shown(Histogram(), 400, 200)
    assert not histogram.saturated
    histogram.show_quality(quality(120))
    assert not histogram.saturated
    dull = histogram.grab().toImage()
    histogram.show_quality(quality(255))
    assert histogram.saturated
    assert histogram.grab().toImage() != dull
