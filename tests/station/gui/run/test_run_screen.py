"""The Run screen: verdict of the newest part, a touch leads to Why and back."""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import Qt

from station.core.domain import Reason, Verdict
from station.core.message import Refusal
from station.gui import made_up
from station.gui.keypad import Keypad
from station.gui.made_up import record
from station.gui.run.run_screen import RunScreen


@pytest.fixture
def screen(shown) -> RunScreen:
    made = RunScreen()
    made.show_news(made_up.bad())
    return shown(made, 1256, 630)


def test_the_verdict_is_the_newest_parts(screen):
    assert screen.verdict.verdict is Verdict.REJECT
    news = made_up.bad()
    news.take_record(record(12_845))
    screen.show_news(news)
    assert screen.verdict.verdict is Verdict.PASS


def test_without_line_there_is_no_verdict(screen):
    news = made_up.bad()
    news.line_here, news.status = False, None
    screen.show_news(news)
    assert screen.verdict.verdict is None


def test_touching_a_part_explains_it_and_back_shows_the_picture(screen, qtbot):
    tile = screen.strip.tile(4).center().toPoint()
    qtbot.mousePress(screen.strip, Qt.MouseButton.LeftButton, pos=tile)
    assert screen.explains
    assert screen.why.part.record.part == 12_832
    qtbot.mouseClick(screen.why.back, Qt.MouseButton.LeftButton)
    assert not screen.explains
    assert screen.picture.isVisible()


def test_why_holds_on_to_its_part_while_the_line_runs_on(screen):
    screen.explain(record(12_844, Verdict.REJECT, Reason.FINDING))
    news = made_up.bad()
    for part in range(12_845, 12_900):
        news.take_record(record(part))
    screen.show_news(news)
    assert screen.explains
    assert screen.why.part.record.part == 12_844
    assert screen.why.why is not None
    assert screen.verdict.verdict is Verdict.PASS


def test_the_last_reject_can_be_explained_after_the_strip_forgot_it(screen, qtbot):
    news = made_up.bad()
    for part in range(12_845, 12_900):
        news.take_record(record(part))
    screen.show_news(news)
    qtbot.mouseClick(screen.last_reject, Qt.MouseButton.LeftButton)
    assert screen.why.part.record.part == 12_844
    assert screen.why.why is not None


def test_no_reject_nothing_to_explain(shown):
    screen = shown(RunScreen(), 1256, 630)
    screen.show_news(made_up.StationNews())
    assert not screen.last_reject.isEnabled()
    screen.explain_last_reject()
    assert not screen.explains


def test_wishes_are_handed_on(screen, qtbot):
    with qtbot.waitSignal(screen.wanted) as wanted:
        qtbot.mouseClick(screen.controls.stop, Qt.MouseButton.LeftButton)
    assert wanted.args == ["stop"]


def test_the_lot_is_named_on_the_keypad(screen, qtbot, english):
    wanted = []
    screen.lot_wanted.connect(wanted.append)
    qtbot.mouseClick(screen.lot, Qt.MouseButton.LeftButton)
    keypad = screen.window().findChild(Keypad)
    qtbot.keyClicks(keypad.line, "B-2291")
    qtbot.keyClick(keypad.line, Qt.Key.Key_Return)
    assert wanted == ["B-2291"]
    news = made_up.good()
    news.status = msgspec.structs.replace(news.status, lot="B-2291-of-the-long-name")
    screen.show_news(news)
    assert screen.lot.text() == "Lot  F7\nB-2291-of-th…"


def test_rejects_of_this_shift_stand_against_the_promise(screen, english):
    asked = []
    screen.shift_wanted.connect(lambda: asked.append(1))
    news = made_up.good()
    news.recorder_here = True
    screen.show_news(news)
    screen.entered()
    assert asked == [1]
    made_up.tell_shift(screen)
    assert screen.promise.text() == "NG this shift: 301; of good parts alone at most 400"
    news.status = msgspec.structs.replace(news.status, reject_bound=0.01)
    screen.show_news(news)
    assert screen.promise.text().startswith("▲ NG this shift: 301; of good parts alone at most 10")
    news.status = msgspec.structs.replace(news.status, reject_bound=1.0)
    screen.show_news(news)
    assert screen.promise.text() == ""
    screen.take_shift(Refusal(0, "the recorder is not there"), b"")
    assert screen.promise.text() == ""
