"""Touching and walking through the last 20 parts."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor

from station.core.domain import Reason, Verdict
from station.gui.made_up import record
from station.gui.news import RECENT
from station.gui.run.part_strip import PartStrip
from station.gui.style import GREEN, ORANGE, TOUCH_PX, VERDICT_COLOUR


@pytest.fixture
def strip(shown) -> PartStrip:
    made = PartStrip()
    slots = [record(part + 1) for part in range(RECENT - 1)] + [None]
    slots[3] = record(4, Verdict.REJECT, Reason.FINDING)
    made.show_slots(slots, RECENT - 2)
    return shown(made, 800, 156)


def test_tiles_are_large_enough_for_gloves_at_the_smallest_size(shown):
    strip = PartStrip()
    shown(strip)
    hint = strip.minimumSizeHint()
    strip.resize(hint)
    for slot in range(RECENT):
        assert strip.tile(slot).width() >= TOUCH_PX
        assert strip.tile(slot).height() >= TOUCH_PX


def test_tiles_do_not_overlap(strip):
    for one in range(RECENT):
        for other in range(one):
            assert not strip.tile(one).intersects(strip.tile(other))


@pytest.mark.parametrize("slot", [0, 3, 9, 10, 18])
def test_touching_a_tile_asks_for_its_part(strip, qtbot, slot):
    with qtbot.waitSignal(strip.touched) as touched:
        qtbot.mousePress(strip, Qt.MouseButton.LeftButton, pos=strip.tile(slot).center().toPoint())
    assert touched.args[0].part == slot + 1


def test_an_empty_tile_and_a_gap_do_nothing(strip, qtbot):
    with qtbot.assertNotEmitted(strip.touched):
        qtbot.mousePress(strip, Qt.MouseButton.LeftButton, pos=strip.tile(RECENT - 1).center().toPoint())
        gap = strip.tile(0).topRight().toPoint()
        gap.setX(gap.x() + 2)
        qtbot.mousePress(strip, Qt.MouseButton.LeftButton, pos=gap)


def test_keys_walk_and_ask(strip, qtbot):
    asked = []
    strip.touched.connect(lambda one: asked.append(one.part))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Up, Qt.Key.Key_Left):
        qtbot.keyClick(strip, key)
    qtbot.keyClick(strip, Qt.Key.Key_Enter)
    qtbot.keyClick(strip, Qt.Key.Key_A)
    assert asked == [2, 12, 1]


def test_a_border_case_has_a_mark_of_its_own(strip):
    strip.show_slots([record(1), record(2, Verdict.PASS, Reason.BORDER)] + [None] * (RECENT - 2), 1)
    image = strip.grab().toImage()

    def colours(slot: int) -> set[str]:
        tile = strip.tile(slot).toRect()
        return {
            image.pixelColor(x, y).name()
            for x in range(tile.left(), tile.right())
            for y in range(tile.top(), tile.bottom())
        }

    assert QColor(GREEN).name() in colours(0) - colours(1)
    assert QColor(ORANGE).name() in colours(1) - colours(0)


def test_a_reject_is_filled_and_the_shape_is_drawn_on_it(strip):
    image = strip.grab().toImage()
    tile = strip.tile(3).toRect()
    fill = QColor(VERDICT_COLOUR[Verdict.REJECT])
    assert image.pixelColor(tile.left() + 8, tile.center().y()) == fill
    assert image.pixelColor(tile.center().x(), tile.top() + round(tile.height() * 0.36)) != fill
