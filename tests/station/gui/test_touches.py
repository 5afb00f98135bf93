"""How many touches each task needs, by real touches on the whole window: docs/results/touches.json says the same.

`scripts/results` makes the README's table of that file.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication, QPushButton

from station.core.message import CommandResult
from station.core.people import AskPeople, People, Person
from station.core.reviewing import AskPart, AskParts
from station.gui.alarms.scenes import SOME, with_alarms
from station.gui.keypad import Keypad
from station.gui.log_in import LogIn
from station.gui.made_up import StillLink
from station.gui.review.scenes import scenes as review_scenes
from station.gui.window import StationWindow

FILE = Path(__file__).parents[3] / "docs" / "results" / "touches.json"
MOST = {  # touches that a task may need
    "stop the line": 1,
    "why is this part NG?": 1,
    "acknowledge the most urgent alarm": 2,
    "label a reject, on Review": 1,
    "label a reject by defect name, on Review": 1,
    "undo a label": 1,
    "switch the language": 1,
    "name the lot, keys apart": 2,
    "log in, digits apart": 3,
}


class Finger:
    """Touches the window as a person does, and counts."""

    def __init__(self, window: StationWindow, qtbot) -> None:
        self.window, self._qtbot = window, qtbot
        self.count = 0

    def touch(self, widget, at: QPoint | None = None) -> None:
        assert widget.isVisible()
        assert widget.isEnabled()
        self.count += 1
        where = {} if at is None else {"pos": at}
        self._qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, **where)
        QApplication.processEvents()  # what a touch brings is there before the next one

    def screen(self, key: str) -> None:
        self.touch(self.window.rail.buttons[list(self.window.screens).index(key)])

    def found(self, kind):
        return self.window.findChildren(kind)[-1]


class Station(StillLink):
    """Does everything that is wanted."""

    def send(self, action, what="", value="", seconds=0.0, then=None):
        super().send(action, what, value, seconds)
        if then:
            then(CommandResult(action, True, what))


@pytest.fixture
def finger(qtbot, english) -> Finger:
    link = Station(with_alarms(SOME, 2))
    link.replies = dict(review_scenes()[0].replies)
    link.replies[AskPeople] = (People(0, (Person("hana", "operator"),)), b"")
    assert {AskParts, AskPart} <= set(link.replies)
    window = StationWindow(link, english, "station-1")
    qtbot.addWidget(window)
    window.show()
    window.pull()
    return Finger(window, qtbot)


def on_review(finger: Finger) -> None:
    finger.screen("review")
    finger.count = 0


def stop(finger: Finger) -> list[str]:
    finger.touch(finger.window.run.controls.stop)
    return ["stop"]


def why(finger: Finger) -> list[str]:
    finger.touch(finger.window.run.last_reject)
    assert finger.window.run.explains
    return []


def acknowledge(finger: Finger) -> list[str]:
    finger.screen("alarms")
    finger.touch(finger.window.screens["alarms"].detail.acknowledge)
    return ["acknowledge engine"]


def label(finger: Finger) -> list[str]:
    on_review(finger)
    finger.touch(finger.window.screens["review"].panel.labels["false_reject"])
    return ["label 00a7-12844 false_reject"]


def name_defect(finger: Finger) -> list[str]:
    on_review(finger)
    finger.touch(finger.window.screens["review"].panel.modes[0])
    return ["label 00a7-12844 true_reject:scratch"]


def undo(finger: Finger) -> list[str]:
    label(finger)
    finger.count = 0
    finger.touch(finger.window.screens["review"].undo)
    return ["label 00a7-12844 false_reject", "unlabel 00a7-12844"]


def language(finger: Finger) -> list[str]:
    finger.touch(finger.window.header.language)
    assert finger.window.header.language.text().startswith("English")
    return []


def lot(finger: Finger) -> list[str]:
    finger.touch(finger.window.run.lot)
    keypad = finger.found(Keypad)
    keypad.line.setText("B-1")
    finger.touch(keypad.ok)
    return ["lot B-1"]


def log_in(finger: Finger) -> list[str]:
    finger.touch(finger.window.header.person)
    finger.touch(finger.found(LogIn).tiles[0])
    keypad = finger.found(Keypad)
    keypad.line.setText("1234")
    finger.touch(keypad.ok)
    return ["log-in hana 1234"]


TASKS = dict(zip(MOST, (stop, why, acknowledge, label, name_defect, undo, language, lot, log_in), strict=True))


@pytest.mark.parametrize("task", MOST)
def test_each_task_needs_no_more_touches_than_it_may(finger, task):
    sent = TASKS[task](finger)
    assert finger.window._link.sent == sent
    assert finger.count <= MOST[task]
    known = json.loads(FILE.read_text())
    assert known[task] == finger.count, "docs/results/touches.json says something else"


def test_no_target_is_smaller_than_a_gloved_finger(finger):
    from station.gui.style import TOUCH_PX

    for key in finger.window.screens:
        finger.screen(key)
        small = [
            one.text()
            for one in finger.window.findChildren(QPushButton)
            if one.isVisible() and min(one.width(), one.height()) < TOUCH_PX
        ]
        assert small == [], key
