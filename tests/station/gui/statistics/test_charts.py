"""Charts: what lies beyond the limits is counted and marked, nothing can be dragged, empty ones are empty."""

from __future__ import annotations

import pytest

from station.gui.statistics.charts import Chart
from station.gui.statistics.maths import Limits
from station.gui.style import VERMILLION


@pytest.fixture
def chart(shown):
    return shown(Chart(), 600, 400)


def colours(chart) -> set[str]:
    image = chart.grab().toImage()
    return {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())}


def test_points_beyond_their_limits_are_counted_and_marked(chart):
    limits = [Limits(1.0, 2.0, 3.0)] * 3
    chart.show_points([0.0, 60.0, 120.0], [2.0, 2.5, 1.5], limits, "score")
    assert chart.beyond == 0
    assert VERMILLION not in colours(chart)
    chart.show_points([0.0, 60.0, 120.0], [2.0, 3.5, 0.5], limits, "score")
    assert chart.beyond == 2
    assert VERMILLION in colours(chart)


def test_it_cannot_be_dragged_or_zoomed(chart):
    assert list(chart.getPlotItem().getViewBox().state["mouseEnabled"]) == [False, False]
    assert not chart.getPlotItem().menuEnabled()


@pytest.mark.parametrize("times", [[], [0.0], [float(n) for n in range(100)]])
def test_few_and_many_points(chart, times):
    chart.show_points(times, [1.0] * len(times), [Limits(0.0, 1.0, 2.0)] * len(times), "score")
    chart.show_lines(times, [("p50", [1.0] * len(times)), ("p99", [2.0] * len(times))], "ms")
    chart.show_size(20)
    assert chart.grab().toImage().width() == 600


def test_bars_say_how_many_and_how_much_of_all(chart):
    chart.show_bars(["scratch", "dent"], [3, 1], "parts")
    assert [text.toPlainText() for text in chart._texts] == ["3  (75%)", "1  (100%)"]
    chart.show_bars([], [], "parts")
    assert chart._texts == []


def test_names_of_many_bars_do_not_run_into_each_other(chart):
    chart.show_bars(["a very long name of a defect"] * 12, [1] * 12, "parts")
    chart.show_size(16)
    narrow = [name for _, name in chart.getAxis("bottom")._tickLevels[0]]
    assert all(name.endswith("…") for name in narrow)
    chart.resize(6000, 400)
    assert [name for _, name in chart.getAxis("bottom")._tickLevels[0]] == ["a very long name of a defect"] * 12
