"""The pictures of the Statistics screen."""

from __future__ import annotations

from station.gui.statistics.scenes import made_up_shift, scenes


def test_every_chart_and_every_trouble(qapp):
    names = [scene.name.removeprefix("statistics-") for scene in scenes()]
    assert names == ["rejects", "drift", "defects", "yield", "latency", "none", "no-recorder"]


def test_the_shift_adds_up():
    shift = made_up_shift()
    assert all(one.passed + one.rejected <= one.parts for one in shift.buckets)
    assert len(shift.buckets) == 32
