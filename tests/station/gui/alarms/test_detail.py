"""One alarm beside the list: words in both languages, and only the buttons that make sense."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from station.core.alarms import Alarm, AlarmState
from station.gui.alarms.detail import AlarmDetail

ACTIVE = Alarm("plc", 1, AlarmState.UNACKNOWLEDGED, True, 0.0, "no <answer>")


@pytest.fixture
def detail(shown, english):
    return shown(AlarmDetail(), 400, 620)


def test_words_in_both_languages(detail, english):
    detail.show_alarm(ACTIVE)
    assert (detail.name.text(), detail.detail.text()) == ("PLC link lost", "no <answer>")
    english.switch("ja")
    QApplication.processEvents()
    assert detail.name.text() == "PLC通信断"


@pytest.mark.parametrize(
    ("state", "acknowledge", "shelve", "back"),
    [
        (AlarmState.UNACKNOWLEDGED, True, True, False),
        (AlarmState.ACKNOWLEDGED, False, True, False),
        (AlarmState.RETURNED, True, True, False),
        (AlarmState.SHELVED, False, False, True),
        (AlarmState.OUT_OF_SERVICE, False, False, True),
    ],
)
def test_only_what_makes_sense_can_be_touched(detail, state, acknowledge, shelve, back):
    detail.show_alarm(Alarm("plc", 1, state, True, 0.0))
    assert detail.acknowledge.isEnabled() == acknowledge
    assert {one.isEnabled() for one in (*detail.shelves, detail.out)} == {shelve}
    assert detail.back.isVisible() == back


def test_a_touch_and_a_hold_say_what_is_wanted(detail, qtbot):
    wanted = []
    detail.wanted.connect(lambda *what: wanted.append(what))
    detail.show_alarm(ACTIVE)
    qtbot.mouseClick(detail.acknowledge, Qt.MouseButton.LeftButton)
    detail.out.held.emit()
    detail.show_alarm(Alarm("plc", 1, AlarmState.OUT_OF_SERVICE, True, 0.0))
    qtbot.mouseClick(detail.back, Qt.MouseButton.LeftButton)
    assert wanted == [("acknowledge", "plc", 0.0), ("out-of-service", "plc", 0.0), ("in-service", "plc", 0.0)]


def test_no_alarm_no_buttons(detail):
    detail.show_alarm(None)
    assert not detail.acknowledge.isEnabled()
    assert detail.name.text() == "No alarm is chosen"
