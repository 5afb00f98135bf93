"""Pages by touch."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel

from station.gui.tabs import Tabs


def test_a_touch_brings_the_page(shown, qtbot):
    pages = [QLabel("a"), QLabel("b")]
    tabs = shown(Tabs(pages), 400, 300)
    tabs.show_names(["A", "B"])
    assert (pages[0].isVisible(), pages[1].isVisible(), tabs.place) == (True, False, 0)
    with qtbot.waitSignal(tabs.turned) as turned:
        qtbot.mouseClick(tabs.buttons[1], Qt.MouseButton.LeftButton)
    assert turned.args == [1]
    assert (pages[0].isVisible(), pages[1].isVisible(), tabs.place) == (False, True, 1)
    assert [one.isChecked() for one in tabs.buttons] == [False, True]
