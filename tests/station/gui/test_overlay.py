"""A sheet over the window: covers it, grows with it, gives the focus back, lets no key through."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from station.gui.overlay import Overlay


def below(shown) -> tuple[QWidget, QPushButton]:
    window = QWidget()
    QVBoxLayout(window).addWidget(one := QPushButton("below"))
    shown(window, 600, 400)
    one.setFocus()
    return window, one


def test_it_covers_the_window_and_grows_with_it(shown, qtbot):
    window, one = below(shown)
    overlay = Overlay(one)
    overlay.open()
    assert overlay.geometry() == window.rect()
    window.resize(700, 500)
    qtbot.waitUntil(lambda: overlay.geometry() == window.rect())


def test_escape_closes_it_and_the_focus_goes_back(shown, qtbot):
    _, one = below(shown)
    pressed = []
    one.clicked.connect(lambda: pressed.append(1))
    overlay = Overlay(one)
    overlay.open()
    qtbot.keyClick(overlay, Qt.Key.Key_Space)
    assert pressed == []
    qtbot.keyClick(overlay, Qt.Key.Key_Escape)
    assert not overlay.isVisible()
    qtbot.keyClick(one, Qt.Key.Key_Space)
    assert pressed == [1]
