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
    worse = {chip.name: chip.health for chip in bar.chips if chip.health is not Health.GOOD}
    assert worse == {"Camera": Health.OUT_OF_SPECIFICATION, "PLC": Health.MAINTENANCE}
    assert not bar.grab().isNull()


def test_light_journal_and_clock_are_the_lines_words(shown):
    bar = shown(HealthBar(), 900)
    bar.show_news(news(light=Health.MAINTENANCE, recorder=Health.FAILURE, clock=Health.CHECK))
    assert [bar.light.health, bar.disk.health, bar.clock.health] == [Health.MAINTENANCE, Health.FAILURE, Health.CHECK]


def test_a_class_is_written_only_when_there_is_something_to_say(shown):
    bar = shown(HealthBar(), 900)
    bar.show_news(news())
    quiet = bar.plc.grab().toImage()
    bar.show_news(news(plc=Health.FAILURE))
    bottom = round(bar.plc.fontMetrics().height() * 2.55)  # where the class stands
    assert {quiet.pixelColor(x, bottom).name() for x in range(quiet.width())} == {quiet.pixelColor(0, bottom).name()}
    loud = bar.plc.grab().toImage()
    assert len({loud.pixelColor(x, bottom).name() for x in range(loud.width())}) > 1


def test_health_without_line_or_engine(shown):
    bar = shown(HealthBar(), 900)
    bar.show_news(StationNews())
    failed = [chip.name for chip in bar.chips if chip.health is Health.FAILURE]
    assert failed == ["Engine", "Line"]
    assert {chip.health for chip in bar.chips if chip.name not in failed} == {Health.CHECK}
