"""What the PLC holds, in words."""

from __future__ import annotations

import pytest

from station.core.plc_map import Word
from station.gui.setup.slot_grid import SlotGrid, slot_words


@pytest.mark.parametrize(
    ("slot", "words"),
    [
        ((0, 0), ("–", "–")),
        ((17, Word.PASS), ("17", "OK")),
        ((18, Word.BORDER), ("18", "LOOK")),
        ((19, Word.REJECT), ("19", "NG")),
        ((20, Word.NOT_INSPECTED), ("20", "NOT INSPECTED")),
        ((21, 0x1234), ("21", "0x1234")),
    ],
)
def test_words(english, slot, words):
    assert slot_words(slot) == words


def test_draws_known_and_unknown(shown):
    grid = shown(SlotGrid(), 460, 400)
    empty = grid.grab().toImage()
    grid.show_slots(tuple((part, int(Word.PASS)) for part in range(1, 17)))
    assert grid.grab().toImage() != empty
