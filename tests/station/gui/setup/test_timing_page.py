"""Figures over the parts that were seen, and a bar for each of the newest."""

from __future__ import annotations

import msgspec
import pytest

from station.core.domain import Ledger
from station.gui.made_up import StillLink, good, late, record
from station.gui.news import StationNews
from station.gui.setup.timing_page import TimingPage


@pytest.fixture
def page(shown, english):
    def make(news):
        made = shown(TimingPage(StillLink(news)), 1150, 540)
        made.show_news()
        return made

    return make


def test_figures_of_the_parts_seen(page):
    made = page(good())
    assert made.figures.text() == "Last 17 parts: median 76.5 ms, 99 % within 76.5 ms, least time left 173.5 ms"
    assert made.bars.parts[0][0] == "00a7-12844"


def test_a_late_part_is_the_worst(page):
    assert "99 % within 238.0 ms, least time left 12.0 ms" in page(late()).figures.text()


def test_nothing_yet(page):
    assert page(StationNews()).figures.text() == "Times of the last 100 parts"


def test_an_unknown_deadline_is_said(page):
    news = StationNews()
    news.take_record(msgspec.structs.replace(record(1), ledger=Ledger(trigger_ns=1, decided_ns=3_000_001)))
    assert page(news).figures.text().endswith("least time left unknown")


def test_a_record_that_is_completed_later_counts_once(page):
    news = good()
    made = page(news)
    news.take_record(msgspec.structs.replace(news.newest, ledger=msgspec.structs.replace(news.newest.ledger)))
    made.show_news()
    assert made.stopwatch.pace().parts == 17
    for part in range(12_845, 13_000):
        news.take_record(record(part))
        made.show_news()
    assert made.stopwatch.pace().parts == 100
