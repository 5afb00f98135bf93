"""One touch says what a part is; only words that can be true of it can be touched."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace
from PyQt6.QtCore import Qt

from station.core.domain import Reason, Verdict
from station.core.reviewing import PartLine
from station.gui.review.label_panel import LabelPanel
from station.gui.style import TOUCH_PX

NG = PartLine(5, "k5", 5, 0.0, Verdict.REJECT, Reason.FINDING, 3.0, 1.0, "ring 1", "A")
OK = replace(NG, verdict=Verdict.PASS, reason=Reason.BORDER, score=0.9)


@pytest.fixture
def panel(shown, english):
    made = shown(LabelPanel(), 420, 620)
    made.show_modes(("scratch", "dent", "a", "b", "c", "d", "e"))
    return made


def test_a_reject_can_be_true_or_false_and_a_passed_part_missed(panel):
    panel.show_part(NG)
    assert [one.isEnabled() for one in panel.labels.values()] == [True, True, False, True]
    assert panel.fault_label == "true_reject"
    panel.show_part(OK)
    assert [one.isEnabled() for one in panel.labels.values()] == [False, False, True, True]
    assert panel.fault_label == "missed"
    panel.show_part(None)
    assert not any(one.isEnabled() for one in (*panel.labels.values(), *panel.modes, panel.other))


def test_one_touch_with_a_name_and_one_without(panel, qtbot):
    said = []
    panel.said.connect(lambda *word: said.append(word))
    panel.show_part(NG)
    qtbot.mouseClick(panel.labels["false_reject"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.modes[1], Qt.MouseButton.LeftButton)
    panel.show_part(OK)
    qtbot.mouseClick(panel.modes[0], Qt.MouseButton.LeftButton)
    assert said == [("false_reject", ""), ("true_reject", "dent"), ("missed", "scratch")]
    with qtbot.waitSignal(panel.new_mode):
        qtbot.mouseClick(panel.other, Qt.MouseButton.LeftButton)


def test_what_was_said_stands_there(panel):
    panel.show_part(replace(NG, label="true_reject", defect_mode="burr"))
    assert panel.told.text() == "Labelled: True reject  burr"
    panel.show_part(NG)
    assert panel.told.text() == ""


def test_a_score_that_is_no_number_is_not_on_the_scale(panel):
    panel.show_part(replace(NG, score=math.nan))
    assert panel.scale.marks == ()


def test_targets_are_large_enough(panel):
    panel.show_part(NG)
    shown = [one for one in (*panel.labels.values(), *panel.modes, panel.other) if one.isVisible()]
    assert all(one.width() >= TOUCH_PX and one.height() >= TOUCH_PX for one in shown)
