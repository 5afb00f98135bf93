"""The NE 107 class of each device and process."""

from __future__ import annotations

import msgspec

from station.core.domain import Health
from station.gui import made_up
from station.gui.health_bar import HealthBar
from station.gui.news import StationNews


def news(**fields) -> StationNews:
    made = made_up.good()
    made.status = msgspec.structs.replace(made.status, **fields)
    return made


def test_health_follows_the_status(shown):
    bar = shown(HealthBar(), 900)
    bar.show_news(news(plc=Health.MAINTENANCE, camera=Health.OUT_OF_SPECIFICATION))
    chips = (bar.camera, bar.engine, bar.line, bar.plc)
    assert [chip.health for chip in chips] == [
        Health.OUT_OF_SPECIFICATION,
        Health.GOOD,
        Health.GOOD,
        Health.MAINTENANCE,
    ]
    assert not bar.grab().isNull()


def test_health_without_line_or_engine(shown):
    bar = shown(HealthBar(), 900)
    bar.show_news(StationNews())
    chips = (bar.camera, bar.engine, bar.line, bar.plc)
    assert [chip.health for chip in chips] == [Health.CHECK, Health.FAILURE, Health.FAILURE, Health.CHECK]
