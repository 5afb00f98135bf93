"""Every piece writes its words anew on a switch of language; labels show foreign text as it is."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QFont, QFontMetricsF
from PyQt6.QtWidgets import QApplication

from station.gui import made_up
from station.gui.pane import Pane, Screen, button, fitted_font, label


class CountingPane(Pane):
    """Counts how often it wrote its words."""

    def __init__(self) -> None:
        super().__init__()
        self.written = 0

    def write_words(self) -> None:
        self.written += 1


def test_words_are_written_after_a_switch_of_language_and_after_nothing_else(shown, english):
    pane = shown(CountingPane())
    before = pane.written
    pane.setFont(QFont("DejaVu Sans", 20))
    pane.setEnabled(False)
    assert pane.written == before
    QApplication.sendEvent(pane, QEvent(QEvent.Type.LanguageChange))
    assert pane.written == before + 1


def test_the_windows_language_reaches_a_shown_pane(shown, english):
    pane = shown(CountingPane())
    before = pane.written
    english.switch("ja")
    QApplication.processEvents()
    assert pane.written > before


def test_a_screen_must_say_how_it_shows_news(shown):
    with pytest.raises(NotImplementedError):
        shown(Screen()).show_news(made_up.good())


def test_a_label_never_takes_text_for_markup(qtbot):
    made = label("muted")
    qtbot.addWidget(made)
    made.setText("<b>1 < 2</b>")
    assert made.textFormat() is Qt.TextFormat.PlainText
    assert made.property("role") == "muted"


def test_enter_and_space_press_a_button(shown, qtbot):
    made, pressed = shown(button()), []
    made.clicked.connect(lambda: pressed.append(made))
    qtbot.keyClick(made, Qt.Key.Key_Space)
    qtbot.keyClick(made, Qt.Key.Key_Return)
    assert len(pressed) == 2


def test_a_font_is_as_large_as_allowed_and_no_wider_than_there_is_room(qapp):
    font, text = QFont("DejaVu Sans"), "NOT INSPECTED"
    assert fitted_font(font, text, width=10_000, largest_px=60).pixelSize() == 60
    narrow = fitted_font(font, text, width=200, largest_px=60)
    assert 8 < narrow.pixelSize() < 60
    assert QFontMetricsF(narrow).horizontalAdvance(text) <= 200 * 1.1  # sizes are whole pixels


def test_a_font_stays_readable_where_there_is_no_room(qapp):
    assert fitted_font(QFont("DejaVu Sans"), "NOT INSPECTED", width=1, largest_px=60).pixelSize() == 8
