"""The rail: touches, marks, notices."""

from __future__ import annotations

from PyQt6.QtCore import Qt

from station.gui.rail import Rail
from station.gui.style import TOUCH_PX


def test_a_touch_names_the_place(shown, qtbot):
    rail = shown(Rail(3), 110, 400)
    rail.show_names(["Run", "Review", "Alarms"])
    with qtbot.waitSignal(rail.wanted) as touched:
        qtbot.mouseClick(rail.buttons[2], Qt.MouseButton.LeftButton)
    assert touched.args == [2]
    assert [one.isChecked() for one in rail.buttons] == [False, False, True]
    rail.mark(1)
    assert [one.isChecked() for one in rail.buttons] == [False, True, False]


def test_every_button_is_large_enough_for_a_glove(shown):
    rail = shown(Rail(8), 110, 640)
    rail.show_names(["Statistics"] * 8)
    assert all(one.height() >= TOUCH_PX and one.width() >= TOUCH_PX for one in rail.buttons)


def test_a_notice_is_painted_until_it_is_empty(shown):
    rail = shown(Rail(1), 110, 100)
    bare = rail.grab().toImage()
    rail.buttons[0].show_notice("12")
    grey = rail.grab().toImage()
    assert grey != bare
    rail.buttons[0].show_notice("12", urgent=True)
    assert rail.grab().toImage() not in (bare, grey)
    rail.buttons[0].show_notice("")
    assert rail.grab().toImage() == bare
