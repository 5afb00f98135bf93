"""How everything fares, in words and marks; who is gone is said; the bundle's place is shown."""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import Qt

from station.core.domain import Health
from station.core.message import CommandResult
from station.gui.admin.diagnosis_page import DiagnosisPage
from station.gui.made_up import StillLink, good


@pytest.fixture
def page(shown, english):
    link = StillLink(good())
    link.news.recorder_here = True
    made = shown(DiagnosisPage(link), 1150, 600)
    made.link = link
    made.show_news()
    return made


def rows(page) -> dict[str, tuple[str, str]]:
    cells = page.table.cells
    return {
        cells.item(row, 0).text(): (cells.item(row, 1).text(), cells.item(row, 2).text())
        for row in range(cells.rowCount())
    }


def test_everything_is_well(page):
    found = rows(page)
    assert found["Line"] == ("○ Good", "SCHED_FIFO 50, memory locked")
    assert found["Engine"] == ("○ Good", "onnxruntime, CPU")
    said = "parts 12,844, not counted alike 0; exchanges with the PLC 641,200, failed 0"
    assert found["Counters"] == ("", said)


def test_what_is_wrong_is_said_with_a_mark(page):
    news = page.link.news
    news.status = msgspec.structs.replace(news.status, plc=Health.OUT_OF_SPECIFICATION, plc_detail="slow")
    news.status = msgspec.structs.replace(
        news.status, realtime="no SCHED_FIFO 50 (…): grant LimitRTPRIO, memory locked"
    )
    news.engine_here = False
    page.show_news()
    found = rows(page)
    assert found["PLC"] == ("△ Out of spec", "slow")
    assert found["Line"][0] == "△ Check"
    assert found["Engine"] == ("× Failure", "not there")


def test_without_a_line_nothing_else_is_known(page):
    page.link.news.status, page.link.news.recorder_here = None, False
    page.show_news()
    assert rows(page) == {
        "Line": ("× Failure", "not there"),
        "Engine": ("△ Check", ""),
        "Recorder, disk": ("× Failure", "not there"),
    }


def test_the_same_news_are_not_written_again(page, monkeypatch):
    monkeypatch.setattr(page.table, "show_rows", lambda _: pytest.fail("written again"))
    page.show_news()


def test_one_touch_for_a_bundle_and_where_it_is(page, qtbot):
    qtbot.mouseClick(page.bundle, Qt.MouseButton.LeftButton)
    assert page.link.sent == ["support"]
    page.show_result(CommandResult("support", True, "/s/support-1.tar.gz (48 KiB)"))
    assert page.said.text() == "/s/support-1.tar.gz (48 KiB)"
    page.show_result(CommandResult("support", False, ""))
    assert page.said.text() == "The recorder does not answer."
