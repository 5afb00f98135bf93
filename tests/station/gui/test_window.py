"""The whole window on real sockets: a process gone and back, commands, keys, language, size."""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import QApplication, QPushButton

from station.core.domain import DriftState, Reason, Verdict
from station.core.message import Command
from station.core.states import State
from station.gui import link as link_module
from station.gui import made_up
from station.gui.made_up import StillLink, record
from station.gui.style import TOUCH_PX, scale_for
from station.gui.window import Header, StationWindow


@pytest.fixture
def window(qtbot, line, link, english, monkeypatch) -> StationWindow:
    monkeypatch.setattr(link_module, "RETRY_NS", 0)
    made = StationWindow(link, english, "station-1")
    qtbot.addWidget(made)
    made.show()
    made.pull()
    return made


def status(**fields):
    return msgspec.structs.replace(made_up.good().status, **fields)


def test_a_verdict_goes_from_the_line_to_the_screen(window, line):
    line.say(status(), record(1), record(2, Verdict.REJECT, Reason.FINDING))
    window.pull()
    assert window.run.verdict.verdict is Verdict.REJECT
    assert window.banner.headline.text() == "In production – no pictures here"


def test_a_promise_that_became_void_is_shown_in_both_languages_and_the_line_runs_on(window, line, engine, qtbot):
    line.say(status(drift=DriftState.DRIFTED, drift_detail="since part 1: KS 0.4 > 0.3"), record(1))
    window.pull()
    assert window.banner.headline.text() == "In production – promise void"
    assert window.banner.advice.text().startswith("since part 1: KS 0.4 > 0.3 — Clean optics")
    assert window.header.recipe.text() == "Recipe: flange-SK204 – promise void"
    assert window.run.verdict.verdict is Verdict.PASS
    qtbot.keyClick(window, Qt.Key.Key_F2)
    QApplication.processEvents()
    assert window.banner.headline.text() == "生産中 – 保証は無効"
    assert window.header.recipe.text() == "レシピ：flange-SK204 – 保証は無効"
    line.say(status())
    window.pull()
    assert window.banner.headline.text() == "生産中"
    assert window.header.recipe.text() == "レシピ：flange-SK204"


def test_the_line_gone_and_back(window, line):
    line.say(status(), record(1))
    window.pull()
    line.die()
    window.pull()
    assert window.banner.headline.text() == "Line process gone – all parts rejected"
    assert window.run.verdict.verdict is None
    line.start()
    window.pull()
    line.say(status(), record(1))
    window.pull()
    assert window.run.verdict.verdict is Verdict.PASS
    assert "gone" not in window.banner.headline.text()


def test_the_engine_gone_and_back(window, line, engine):
    line.say(status())
    window.pull()
    assert window.banner.headline.text() == "In production"
    engine.meet()
    engine.die()
    window.pull()
    assert window.banner.headline.text() == "In production – no pictures here"
    engine.start()
    window.pull()
    assert window.banner.headline.text() == "In production"


def test_buttons_and_keys_send_commands(window, line, qtbot):
    line.say(status(state=State.READY))
    window.pull()
    qtbot.mouseClick(window.run.controls.start, Qt.MouseButton.LeftButton)
    qtbot.keyClick(window, Qt.Key.Key_F6)
    assert line.meet().receive() == Command("start", "hana", "operator")
    assert line.meet().receive() == Command("stop", "hana", "operator")


def test_a_key_whose_button_is_off_does_nothing(window, line, qtbot):
    line.say(status(state=State.READY))
    window.pull()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert line.meet().receive() is None


def test_confirm_by_key(window, line, qtbot):
    line.say(status(state=State.ERROR, error="tampered"))
    window.pull()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert line.meet().receive().action == "confirm"


def test_language_by_button_and_key(window, qtbot, english):
    qtbot.mouseClick(window.header.language, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert window.run.controls.stop.text() == "停止  F6"
    assert window.header.recipe.text().startswith("レシピ")
    assert window.header.language.text() == "English  F2"
    qtbot.keyClick(window, Qt.Key.Key_F2)
    QApplication.processEvents()
    assert window.run.controls.stop.text() == "Stop  F6"


def test_why_by_key_and_escape(window, line, qtbot):
    line.say(status(), record(3, Verdict.REJECT, Reason.FINDING))
    window.pull()
    qtbot.keyClick(window, Qt.Key.Key_F4)
    assert window.run.explains
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.run.explains


def test_it_comes_back_on_the_same_screen(window, line):
    line.say(status(), record(3, Verdict.REJECT, Reason.FINDING))
    window.pull()
    window.run.explain_last_reject()
    line.die()
    window.pull()
    assert window.run.explains


def test_the_timer_pulls(window, line, qtbot):
    line.say(status(), record(1))
    window.start_pulling()
    qtbot.waitUntil(lambda: window.run.verdict.verdict is Verdict.PASS)


def test_closing_closes_the_link(window, line):
    channel = line.meet()
    window.closeEvent(QCloseEvent())
    with pytest.raises(ConnectionError):
        channel.receive()


@pytest.mark.parametrize(("width", "height", "scale"), [(800, 600, 1.0), (1280, 800, 1.0), (1920, 1080, 1.35)])
def test_scale(width, height, scale):
    assert scale_for(width, height) == scale


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_every_button_is_large_enough_for_gloves(qtbot, english, size):
    window = StationWindow(StillLink(made_up.bad()), english, "station-1")
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    window.pull()
    window.run.explain_last_reject()
    QApplication.processEvents()
    buttons = [one for one in window.findChildren(QPushButton) if one.isVisible()]
    assert len(buttons) >= 10
    for one in buttons:
        assert min(one.width(), one.height()) >= TOUCH_PX, one.text()


def test_every_button_can_be_reached_by_tab(window):
    for one in [*window.findChildren(QPushButton), window.run.strip]:
        assert one.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_the_last_minute_before_the_log_out_is_counted_down(shown, english):
    header = shown(Header("station-1"), 1200, 100)
    news = made_up.good()
    news.user, news.role = "hana", "operator"
    header.show_news(news)
    header.show_rest(61.0)
    assert header.person.text() == "hana\nOperator"
    header.show_rest(44.2)
    assert header.person.text() == "hana\nout in 45 s"
    english.switch("ja")
    QApplication.processEvents()
    assert header.person.text() == "hana\nあと45秒で終了"
    header.show_rest(float("inf"))
    assert header.person.text() == "hana\n作業者"
