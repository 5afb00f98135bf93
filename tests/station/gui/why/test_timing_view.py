"""The timing of one part in words and bars."""

from __future__ import annotations

import msgspec
from PyQt6.QtGui import QColor

from station.core.domain import Ledger
from station.gui.made_up import ledger
from station.gui.style import BLUE
from station.gui.why.timing_view import TimingView


def test_heading(shown, english):
    view = shown(TimingView(), 420, 220)
    assert view.heading() == "No times known"
    view.show_ledger(ledger())
    assert view.heading() == "Time: 76 ms of 250 ms"
    view.show_ledger(msgspec.structs.replace(ledger(), deadline_ns=0))
    assert view.heading() == "Time: 76 ms"
    view.show_ledger(Ledger())
    assert view.timing is None
    assert not view.grab().isNull()


def test_bars_are_drawn(shown):
    view = shown(TimingView(), 420, 220)
    view.show_ledger(ledger())
    image = view.grab().toImage()
    assert any(image.pixelColor(x, y) == QColor(BLUE) for x in range(0, 420, 2) for y in range(0, 220, 2))
