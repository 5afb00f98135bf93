"""Counts by verdict, and what stands behind them."""

from __future__ import annotations

import msgspec

from station.gui import made_up
from station.gui.news import StationNews
from station.gui.run.counter_panel import CounterPanel


def news(**fields) -> StationNews:
    made = made_up.good()
    made.status = msgspec.structs.replace(made.status, **fields)
    return made


def texts(panel) -> list[str]:
    return [number.text() for number in (*panel._numbers, *panel._more)]


def test_counters(shown):
    panel = shown(CounterPanel())
    panel.show_news(made_up.good())
    assert texts(panel) == ["12,361", "447", "36", "1,206", "96.2%", "75", "174 ms"]
    panel.show_news(StationNews())
    assert texts(panel) == ["–", "–", "–", "0", "–", "–", "–"]
