"""Bars are drawn for what is known."""

from __future__ import annotations

from station.gui.made_up import ledger
from station.gui.setup.stage_bars import ROWS, StageBars
from station.gui.why.timing import timing


def test_at_most_ten_rows(shown):
    bars = shown(StageBars(), 1100, 480)
    empty = bars.grab().toImage()
    bars.show_parts([(f"a7-{part}", timing(ledger(late=part == 3))) for part in range(15)])
    assert len(bars.parts) == ROWS
    assert bars.grab().toImage() != empty
