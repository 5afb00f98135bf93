"""The big verdict: shape, word, colour and place."""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor

from station.core.domain import Reason, Verdict
from station.gui.made_up import record
from station.gui.run.verdict_panel import LANES, VerdictPanel, part_name
from station.gui.style import GREEN, MUTED, ORANGE, PANEL, VERDICT_COLOUR

CORNER = (8, 8)


@pytest.mark.parametrize("verdict", [Verdict.REJECT, Verdict.NOT_INSPECTED])
def test_what_rejects_fills_the_panel(shown, verdict):
    panel = shown(VerdictPanel())
    panel.show_record(record(1, verdict, Reason.FINDING), producing=True)
    assert panel.grab().toImage().pixelColor(*CORNER) == QColor(VERDICT_COLOUR[verdict])


@pytest.mark.parametrize(("producing", "colour"), [(True, GREEN), (False, MUTED)])
def test_ok_is_quiet_and_fades_when_nothing_is_produced(shown, producing, colour):
    panel = shown(VerdictPanel())
    panel.show_record(record(1), producing=producing)
    image = panel.grab().toImage()
    assert image.pixelColor(*CORNER) == QColor(PANEL)
    lane = {image.pixelColor(x, y).name() for x in range(10, 130) for y in range(10, 120)}
    assert QColor(colour).name() in lane


def test_a_border_case_is_a_pass_that_asks_for_a_look(shown):
    panel = shown(VerdictPanel())
    panel.show_record(record(1, Verdict.PASS, Reason.BORDER), producing=True)
    image = panel.grab().toImage()
    assert panel.verdict is Verdict.PASS
    assert image.pixelColor(*CORNER) == QColor(PANEL)
    lane = {image.pixelColor(x, y).name() for x in range(10, 130) for y in range(10, 120)}
    assert QColor(ORANGE).name() in lane
    assert QColor(GREEN).name() not in lane


def test_each_verdict_has_its_own_place(shown):
    panel = shown(VerdictPanel(), 390, 240)
    heaviest = {}
    for verdict in LANES:
        panel.show_record(record(1, verdict), producing=True)
        image = panel.grab().toImage()
        fill = image.pixelColor(*CORNER)
        marked = [
            sum(image.pixelColor(x, y) != fill for x in range(left, left + 130, 3) for y in range(8, 118, 3))
            for left in (0, 130, 260)
        ]
        heaviest[verdict] = marked.index(max(marked))
    assert heaviest == {Verdict.PASS: 0, Verdict.REJECT: 1, Verdict.NOT_INSPECTED: 2}


def test_a_touch_asks_why(shown, qtbot):
    panel = shown(VerdictPanel())
    panel.show_record(record(7), producing=True)
    with qtbot.waitSignal(panel.touched) as touched:
        qtbot.mouseClick(panel, Qt.MouseButton.LeftButton)
    assert touched.args == [record(7)]


def test_without_a_part_a_touch_does_nothing(shown, qtbot):
    panel = shown(VerdictPanel())
    with qtbot.assertNotEmitted(panel.touched):
        qtbot.mouseClick(panel, Qt.MouseButton.LeftButton)
    assert panel.verdict is None
    assert not panel.grab().isNull()


def test_part_names(english):
    assert part_name(record(12_844)) == "Part 12,844"
    assert part_name(msgspec.structs.replace(record(1), part=0)) == "Uncounted part"
