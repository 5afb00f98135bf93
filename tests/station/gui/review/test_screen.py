"""The Review screen: one touch or key a part, the next picture is there already, undo, refusals."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt

from station.core.domain import Reason, Verdict
from station.core.message import CommandResult, Refusal
from station.core.reviewing import AskDefectModes, AskPart, AskParts, DefectModes, PartLine, Parts, StoredPart
from station.gui.choice import Choice
from station.gui.keypad import Keypad
from station.gui.made_up import StillLink, good
from station.gui.review.screen import ReviewScreen
from station.gui.window import StationWindow


class Recorder(StillLink):
    """Does what a recorder would: `refuses` is its sentence, "" = it does everything."""

    refuses = ""

    def send(self, action, what="", value="", seconds=0.0, then=None):
        super().send(action, what, value, seconds)
        if then:
            then(CommandResult(action, not self.refuses, self.refuses))


def line(number: int) -> PartLine:
    return PartLine(number, f"k{number}", number, 0.0, Verdict.REJECT, Reason.FINDING, 3.0, 1.0, "ring", "A")


@pytest.fixture
def link():
    made = Recorder(good())
    made.news.recorder_here = True
    made.replies = {
        AskParts: (Parts(0, tuple(line(n) for n in (9, 8, 7)), 3), b""),
        AskPart: (StoredPart(0, line(9)), b""),
        AskDefectModes: (DefectModes(0, ("dent",)), b""),
    }
    return made


@pytest.fixture
def screen(link, shown, english):
    made = shown(ReviewScreen(link), 1150, 620)
    made.entered()
    return made


def keys_asked(link) -> list[str]:
    return [one.key for one in link.asked if isinstance(one, AskPart)]


def test_one_touch_labels_and_the_next_part_stands_there(screen, link, qtbot):
    assert keys_asked(link) == ["k9", "k8"]  # the next one too
    qtbot.mouseClick(screen.panel.labels["false_reject"], Qt.MouseButton.LeftButton)
    assert link.sent == ["label k9 false_reject"]
    assert screen.queue.part.key == "k8"
    assert keys_asked(link) == ["k9", "k8", "k7"]


def test_one_key_a_part(screen, link, qtbot):
    for key in (Qt.Key.Key_2, Qt.Key.Key_1, Qt.Key.Key_4):
        qtbot.keyClick(screen, key)
    assert link.sent == ["label k9 true_reject", "label k8 false_reject", "label k7 unsure"]
    assert screen.notice(link.news) == ""


def test_arrows_and_undo(screen, link, qtbot):
    qtbot.keyClick(screen, Qt.Key.Key_Right)
    assert screen.queue.part.key == "k8"
    qtbot.keyClick(screen, Qt.Key.Key_1)
    qtbot.keyClick(screen, Qt.Key.Key_U)
    assert link.sent == ["label k8 false_reject", "unlabel k8"]
    assert (screen.queue.part.key, screen.queue.part.label) == ("k8", "")
    qtbot.keyClick(screen, Qt.Key.Key_Left)
    assert screen.queue.part.key == "k9"


def test_a_defect_by_name(screen, link, qtbot):
    qtbot.mouseClick(screen.panel.modes[0], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(screen.panel.other, Qt.MouseButton.LeftButton)
    keypad = screen.window().findChild(Keypad)
    qtbot.keyClicks(keypad.line, "burr ")
    qtbot.keyClick(keypad.line, Qt.Key.Key_Return)
    assert link.sent == ["label k9 true_reject:dent", "label k8 true_reject:burr"]


def test_what_is_refused_stays_in_front(screen, link, qtbot):
    link.refuses = "log in first"
    qtbot.keyClick(screen, Qt.Key.Key_1)
    assert screen.queue.part.key == "k9"
    assert screen.said.text() == "log in first"
    link.refuses = ""
    qtbot.keyClick(screen, Qt.Key.Key_1)
    assert not screen.said.isVisible()


def test_undo_that_is_refused_changes_nothing_and_can_be_tried_again(screen, link, qtbot):
    qtbot.keyClick(screen, Qt.Key.Key_2)
    link.refuses = "log in first"
    qtbot.keyClick(screen, Qt.Key.Key_U)
    assert (screen.queue.parts[0].label, screen.said.text()) == ("true_reject", "log in first")
    link.refuses = ""
    qtbot.keyClick(screen, Qt.Key.Key_U)
    assert (screen.queue.part.key, screen.queue.part.label) == ("k9", "")


def test_a_recorder_that_goes_away_near_the_end_of_a_page_is_asked_once_a_step(screen, link, qtbot):
    link.replies[AskParts] = (Parts(0, tuple(line(n) for n in range(200, 100, -1)), 100), b"")
    screen.entered()
    link.replies = dict.fromkeys(link.replies, (Refusal(0, "the recorder is not there"), b""))
    for _ in range(94):
        screen.step(1)
    before = len([one for one in link.asked if isinstance(one, AskParts)])
    qtbot.mouseClick(screen.forward, Qt.MouseButton.LeftButton)
    assert len([one for one in link.asked if isinstance(one, AskParts)]) == before + 1


def test_a_picture_that_was_refused_is_asked_for_again(screen, link):
    link.replies[AskPart] = (Refusal(0, "the journal is busy"), b"")
    link.replies[AskParts] = (Parts(0, (line(5),), 1), b"")
    screen.entered()
    assert screen.picture.words == "Fetching the picture …"
    link.replies[AskPart] = (StoredPart(0, line(5)), b"")
    screen.ask_waiting()
    assert screen.picture.words == "No picture of this part is kept."


def test_a_part_that_comes_while_nothing_waits_is_shown(screen, link):
    link.replies[AskParts] = (Parts(0, (), 0), b"")
    screen.entered()
    link.replies[AskParts] = (Parts(0, (line(11),), 1), b"")
    screen.ask_waiting()
    assert screen.queue.part.key == "k11"


def test_another_view_and_a_part_by_its_number(screen, link, qtbot):
    qtbot.mouseClick(screen.shown, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(screen.window().findChild(Choice).buttons[4], Qt.MouseButton.LeftButton)
    asked = [one for one in link.asked if isinstance(one, AskParts)][-1]
    assert (asked.which, asked.unlabelled) == ("all", False)
    qtbot.mouseClick(screen.number, Qt.MouseButton.LeftButton)
    keypad = screen.window().findChildren(Keypad)[-1]
    qtbot.keyClicks(keypad.line, "4711")
    qtbot.keyClick(keypad.line, Qt.Key.Key_Return)
    assert [one for one in link.asked if isinstance(one, AskParts)][-1].part == 4711
    assert screen.shown.text() == "Part 4711"


def test_nothing_and_nobody(screen, link):
    link.replies[AskParts] = (Parts(0, (), 0), b"")
    screen.entered()
    assert screen.picture.words == "No part here waits for a label."
    link.replies[AskParts] = (Refusal(0, "the recorder is not there"), b"")
    screen.entered()
    assert screen.picture.words == "the recorder is not there"


def test_how_many_wait_stands_on_the_rail(link, qtbot, english):
    window = StationWindow(link, english, "station-1")
    qtbot.addWidget(window)
    review = window.screens["review"]
    link.replies[AskParts] = (Parts(0, (), 100), b"")
    review.ask_waiting()
    assert review.notice(link.news) == "99+"
    link.news.recorder_here = False
    link.replies[AskParts] = (Parts(0, (), 5), b"")
    review.ask_waiting()
    assert review.notice(link.news) == "99+"
